// What is pasted or dropped goes to the server, whose cleaner knows Word, WPS and Excel; pictures in it are stored
// there. Without a connection plain structure is inserted.
import { paragraphs, plainHtml } from "./plain.js";
import { Refused, Unreachable } from "./server.js";

// ask(fields) → {html, stored, lost, why}; gives a function for the editor: true where it takes care of the data.
export function clipboard({ ask, insert, say, upload }) {
  return (data) => {
    const html = data.getData("text/html");
    const text = data.getData("text/plain");
    const rtf = data.getData("text/rtf");
    const files = [...(data.files ?? [])].filter((file) => file.type.startsWith("image/"));
    // A picture alone comes as a file, beside HTML that only names it.
    if (files.length > 0 && upload && !text.trim()) {
      pictures(files);
      return true;
    }
    if (html.trim()) {
      paste(html, rtf, text);
      return true;
    }
    if (text) {
      insert(paragraphs(text));
      return true;
    }
    return false;
  };

  async function paste(html, rtf, text) {
    try {
      const answer = await ask([["as", "paste"], ["html", html], ["rtf", pictured(rtf)]]);
      insert(answer.html);
      if (answer.lost > 0) say("PicturesLost", { number: answer.lost, why: answer.why });
      else if (answer.stored > 0) say("PicturesStored", { number: answer.stored });
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
      insert(plainHtml(html) || paragraphs(text));
      say("PastedPlain");
    }
  }

  async function pictures(files) {
    for (const file of files) {
      const stored = await upload(file);
      if (stored) insert(stored.html);
    }
  }
}

// The rich text where it holds pictures, without the second form of each, which is many times as large.
export function pictured(rtf) {
  if (!rtf.includes("\\pict")) return "";
  let kept = "";
  for (let from = 0; ; ) {
    const start = rtf.indexOf("{\\nonshppict", from);
    if (start < 0) return kept + rtf.slice(from);
    kept += rtf.slice(from, start);
    const brace = /\\[{}\\]|[{}]/g;
    brace.lastIndex = start;
    let depth = 0;
    for (let found = brace.exec(rtf); found; found = brace.exec(rtf)) {
      if (found[0] === "{") depth += 1;
      if (found[0] === "}") depth -= 1;
      if (depth === 0) break;
    }
    if (depth !== 0) return kept;
    from = brace.lastIndex;
  }
}

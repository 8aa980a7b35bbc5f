// The editor page. The form works without any of this: a text area with HTML and a button that saves.
import { Autosave } from "./autosave.js";
import { checks } from "./checks.js";
import { confirmed } from "./confirm.js";
import { forget, kept } from "./keep.js";
import { logInAgain } from "./login.js";
import { lists } from "./lists.js";
import { clipboard } from "./paste.js";
import { presence } from "./presence.js";
import { richText } from "./richtext.js";
import { say } from "./say.js";
import { Refused, Unreachable, person, post } from "./server.js";
import { linkDialog, pictureDialog, sourceDialog } from "./dialogs.js";

const OWN = ["csrf", "base", "version", "then"]; // fields that are not the document's

const form = document.getElementById("editor");
if (form) start(form);

async function start(form) {
  const data = form.dataset;
  const text = (name, values = {}) => (data[`t${name}`] ?? "").replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
  const body = form.elements.namedItem("body");
  const state = document.getElementById("save-state");
  let rich = null;
  let number = Number(data.document);
  const key = () => `${person()}/${number || `new/${data.site}`}`;

  // What was sent by the form itself and has been saved is acknowledged by the page that answers.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    await forget(key()).catch(() => {});
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }

  const read = () => {
    if (rich) body.value = rich.html();
    return [...new FormData(form)].filter(([name, value]) => !OWN.includes(name) && typeof value === "string");
  };
  const show = (now, detail) => {
    state.dataset.state = now;
    state.querySelector(".save-text").textContent = {
      typing: text("Typing"),
      saving: text("Saving"),
      saved: text("Saved", { time: detail?.time }),
      offline: text("Offline"),
      logged_out: text("LoggedOut"),
      refused: detail?.broken?.map((broken) => broken.text).join(" ") || detail?.detail || text("Refused"),
      stale: text("Stale"),
    }[now];
    document.getElementById("stale").hidden = now !== "stale";
  };
  const autosave = new Autosave({
    key: key(),
    address: data.autosave,
    base: data.base,
    version: data.version,
    read,
    // A document begins with a title and a column.
    can: () => number > 0 || ["title", "channel"].every((name) => form.elements.namedItem(name).value.trim()),
    show,
    loggedOut: () => logInAgain({ title: text("LogIn"), other: text("Other") }),
    made: (answer) => {
      // The first save of a new document made it: from now on this is its page.
      number = answer.document;
      Object.assign(data, { document: answer.document, autosave: answer.autosave });
      Object.assign(autosave, { key: key(), address: answer.autosave });
      form.action = answer.url;
      history.replaceState(null, "", answer.url);
      autosave.watch?.();
      for (const part of document.querySelectorAll("[data-after-first]")) part.hidden = false;
      for (const part of document.querySelectorAll("[data-path]")) {
        part.setAttribute(part.matches("form") ? "action" : "href", `${answer.url}${part.dataset.path}`);
      }
    },
  });
  const changed = () => autosave.changed();
  // Pictures of a paste may take their time.
  const ask = (fields) => post(data.paste, [...fields, ["document", number || ""], ["site", data.site]], { patience: 180_000 });

  await recover(autosave, { form, text, number });

  const cleaned = async (as, html) => {
    try {
      return (await ask([["as", as], ["html", html]])).html;
    } catch (error) {
      say(error instanceof Unreachable ? text("Offline") : error.problem?.detail);
      return null;
    }
  };
  rich = await richText(body, {
    lang: document.documentElement.lang,
    texts: {
      label: text("Body"), indent: text("Indent"), link: text("Link"), picture: text("Picture"), file: text("File"),
      layout: text("Layout"), source: text("Source"), body: text("Paragraph"),
      heading2: text("Heading2"), heading3: text("Heading3"), heading4: text("Heading4"),
    },
    classes: data.classes.split(" "),
    styles: data.styles.split(" "),
    onChange: changed,
    onPaste: clipboard({
      ask,
      insert: (html) => rich.insert(html),
      say: (name, values) => say(text(name, values)),
      upload: (file) => lists.upload?.(file),
    }),
    on: {
      link: () => linkDialog(rich),
      picture: () => {
        const insert = async () => {
          const chosen = await lists.choose?.("picture");
          if (chosen) rich.insert(chosen.html);
        };
        const picture = rich.picture();
        return picture ? pictureDialog(rich, picture, insert) : insert();
      },
      file: async () => {
        const chosen = await lists.choose?.("file");
        if (chosen) lists.addAttachment(chosen);
      },
      layout: async () => {
        const html = await cleaned("layout", rich.html());
        if (html !== null) rich.replace(html);
      },
      source: () => sourceDialog(rich, (html) => cleaned("source", html)),
    },
  });
  form.classList.add("ready");
  document.addEventListener("input", (event) => event.target.form === form && event.target !== body && changed());
  document.addEventListener("change", (event) => event.target.form === form && event.target !== body && changed());
  lists.start({ form, changed, text });

  addEventListener("beforeunload", (event) => {
    if (!autosave.unsaved || leaving) return;
    autosave.keepHere();
    event.preventDefault();
    event.returnValue = "";
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && autosave.keepHere());

  // Saves what is typed as a revision; true if the server has it.
  let leaving = false;
  const saveRevision = async () => {
    if (!(await autosave.flush()) && autosave.stopped) return false;
    try {
      const answer = await post(form.action, [...read(), ["base", autosave.base]]);
      await autosave.settled(answer);
      show("saved", answer);
      return answer;
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        await logInAgain({ title: text("LogIn"), other: text("Other") });
        return saveRevision();
      }
      if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
      if (error.status === 409) autosave.stopped = true;
      show(error.status === 409 ? "stale" : error instanceof Unreachable ? "offline" : "refused", error.problem);
      return false;
    }
  };
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.hasAttribute("formaction")) {
      // The comparison takes the text along; it stays kept here until it is saved.
      if (rich) body.value = rich.html();
      leaving = true;
      return;
    }
    event.preventDefault();
    const answer = await saveRevision();
    if (answer) {
      leaving = true;
      location.assign(answer.url);
    }
  });
  // What is done with the document is done with what is seen: it is saved first.
  document.addEventListener("submit", async (event) => {
    const other = event.target;
    if (other === form || !other.matches("[data-saves]") || event.defaultPrevented) return;
    event.preventDefault();
    if (autosave.unsaved || Number(autosave.version) > 0) {
      const answer = await saveRevision();
      if (!answer) return;
      const revision = other.elements.namedItem("revision");
      if (revision) revision.value = answer.base;
    }
    leaving = true;
    other.submit();
  });
  // A preview shows what is typed.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-flush]");
    if (!link || !autosave.unsaved) return;
    event.preventDefault();
    await autosave.flush();
    if (link.target === "_blank") window.open(link.href, "_blank");
    else location.assign(link.href);
  });
  document.getElementById("discard")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(await confirmed(event.target.dataset.question))) return;
    await forget(key()).catch(() => {});
    leaving = true;
    event.target.submit();
  });

  const panel = document.getElementById("checks");
  if (number) checks(panel);
  if (number) watch();
  else autosave.watch = watch;
  function watch() {
    const others = document.getElementById("others");
    presence(() => `${new URL(form.action).pathname}presence`, (answer) => {
      others.hidden = answer.others.length === 0;
      others.textContent = text("Others", { names: answer.others.map((other) => other.name).join("、") });
      if (String(answer.head) !== String(autosave.base) && !autosave.stopped && !autosave.busy) {
        autosave.stopped = true;
        show("stale");
      }
    });
  }
}

// Brings back what an earlier page of this browser could not save any more.
async function recover(autosave, { form, text, number }) {
  const entry = await kept(autosave.key).catch(() => null);
  if (!entry) return;
  const notice = document.getElementById("recovered");
  const time = new Date(entry.time).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  if (!number) {
    fill(form, entry.fields);
    notice.textContent = text("Recovered", { time });
    notice.hidden = false;
    queueMicrotask(() => autosave.changed());
    return;
  }
  try {
    await post(autosave.address, [...entry.fields, ["base", entry.base], ["version", entry.version]]);
    await forget(autosave.key);
    const address = new URL(location.href);
    address.searchParams.set("recovered", time);
    location.replace(address);
    await new Promise(() => {});
  } catch (error) {
    if (error instanceof Refused && error.status === 409) {
      // Both are shown side by side; until then it stays here.
      const box = document.getElementById("left-over");
      box.hidden = false;
      box.querySelector(".left-over-time").textContent = time;
      const send = box.querySelector("form");
      for (const [name, value] of [...entry.fields, ["base", entry.base]]) {
        const field = document.createElement("textarea");
        Object.assign(field, { name, value, hidden: true });
        send.append(field);
      }
      box.querySelector("[data-forget]").addEventListener("click", async () => {
        await forget(autosave.key);
        box.hidden = true;
      });
    }
  }
}

function fill(form, fields) {
  for (const [name, value] of fields) {
    const field = form.elements.namedItem(name);
    if (!(field instanceof HTMLElement)) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
}

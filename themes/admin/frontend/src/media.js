// The media library: uploads with progress, several at once, large files in pieces; and the dialog in which a file is
// chosen for a document. Without this the form for uploads is an ordinary one.
import { secret, setSecret } from "./server.js";
import { sayText } from "./say.js";

// Files up to this size go in one request; larger ones in pieces of it.
const PIECE = 4 * 1024 * 1024;
// Files sent at the same time.
const TOGETHER = 2;
// Tries for a piece, and the pause before the second; it doubles.
const TRIES = 6;
const PAUSE = 1_000;

class Broken extends Error {}

// Sends a body and tells how much of it went; gives back status and JSON. An outdated secret is renewed once.
function send(method, address, body, { progress, type, again = true } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "text";
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("x-csrf-token", secret());
    if (type) request.setRequestHeader("content-type", type);
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let told = {};
      try {
        told = JSON.parse(request.responseText);
      } catch {
        // Not JSON: an answer of something between us and the server.
      }
      if (request.status === 403 && told.csrf && again) {
        setSecret(told.csrf);
        send(method, address, body, { progress, type, again: false }).then(resolve, reject);
      } else {
        resolve({ status: request.status, told });
      }
    });
    for (const event of ["error", "abort", "timeout"]) request.addEventListener(event, () => reject(new Broken()));
    request.send(body);
  });
}

const wait = (time) => new Promise((done) => setTimeout(done, time));

// What the server told of a file: {files, problems}, or a reason in words.
function outcome({ status, told }, form) {
  if (told.files?.length) return { file: told.files[0] };
  if (told.problems?.length) return { text: told.problems[0].text };
  if (status === 413) return { text: form.dataset.tooLarge };
  return { text: told.detail || told.title || form.dataset.broken };
}

async function inOne(form, file, progress) {
  const fields = new FormData();
  fields.append("file", file, file.name);
  return outcome(await send("POST", form.action, fields, { progress }), form);
}

async function inPieces(form, file, progress) {
  const plan = new URLSearchParams({ name: file.name, size: file.size, collection: form.dataset.collection || 0 });
  const begun = await send("POST", form.dataset.pieces, plan);
  if (begun.status !== 201) return outcome(begun, form);
  const address = `${form.dataset.pieces}/${begun.told.piece}`;
  let at = 0;
  let tries = 0;
  while (at < file.size) {
    try {
      const piece = file.slice(at, at + PIECE);
      const from = at;
      const sent = await send("POST", `${address}?at=${at}`, piece, {
        type: "application/octet-stream",
        progress: (loaded) => progress(from + loaded),
      });
      // 409 tells where the end really is.
      if (sent.status !== 200 && sent.status !== 409) {
        if (sent.status < 500) return outcome(sent, form);
        throw new Broken();
      }
      at = sent.told.at;
      tries = 0;
    } catch (error) {
      tries += 1;
      if (tries >= TRIES) throw error;
      await wait(PAUSE * 2 ** (tries - 1));
      // What was lost on the way is told by the server.
      const stands = await send("GET", address, null).catch(() => null);
      if (stands?.status === 200) at = stands.told.at;
    }
  }
  return outcome(await send("POST", `${address}/finish`, new URLSearchParams()), form);
}

function line(form, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = Math.max(file.size, 1);
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const state = document.createElement("span");
  state.textContent = form.dataset.waiting;
  item.append(name, bar, state);
  form.querySelector(".media-progress").append(item);
  return { item, bar, state };
}

async function upload(form, file, { item, bar, state }) {
  const progress = (loaded) => {
    bar.value = Math.min(loaded, file.size);
    state.textContent = `${Math.floor((100 * bar.value) / bar.max)} %`;
  };
  try {
    const done = await (file.size > PIECE && form.dataset.pieces ? inPieces : inOne)(form, file, progress);
    bar.remove();
    state.className = done.file ? "good" : "error";
    state.textContent = done.file ? form.dataset.added : done.text;
    return done.file ?? null;
  } catch {
    bar.remove();
    state.className = "error";
    state.textContent = form.dataset.broken;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "plain small";
    again.textContent = form.dataset.again;
    again.addEventListener("click", () => {
      item.remove();
      take(form, [file]);
    });
    item.append(again);
    return null;
  }
}

// Sends files, some at the same time; tells the page what was added.
async function take(form, files) {
  const waiting = [...files].map((file) => [file, line(form, file)]);
  const added = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const file = await upload(form, ...next);
      if (file) added.push(file);
    }
  };
  form.dataset.busy = "1";
  await Promise.all(Array.from({ length: TOGETHER }, work));
  delete form.dataset.busy;
  if (added.length === 0) return;
  if (form.dispatchEvent(new CustomEvent("media-added", { bubbles: true, cancelable: true, detail: added }))) {
    showList(form);
  }
}

function showList(form) {
  form.querySelector(".media-all")?.remove();
  const again = document.createElement("a");
  again.className = "button media-all";
  again.href = form.action;
  again.textContent = form.dataset.copy;
  form.append(again);
  again.focus();
}

// Starts uploads of the forms that are on the page now or will be.
export function uploads() {
  const form = (event) => event.target.closest?.("form[data-uploads]");
  document.addEventListener("change", (event) => {
    const here = form(event);
    if (!here || event.target.type !== "file" || event.target.files.length === 0) return;
    const files = [...event.target.files];
    event.target.value = "";
    take(here, files);
  });
  document.addEventListener("submit", (event) => {
    if (form(event)) event.preventDefault();
  });
  const over = (event, is) => {
    const here = event.target.closest?.(".media-drop");
    if (!here) return null;
    event.preventDefault();
    here.classList.toggle("over", is);
    return here;
  };
  document.addEventListener("dragover", (event) => over(event, true));
  document.addEventListener("dragleave", (event) => over(event, false));
  document.addEventListener("drop", (event) => {
    const here = over(event, false);
    if (here && event.dataTransfer.files.length > 0) take(here.closest("form"), event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-uploads][data-busy]")) event.preventDefault();
  });
}

// Lets somebody choose a file that he may use in the site with this slug; `kind` is picture, paper, recording or
// nothing. Gives {id, address, alt, decorative, name, kind, width, height}, or null.
export function choose(site, kind = "") {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog large";
  dialog.setAttribute("aria-labelledby", "choose-title");
  document.body.append(dialog);
  let chosen = null;
  const load = async (address) => {
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" }, credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      dialog.innerHTML = await answer.text();
    } catch {
      sayText(navigator.onLine ? "failed" : "offline");
      if (!dialog.open) dialog.remove();
      return false;
    }
    return true;
  };
  const here = () => dialog.querySelector("[data-choose]").dataset.choose;
  const search = (form) => load(`${here()}?${new URLSearchParams(new FormData(form))}`);
  dialog.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    event.preventDefault();
    search(event.target);
  });
  dialog.addEventListener("change", (event) => {
    if (event.target.name === "collection") search(event.target.form);
  });
  dialog.addEventListener("media-added", (event) => {
    event.preventDefault();
    search(dialog.querySelector('form[role="search"]'));
  });
  dialog.addEventListener("click", (event) => {
    const page = event.target.closest(".paging a");
    if (page) {
      event.preventDefault();
      load(page.href);
    }
    const pick = event.target.closest("[data-media]");
    if (pick) {
      const { media, address, alt, decorative, name, kind: of, width, height } = pick.dataset;
      const number = Number;
      chosen = {
        id: number(media),
        address,
        alt,
        decorative: decorative === "true",
        name,
        kind: of,
        width: number(width),
        height: number(height),
      };
      dialog.close();
    }
  });
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(chosen);
    });
    load(`/admin/sites/${site}/media/choose${kind ? `?kind=${kind}` : ""}`).then((loaded) => {
      if (loaded) dialog.showModal();
      else done(null);
    });
  });
}

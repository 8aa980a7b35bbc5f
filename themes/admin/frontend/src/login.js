// Logging in again without leaving the page: the forms of the log-in page, step by step, in a dialog.
import { person, setSecret } from "./server.js";

let open;

// Resolves when somebody is logged in again: true if it is the same person.
export function logInAgain({ title, other }) {
  open ??= run(title, other).finally(() => (open = undefined));
  return open;
}

async function run(title, other) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.id = "again";
  dialog.setAttribute("aria-labelledby", "again-title");
  const head = document.createElement("div");
  head.className = "dialog-head";
  const heading = document.createElement("h2");
  heading.id = "again-title";
  heading.textContent = title;
  head.append(heading);
  const body = document.createElement("div");
  body.className = "dialog-body";
  dialog.append(head, body);
  document.body.append(dialog);
  // What was typed is not saved as long as nobody is logged in, so the dialog stays.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  try {
    return await steps(body, other);
  } finally {
    dialog.close();
    dialog.remove();
  }
}

async function steps(body, other) {
  let page = await read("/admin/login");
  for (;;) {
    const name = page.querySelector('meta[name="person"]')?.content;
    if (name) {
      setSecret(page.querySelector('meta[name="csrf"]')?.content);
      if (name === person()) return true;
      const told = document.createElement("p");
      told.className = "alert";
      told.textContent = other;
      body.replaceChildren(told);
      await new Promise(() => {});
    }
    page = await answered(body, page);
  }
}

// Shows the form of a page and reads the page that answers it.
function answered(body, page) {
  const form = page.querySelector("main form");
  const message = page.querySelector("main [role=alert], main [role=status]");
  if (!form) throw new Error("the log-in page has no form");
  body.replaceChildren(...[message, form].filter(Boolean).map((part) => document.importNode(part, true)));
  const shown = body.querySelector("form");
  shown.querySelector("input:not([type=hidden])")?.focus();
  return new Promise((resolve) => {
    shown.addEventListener("submit", async (event) => {
      event.preventDefault();
      const fields = new URLSearchParams(new FormData(shown, event.submitter));
      fields.set("next", "/admin/about");
      for (const button of shown.querySelectorAll("button")) button.disabled = true;
      resolve(await read(shown.getAttribute("action"), { method: "POST", body: fields }));
    });
  });
}

async function read(address, options = {}) {
  for (let wait = 1_000; ; wait = Math.min(wait * 2, 15_000)) {
    try {
      const answer = await fetch(address, { ...options, headers: { accept: "text/html" }, credentials: "same-origin" });
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

// Pages of a site: columns in order by dragging, the look as it is typed, files read into a text, fields of a bulk
// action shown as they are needed. All of it works without: by buttons, by "preview", by pasting, by showing all.
import { choose } from "./media.js";

function drags() {
  const table = document.querySelector("table[data-columns]");
  const form = document.getElementById("column-move");
  if (!table || !form) return;
  let dragged = null;
  const clear = () => {
    for (const row of table.querySelectorAll(".drop-before")) row.classList.remove("drop-before");
  };
  const target = (event) => {
    const row = event.target.closest?.("tr[data-movable]");
    return row && dragged && row !== dragged && row.dataset.parent === dragged.dataset.parent ? row : null;
  };
  for (const row of table.querySelectorAll("tr[data-movable]")) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      row.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.column);
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("dragged");
      dragged = null;
      clear();
    });
  }
  table.addEventListener("dragover", (event) => {
    const row = target(event);
    clear();
    if (!row) return;
    event.preventDefault();
    row.classList.add("drop-before");
  });
  table.addEventListener("drop", (event) => {
    const row = target(event);
    if (!row) return;
    event.preventDefault();
    form.action = `${table.dataset.columns}/${dragged.dataset.column}/move`;
    form.elements.parent.value = dragged.dataset.parent === "0" ? "" : dragged.dataset.parent;
    form.elements.before.value = row.dataset.column;
    form.submit();
  });
}

// The look of the site follows what is typed, a moment later.
function looks() {
  const form = document.querySelector("form[data-look]");
  const button = form?.querySelector("[data-preview]");
  if (!button) return;
  let timer;
  const show = () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.checkValidity() && form.requestSubmit(button), 500);
  };
  form.addEventListener("input", show);
  show();
}

// A file that is chosen becomes the text of the field data-reads names: UTF-8, or else GBK.
function reads() {
  for (const input of document.querySelectorAll("input[type=file][data-reads]")) {
    input.addEventListener("change", async () => {
      const bytes = await input.files[0]?.arrayBuffer();
      const field = document.getElementById(input.dataset.reads);
      if (!bytes || !field) return;
      try {
        field.value = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        field.value = new TextDecoder("gb18030").decode(bytes);
      }
    });
  }
}

// Of the fields of a bulk action those that the chosen action needs.
function bulk() {
  const choice = document.getElementById("do");
  if (choice?.tagName !== "SELECT") return;
  const fields = { move: "move", copy: "copy", refer: "refer", tag: "words", withdraw: "reason" };
  const show = () => {
    for (const [action, id] of Object.entries(fields)) {
      const field = document.getElementById(id)?.closest(".field");
      if (field) field.hidden = action !== choice.value;
    }
  };
  choice.addEventListener("change", show);
  show();
}

// A file of the library fills the field that data-choose-for names. By being named there only a file of the site itself
// opens to visitors.
function chooses() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-choose-for]");
    const field = button && document.getElementById(button.dataset.chooseFor);
    if (!field) return;
    const file = await choose(button.dataset.site, "picture");
    if (!file) return;
    field.value = file.address;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

for (const start of [drags, looks, reads, bulk, chooses]) start();

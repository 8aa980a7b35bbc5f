// Lists of things in the form of a document: attachments, related documents, the title picture. Without script
// they are text fields for numbers and boxes that take something away.
import { chosenFrom, stored } from "./choose.js";
import { say } from "./say.js";

export const lists = {
  choose: undefined,
  upload: undefined,
  addAttachment: undefined,
  start({ form, changed, text }) {
    const { site } = form.dataset;
    lists.choose = (what) => chosenFrom(site, what);
    lists.upload = (file) => stored(site, file);
    const attachments = form.querySelector("#attachments");
    lists.addAttachment = ({ id, title, kind }) => {
      if (attachments.querySelector(`input[name=attachment][value="${id}"]`)) return;
      const row = document.getElementById("attachment-row").content.firstElementChild.cloneNode(true);
      row.querySelector("[name=attachment]").value = id;
      row.querySelector("[name=attachment_title]").value = title;
      row.querySelector(".attachment-kind").textContent = kind ?? "";
      attachments.append(row);
      changed();
      say(text("Attached", { title }));
    };
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-row]");
      if (!button) return;
      const row = button.closest("li");
      const beside = { up: row.previousElementSibling, down: row.nextElementSibling }[button.dataset.row];
      if (button.dataset.row === "away") {
        const next = row.nextElementSibling ?? row.previousElementSibling;
        row.remove();
        (next?.querySelector("input:not([type=hidden])") ?? form.querySelector("[data-choose=file]"))?.focus();
      } else if (beside) {
        row.parentElement.insertBefore(button.dataset.row === "up" ? row : beside, button.dataset.row === "up" ? beside : row);
        button.focus();
      } else return;
      changed();
    });
    form.addEventListener("click", async (event) => {
      const button = event.target.closest("button[data-choose]");
      if (!button || !lists.choose) return;
      const chosen = await lists.choose(button.dataset.choose === "title" ? "picture" : button.dataset.choose);
      if (!chosen) return;
      if (button.dataset.choose === "file") lists.addAttachment(chosen);
      if (button.dataset.choose === "title") {
        form.elements.namedItem("picture").value = chosen.id;
        const alt = form.elements.namedItem("picture_alt");
        if (!alt.value) alt.value = chosen.alt;
        const shown = form.querySelector("#picture-shown");
        shown.hidden = false;
        shown.src = chosen.url;
        changed();
      }
    });
  },
};

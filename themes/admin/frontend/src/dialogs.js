// Dialogs of the editor that are ours, because those that it brings lack labels: links, pictures and the source.

export function linkDialog(rich) {
  const dialog = document.getElementById("link-dialog");
  const form = dialog.querySelector("form");
  const [href, text] = ["href", "text"].map((name) => form.elements.namedItem(name));
  const { text: selected, link } = rich.selected();
  href.value = link?.getAttribute("href") ?? "";
  text.value = link?.textContent ?? selected;
  const remove = form.querySelector("[value=remove]");
  remove.hidden = !link;
  run(dialog, (act) => {
    if (act === "remove") rich.unlink();
    if (act === "set" && href.value.trim()) rich.link(href.value.trim(), text.value);
  });
}

// The description of the picture that is chosen in the text; `other` puts another one in its place.
export function pictureDialog(rich, picture, other) {
  const dialog = document.getElementById("picture-dialog");
  const form = dialog.querySelector("form");
  const [alt, decorative] = ["alt", "decorative"].map((name) => form.elements.namedItem(name));
  alt.value = picture.getAttribute("alt") ?? "";
  decorative.checked = picture.getAttribute("alt") === "";
  run(dialog, (act) => {
    if (act === "other") other();
    if (act === "set") rich.describe(picture, decorative.checked ? "" : alt.value.trim() || null);
  });
}

export function sourceDialog(rich, clean) {
  const dialog = document.getElementById("source-dialog");
  const field = dialog.querySelector("textarea");
  field.value = rich.html().replace(/(<\/(?:p|h[2-6]|li|ul|ol|table|tr|thead|tbody|blockquote|figure|div)>)(?!\n)/g, "$1\n");
  run(dialog, async (act) => {
    if (act !== "set") return;
    const html = await clean(field.value);
    if (html !== null) rich.replace(html);
  });
}

function run(dialog, done) {
  dialog.returnValue = "";
  dialog.addEventListener("close", () => done(dialog.returnValue), { once: true });
  dialog.showModal();
}

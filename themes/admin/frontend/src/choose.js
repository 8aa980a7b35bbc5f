// Files of the media library for the editor: chosen in the library's dialog, or sent there when they are pasted.
import { choose } from "./media.js";
import { sayText } from "./say.js";
import { secret } from "./server.js";

const escape = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

function asPicture({ address, alt, decorative, width, height }) {
  const size = width > 0 ? ` width="${width}" height="${height}"` : "";
  // An empty description says that the picture only decorates.
  const text = alt || decorative ? ` alt="${escape(alt ?? "")}"` : "";
  return `<img src="${escape(address)}"${text}${size}>`;
}

const asLink = ({ address, name }) => `<a href="${escape(address)}">${escape(name)}</a>`;

// A file that somebody chose in the library of a site: {id, url, alt, title, kind, html}; null for none.
export async function chosenFrom(site, what) {
  const file = await choose(site, what === "picture" ? "picture" : "");
  if (!file) return null;
  const title = file.name.replace(/\.[^.]+$/, "");
  return { id: file.id, url: file.address, alt: file.alt, title, kind: file.name, html: file.width > 0 ? asPicture(file) : asLink(file) };
}

// Stores a pasted picture in the library of a site; gives its HTML, or null.
export async function stored(site, file) {
  const fields = new FormData();
  fields.append("file", file, file.name || "picture.png");
  try {
    const headers = { accept: "application/json", "x-csrf-token": secret() };
    const answer = await fetch(`/admin/sites/${site}/media`, { method: "POST", body: fields, headers, credentials: "same-origin" });
    const told = await answer.json();
    if (answer.ok && told.files?.length) return { html: asPicture(told.files[0]) };
    sayText("failed");
  } catch {
    sayText("offline");
  }
  return null;
}

// Reduces pasted HTML to plain structure in the browser, for when the server cannot be asked. The server's own
// cleaner (domain/content) does it better and always has the last word.

const KEEP = new Set("P H2 H3 H4 UL OL LI TABLE CAPTION THEAD TBODY TR TH TD BLOCKQUOTE BR STRONG B EM I U S SUB SUP A".split(" "));
const GONE = new Set("SCRIPT STYLE TITLE META LINK XML IFRAME OBJECT EMBED TEMPLATE NOSCRIPT".split(" "));
const ATTRIBUTES = { A: ["href"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan", "scope"] };
const HEADINGS = { H1: "h2", H5: "h4", H6: "h4" };

export function plainHtml(html) {
  // A parser reports inline styles to the policy of the page, so they get another name before it sees them.
  const parsed = new DOMParser().parseFromString(html.replace(/\sstyle\s*=/gi, " data-style="), "text/html");
  const out = document.createElement("div");
  copy(parsed.body, out);
  return out.innerHTML;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || GONE.has(node.tagName)) continue;
    const name = HEADINGS[node.tagName] ?? (KEEP.has(node.tagName) ? node.tagName.toLowerCase() : null);
    if (!name) {
      copy(node, to);
      continue;
    }
    const kept = document.createElement(name);
    for (const attribute of ATTRIBUTES[node.tagName] ?? []) {
      const value = node.getAttribute(attribute);
      if (value && (attribute !== "href" || /^(https?:|mailto:|tel:|\/|#)/i.test(value))) kept.setAttribute(attribute, value);
    }
    copy(node, kept);
    to.append(kept);
  }
}

// Lines of plain text as paragraphs.
export function paragraphs(text) {
  const out = document.createElement("div");
  for (const line of text.split(/\r?\n/)) {
    if (!line.trim()) continue;
    const paragraph = document.createElement("p");
    paragraph.textContent = line.trim();
    out.append(paragraph);
  }
  return out.innerHTML;
}

// The rich-text editor: HugeRTE behind this one module. Nothing else of ours names it, so that another editor can
// take its place. It writes the HTML that the server's cleaner takes, and nothing else: classes instead of styles,
// header cells with a scope, headings from h2 on.
import hugerte from "hugerte";
import "hugerte/icons/default/icons.js";
import "hugerte/themes/silver/theme.js";
import "hugerte/models/dom/model.js";
import "hugerte/plugins/autolink/plugin.js";
import "hugerte/plugins/autoresize/plugin.js";
import "hugerte/plugins/lists/plugin.js";
import "hugerte/plugins/table/plugin.js";
import "hugerte/plugins/visualblocks/plugin.js";
import "./chinese.js";

const BLOCKS = "p,h2,h3,h4,td,th,caption,figcaption,li,div";
const TOOLBAR =
  "undo redo | blocks | bold italic underline strikethrough removeformat | indent1 alignleft aligncenter alignright | " +
  "bullist numlist outdent indent | ourlink ourpicture ourfile table | ourlayout visualblocks oursource";

// Makes an editor of a textarea.
//   texts      words for our own buttons: {label, indent, link, picture, file, layout, source, body, heading2…heading4}
//   classes    classes that themes know
//   styles     addresses of the stylesheets inside the editor
//   onChange   called after each change
//   onPaste    (DataTransfer) → true where it takes care of what was pasted or dropped
//   on         what our own buttons do: {link, picture, file, layout, source}
export async function richText(textarea, { lang, texts, classes, styles, onChange, onPaste, on }) {
  const [editor] = await hugerte.init({
    target: textarea,
    license_key: "gpl",
    language: lang.startsWith("zh") ? "zh-Hans" : undefined,
    plugins: "autolink autoresize lists table visualblocks",
    toolbar: TOOLBAR,
    toolbar_mode: "wrap",
    toolbar_sticky: true,
    mobile: { toolbar_mode: "wrap", toolbar_sticky: false },
    menubar: false,
    statusbar: false,
    branding: false,
    promotion: false,
    elementpath: false,
    resize: false,
    min_height: 420,
    autoresize_bottom_margin: 24,
    contextmenu: false,
    browser_spellcheck: true,
    iframe_aria_text: texts.label,
    // Our policy allows no inline styles, so every stylesheet has an address.
    skin: false,
    content_css: styles,
    body_class: "body",
    // Addresses and characters as they are.
    convert_urls: false,
    entity_encoding: "raw",
    indent: false,
    schema: "html5",
    block_formats: `${texts.body}=p;${texts.heading2}=h2;${texts.heading3}=h3;${texts.heading4}=h4`,
    // Classes, never styles.
    valid_styles: { "*": "" },
    valid_classes: { "*": classes.join(" ") },
    invalid_elements: "script,style,iframe,object,embed,font,center,form,input,button,h1",
    formats: {
      alignleft: { selector: BLOCKS, classes: "left" },
      aligncenter: { selector: BLOCKS, classes: "center" },
      alignright: { selector: BLOCKS, classes: "right" },
      indent1: { selector: "p", classes: "indent" },
      underline: { inline: "u" },
      strikethrough: { inline: "s" },
    },
    object_resizing: false,
    table_toolbar: "tableheader tablecaption | tableinsertrowbefore tableinsertrowafter tabledeleterow | tableinsertcolbefore tableinsertcolafter tabledeletecol | tablemergecells tablesplitcells tabledelete",
    table_header_type: "sectionCells",
    table_sizing_mode: "responsive",
    table_use_colgroups: false,
    table_column_resizing: "preservetable",
    table_resize_bars: false,
    table_style_by_css: false,
    table_default_attributes: {},
    table_default_styles: {},
    table_advtab: false,
    table_cell_advtab: false,
    table_row_advtab: false,
    table_appearance_options: false,
    paste_data_images: false,
    setup: (editor) => {
      buttons(editor, texts, on);
      let last = "";
      editor.on("init", () => (last = editor.getContent()));
      editor.on("input", () => onChange());
      // These come for changes of the selection as well.
      editor.on("change undo redo ExecCommand", () => {
        const html = editor.initialized ? editor.getContent() : last;
        if (html !== last) onChange();
        last = html;
      });
      editor.on("init", () => pasting(editor.getDoc(), onPaste));
    },
  });
  // Hidden by its attribute, as everything of ours; the editor hides it by a style, more than once. Browsers write
  // a style that a script set into its attribute when that is read, so it is read before it is removed.
  textarea.hidden = true;
  const plain = () => {
    if (textarea.getAttribute("style") !== null) textarea.removeAttribute("style");
  };
  plain();
  const styled = new MutationObserver(plain);
  styled.observe(textarea, { attributeFilter: ["style"] });
  return {
    html: () => headed(editor.getContent()),
    set: (html) => editor.setContent(html),
    insert: (html) => editor.undoManager.transact(() => editor.insertContent(html)),
    replace: (html) => editor.undoManager.transact(() => editor.setContent(html)),
    selected: () => ({ text: editor.selection.getContent({ format: "text" }), link: editor.dom.getParent(editor.selection.getNode(), "a[href]") }),
    link: (href, text) => editor.undoManager.transact(() => setLink(editor, href, text)),
    picture: () => editor.selection.getNode().closest?.("img") ?? null,
    // Null takes the description away; an empty one says that the picture only decorates.
    describe: (picture, alt) =>
      editor.undoManager.transact(() => (alt === null ? picture.removeAttribute("alt") : picture.setAttribute("alt", alt))),
    unlink: () => editor.execCommand("unlink"),
    focus: () => editor.focus(),
    remove: () => {
      styled.disconnect();
      editor.remove();
      textarea.hidden = false;
    },
  };
}

// What is pasted or dropped is ours before the editor sees it: it would parse styles, which the policy reports.
function pasting(document, onPaste) {
  let dragged = false;
  const takes = (event, data) => {
    if (!data || !onPaste(data)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("paste", (event) => takes(event, event.clipboardData), true);
  document.addEventListener("dragstart", () => (dragged = true), true);
  document.addEventListener("dragend", () => (dragged = false), true);
  // What is dragged inside the editor is moved by it.
  document.addEventListener("drop", (event) => dragged || takes(event, event.dataTransfer), true);
}

function buttons(editor, texts, on) {
  const own = (name, icon, text, act) => editor.ui.registry.addButton(name, { icon, tooltip: text, onAction: act });
  own("ourlink", "link", texts.link, on.link);
  own("ourpicture", "image", texts.picture, on.picture);
  own("ourfile", "upload", texts.file, on.file);
  own("ourlayout", "format-painter", texts.layout, on.layout);
  own("oursource", "sourcecode", texts.source, on.source);
  editor.ui.registry.addToggleButton("indent1", {
    icon: "indent",
    tooltip: texts.indent,
    onAction: () => editor.formatter.toggle("indent1"),
    onSetup: (api) => {
      const unbind = editor.formatter.formatChanged("indent1", api.setActive);
      return () => unbind.unbind();
    },
  });
}

function setLink(editor, href, text) {
  const link = editor.dom.getParent(editor.selection.getNode(), "a[href]");
  if (link) {
    editor.dom.setAttrib(link, "href", href);
    if (text) link.textContent = text;
  } else if (editor.selection.isCollapsed() || text !== editor.selection.getContent({ format: "text" })) {
    editor.insertContent(editor.dom.createHTML("a", { href }, editor.dom.encode(text || href)));
  } else {
    editor.execCommand("mceInsertLink", false, { href });
  }
}

// Header cells say what they are the header of.
function headed(html) {
  return html.includes("<th>") ? html.replace(/<th>/g, '<th scope="col">') : html;
}

// Bundles the scripts of the admin pages:  node bundle.mjs FOLDER
//
// FOLDER gets js/*.js, one file for each entry below; editor/*.css, the skin of the editor; licences.txt, the
// licences of everything that went in; and of each file its packed forms (.gz, .br), so that the server need not
// pack megabytes at each start. The same input gives the same bytes, wherever it is made.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { build } from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const OUT = path.resolve(process.argv[2] ?? "out");

// Every page loads admin.js; the editor page loads editor.js as well, pages of a site site.js.
const ENTRIES = ["src/admin.js", "src/editor.js", "src/site.js"];

// The oldest engines that know everything in our stylesheets (layers): Chromium 99 and its contemporaries.
const TARGET = ["chrome99", "firefox97", "safari15.4"];

// Stylesheets of the editor, which it loads by their address.
const SKIN = { "editor/skin.css": "skins/ui/oxide/skin.min.css", "editor/inside.css": "skins/ui/oxide/content.min.css" };

// One marker of the editor is written with an inline style, which our policy reports: it gets a class, which
// static/css/body.css knows.
const MARKED = '<span data-mce-bogus="all" style="display: inline-block;">';
const policy = {
  name: "policy",
  setup: ({ onLoad }) => {
    onLoad({ filter: /node_modules\/hugerte\/hugerte\.js$/ }, ({ path: file }) => {
      const text = readFileSync(file, "utf8");
      if (!text.includes(MARKED)) throw new Error("the editor has another marker now: look whether the policy reports it");
      return { contents: text.replaceAll(MARKED, '<span data-mce-bogus="all" class="caret-marker">'), loader: "js" };
    });
  },
};

// Below this many bytes packing gains nothing.
const PACK_FROM = 256;

process.chdir(HERE);
rmSync(OUT, { recursive: true, force: true });

function write(name, bytes) {
  const file = path.join(OUT, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  if (bytes.length < PACK_FROM) return;
  const quality = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, zlib.brotliCompressSync(bytes, { params: quality }));
  writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: 9 }));
}

const made = await build({
  entryPoints: ENTRIES,
  outdir: "js",
  bundle: true,
  write: false,
  metafile: true,
  format: "iife",
  target: TARGET,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  plugins: [policy],
  absWorkingDir: HERE,
  logLevel: "warning",
});
for (const file of made.outputFiles) write(path.relative(HERE, file.path), Buffer.from(file.contents));
for (const [name, source] of Object.entries(SKIN)) {
  write(name, Buffer.from(readFileSync(path.join("node_modules/hugerte", source), "utf8").replace(/\/\*#.*?\*\/\s*$/s, "")));
}

const packages = new Set(["hugerte"]);
for (const input of Object.keys(made.metafile.inputs)) {
  const inside = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (inside) packages.add(inside[1]);
}
const texts = [...packages].sort().map((name) => {
  const folder = path.join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${name} comes without its licence`);
  const text = files.map((file) => readFileSync(path.join(folder, file), "utf8").trim()).join("\n\n");
  return `${name} ${version} (${license})\n\n${text}\n`;
});
write("licences.txt", Buffer.from(texts.join(`\n${"-".repeat(72)}\n\n`)));

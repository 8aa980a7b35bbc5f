// Stores attack strings through every way into a document and lets Chromium read them, as a visitor and as an editor.
//
//   node attacks.mjs BASE_URL --chromium PATH --list FILE --docx FILE [--imported COLUMN]
//
// The list has one string a line. Each is stored by the JSON API and by the form of the editor and published; the
// Word file holds them all; COLUMN is the path of a column of mzj in which they were imported. The user
// is qian.duo, who writes and publishes in jyj, with the password in ZHANQUN_CHECK_PASSWORD and a key of the API in
// ZHANQUN_CHECK_TOKEN. Fails if a dialog opens, a script of a string runs, the page leads away, a violation of the
// policy is reported, or something that could run stands in the page. That the policy refuses a picture of another
// host is its purpose and no failure where the text that is looked at names that host; anywhere else it is one.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const args = parseArgs({
  allowPositionals: true,
  options: { chromium: { type: "string", default: "/usr/bin/chromium" }, list: { type: "string" }, docx: { type: "string" }, imported: { type: "string" } },
});
const origin = new URL(args.positionals[0]).origin;
const password = process.env.ZHANQUN_CHECK_PASSWORD ?? "";
const attacks = readFileSync(args.values.list, "utf8").split("\n").filter(Boolean);
const everything = attacks.join("\n");
const problems = [];
const ran = new Set();

const browser = await chromium.launch({ executablePath: args.values.chromium, args: ["--no-sandbox", "--disable-gpu"] });

// Before anything of a page runs.
function listen() {
  window.cspViolations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.cspViolations.push({ directive: event.effectiveDirective, uri: event.blockedURI || "?" });
  });
}

async function windowOf(what) {
  const context = await browser.newContext({ locale: "zh-CN", reducedMotion: "reduce" });
  await context.addInitScript(listen);
  const page = await context.newPage();
  page.what = what;
  page.on("dialog", async (dialog) => {
    problems.push(`${page.what}: a dialog opened: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("pageerror", (error) => problems.push(`${page.what}: script error: ${error.message}`));
  page.on("popup", () => problems.push(`${page.what}: a window opened`));
  // Nobody outside is asked for anything.
  await context.route((url) => url.origin !== origin, (route) => route.abort());
  return page;
}

// In a loaded page or frame: touches everything, and looks for what could run.
function provoke(root) {
  const found = [];
  const stay = (event) => event.preventDefault();
  for (const kind of ["click", "submit"]) addEventListener(kind, stay, true);
  const KNOWN = /^(https?:|mailto:|tel:|data:image\/(png|jpeg|gif|webp|svg\+xml);)/i;
  for (const element of document.querySelectorAll(`${root}, ${root} *`)) {
    const short = element.outerHTML.slice(0, 100);
    if (/^(script|iframe|object|embed|style|link|meta|base|form|svg|math|template|noscript|frame|applet|portal)$/i.test(element.localName)) found.push(`<${element.localName}>: ${short}`);
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || ["srcdoc", "formaction", "style", "xlink:href"].includes(name)) found.push(`${name}: ${short}`);
      if (["href", "src", "cite", "action", "background", "data", "poster"].includes(name)) {
        const plain = value.replace(/[\u0000-\u0020\u007f-\u00a0\u200b]/g, "");
        const scheme = /^[a-z][a-z0-9+.-]*:/i.test(plain);
        if (scheme && !KNOWN.test(plain)) found.push(`${name}=${value}: ${short}`);
      }
    }
    for (const kind of ["mouseover", "mouseenter", "focus", "blur", "pointerdown", "toggle", "wheel", "animationstart", "load", "error"]) element.dispatchEvent(new Event(kind, { bubbles: false }));
    if (element.localName === "a") element.click();
  }
  for (const kind of ["click", "submit"]) removeEventListener(kind, stay, true);
  return found;
}

// Hosts of other servers that a text names, however it is written there.
function hostsOf(text) {
  const plain = text.replace(/&#x?[0-9a-f]+;?|&(tab|newline|colon|sol);|[\u0000-\u0020]/gi, "");
  return new Set([...plain.matchAll(/(?:https?:)?[/\\]{2}([a-z0-9.-]+)/gi)].map((match) => match[1].toLowerCase()));
}

// Is it a picture of a host that the text names? Only that may be refused without anybody having done wrong.
function expected({ directive, uri }, hosts) {
  if (directive !== "img-src" || !URL.canParse(uri)) return false;
  const url = new URL(uri);
  return /^https?:$/.test(url.protocol) && url.origin !== origin && hosts.has(url.hostname);
}

async function look(page, frame, what, root, text = "") {
  page.what = what;
  const found = await frame.evaluate(provoke, root);
  await page.waitForTimeout(20);
  const violations = await page.evaluate(() => window.cspViolations).catch(() => [{ directive: "the page", uri: "went away" }]);
  const inside = frame === page ? [] : await frame.evaluate(() => window.cspViolations ?? []);
  const hosts = hostsOf(text);
  const refused = [...violations, ...inside].filter((violation) => !expected(violation, hosts));
  for (const problem of found) problems.push(`${what}: ${problem}`);
  for (const { directive, uri } of refused) problems.push(`${what}: ${directive} blocks ${uri}`);
}

async function visit(page, url, what, text = "") {
  page.what = what;
  const answer = await page.goto(`${origin}${url}`);
  if (answer.status() !== 200) return problems.push(`${what}: ${url} answered ${answer.status()}`);
  await look(page, page, what, "main article, main .body", text);
  if (new URL(page.url()).pathname !== url) problems.push(`${what}: led away to ${page.url()}`);
  ran.add(what);
}

async function api(method, path, body) {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.ZHANQUN_CHECK_TOKEN}`, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(told).slice(0, 300)}`);
  return told;
}

// Publishes the newest text, its warnings read.
async function publish(id) {
  const { head } = await api("GET", `/documents/${id}`);
  await api("POST", `/documents/${id}/publish`, { seen: head });
}

let passed = 0;
let failed = 0;
async function way(name, least, walk) {
  problems.length = 0;
  ran.clear();
  try {
    await walk();
    if (ran.size < least) problems.push(`only ${ran.size} of ${least} pages were looked at`);
  } catch (error) {
    problems.push(error.message.split("\n").slice(0, 3).join(" "));
  }
  if (problems.length === 0) return (passed += 1);
  failed += 1;
  console.log(`FAIL attacks ${name}`);
  for (const problem of [...new Set(problems)].slice(0, 20)) console.log(`     ${problem}`);
}

const visitor = await windowOf("visitor");
const qian = await windowOf("editor");
await qian.goto(`${origin}/admin/login`);
await qian.fill("#username", "qian.duo");
await qian.fill("#password", password);
await Promise.all([qian.waitForURL((url) => url.pathname !== "/admin/login"), qian.click("main form button")]);

const columns = (await api("GET", "/sites/jyj/columns?limit=200")).items;
const column = columns.find((found) => found.path === "tzgg" || found.slug === "tzgg").id;
const GROUP = 12;
const groups = Array.from({ length: Math.ceil(attacks.length / GROUP) }, (_, at) => attacks.slice(at * GROUP, at * GROUP + GROUP));

async function edit(id, what, text) {
  qian.what = what;
  await qian.goto(`${origin}/admin/documents/${id}/`);
  await qian.waitForSelector("#editor.ready", { timeout: 30_000 });
  const frame = qian.frames().find((frame) => frame !== qian.mainFrame() && frame.parentFrame());
  await look(qian, frame, what, "body > *", text);
  ran.add(`editor ${what}`);
}

await way("stored by the API", attacks.length + groups.length, async () => {
  const store = async (title, body) => {
    const made = await api("POST", "/sites/jyj/documents", { column, title, body, summary: title, source: title });
    await api("POST", `/documents/${made.id}/publish`, { seen: made.head });
    return made.id;
  };
  for (const [at, attack] of attacks.entries()) {
    const id = await store(`第${at}条 ${attack}`.slice(0, 190).replace(/[\u0000-\u001f]/g, " "), `<p>前</p>${attack}<p>后</p>`);
    await visit(visitor, `/jyj/tzgg/${id}.html`, `API ${attack.slice(0, 60)}`, attack);
  }
  for (const [at, group] of groups.entries()) await edit(await store(`一组 ${at}`, group.join("\n<p>间</p>\n")), `API group ${at}`, group.join("\n"));
  await visit(visitor, "/jyj/tzgg/", "the list of them");
});

await way("typed, pasted and saved in the editor", 2, async () => {
  await qian.goto(`${origin}/admin/sites/jyj/documents/new`);
  await qian.waitForSelector("#editor.ready");
  await qian.selectOption("#channel", String(column));
  await qian.fill("#title", "贴进来的");
  const frame = qian.frames().find((frame) => frame.parentFrame());
  for (const attack of attacks) {
    await frame.evaluate((html) => {
      const transfer = new DataTransfer();
      transfer.setData("text/html", html);
      transfer.setData("text/plain", "x");
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
    }, attack);
  }
  await qian.waitForTimeout(4000);
  await look(qian, frame, "pasted", "body > *", everything);
  // Nothing is published where a picture is missing.
  await frame.evaluate(() => {
    for (const mark of document.querySelectorAll("mark")) mark.remove();
    document.body.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await qian.waitForSelector('#save-state[data-state="typing"]', { timeout: 20_000 });
  await qian.waitForSelector('#save-state[data-state="saved"]', { timeout: 60_000 });
  await Promise.all([qian.waitForEvent("load"), qian.click(".editor-save button.main")]);
  const pasted = qian.url().match(/documents\/(\d+)/)[1];
  await edit(pasted, "pasted and saved", everything);
  // The same by the plain form, as a browser without script sends it.
  const typed = await qian.evaluate(async ({ column, body }) => {
    const secret = document.querySelector('meta[name="csrf"]').content;
    const fields = new URLSearchParams({ csrf: secret, channel: column, title: "写进来的", body, summary: body.slice(0, 1900), source: body.slice(0, 400) });
    const answer = await fetch("/admin/sites/jyj/documents/new", { method: "POST", body: fields });
    return answer.url.match(/documents\/(\d+)/)?.[1];
  }, { column: String(column), body: attacks.join("\n<p>间</p>\n") });
  await edit(typed, "typed and saved", everything);
  for (const id of [pasted, typed]) {
    await publish(id);
    await visit(visitor, `/jyj/tzgg/${id}.html`, `editor ${id}`, everything);
    for (const [page, root, text] of [["check", "main .items", ""], ["history", "main td:not(:has(form))", ""], ["preview/page", "main article", everything]]) {
      await qian.goto(`${origin}/admin/documents/${id}/${page}`);
      await look(qian, qian, page, root, text);
    }
  }
});

await way("in a Word file", 2, async () => {
  await qian.goto(`${origin}/admin/sites/jyj/documents/docx`);
  await qian.selectOption("#channel", String(column));
  await qian.setInputFiles("#file", args.values.docx);
  await Promise.all([qian.waitForEvent("load"), qian.click("main form button")]);
  await look(qian, qian, "docx", ".docx-text > *", everything);
  await Promise.all([qian.waitForEvent("load"), qian.click("main form button")]);
  const id = qian.url().match(/documents\/(\d+)/)[1];
  await edit(id, "docx", everything);
  await publish(id);
  await visit(visitor, `/jyj/tzgg/${id}.html`, "docx", everything);
});

if (args.values.imported) {
  await way("in a WordPress export", attacks.length, async () => {
    const pages = new Set();
    for (let number = 1; number < 100; number += 1) {
      const answer = await visitor.goto(`${origin}/mzj/${args.values.imported}/?page=${number}`);
      if (answer.status() !== 200) break;
      const links = await visitor.locator("main a[href$='.html']").evaluateAll((found) => found.map((link) => new URL(link.href).pathname));
      links.forEach((link) => pages.add(link));
      if (!(await visitor.locator("a[rel=next]").count())) break;
    }
    for (const url of pages) await visit(visitor, url, `WXR ${url}`, everything);
  });
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

// Works in the editor of a running server in Chromium as two people do, and checks what becomes of what they type.
//
//   node editor.mjs BASE_URL --chromium PATH [--samples DIR] [--screenshots DIR]
//
// Says "kill" and "start" on its standard output to have the server killed and started again, and waits for a line
// on its standard input after each. The people are li.fang and wang.qiang, editors of the subsite mzj, with the
// password in ZHANQUN_CHECK_PASSWORD. Fails on what run.mjs fails on: script errors, violations of the policy, axe.
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const args = parseArgs({
  allowPositionals: true,
  options: { chromium: { type: "string", default: "/usr/bin/chromium" }, samples: { type: "string" }, screenshots: { type: "string" } },
});
const origin = new URL(args.positionals[0]).origin;
const password = process.env.ZHANQUN_CHECK_PASSWORD ?? "";
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = args.values.screenshots;
if (shots) mkdirSync(shots, { recursive: true });

// What a browser must never run, wherever it is stored.
const ATTACKS = [
  "<img src=x onerror=window.ran=1>",
  "<svg onload=window.ran=1></svg>",
  "<script>window.ran=1</script>",
  "<a href=\"javascript:window.ran=1\">去</a>",
  "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe>",
  "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=1>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=window.ran=1>",
  "<noscript><p title=\"</noscript><img src=x onerror=window.ran=1>\">",
  "<p style=\"background:url(javascript:window.ran=1)\" onclick=\"window.ran=1\">点</p>",
  "<template><img src=x onerror=window.ran=1></template>",
  "<details open ontoggle=window.ran=1>看</details>",
  "<object data=\"data:text/html,<script>parent.ran=1</script>\"></object>",
];

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(word) {
  console.log(word);
  await lines.next();
}

const problems = [];
const browser = await chromium.launch({ executablePath: args.values.chromium, args: ["--no-sandbox", "--disable-gpu"] });

// A window of a person who is logged in; `offline` says when failing requests are meant to fail.
async function window_of(name, size = { width: 1280, height: 900 }) {
  const context = await browser.newContext({ viewport: size, locale: "zh-CN", reducedMotion: "reduce" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  await context.addInitScript(() => {
    window.cspViolations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.cspViolations.push(`${event.effectiveDirective} blocks ${event.blockedURI || "?"} (${event.sourceFile || "page"}:${event.lineNumber})`);
    });
  });
  const page = await context.newPage();
  page.away = false;
  page.expected = new Set();
  page.on("console", (message) => {
    if (message.type() !== "error" || page.away || /ERR_|Failed to load resource/.test(message.text())) return;
    problems.push(`${name}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${name}: script error: ${error.message}`));
  page.on("response", (response) => {
    // Attacks whose picture nobody has.
    if (response.url().endsWith("/x")) return;
    if (response.status() >= 400 && !page.away && !page.expected.has(response.status())) problems.push(`${name}: ${response.url()} answered ${response.status()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) problems.push(`${name}: request to another host: ${request.url()}`);
  });
  await logIn(page, name);
  return page;
}

async function logIn(page, name) {
  await page.goto(`${origin}/admin/login`);
  await page.fill("#username", name);
  await page.fill("#password", password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/admin/login"), page.click("main form button")]);
}

const ready = (page) => page.waitForSelector("#editor.ready", { timeout: 20_000 });
const body = (page) => page.frameLocator(".tox iframe").locator("body");
const state = (page, wanted) => page.waitForSelector(`#save-state[data-state="${wanted}"]`, { timeout: 40_000 });
const html = (page) => body(page).evaluate((element) => element.innerHTML);

async function type(page, text) {
  await body(page).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

async function clean(page, where) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] }));
  for (const violation of result.violations) {
    problems.push(`${where}: axe ${violation.id}, ${violation.nodes.length}×: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
  }
  for (const frame of page.frames()) {
    const found = await frame.evaluate(() => [window.cspViolations ?? [], window.ran]).catch(() => [[], undefined]);
    for (const violation of found[0]) problems.push(`${where}: policy: ${violation}`);
    if (found[1]) problems.push(`${where}: an attack ran`);
  }
  if (shots) await page.screenshot({ path: path.join(shots, `${where.replace(/[^\p{L}\p{N}]+/gu, "-")}.png`), fullPage: true });
}

// Hands data to the editor as pasting does.
const paste = (page, data) =>
  body(page).evaluate((element, given) => {
    const transfer = new DataTransfer();
    for (const [kind, value] of Object.entries(given)) transfer.setData(kind, value);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
  }, data);

let passed = 0;
let failed = 0;
async function story(name, tell) {
  problems.length = 0;
  try {
    await tell();
  } catch (error) {
    problems.push(error.message.split("\n").slice(0, 3).join(" "));
  }
  if (problems.length === 0) passed += 1;
  else {
    failed += 1;
    console.log(`FAIL ${name}`);
    for (const problem of new Set(problems)) console.log(`     ${problem}`);
  }
}
function expect(holds, message) {
  if (!holds) problems.push(message);
}

const li = await window_of("li.fang");
let address = "";

await story("a new document is kept while it is typed", async () => {
  await li.goto(`${origin}/admin/sites/mzj/documents/new`);
  await ready(li);
  await clean(li, "new document");
  expect((await li.getAttribute("#save-state", "data-state")) === "saved", "nothing was typed, and something is unsaved");
  await li.selectOption("#channel", { label: "通知公告" });
  await li.fill("#title", "关于开展2026年冬春救助工作的通知");
  await type(li, "各乡镇人民政府、街道办事处：");
  await state(li, "saved");
  address = new URL(li.url()).pathname;
  expect(/^\/admin\/documents\/\d+\/$/.test(address), `the document has its own address: ${address}`);
  await li.keyboard.type("请认真做好今冬明春救助工作。");
  await state(li, "typing");
  await state(li, "saved");
  await li.reload();
  await ready(li);
  expect((await html(li)).includes("今冬明春救助工作。"), "what was typed is there after loading the page anew");
  await clean(li, "document");
});

await story("what is typed while the server is away is saved when it is back", async () => {
  li.away = true;
  await type(li, "甲。");
  await ask("kill");
  await li.keyboard.type("乙。");
  await state(li, "offline");
  await li.keyboard.type("丙。");
  await ask("start");
  await li.keyboard.type("丁。");
  await state(li, "saved");
  li.away = false;
  await li.reload();
  await ready(li);
  expect((await html(li)).includes("甲。乙。丙。丁。"), "every word is there");
});

await story("what a browser could not send any more is brought back by the next page", async () => {
  await li.route("**/autosave", (route) => route.abort());
  await type(li, "没有送出的话。");
  await state(li, "offline");
  await li.waitForTimeout(800);
  await li.unroute("**/autosave");
  li.away = true;
  await li.context().setOffline(true);
  li.once("dialog", (dialog) => dialog.accept());
  await li.goto("about:blank").catch(() => {});
  await li.context().setOffline(false);
  li.away = false;
  await li.goto(`${origin}${address}`);
  await li.waitForSelector("main .done");
  await ready(li);
  expect((await html(li)).includes("没有送出的话。"), "it is there");
});

await story("whoever is logged out logs in again without losing a word", async () => {
  const cookies = await li.context().cookies();
  await li.context().clearCookies();
  li.away = true;
  await type(li, "退出以后写的。");
  await li.waitForSelector("#again form", { timeout: 20_000 });
  await li.fill("#again #username", "li.fang");
  await li.fill("#again #password", password);
  await li.click("#again form button");
  await li.waitForSelector("#again", { state: "detached", timeout: 20_000 });
  await state(li, "saved");
  li.away = false;
  expect(cookies.length > 0, "there were cookies");
  await li.reload();
  await ready(li);
  expect((await html(li)).includes("退出以后写的。"), "it is there");
});

await story("two people change the same document and nothing is lost", async () => {
  await li.check("#shared");
  await state(li, "saved");
  await li.click("button[form=editor].main");
  await li.waitForSelector("main .done");
  await ready(li);
  const wang = await window_of("wang.qiang");
  await wang.goto(`${origin}${address}`);
  await ready(wang);
  await li.waitForSelector("#others:not([hidden])", { timeout: 45_000 });
  await wang.fill("#title", "王强改的标题");
  await type(wang, "王强加的话。");
  await state(wang, "saved");
  await wang.click("button[form=editor].main");
  await wang.waitForSelector("main .done");
  li.expected.add(409);
  await li.fill("#title", "李芳改的标题");
  await type(li, "李芳加的话。");
  await state(li, "stale");
  await li.click("#stale button");
  await li.waitForSelector(".conflict");
  await clean(li, "comparison");
  const text = await li.textContent("main");
  for (const words of ["王强改的标题", "李芳改的标题", "王强加的话。", "李芳加的话。"]) expect(text.includes(words), `the comparison shows ${words}`);
  await li.check("#mine-title");
  for (const both of await li.locator("input[value=both]").all()) await both.check();
  await li.click(".bar button");
  await li.waitForSelector("#editor.ready");
  li.expected.delete(409);
  const merged = await html(li);
  expect((await li.inputValue("#title")) === "李芳改的标题", "the title that was chosen");
  for (const words of ["王强加的话。", "李芳加的话。"]) expect(merged.includes(words), `${words} is in the text`);
  await wang.context().close();
});

await story("attack strings never run in the editor, the preview or the page", async () => {
  for (const attack of ATTACKS) await paste(li, { "text/html": attack, "text/plain": "x" });
  await li.waitForTimeout(1500);
  await li.click('[data-mce-name="oursource"], button[title="查看源代码"], button[aria-label="查看源代码"]');
  await li.fill("#source-html", "<p>开头</p>" + ATTACKS.join("\n"));
  await li.click("#source-dialog button[value=set]");
  await li.waitForFunction(() => !document.getElementById("source-dialog").open);
  await li.waitForTimeout(1000);
  await li.fill("#title", "<img src=x onerror=window.ran=1>");
  await state(li, "saved");
  await clean(li, "editor with attacks");
  await li.reload();
  await ready(li);
  await clean(li, "editor with attacks, again");
  await li.goto(`${origin}${address}preview`);
  await li.waitForTimeout(1000);
  await clean(li, "preview of attacks");
  expect((await li.frameLocator("iframe.preview").locator("main").textContent()).includes("开头"), "the preview shows the text");
});

if (args.values.samples) {
  for (const file of readdirSync(args.values.samples).filter((file) => file.endsWith(".html"))) {
    await story(`pasting ${file}`, async () => {
      await li.goto(`${origin}/admin/sites/mzj/documents/new`);
      await ready(li);
      await li.selectOption("#channel", { label: "通知公告" });
      await li.fill("#title", `粘贴 ${file}`);
      await state(li, "saved");
      const sample = readFileSync(path.join(args.values.samples, file), "utf8");
      const rtf = file === "word.html" ? readFileSync(path.join(args.values.samples, "word.rtf"), "latin1") : "";
      await paste(li, { "text/html": sample, "text/plain": "x", "text/rtf": rtf });
      await li.waitForFunction(() => document.querySelector(".tox iframe").contentDocument.body.textContent.trim().length > 10, null, { timeout: 15_000 });
      const inserted = await html(li);
      expect(!/mso|<o:|style=|class="?Mso|<font/i.test(inserted), "no markup of an office program is left");
      const tables = (text) => (text.match(/<table/gi) ?? []).length;
      expect(tables(inserted) === tables(sample), `${tables(sample)} tables, not ${tables(inserted)}`);
      await state(li, "saved");
      await clean(li, `pasted ${file}`);
    });
  }
}

await story("a preview link shows one saved text to whoever has it, and no more", async () => {
  await li.goto(`${origin}${address}`);
  await ready(li);
  await li.click("form[action$='preview-link'] button");
  const link = await li.textContent(".editor-link");
  await clean(li, "editor with preview link");
  const stranger = await browser.newPage();
  const answer = await stranger.goto(link.replace(/^https?:\/\/[^/]+/, origin));
  expect(answer.status() === 200 && (await stranger.textContent("main")).includes("开头"), "it shows the text");
  expect(answer.headers()["x-robots-tag"]?.includes("noindex") && answer.headers()["cache-control"] === "no-store", "no robot and no cache keeps it");
  const other = await stranger.goto(link.replace(/^https?:\/\/[^/]+/, origin).replace(/.$/, (last) => (last === "0" ? "1" : "0")));
  expect(other.status() === 404, "another secret shows nothing");
  await stranger.close();
});

await story("the editor at 375 pixels", async () => {
  await li.setViewportSize({ width: 375, height: 740 });
  await li.goto(`${origin}${address}`);
  await ready(li);
  await clean(li, "editor at 375");
  expect(await li.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), "it scrolls sideways");
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
process.stdin.destroy();

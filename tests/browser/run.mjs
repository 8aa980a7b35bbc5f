// Opens pages of a running server in Chromium at 1280 and 375 px and checks them.
//
//   node run.mjs BASE_URL [PATH…] [--pages FILE.json] [--only REGEX] [--modes normal,elder]
//                [--screenshots DIR] [--full] [--chromium PATH] [--jobs N] [--user NAME]
//
// pages.json: [{"name": "portal home", "path": "/"}, {"name": "missing", "path": "/nothing/", "status": 404},
//              {"name": "document with a table", "in": "/mzj/tzgg/", "title": "…", "has": "main table"}]
// An entry with "in" and "title" is found by the link of that text in the list; "has" (a selector or a
// list of selectors) must be in the page, so that the test does not pass on a page of another kind.
// "user": true opens a page as the user of --user, whose password is in ZHANQUN_CHECK_PASSWORD; "lang" is
// the browser's language; "fill" ({"#username": "x"}) types into the page and sends the form that holds it, so that
// "status" and everything else are about the answer to that.
// Each page is opened at both widths in each mode; elder mode is chosen by its cookie, as visitors have it.
// Fails on: unexpected status, console errors, CSP violations, failed requests, requests to another
// host, axe violations, sideways scrolling at 375 px, inline script or style, a missing skip link,
// and errors of the Nu HTML checker (needs java).
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const USAGE = "usage: node run.mjs BASE_URL [PATH…] [--pages FILE.json] [--only REGEX] [--modes normal,elder] [--screenshots DIR] [--full] [--chromium PATH] [--jobs N] [--user NAME]";
const WIDTHS = [1280, 375];
const MODES = ["normal", "elder"];

function stop(message) {
  console.error(message);
  process.exit(2);
}

let args;
try {
  args = parseArgs({
    allowPositionals: true,
    options: {
      pages: { type: "string" },
      only: { type: "string", default: "" },
      modes: { type: "string", default: MODES.join(",") },
      full: { type: "boolean", default: false },
      screenshots: { type: "string" },
      chromium: { type: "string", default: "/usr/bin/chromium" },
      jobs: { type: "string", default: "2" },
      user: { type: "string" },
    },
  });
} catch (error) {
  stop(`${error.message}\n${USAGE}`);
}
const [base, ...paths] = args.positionals;
if (!base || !URL.canParse(base)) stop(USAGE);
const origin = new URL(base).origin;

let pages = paths.map((p) => ({ name: p, path: p }));
if (args.values.pages) {
  try {
    pages = pages.concat(JSON.parse(readFileSync(args.values.pages, "utf8")));
  } catch (error) {
    stop(`${args.values.pages}: ${error.message}`);
  }
}
if (pages.length === 0) pages = [{ name: "home", path: "/" }];
pages = pages.filter((page) => new RegExp(args.values.only, "u").test(page.name));
if (pages.length === 0) stop(`no page is named like ${args.values.only}`);
const modes = args.values.modes.split(",");
for (const mode of modes) if (!MODES.includes(mode)) stop(`no such mode: ${mode}`);

const plain = (html) => html.replace(/<[^>]*>/g, "").replace(/\s+/g, " ").trim();

// The address of the link with this title in a list, on whichever page of it.
async function linkIn(list, title) {
  for (let number = 1; number <= 50; number += 1) {
    const response = await fetch(new URL(number === 1 ? list : `${list}?page=${number}`, origin));
    if (response.status !== 200) break;
    const html = await response.text();
    for (const [, href, text] of html.matchAll(/<a [^>]*?href="([^"]+)"[^>]*>(.*?)<\/a>/gs)) {
      if (plain(text) === title) return href.replaceAll("&amp;", "&");
    }
  }
  return null;
}

for (const page of pages) {
  if (page.in && page.title) {
    page.path = await linkIn(page.in, page.title).catch((error) => stop(`${origin}: ${error.cause?.message ?? error.message}`));
    if (!page.path) stop(`${page.name}: no link "${page.title}" in ${page.in}`);
  }
  if (typeof page.path !== "string" || !page.path.startsWith("/")) stop(`not a page: ${JSON.stringify(page)}`);
  page.name ??= page.path;
  page.status ??= 200;
  page.has = [page.has ?? []].flat();
}

const shots = args.values.screenshots;
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// In the page, before anything of the page runs.
function listen() {
  window.cspViolations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.cspViolations.push(`${event.effectiveDirective} blocks ${event.blockedURI || "?"} (${event.sourceFile || "page"}:${event.lineNumber})`);
  });
}

// In the loaded page.
function inspect() {
  const found = [...window.cspViolations].map((text) => `CSP violation: ${text}`);
  const short = (element) => element.outerHTML.slice(0, 120);
  const DATA = ["application/json", "application/ld+json"];
  for (const element of document.querySelectorAll("script:not([src])")) {
    if (!DATA.includes(element.type)) found.push(`inline script: ${short(element)}`);
  }
  // The editor that is not ours moves its parts by script; whatever is written into a page our policy reports.
  for (const element of document.querySelectorAll("style, [style]:not([style=''])")) {
    if (!element.closest(".tox")) found.push(`inline style: ${short(element)}`);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || /^\s*javascript:/i.test(value)) found.push(`inline script: ${name} in ${short(element)}`);
    }
  }
  for (const image of document.images) {
    if (image.complete && image.currentSrc && image.naturalWidth === 0) found.push(`broken picture: ${image.currentSrc}`);
  }
  return found;
}

function sideways() {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const wide = [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .slice(0, 3)
    .map((element) => element.outerHTML.slice(0, 80));
  return `scrolls sideways: ${document.documentElement.scrollWidth} px in ${width} px: ${wide.join(" | ")}`;
}

function skipLink() {
  const link = document.activeElement;
  const hash = link?.getAttribute?.("href") ?? "";
  if (link?.tagName !== "A" || !hash.startsWith("#") || hash.length < 2) return "no skip link: it must be the first thing that Tab reaches";
  return document.getElementById(hash.slice(1)) ? null : `skip link points to ${hash}, which does not exist`;
}

async function scrollThrough() {
  for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
    window.scrollTo({ top: y, behavior: "instant" });
    await new Promise((done) => setTimeout(done, 15));
  }
  window.scrollTo({ top: 0, behavior: "instant" });
}

async function check(browser, entry, width, mode, sources) {
  const problems = [];
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 740 : 900 }, reducedMotion: "reduce", locale: entry.lang, storageState: entry.user ? loggedIn : undefined });
  try {
    if (mode === "elder") await context.addCookies([{ name: "elder", value: "1", url: origin }]);
    await context.addInitScript(listen);
    const page = await context.newPage();
    const address = new URL(entry.path, origin).href;
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      if (entry.status >= 400 && message.location().url === address) return; // the status itself
      problems.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== origin) problems.push(`request to another host: ${request.url()}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (request.resourceType() !== "eventsource") problems.push(`request failed: ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && response.url() !== address) problems.push(`request failed: ${response.url()} answered ${response.status()}`);
    });

    let response = await page.goto(address, { waitUntil: "load", timeout: 30_000 });
    if (entry.fill) {
      for (const [selector, text] of Object.entries(entry.fill)) await page.fill(selector, text);
      // A form that is taken leads on to a page that shows it.
      const answered = page.waitForResponse((answer) => {
        const request = answer.request().redirectedFrom() ?? answer.request();
        return request.method() === "POST" && (answer.status() < 300 || answer.status() > 399);
      });
      const form = page.locator("main form", { has: page.locator(Object.keys(entry.fill)[0]) });
      await form.locator("button").first().click();
      response = await answered;
      await page.waitForLoadState("load");
    }
    if (response.status() !== entry.status) problems.push(`answered ${response.status()}, expected ${entry.status}`);
    if (width === WIDTHS[0]) sources.set({ entry, mode }, await response.body());
    for (const selector of entry.has) {
      // Scripts may still be making it.
      await page.waitForSelector(selector, { state: "attached", timeout: 5_000 }).catch(() => problems.push(`nothing in the page is ${selector}`));
    }
    if (mode === "elder" && !(await page.locator("link[href*='elder']").count())) problems.push("not in elder mode");

    await page.evaluate(scrollThrough);
    await page.waitForTimeout(100);
    problems.push(...(await page.evaluate(inspect)));
    if (shots) {
      const file = `${entry.name.replace(/[^\p{L}\p{N}]+/gu, "-")}-${width}${mode === "elder" ? "-elder" : ""}.png`;
      await page.screenshot({ path: path.join(shots, file), fullPage: args.values.full, caret: "initial" });
    }
    if (width === 375) {
      const wide = await page.evaluate(sideways);
      if (wide) problems.push(wide);
    }
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] }));
    for (const violation of result.violations) {
      const nodes = violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? node.all[0]?.message ?? ""})`);
      problems.push(`axe ${violation.id} (${violation.impact}), ${violation.nodes.length}×: ${nodes.join("; ")}`);
    }
    await page.keyboard.press("Tab");
    const skip = await page.evaluate(skipLink);
    if (skip) problems.push(skip);
    problems.push(...(await page.evaluate(() => window.cspViolations)).map((text) => `CSP violation: ${text}`));
  } catch (error) {
    problems.push(error.message.split("\n")[0]);
  } finally {
    await context.close();
  }
  return [...new Set(problems)];
}

function nu(sources) {
  const dir = mkdtempSync(path.join(tmpdir(), "zhanqun-nu-"));
  const results = new Map([...sources.keys()].map((key) => [key, []]));
  try {
    const byFile = new Map();
    let number = 0;
    for (const [key, html] of sources) {
      const file = path.join(dir, `${(number += 1)}.html`);
      writeFileSync(file, html);
      byFile.set(path.basename(file), key);
    }
    const jar = path.join(path.dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");
    const run = spawnSync("java", ["-Xss4m", "-jar", jar, "--format", "json", "--stdout", "--skip-non-html", "--errors-only", dir], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (run.error) throw new Error(`the Nu checker needs java: ${run.error.message}`);
    let report;
    try {
      report = JSON.parse(run.stdout);
    } catch {
      throw new Error(`the Nu checker did not run: ${run.stderr.slice(0, 300)}`);
    }
    for (const message of report.messages) {
      const key = byFile.get(path.basename(message.url ?? ""));
      const text = `Nu: ${message.message} (line ${message.lastLine}: ${(message.extract ?? "").replace(/\s+/g, " ").slice(0, 100)})`;
      if (key) results.get(key).push(text);
      else throw new Error(text);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return results;
}

let passed = 0;
let failed = 0;
function report(name, problems) {
  if (problems.length === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  console.log(`FAIL ${name}`);
  for (const problem of problems) console.log(`     ${problem}`);
}

// launch() makes a fresh user-data-dir and removes it again; every check has a context of its own.
const browser = await chromium
  .launch({
    executablePath: args.values.chromium,
    headless: true,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  })
  .catch((error) => stop(`${args.values.chromium} does not start: ${error.message.split("\n")[0]}`));

// The cookies of --user, got through the log-in page.
async function logIn(name) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL("/admin/login", origin).href);
  await page.fill("#username", name);
  await page.fill("#password", process.env.ZHANQUN_CHECK_PASSWORD ?? "");
  await page.click("main form button");
  await page.waitForLoadState("load");
  if (new URL(page.url()).pathname === "/admin/login") stop(`${name} cannot log in: is ZHANQUN_CHECK_PASSWORD set?`);
  const state = await context.storageState();
  await context.close();
  return state;
}
const loggedIn = args.values.user ? await logIn(args.values.user) : undefined;

const sources = new Map();
const queue = pages.flatMap((entry) => modes.flatMap((mode) => WIDTHS.map((width) => ({ entry, width, mode }))));
const jobs = Math.max(1, Number.parseInt(args.values.jobs, 10) || 1);
await Promise.all(
  Array.from({ length: jobs }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { entry, width, mode } = next;
      report(`${entry.name} (${entry.path}) at ${width} px, ${mode}`, await check(browser, entry, width, mode, sources));
    }
  }),
);
await browser.close();

if (sources.size > 0) {
  try {
    for (const [{ entry, mode }, problems] of nu(sources)) report(`${entry.name} (${entry.path}) HTML, ${mode}`, problems);
  } catch (error) {
    report("Nu HTML checker", [error.message]);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

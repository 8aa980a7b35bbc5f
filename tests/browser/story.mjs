// Plays the first day of a department in Chromium: a notice goes from a clerk's clipboard to the portal.
//
//   node story.mjs BASE_URL --chromium PATH [--screenshots DIR]
//
// People, all with the password in ZHANQUN_CHECK_PASSWORD: of the subsite mzj li.fang (editor), zhao.gang (reviewer),
// chen.jing (publisher), he.mei (manager) and wang.qiang (editor); of the portal sun.lei (publisher); of the subsite jyj
// qian.duo (editor, reviewer, publisher and manager). The portal's column bmdt takes what others push to it.
// With --screenshots the pictures of docs/ are made anew.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const args = parseArgs({
  allowPositionals: true,
  options: { chromium: { type: "string", default: "/usr/bin/chromium" }, screenshots: { type: "string" } },
});
const origin = new URL(args.positionals[0]).origin;
const password = process.env.ZHANQUN_CHECK_PASSWORD ?? "";
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = args.values.screenshots;
if (shots) mkdirSync(shots, { recursive: true });

const TITLE = "关于申报2026年度临时救助备用金的通知";
// Pictures of the demonstration city, as Word hands over those of a document.
const files = new URL("../../sites/mzj/content/files/", import.meta.url);
const [FIRST, SECOND] = ["zhangzhe-shitang.jpg", "jinglao.jpg"].map((name) => readFileSync(new URL(name, files), "base64"));
// As Word puts it on the clipboard.
const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {mso-style-parent:""; font-family:仿宋_GB2312} --></style></head>
<body lang=ZH-CN><!--StartFragment-->
<p class=MsoNormal style='text-indent:32.0pt;mso-char-indent-count:2.0'><span style='font-family:仿宋_GB2312;mso-hansi-font-family:"Times New Roman"'>各乡镇人民政府、街道办事处：<o:p></o:p></span></p>
<h1 style='mso-pagination:widow-orphan'><span style='font-family:黑体'>一、申报范围<o:p></o:p></span></h1>
<p class=MsoNormal><span style='font-family:仿宋_GB2312'>辖区内困难群众，名额见下表。<o:p></o:p></span></p>
<table class=MsoTableGrid border=1 cellspacing=0 style='border-collapse:collapse;mso-yfti-tbllook:1184'>
<tr style='mso-yfti-irow:0'><td style='border:solid windowtext 1.0pt'><p class=MsoNormal><b>乡镇<o:p></o:p></b></p></td><td><p class=MsoNormal><b>名额<o:p></o:p></b></p></td></tr>
<tr style='mso-yfti-irow:1'><td><p class=MsoNormal>天池镇<o:p></o:p></p></td><td><p class=MsoNormal><span lang=EN-US>12<o:p></o:p></span></p></td></tr>
<tr style='mso-yfti-irow:2'><td><p class=MsoNormal>阳和镇<o:p></o:p></p></td><td><p class=MsoNormal><span lang=EN-US>9<o:p></o:p></span></p></td></tr>
</table>
<p class=MsoNormal><img width=480 height=320 src="data:image/jpeg;base64,${FIRST}" alt="办理地点示意图"><o:p></o:p></p>
<p class=MsoNormal><img width=480 height=320 src="data:image/jpeg;base64,${SECOND}" alt="申请流程图"><o:p></o:p></p>
<p class=MsoNormal align=right style='text-align:right'>华蓥市民政局<o:p></o:p></p>
<!--EndFragment--></body></html>`;

const problems = [];
const browser = await chromium.launch({ executablePath: args.values.chromium, args: ["--no-sandbox", "--disable-gpu"] });

async function windowOf(name, { javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "zh-CN", reducedMotion: "reduce", javaScriptEnabled });
  await context.addInitScript(() => {
    window.cspViolations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.cspViolations.push(`${event.effectiveDirective} blocks ${event.blockedURI || "?"}`));
  });
  const page = await context.newPage();
  page.expected = new Set();
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) problems.push(`${name}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${name}: script error: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 400 && !page.expected.has(response.status())) problems.push(`${name}: ${response.url()} answered ${response.status()}`);
  });
  if (name) {
    await page.goto(`${origin}/admin/login`);
    await page.fill("#username", name);
    await page.fill("#password", password);
    await Promise.all([page.waitForURL((url) => url.pathname !== "/admin/login"), page.click("main form button")]);
  }
  return page;
}

async function look(page, name, picture) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const violation of result.violations) problems.push(`${name}: axe ${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
  for (const violation of await page.evaluate(() => window.cspViolations ?? [])) problems.push(`${name}: policy: ${violation}`);
  if (!shots || !picture) return;
  await page.evaluate(() => document.activeElement?.blur());
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => !document.querySelector("#say .toast"));
  await page.screenshot({ path: path.join(shots, `${picture}.png`) });
}

let passed = 0;
let failed = 0;
async function act(name, play) {
  problems.length = 0;
  try {
    await play();
  } catch (error) {
    problems.push(error.message.split("\n").slice(0, 4).join(" "));
  }
  if (problems.length === 0) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`FAIL ${name}`);
    for (const problem of new Set(problems)) console.log(`     ${problem}`);
  }
}
function expect(holds, message) {
  if (!holds) problems.push(message);
}

const ready = (page) => page.waitForSelector("#editor.ready", { timeout: 20_000 });
const body = (page) => page.frameLocator(".tox iframe").locator("body");
const saved = (page) => page.waitForSelector('#save-state[data-state="saved"]', { timeout: 40_000 });
// The button of a form of the editor's side, by the address that it goes to.
const press = async (page, act) => {
  const form = `form[action$="/${act}"]`;
  await Promise.all([page.waitForEvent("load"), page.locator(`${form} button`).last().click()]);
};
const waiting = async (page, title) => {
  await page.goto(`${origin}/admin/inbox`);
  return page.locator(`main a:has-text("${title}")`);
};

let address = "";
let number = "";
const [li, zhao, chen, he, sun, qian] = await Promise.all(["li.fang", "zhao.gang", "chen.jing", "he.mei", "sun.lei", "qian.duo"].map(windowOf));

await act("the manager says who reviews and who publishes", async () => {
  await he.goto(`${origin}/admin/sites/mzj/workflow`);
  await he.fill("#name", "两级审签");
  await he.fill("#name1", "科室审核");
  await he.selectOption("#role1", "reviewer");
  await he.fill("#name2", "局领导签发");
  await he.selectOption("#role2", "publisher");
  await Promise.all([he.waitForEvent("load"), he.locator("form.card button").first().click()]);
  expect(await he.locator("main .items:has-text('科室审核 → 局领导签发')").count(), "the flow is listed");
  await look(he, "workflow");
});

await act("the clerk sees her own subsite only", async () => {
  await li.goto(`${origin}/admin/`);
  const page = await li.locator("main").innerText();
  expect(page.includes("民政局"), "her own site is there");
  expect(!page.includes("教育局") && !page.includes("公安局"), "no other site is there");
  await look(li, "home", "admin-home");
});

await act("the clerk pastes a notice from Word, attaches a form and submits it", async () => {
  await li.goto(`${origin}/admin/sites/mzj/documents/new`);
  await ready(li);
  await li.selectOption("#channel", { label: "通知公告" });
  await li.fill("#title", TITLE);
  await li.fill("#summary", "申报临时救助备用金的范围、名额和办法。");
  await li.fill("#source", "华蓥市民政局");
  await body(li).click();
  await body(li).evaluate((element, html) => {
    const transfer = new DataTransfer();
    transfer.setData("text/html", html);
    transfer.setData("text/plain", "各乡镇人民政府");
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
  }, WORD);
  await li.waitForFunction(() => document.querySelector(".tox iframe").contentDocument.querySelectorAll("table th[scope]").length === 2, null, { timeout: 20_000 });
  const html = await body(li).evaluate((element) => element.innerHTML);
  expect(!/mso|style=|<o:p|MsoNormal/i.test(html), `marks of Word are left: ${html.match(/.{0,40}(mso|style=|<o:p|MsoNormal).{0,40}/i)?.[0]}`);
  expect(/<h2[^>]*>一、申报范围<\/h2>/.test(html), "the heading is one");
  expect((html.match(/<img [^>]*src="[^"]*\/media\//g) ?? []).length === 2, `two pictures were brought: ${html.match(/<img[^>]*>/g)}`);
  await li.click("[data-choose=file]");
  await li.setInputFiles("dialog[open] input[type=file]", { name: "临时救助申请表.txt", mimeType: "text/plain", buffer: Buffer.from("临时救助申请表\n姓名：\n") });
  await li.click("dialog[open] .media-pick[data-name='临时救助申请表.txt']");
  await li.waitForFunction(() => document.querySelector("#attachments input[name=attachment_title]")?.value === "临时救助申请表");
  await li.check("#secrecy");
  await look(li, "editor", "admin-editor");
  await Promise.all([li.waitForEvent("load"), li.click(".editor-save button.main")]);
  await ready(li);
  address = new URL(li.url()).pathname;
  number = address.match(/\/documents\/(\d+)\//)?.[1] ?? "";
  expect(number, `the document has an address of its own: ${address}`);
  await press(li, "submit");
  expect(await li.locator(".badge.in_review").count(), "it is in review");
});

await act("her section head returns it with a comment", async () => {
  const link = await waiting(zhao, TITLE);
  expect((await link.count()) > 0, "it waits in the inbox");
  await look(zhao, "inbox", "admin-inbox");
  await link.first().click();
  await zhao.waitForLoadState();
  await zhao.fill("#return-opinion", "请补充申报截止时间。");
  await press(zhao, "return");
});

await act("the clerk mends it and submits it again", async () => {
  const link = await waiting(li, TITLE);
  expect((await li.locator("main").innerText()).includes("请补充申报截止时间。"), "the comment is in her inbox");
  await link.first().click();
  await ready(li);
  await body(li).click();
  await li.keyboard.press("Control+End");
  await li.keyboard.press("Enter");
  await li.keyboard.type("申报截止时间为2026年12月10日。");
  await saved(li);
  await Promise.all([li.waitForEvent("load"), li.click(".editor-save button.main")]);
  await ready(li);
  await press(li, "submit");
});

await act("the section head approves and the deputy director publishes", async () => {
  await (await waiting(zhao, TITLE)).first().click();
  await zhao.waitForLoadState();
  await press(zhao, "approve");
  const link = await waiting(chen, TITLE);
  expect((await link.count()) > 0, "it waits for the deputy director");
  await link.first().click();
  await chen.waitForLoadState();
  await look(chen, "sign");
  await press(chen, "approve");
  const visitor = await windowOf("");
  await visitor.goto(`${origin}/mzj/`);
  expect((await visitor.locator("main").innerText()).includes(TITLE), "it stands on /mzj/ at the next request");
  await visitor.locator(`a:has-text("${TITLE}")`).first().click();
  await visitor.waitForLoadState();
  expect((await visitor.locator("main").innerText()).includes("申报截止时间为2026年12月10日。"), "the document says what was added");
  expect((await visitor.locator("main table th[scope]").count()) === 2, "its table has header cells");
  for (const picture of await visitor.locator("main img[src*='/media/']").all()) {
    expect(await picture.evaluate((element) => element.complete && element.naturalWidth > 0), "a picture is shown");
  }
  await look(visitor, "published", "admin-published");
});

await act("it is pushed to the portal and stands on its home page", async () => {
  await chen.goto(`${origin}${address}push`);
  await chen.selectOption("#channel", { index: 1 });
  await Promise.all([chen.waitForEvent("load"), chen.locator("main form button").first().click()]);
  await sun.goto(`${origin}/admin/sites/www/received`);
  expect((await sun.locator("main").innerText()).includes(TITLE), "the portal's publisher finds it");
  await look(sun, "received");
  await Promise.all([sun.waitForEvent("load"), sun.locator("button[value=refer]").first().click()]);
  const visitor = await windowOf("");
  await visitor.goto(`${origin}/`);
  expect((await visitor.locator("main").innerText()).includes(TITLE), "it stands on the portal's home page");
});

await act("nobody of another department sees, guesses or touches any of it", async () => {
  qian.expected.add(404);
  for (const place of ["", "history", "compare?a=1&b=2", "preview", "sheet", "move", "copy", "push"]) {
    const answer = await qian.goto(`${origin}${address}${place}`);
    expect(answer.status() === 404, `${address}${place} answers ${answer.status()}`);
  }
  for (const place of ["/admin/sites/mzj/", "/admin/sites/mzj/documents?q=临时救助", "/admin/sites/mzj/workflow", "/admin/sites/mzj/media"]) {
    const answer = await qian.goto(`${origin}${place}`);
    expect(answer.status() === 404, `${place} answers ${answer.status()}`);
  }
  await qian.goto(`${origin}/admin/`);
  expect(!(await qian.content()).includes(TITLE), "it is not on the first page");
});

// Goes on with Tab until the keyboard is at something.
async function reach(page, wanted) {
  for (let step = 0; step < 120; step += 1) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), wanted)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${wanted}`);
}

await act("a notice is written and handed in with the keyboard alone", async () => {
  const title = "关于开展敬老月活动的通知";
  const wang = await windowOf("");
  await wang.goto(`${origin}/admin/login`);
  await reach(wang, "#username");
  await wang.keyboard.type("wang.qiang");
  await reach(wang, "#password");
  await wang.keyboard.type(password);
  await Promise.all([wang.waitForURL((url) => url.pathname !== "/admin/login"), wang.keyboard.press("Enter")]);
  await wang.goto(`${origin}/admin/sites/mzj/documents/new`);
  await ready(wang);
  await reach(wang, "#title");
  await wang.keyboard.type(title);
  await reach(wang, "#channel");
  const column = () => wang.evaluate(() => document.querySelector("#channel").selectedOptions[0].label);
  for (let step = 0; step < 40 && (await column()) !== "通知公告"; step += 1) await wang.keyboard.press("ArrowDown");
  await reach(wang, ".tox iframe");
  await wang.keyboard.type("本月开展敬老月活动。");
  await reach(wang, "#summary");
  await wang.keyboard.type("敬老月活动的安排。");
  await reach(wang, "#secrecy");
  await wang.keyboard.press("Space");
  await reach(wang, ".editor-save button.main");
  await Promise.all([wang.waitForEvent("load"), wang.keyboard.press("Enter")]);
  await ready(wang);
  await reach(wang, "#note");
  await wang.keyboard.type("请审核。");
  await reach(wang, 'form[action$="/submit"] button');
  await Promise.all([wang.waitForEvent("load"), wang.keyboard.press("Enter")]);
  expect(await wang.locator(".badge.in_review").count(), "it is in review");
  expect((await body(wang).textContent().catch(() => wang.inputValue("#body"))).includes("敬老月活动"), "its text is what was typed");
  await wang.context().close();
});

await act("forms work without JavaScript", async () => {
  const title = "关于发放高龄津贴的通知";
  const wang = await windowOf("wang.qiang", { javaScriptEnabled: false });
  await wang.goto(`${origin}/admin/sites/mzj/documents/new`);
  await wang.fill("#title", title);
  await wang.selectOption("#channel", { label: "通知公告" });
  await wang.fill("#summary", "高龄津贴发放的办法。");
  await wang.fill("#body", "<p>高龄津贴按月发放。</p><script>alert(1)</script>");
  await wang.check("#secrecy");
  await Promise.all([wang.waitForEvent("load"), wang.click(".editor-save button.main")]);
  expect((await wang.inputValue("#body")).trim() === "<p>高龄津贴按月发放。</p>", `what is stored: ${await wang.inputValue("#body")}`);
  await press(wang, "submit");
  expect(await wang.locator(".badge.in_review").count(), "it is in review");
  for (const [name, step] of [["zhao.gang", "科室审核"], ["chen.jing", "局领导签发"]]) {
    const person = await windowOf(name, { javaScriptEnabled: false });
    const link = await waiting(person, title);
    expect((await person.locator("main").innerText()).includes(step), `${name} has the step ${step} before him`);
    await link.first().click();
    await person.fill("#opinion", "同意。");
    await press(person, "approve");
    await person.context().close();
  }
  await wang.goto(`${origin}/mzj/`);
  expect((await wang.locator("main").innerText()).includes(title), "it stands on /mzj/");
  await wang.goto(`${origin}/admin/sites/mzj/documents?q=${encodeURIComponent("高龄津贴")}&state=published`);
  expect((await wang.locator("main").innerText()).includes(title), "the list finds it");
  await wang.context().close();
});

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

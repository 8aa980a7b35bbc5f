"""An old site moves in by its dump or its pages: the dry run, the import, every old address, kill -9 in the middle, and the way back."""

import html
import json
import random
import re
import subprocess
import time
import urllib.parse

from city import PROJECT, Failed, expect

HOST = "lao.mzj.example"
# 2010-04-12 09:30 in Beijing.
SENT = 1_271_035_800
DAY = 86_400
TABLES = """SET NAMES gbk;
CREATE TABLE `dede_arctype` (`id` int, `reid` int, `sortrank` int, `typename` char(30), `typedir` char(60), `isdefault` int, `defaultname` char(15), `ispart` int, `namerule` char(50), `namerule2` char(50), `content` text) TYPE=MyISAM;
CREATE TABLE `dede_channeltype` (`id` int, `nid` char(20), `addtable` varchar(50));
CREATE TABLE `dede_sysconfig` (`aid` int, `varname` varchar(20), `value` text);
INSERT INTO `dede_sysconfig` VALUES (1,'cfg_basehost','http://%s'),(2,'cfg_webname','老民政网'),(3,'cfg_cmspath','');
INSERT INTO `dede_channeltype` VALUES (1,'article','dede_addonarticle');
INSERT INTO `dede_arctype` VALUES (1,0,10,'往年通知','{cmspath}/a/tz',1,'index.html',0,'','',''),(2,0,20,'往年动态','{cmspath}/a/dt',1,'index.html',0,'','','');
""" % HOST

# Texts differ as those of people do: what all pages have in common is furniture.
WORDS = "社区 老人 救助 低保 婚姻 登记 殡葬 慈善 福利 优抚 安置 地名 区划 社团 养老 儿童 救灾 物资 审批 公示 名单 申请 材料 窗口 办理 期限 标准 提高 检查 会议".split()


class Old:
    """The old site: what its dump and its folder of uploads hold."""

    def __init__(self, folder, articles):
        self.folder, self.dump = folder, folder / "dump.sql"
        pictures = folder / "uploads" / "allimg"
        pictures.mkdir(parents=True)
        rows = []
        self.articles = {}
        for number in range(1, articles + 1):
            kind = 1 + number % 2
            title, sent = f"往年第{number}号文稿", SENT + number * DAY
            day = time.gmtime(sent + 8 * 3600)
            path = f"/a/{('tz', 'dt')[kind - 1]}/{day.tm_year}/{day.tm_mon:02}{day.tm_mday:02}/{number}.html"
            text = f"<p>这是第{number}号文稿的正文，请看<a href=\"/plus/view.php?aid={number % articles + 1}\">下一号</a>。</p>"
            if number % 5 == 0:
                (folder / "uploads" / f"{number}.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + number.to_bytes(4, "big") * 200)
                text += f'<p><a href="/uploads/{number}.doc">申请表{number}</a></p>'
            quoted = text.replace("'", "\\'")
            rows.append(f"INSERT INTO `dede_archives` VALUES('{number}','{kind}','0','{sent}','','1','1','0','9','0','{title}','','','李春梅','本站','','{sent}','{sent}','1','','0','0','0','0','0','0','','','1','0','0','{number}');")
            rows.append(f"INSERT INTO `dede_addonarticle` VALUES('{number}','{kind}','{quoted}','','','127.0.0.1');")
            self.articles[path] = (title, f"{day.tm_year}-{day.tm_mon:02}-{day.tm_mday:02}")
        self.dump.write_bytes((TABLES + "\n".join(rows) + "\n").encode("gbk"))

    def command(self, *more):
        return ["import", "dede", self.dump, "--site", "mzj", "--media", self.folder, "--publish", *more]

    source = "dump.sql"


class Mirrored:
    """The old site: a folder as wget leaves it, in GBK, with lists, files and spellings."""

    source = "mirror"

    def __init__(self, folder, articles):
        self.folder = folder / "mirror"
        uploads = self.folder / "uploadfile"
        uploads.mkdir(parents=True)
        menu = '<div class="nav"><a href="index.asp">首页</a> | <a href="class.asp?classid=1">通知</a> | <a href="class.asp?classid=2">动态</a></div>'
        foot = '<div class="foot">版权所有：老民政局　地址：人民路1号　电话：0000-1234567</div>'
        self.articles, rows = {}, {1: [], 2: []}
        for number in range(1, articles + 1):
            column = 1 + number % 2
            title, sent = f"往年第{number}号文稿", time.gmtime(SENT + number * DAY + 8 * 3600)
            day = f"{sent.tm_year}-{sent.tm_mon:02}-{sent.tm_mday:02}"
            words = random.Random(number)
            text = "".join(f"<p>{''.join(words.choices(WORDS, k=30))}。</p>" for _ in range(3))
            text += f'<p>请看<a href="Show.asp?ID={number % articles + 1}">另一号</a>。</p>'
            if number % 5 == 0:
                (uploads / f"{number}.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + number.to_bytes(4, "big") * 200)
                text += f'<p><a href="uploadfile/{number}.doc">申请表{number}</a></p>'
            crumb = f'<div class="crumb">当前位置：<a href="index.asp">首页</a> &gt; <a href="class.asp?classid={column}">{("通知", "动态")[column - 1]}</a> &gt; 正文</div>'
            body = f'<h1>{title}</h1><div class="info">发布时间：{day}　来源：本站</div><div id="content">{text}</div>'
            self.write(f"show.asp?id={number}", f"{title} - 老民政局", menu + crumb + body + foot)
            self.articles[f"/show.asp?id={number}"] = (title, day)
            rows[column].append(f'<li><a href="show.asp?id={number}">{title}</a> {day}</li>')
        for column, name in ((1, "通知"), (2, "动态")):
            self.write(f"class.asp?classid={column}", f"{name} - 老民政局", f"{menu}<h2>{name}</h2><ul>{''.join(rows[column])}</ul>{foot}")
        self.write("index.asp", "老民政局", f"{menu}<ul>{''.join(rows[1][:9] + rows[2][:9])}</ul>{foot}")

    def write(self, name, title, body):
        page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{title}</title></head><body>{body}</body></html>'
        (self.folder / name).write_bytes(page.encode("gbk"))

    def command(self, *more):
        return ["import", "mirror", self.folder, "--site", "mzj", "--old-host", HOST, "--publish", *more]


def follow(city, path, host=HOST):
    """One answer and, if it leads on, the answer there: (status, address, status there, page)."""
    status, headers, body = city.get(path, {"Host": host})
    if status != 301:
        return status, "", 0, body.decode("utf-8", "replace")
    there = urllib.parse.urlsplit(headers["location"])
    then, _, page = city.get(there.path + ("?" + there.query if there.query else ""))
    return status, there.path, then, page.decode("utf-8", "replace")


def everything_is_there(city, old):
    """Every old address leads in one step to its page with its title and its date; no document is there twice."""
    places = {}
    for path, (title, day) in old.articles.items():
        status, there, then, page = follow(city, path)
        expect((status, then) == (301, 200), f"{path}: {status} to {there or 'nowhere'}, {then} there")
        expect(re.search(rf"<h1[^>]*>\s*{title}\s*</h1>", page), f"{there}: no heading {title}")
        expect(day in page, f"{there}: not of {day}")
        expect(places.setdefault(there, path) == path, f"{there} is {places[there]} and {path}")
    titles = [title for title, _ in old.articles.values()]
    for wanted in (titles[0], titles[-1]):
        _, _, body = city.get("/search?q=" + urllib.parse.quote(wanted))
        found = re.findall(r'<a href="(/mzj/[^"]+)"[^>]*>(.*?)</a>', body.decode())
        same = {link for link, shown in found if html.unescape(re.sub(r"<[^>]+>", "", shown)).strip() == wanted}
        expect(len(same) <= 1, f"{wanted} stands at {sorted(same)}")
    return len(places)


def move(city):
    """Dry run, mapping file, import, addresses, the same again, and the way back."""
    old = Old(city.folder / "old", 40)
    mapping, report, addresses = (city.folder / name for name in ("columns.toml", "report.json", "addresses.csv"))
    city.start()
    city.stop()
    said = city.good("journal", "verify")
    city.good(*old.command("--dry-run", "--mapping", mapping, "--report", report))
    expect(city.good("journal", "verify") == said, "the dry run wrote to the journal")
    tried = json.loads(report.read_text())
    expect(tried["figures"]["imported"] == len(old.articles), f"the dry run found {tried['figures']}")
    proposed = mapping.read_text()
    expect("往年通知" in proposed and "往年动态" in proposed, f"the mapping file does not name the columns: {proposed}")
    mapping.write_text(re.sub(r'(name = "往年通知"\ndocuments = \d+\nto = )"[^"]*"', r'\1"tzgg"', proposed))
    city.good(*old.command("--mapping", mapping, "--report", report, "--addresses", addresses))
    done = json.loads(report.read_text())
    expect(done["figures"]["imported"] == tried["figures"]["imported"], "the run did something else than the dry run")
    listed = addresses.read_text("utf-8-sig")
    expect(all(f"http://{HOST}{path}" in listed for path in old.articles), "an old address is not in the list")
    city.start()
    count = everything_is_there(city, old)
    first = next(iter(old.articles))
    _, there, _, _ = follow(city, first)
    for spelled in (first.upper(), first + "?", "/plus/view.php?aid=1", "/plus/view.php?AID=1", "/plus/view-1-1.html"):
        for host in (HOST, f"www.{HOST}"):
            expect(follow(city, spelled, host)[:3] == (301, there, 200), f"{host}{spelled}: {follow(city, spelled, host)[:3]}")
    status, _, body = city.get("/uploads/5.doc", {"Host": HOST})
    expect(status == 301, f"an attachment answered {status}")
    status, _, _, page = follow(city, "/a/tz/never.html")
    expect(status == 404 and 'role="search"' in page, f"an unknown old address answered {status}")
    city.good(*old.command("--mapping", mapping, "--report", report))
    again = json.loads(report.read_text())
    expect(again["batch"] == "" and again["figures"]["unchanged"] == len(old.articles), f"the same again: {again['figures']}")
    city.good("import", "undo", done["batch"])
    status, _, _, _ = follow(city, first)
    expect(status == 404, f"after the undo an old address answered {status}")
    return f"{count} documents by their old addresses, the same again brings nothing, undone"


def killed(city, cycles, seed=None, kind=Old):
    """kill -9 while an import writes, again and again; the same command goes on: no gap, nothing twice."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    rng = random.Random(seed)
    old = kind(city.folder / "old", 600)
    report = city.folder / "report.json"
    command = [city.binary, *map(str, old.command())]
    told = 0
    try:
        city.start()
        city.stop()
        began = time.monotonic()
        city.good(*old.command("--dry-run"))
        whole = max(1.0, time.monotonic() - began)
        for _ in range(cycles):
            with open(city.log, "ab") as log:
                process = subprocess.Popen(command, cwd=city.folder, env=city.environment, stdout=log, stderr=log)
                try:
                    process.wait(rng.uniform(0.3, 1) * whole)
                except subprocess.TimeoutExpired:
                    told += 1
                process.kill()
                process.wait()
            city.good("journal", "verify")
        city.good(*old.command("--report", report))
        figures = json.loads(report.read_text())["figures"]
        here = figures["imported"] + figures["updated"] + figures["unchanged"]
        expect(here == len(old.articles), f"{here} of {len(old.articles)} are there: {figures}")
        runs = [line for line in city.good("import", "list").splitlines() if old.source in line]
        expect(len(runs) == 1, f"the runs are {runs}")
        city.start()
        count = everything_is_there(city, old)
        city.no_panic()
        city.stop()
    except Failed as failed:
        raise Failed(f"seed {seed}: {failed}") from None
    return f"{told} of {cycles} imports killed, {count} documents, none missing, none twice"


def practice(city):
    """The practice mirror, when it is there: nothing public unless it is said; every address worth keeping leads on."""
    site = PROJECT.parent / "shared" / "data" / "oldsite-asp"
    if not (site / "truth.jsonl").is_file():
        return "skipped: the practice site is not here"
    host = json.loads((site / "meta.json").read_text())["host"]
    truth = [json.loads(line) for line in (site / "truth.jsonl").read_text().splitlines()]
    # What the mirror does not have, nobody can bring; an attachment may have been saved by the program that led to it.
    here = [line for line in truth if line["must_keep"] and line["mirror"] and is_there(site / "site", line["mirror"])]
    kept = ["/" + line["mirror"] if line["kind"] == "attachment" else line["url"] for line in here]
    command = ["import", "mirror", site / "site", "--site", "mzj", "--old-host", host]
    report = city.folder / "report.json"
    city.start()
    before = city.addresses()
    city.stop()
    city.good(*command, "--report", report)
    city.start()
    expect(city.addresses() == before, "something was published that nobody asked for")
    expect(follow(city, "/show.asp?id=235", host)[2] != 200, "a draft can be read")
    city.stop()
    city.good("import", "undo", json.loads(report.read_text())["batch"])
    city.good(*command, "--publish", "--report", report)
    figures = json.loads(report.read_text())["figures"]
    city.start()
    answers = {url: follow(city, urllib.parse.quote(url, safe="/?=&%"), host)[:3] for url in kept}
    lost = {url: answer for url, answer in answers.items() if answer[::2] != (301, 200)}
    expect(not lost, f"{len(lost)} of {len(kept)} lead nowhere: {list(lost.items())[:5]}")
    return f"{len(kept)} old addresses lead on in one step, {figures['imported']} documents"


def is_there(folder, name):
    """The truth names files as text; the mirror has them in the bytes of the links."""
    return any((folder / name.encode(charset, "replace").decode("utf-8", "surrogateescape")).is_file() for charset in ("utf-8", "gbk"))

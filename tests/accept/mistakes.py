"""Every kind of mistake in what people write: one clear line, never a panic, nothing applied."""

import re
import shutil

from city import Failed, expect

GOOD_REDIRECTS = "from,to\n/good.htm,/mzj/\n"


def told(name, code, text, codes, wanted):
    """The answer to a mistake: the exit code, clean lines, the place."""
    expect("panicked" not in text and "RUST_BACKTRACE" not in text, f"{name}: panic: {text[-400:]}")
    expect(code in codes, f"{name}: exit {code}, not {codes}: {text[-400:]}")
    for part in [wanted] if isinstance(wanted, str) else wanted:
        expect(re.search(part, text), f"{name}: nothing like {part!r} in: {text[-400:]}")
    lines = [line for line in text.splitlines() if line.strip()]
    expect(lines, f"{name}: no word")
    expect(len(lines) <= 20, f"{name}: {len(lines)} lines: {text[:400]}")


class All:
    """Tries every mistake before it tells which ones were taken badly."""

    def __init__(self):
        self.tried, self.bad = 0, []

    def __call__(self, *arguments):
        self.tried += 1
        try:
            told(*arguments)
        except Failed as failed:
            self.bad.append(str(failed).strip())

    def end(self):
        expect(not self.bad, f"{len(self.bad)} of {self.tried} mistakes:" + "".join(f"\n     {bad}" for bad in self.bad))
        return f"{self.tried} mistakes, each told clearly"


CONFIG = [
    ("unknown key", "[server]\nlissten = []\n", r"zhanqun\.toml:2.*lissten"),
    ("unknown section", "[servers]\n", r"zhanqun\.toml:1.*servers"),
    ("text for a number", '[server.limits]\nconnections = "many"\n', r"zhanqun\.toml:2"),
    ("negative number", "[storage]\ncache_mb = -1\n", r"zhanqun\.toml:2"),
    ("zero", "[storage]\ncache_mb = 0\n", r"zhanqun\.toml:2.*cache_mb"),
    ("not an address", '[server]\nlisten = ["here"]\n', r"zhanqun\.toml:2.*listen"),
    ("port too large", '[server]\nlisten = ["127.0.0.1:99999"]\n', r"zhanqun\.toml:2.*listen"),
    ("host without port", '[server]\nlisten = ["127.0.0.1"]\n', r"zhanqun\.toml:2"),
    ("not TOML", "[server\n", r"zhanqun\.toml:1"),
    ("twice", '[log]\nlevel = "info"\nlevel = "warn"\n', r"zhanqun\.toml:[23]"),
    ("log format", '[log]\nformat = "xml"\n', r"zhanqun\.toml:2.*xml"),
    ("log level", '[log]\nlevel = "loud"\n', r"zhanqun\.toml:2.*level"),
    ("not a network", '[server]\ntrusted_proxies = ["10.0.0.0/99"]\n', r"zhanqun\.toml:2"),
    ("https without certificates", '[server]\nhttps = ["127.0.0.1:0"]\n', r"zhanqun\.toml"),
    (
        "certificate that is not there",
        '[server]\nhttps = ["127.0.0.1:0"]\n[[server.certificates]]\nhost = "a.example"\ncert = "no.crt"\nkey = "no.key"\n',
        r"no\.crt|no\.key",
    ),
    ("BOM and CRLF are no mistake", None, None),
    ("not UTF-8", b"[log]\nlevel = \"\xff\xfe\"\n", r"zhanqun\.toml"),
    ("control characters", b"[log]\nlevel = \"a\x00b\"\n", r"zhanqun\.toml:2"),
]

ENVIRONMENT = [
    ("ZHANQUN_STORAGE__DIRR", "x", r"ZHANQUN_STORAGE__DIRR"),
    ("ZHANQUN_STORAGE__CACHE_MB", "lots", r"ZHANQUN_STORAGE__CACHE_MB"),
    ("ZHANQUN_THEMES__WATCH", "maybe", r"ZHANQUN_THEMES__WATCH"),
    ("ZHANQUN_SERVER__LISTEN", "nowhere", r"ZHANQUN_SERVER__LISTEN"),
    ("ZHANQUN_SERVER__LISTEN", "203.0.113.7:80", r"203\.0\.113\.7:80"),
    ("ZHANQUN_SITES__DIR", "/nothing/here", r"/nothing/here"),
    ("ZHANQUN_THEMES__DIR", "/nothing/here", r"/nothing/here"),
    ("ZHANQUN_STORAGE__DIR", "/proc/zhanqun", r"/proc/zhanqun"),
]


def configuration(city):
    folder = city.folder / "config"
    folder.mkdir()
    file = folder / "zhanqun.toml"
    tell = All()
    for name, text, wanted in CONFIG:
        if text is None:
            file.write_bytes('\ufeff[log]\r\nlevel = "warn"\r\n'.encode())
            code, out, err = city.run("site", "list")
            expect(code == 0, f"{name}: exit {code}: {err}")
            continue
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        for command in ("serve", "check"):
            # The listeners of the environment would hide those of the file.
            hidden = {k: city.environment.pop(k) for k in ("ZHANQUN_SERVER__LISTEN", "ZHANQUN_SERVER__OPS")}
            try:
                code, out, err = city.run(command)
            finally:
                city.environment.update(hidden)
            tell(f"{name}, {command}", code, err + (out if command == "check" else ""), (2,) if command == "serve" else (1, 2), wanted)
    file.unlink()
    code, _, err = city.run("--config", "not-there.toml", "check")
    tell("--config of no file", code, err, (2,), "not-there.toml")
    code, _, err = city.run("--config", city.folder, "check")
    tell("--config of a folder", code, err, (2,), re.escape(str(city.folder)))
    for name, value, wanted in ENVIRONMENT:
        code, _, err = city.run("serve", **{name: value})
        tell(f"{name}={value}", code, err, (1, 2), wanted)
    return tell.end()


def spoil(old, new):
    return lambda text: text.replace(old, new, 1)


SITES = [
    ("unknown key", spoil("theme =", 'colour = "red"\ntheme ='), r"mzj/site\.toml:\d+.*colour"),
    ("not TOML", spoil("theme =", "theme"), r"mzj/site\.toml:\d+"),
    ("no name", spoil('name = "华蓥市民政局"', ""), r"mzj/site\.toml.*name"),
    ("empty name", spoil('name = "华蓥市民政局"', 'name = " "'), r"mzj/site\.toml:1.*name"),
    ("kind", spoil('kind = "department"', 'kind = "ministry"'), r"mzj/site\.toml:\d+.*ministry"),
    ("state", spoil('state = "online"', 'state = "open"'), r"mzj/site\.toml:\d+.*open"),
    ("theme that is not there", spoil('theme = "county"', 'theme = "golden"'), r"mzj/site\.toml:\d+.*golden"),
    ("theme with a path", spoil('theme = "county"', 'theme = "../county"'), r"mzj/site\.toml:\d+"),
    ("parent that is not there", spoil('parent = "www"', 'parent = "wwww"'), r"mzj/site\.toml.*wwww"),
    ("its own parent", spoil('parent = "www"', 'parent = "mzj"'), r"mzj/site\.toml.*parent"),
    ("a second portal", spoil('kind = "department"\nparent = "www"', 'kind = "portal"'), r"site\.toml.*portal|site\.toml.*hosts"),
    ("host of another site", spoil('old_hosts = ["mzj.huaying.example"', 'old_hosts = ["www.huaying.example"'), r"site\.toml.*www\.huaying\.example"),
    ("host with scheme", spoil("hosts = []", 'hosts = ["http://mzj.example"]'), r"mzj/site\.toml:\d+.*http"),
    ("site code", spoil('site_code = "5116810004"', 'site_code = "51168"'), r"mzj/site\.toml:\d+.*site_code"),
    ("colour", spoil('colour = "#8c2f5a"', 'colour = "dark red"'), r"mzj/site\.toml:\d+.*dark red"),
    ("colour as a number", spoil('colour = "#8c2f5a"', "colour = 7"), r"mzj/site\.toml:\d+.*colour"),
    ("pale colour", spoil('colour = "#8c2f5a"', 'colour = "#ffe0e0"'), r"mzj/site\.toml:\d+.*(4\.5|contrast|colour)"),
    ("unknown setting", spoil("slogan =", "sllogan ="), r"mzj/site\.toml.*sllogan"),
    ("reserved column", spoil('slug = "gzdt"', 'slug = "search"'), r"mzj/site\.toml:\d+.*search"),
    ("column slug", spoil('slug = "gzdt"', 'slug = "工作"'), r"mzj/site\.toml:\d+.*工作"),
    ("column twice", spoil('slug = "tzgg"', 'slug = "gzdt"'), r"mzj/site\.toml:\d+.*gzdt"),
    ("column type", spoil('type = "工作动态"', 'type = "新闻"'), r"mzj/site\.toml:\d+.*新闻"),
    ("update class", spoil('update = "biweekly"', 'update = "daily"'), r"mzj/site\.toml:\d+.*daily"),
    ("parent column", spoil('parent = "jgjj"', 'parent = "jgg"'), r"mzj/site\.toml:\d+.*jgg"),
    ("page size", spoil('slug = "gzdt"', 'page_size = 0\nslug = "gzdt"'), r"mzj/site\.toml:\d+.*page_size"),
    ("url of a list", spoil('slug = "gzdt"', 'url = "https://a.example"\nslug = "gzdt"'), r"mzj/site\.toml:\d+.*url"),
    ("link without url", spoil('slug = "gzdt"', 'kind = "link"\nslug = "gzdt"'), r"mzj/site\.toml:\d+"),
    ("redirected to nowhere", spoil('state = "online"', 'state = "redirected"'), r"mzj/site\.toml.*redirect"),
    ("logo that is not there", spoil("slogan =", 'logo = "files/no.png"\nslogan ='), r"mzj/site\.toml.*no\.png"),
    ("empty file", lambda text: "", r"mzj/site\.toml"),
    ("not UTF-8", lambda text: text.encode("gbk"), r"mzj/site\.toml"),
]


def sites(city):
    """Each mistake is found by `check`, stops a first start, and is not applied to a running city."""
    tell = All()
    city.start()
    file = city.sites / "mzj" / "site.toml"
    good = file.read_bytes()
    home = city.get("/mzj/")[2]
    listed = city.good("site", "list")
    # Without the admin pages, whose check alone takes longer than all else.
    themes = city.folder / "public"
    shutil.copytree(city.themes, themes, ignore=shutil.ignore_patterns("admin"))
    check = lambda: city.run("check", ZHANQUN_THEMES__DIR=str(themes))  # noqa: E731
    for name, make, wanted in SITES:
        bad = make(good.decode())
        bad = bad if isinstance(bad, bytes) else bad.encode()
        expect(bad != good, f"{name}: the mistake is not in the file any more")
        file.write_bytes(bad)
        code, out, err = check()
        tell(f"{name}, check", code, out + err, (1, 2), wanted)
        code, _, err = city.run("site", "apply")
        tell(f"{name}, site apply", code, err, (1, 2), wanted)
        if city.good("site", "list") != listed:
            tell.bad.append(f"{name}: something was applied")
        file.write_bytes(good)
        city.good("site", "apply")
    file.write_bytes(good)
    expect(city.get("/mzj/")[2] == home, "the home page changed")
    folder = city.sites / "Bad_Slug"
    folder.mkdir()
    (folder / "site.toml").write_bytes(good.replace(b"mzj.huaying", b"m2.huaying").replace(b"www.hymz", b"www.hymz2"))
    code, out, err = check()
    tell("folder that is no slug", code, out + err, (1,), "Bad_Slug")
    (folder / "site.toml").unlink()
    folder.rmdir()
    folder = city.sites / "gsgg"
    folder.mkdir()
    (folder / "site.toml").write_bytes(good.replace(b"mzj.huaying", b"m2.huaying").replace(b"www.hymz", b"www.hymz2"))
    code, out, err = check()
    tell("subsite with the slug of a portal column", code, out + err, (1,), "gsgg")
    (folder / "site.toml").unlink()
    folder.rmdir()
    city.no_panic()
    city.stop()
    # A document with a mistake, before a first start.
    document = city.sites / "mzj" / "content" / "gzdt" / "010-shitang.md"
    text = document.read_text()
    for name, make, wanted in [
        ("no title", spoil("title =", "titel ="), r"010-shitang\.md"),
        ("published", spoil('"2026-11-20 09:20"', '"20.11.2026"'), r"010-shitang\.md:\d+"),
        ("picture that is not there", spoil("zhangzhe-shitang.jpg", "no.jpg"), r"010-shitang\.md.*no\.jpg"),
        ("picture without words", lambda t: re.sub(r"picture_alt = .*\n", "", t), r"010-shitang\.md.*picture_alt"),
        ("column that is not there", spoil("www/bmdt", "www/nothing"), r"010-shitang\.md.*nothing"),
        ("no end of the head", lambda t: t.replace("+++", "", 2).replace("title", "+++\ntitle", 1), r"010-shitang\.md"),
        ("empty", lambda t: "", r"010-shitang\.md"),
    ]:
        expect(make(text) != text, f"{name}: the mistake is not in the file any more")
        document.write_text(make(text))
        code, out, err = check()
        tell(f"document: {name}, check", code, out + err, (1,), wanted)
        code, _, err = city.run("serve", ZHANQUN_STORAGE__DIR=str(city.folder / "first"))
        tell(f"document: {name}, first start", code, err, (1, 2), wanted)
    document.write_text(text)
    return tell.end()


THEMES = [
    ("broken theme.toml", "county/theme.toml", lambda t: "name =\n" + t, r"county/theme\.toml:1"),
    ("unknown key", "county/theme.toml", lambda t: 'colr = "x"\n' + t, r"county/theme\.toml:1.*colr"),
    ("parent that is not there", "county/theme.toml", lambda t: re.sub(r'parent = "\w+"', 'parent = "none"', t), r"county/theme\.toml.*none"),
    ("unclosed block", "county/templates/site/home.html", lambda t: t + "{% if x %}", r"county/templates/site/home\.html:\d+"),
    ("unknown name", "county/templates/site/home.html", lambda t: t.replace("{% block main %}", "{% block main %}{{ pge.title }}", 1), r"county/templates/site/home\.html:\d+.*pge"),
    ("unknown field", "county/templates/site/home.html", lambda t: t.replace("{% block main %}", "{% block main %}{{ page.titel }}", 1), r"county/templates/site/home\.html:\d+.*titel|titel"),
    ("unknown filter", "county/templates/site/home.html", lambda t: t.replace("{% block main %}", "{% block main %}{{ 1|sparkle }}", 1), r"county/templates/site/home\.html:\d+.*sparkle"),
    ("include that is not there", "county/templates/site/home.html", lambda t: t.replace("{% block main %}", '{% block main %}{% include "parts/none.html" %}', 1), r"none\.html"),
    ("picture without alt", "county/templates/site/home.html", lambda t: t.replace("{% block main %}", '{% block main %}<img src="/x.png">', 1), r"county/templates/site/home\.html.*alt"),
    ("inline script", "county/templates/site/home.html", lambda t: t.replace("{% block main %}", "{% block main %}<script>alert(1)</script>", 1), r"county/templates/site/home\.html.*script"),
    ("broken catalogue", "base/locales/zh-CN.toml", lambda t: "=\n" + t, r"zh-CN\.toml:1"),
    ("not UTF-8", "county/templates/site/home.html", lambda t: t.encode("gbk") + b"\xff", r"county/templates/site/home\.html"),
]


def themes(city):
    tell = All()
    for name, place, make, wanted in THEMES:
        file = city.themes / place
        good = file.read_bytes()
        bad = make(good.decode())
        bad = bad if isinstance(bad, bytes) else bad.encode()
        expect(bad != good, f"{name}: the mistake is not in the file any more")
        file.write_bytes(bad)
        code, out, err = city.run("check")
        text = out + err
        tell(name, code, text[:3000], (1, 2), wanted)
        file.write_bytes(good)
    expect(city.run("check")[0] == 0, "check finds something in good themes")
    return tell.end()


REDIRECTS = [
    ("no header", "/a.htm,/mzj/\n", r"bad\.csv:1.*from"),
    ("empty", "", r"bad\.csv"),
    ("no target", "from,to\n/a.htm,\n", r"bad\.csv:2"),
    ("no source", "from,to\n,/mzj/\n", r"bad\.csv:2.*from"),
    ("missing field", "from,to\n/ok.htm,/mzj/\n/a.htm\n", r"bad\.csv:3"),
    ("target without slash", "from,to\n/a.htm,mzj\n", r"bad\.csv:2.*mzj"),
    ("script as target", "from,to\n/a.htm,javascript:alert(1)\n", r"bad\.csv:2"),
    ("other host by two slashes", "from,to\n/a.htm,//evil.example/\n", r"bad\.csv:2"),
    ("line break in the target", 'from,to\n/a.htm,"/x\r\nSet-Cookie: a=b"\n', r"bad\.csv:2"),
    ("unknown document", "from,to\n/a.htm,document:99999999\n", r"bad\.csv:2.*99999999"),
    ("document without number", "from,to\n/a.htm,document:x\n", r"bad\.csv:2.*document:x"),
    ("unknown column", "from,to\n/a.htm,column:nothing\n", r"bad\.csv:2.*nothing"),
    ("kind", "from,to,kind\n/a.htm,/mzj/,almost\n", r"bad\.csv:2.*almost"),
    ("two targets", "from,to\n/a.htm,/mzj/\n/A.HTM,/hbj/\n", r"bad\.csv:3.*line 2"),
    ("unclosed quote", 'from,to\n"/a.htm,/mzj/\n', r"bad\.csv:\d"),
    ("good lines around a bad one", "from,to\n/x1.htm,/mzj/\n/x2.htm,nowhere\n/x3.htm,/mzj/\n", r"bad\.csv:3.*nowhere"),
]


def redirects(city):
    city.start()
    file = city.folder / "bad.csv"
    tell = All()
    for name, text, wanted in REDIRECTS:
        file.write_text(text, newline="")
        for more in ([], ["--dry-run"]):
            code, _, err = city.run("redirect", "import", file, "--site", "mzj", *more)
            tell(f"{name} {' '.join(more)}", code, err, (1, 2), wanted)
    code, _, err = city.run("redirect", "import", city.folder / "none.csv", "--site", "mzj")
    tell("file that is not there", code, err, (1, 2), "none.csv")
    code, _, err = city.run("redirect", "import", city.folder, "--site", "mzj")
    tell("a folder", code, err, (1, 2), "zhanqun: ")
    file.write_text(GOOD_REDIRECTS)
    code, _, err = city.run("redirect", "import", file, "--site", "nobody")
    tell("unknown site", code, err, (1, 2), "nobody")
    left = city.good("redirect", "list", "--site", "mzj").strip()
    if left:
        tell.bad.append(f"applied: {left}")
    city.no_panic()
    city.stop()
    return tell.end()


HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>旧站</title><link>http://old.example</link><wp:wxr_version>1.2</wp:wxr_version>
"""
ITEM = """<item><title>一条旧消息</title><link>http://old.example/?p=1</link><dc:creator>admin</dc:creator>
<content:encoded><![CDATA[<p>正文</p>]]></content:encoded><wp:post_id>1</wp:post_id>
<wp:post_date>2016-05-01 08:00:00</wp:post_date><wp:post_date_gmt>2016-05-01 00:00:00</wp:post_date_gmt>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>
"""
TAIL = "</channel></rss>\n"

WXR = [
    ("empty", ""),
    ("not XML", "hello\n"),
    ("other XML", "<?xml version='1.0'?><html><body/></html>"),
    ("RSS without WXR", "<?xml version='1.0'?><rss version='2.0'><channel><title>x</title></channel></rss>"),
    ("cut off in the head", HEAD[:120]),
    ("cut off in an item", HEAD + ITEM + ITEM[:150]),
    ("cut off before the end", HEAD + ITEM),
    ("crossed tags", HEAD + "<item><title>a</item></title>" + TAIL),
    ("unknown entity", HEAD + "<item><title>&nothing;</title></item>" + TAIL),
    ("unclosed CDATA", HEAD + ITEM.replace("]]>", "") + TAIL),
    ("unknown version", HEAD.replace("1.2</wp:wxr", "9.9</wp:wxr") + ITEM + TAIL),
    ("unknown encoding", HEAD.replace("UTF-8", "klingon") + ITEM + TAIL),
    ("bytes that are no UTF-8", (HEAD + ITEM + TAIL).encode().replace("正文".encode(), b"\xff\xfe")),
    ("entity bomb", '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + HEAD.split("\n", 1)[1] + "<item><title>&b;</title></item>" + TAIL),
]


def wxr(city):
    """A malformed export is refused with line and reason; nothing of it is there afterwards."""
    city.start()
    before = city.addresses()
    file = city.folder / "bad.xml"
    tell = All()
    for name, text in WXR:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        for more in (["--dry-run"], []):
            code, _, err = city.run("import", "wxr", file, "--site", "mzj", "--publish", *more)
            tell(f"{name} {' '.join(more)}", code, err, (1, 2), r"bad\.xml(:\d+|.*line \d+)|bad\.xml: ")
    if city.addresses() != before:
        tell.bad.append("something of a refused file was imported")
    code, _, err = city.run("import", "wxr", city.folder / "none.xml", "--site", "mzj")
    tell("file that is not there", code, err, (1, 2), "none.xml")
    tell.end()
    file.write_text(HEAD + ITEM + TAIL)
    code, _, err = city.run("import", "wxr", file, "--site", "nobody")
    tell("unknown site", code, err, (1, 2), "nobody")
    code, _, err = city.run("import", "wxr", file, "--site", "mzj", "--channel", "nothing")
    tell("unknown column", code, err, (1, 2), "nothing")
    code, out, err = city.run("import", "wxr", file, "--site", "mzj", "--publish")
    expect(code == 0, f"a good file: exit {code}: {err}")
    expect(len(city.addresses()) > len(before), "nothing of a good file is there")
    code, out, err = city.run("import", "wxr", file, "--site", "mzj", "--publish")
    expect(code == 0, f"the same file again: exit {code}: {err}")
    code, _, err = city.run("import", "undo", "nothing")
    tell("undo of no batch", code, err, (1, 2), "nothing")
    city.no_panic()
    city.stop()
    return tell.end()


def arguments(city):
    tell = All()
    for line, codes in [
        (["sevre"], (2,)),
        (["--colour"], (2,)),
        (["site", "lsit"], (2,)),
        (["site", "export"], (2,)),
        (["site", "export", "nobody"], (1, 2)),
        (["site", "rename", "mzj", "search"], (1, 2)),
        (["site", "rename", "mzj", "hbj"], (1, 2)),
        (["site", "rename", "mzj", "gsgg"], (1, 2)),
        (["site", "rename", "mzj", "民政"], (1, 2)),
        (["site", "create", "hbj", "--name", "x"], (1, 2)),
        (["site", "create", "Slug", "--name", "x"], (1, 2)),
        (["site", "create", "gsgg", "--name", "x"], (1, 2)),
        (["site", "create", "neu", "--name", "x", "--theme", "golden"], (1, 2)),
        (["site", "create", "neu", "--name", "x", "--kind", "ministry"], (2,)),
        (["site", "retire", "www"], (1, 2)),
        (["journal", "show", "--since", "lately"], (2,)),
        (["journal", "show", "--last", "-1"], (2,)),
        (["restore"], (2,)),
        (["restore", "nothing-here"], (1, 2)),
        (["restore", "--site", "mzj"], (2,)),
        (["backup"], (2,)),
        (["backup", "/proc/x"], (1, 2)),
        (["bench", "fill", "--documents", "few"], (2,)),
        (["bench", "fill", "--documents", "10"], (1, 2)),
        (["import", "undo", "nothing"], (1, 2)),
        (["redirect", "list", "--site", "nobody"], (1, 2)),
    ]:
        if city.process is None:
            city.start()
        slugs = city.slugs()
        code, out, err = city.run(*line)
        tell(" ".join(line), code, err, codes, ".")
        if out.strip():
            tell.bad.append(f"{' '.join(line)}: a failed command wrote to stdout: {out[:100]}")
        if city.slugs() != slugs:
            tell.bad.append(f"{' '.join(line)}: the sites folder changed")
    city.no_panic()
    city.stop()
    return tell.end()

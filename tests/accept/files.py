"""Files that ops and theme authors change while the server runs."""

import re

from city import expect, wait_until

NEW_SITE = """name = "华蓥市林业局"
short_name = "市林业局"
kind = "department"
parent = "www"
theme = "clear"
state = "online"

[settings]
colour = "#2f6b3a"

[[column]]
slug = "gzdt"
name = "林区动态"
type = "工作动态"
update = "biweekly"
"""


def status(city, path):
    return city.get(path)[0]


def sites(city):
    """A new folder is a new site at once; a change shows at once; a broken file changes nothing."""
    portal = city.get("/map/")[2].decode()
    expect("市林业局" not in portal, "the new site is there before it was made")
    expect(status(city, "/lyj/") == 404, "/lyj/ is there before it was made")
    folder = city.sites / "lyj"
    folder.mkdir()
    (folder / "site.toml").write_text(NEW_SITE)
    wait_until(lambda: status(city, "/lyj/") == 200, "/lyj/ does not appear")
    wait_until(lambda: "市林业局" in city.get("/map/")[2].decode(), "the portal's map does not name the new site")
    (folder / "site.toml").write_text(NEW_SITE.replace("华蓥市林业局", "华蓥市林业和园林局"))
    wait_until(lambda: "林业和园林局" in city.get("/lyj/")[2].decode(), "the new name does not show")
    (folder / "site.toml").write_text(NEW_SITE.replace('theme = "clear"', "theme = 7"))
    wait_until(lambda: "site files not applied" in city.log.read_text(), "no word of the broken file in the log")
    expect("林业和园林局" in city.get("/lyj/")[2].decode(), "a broken file was applied")
    expect(re.search(r"lyj/site\.toml:5\b", city.log.read_text()), "the log does not name file and line")
    code, _, err = city.run("site", "apply")
    expect(code == 2 and "lyj/site.toml:5" in err, f"site apply of a broken file: exit {code}: {err}")
    (folder / "site.toml").write_text(NEW_SITE)
    wait_until(lambda: "林业和园林局" not in city.get("/lyj/")[2].decode(), "the mended file is not applied")
    expect("lyj" in city.good("site", "list"), "site list does not name it")
    expect("华蓥市林业局" in city.good("site", "export", "lyj"), "site export does not print it")
    city.good("site", "create", "swj", "--name", "华蓥市水务局", "--theme", "county")
    wait_until(lambda: status(city, "/swj/") == 200, "/swj/ does not appear after site create")
    city.good("site", "rename", "swj", "shuiwu")
    wait_until(lambda: status(city, "/shuiwu/") == 200, "/shuiwu/ does not appear after site rename")
    code, headers, _ = city.get("/swj/")
    expect(code == 301 and headers["location"].endswith("/shuiwu/"), f"/swj/ answered {code} to {headers['location']}")
    city.stop()
    city.start()
    expect(status(city, "/shuiwu/") == 200 and status(city, "/swj/") == 301, "the renamed site is not there after a restart")
    return "added, changed, broken, mended, created, renamed"


def themes(city):
    """A changed theme shows at the next request; a broken one keeps the last good pages."""
    expect("试验标记" not in city.get("/mzj/")[2].decode(), "the mark is there already")
    file = city.themes / "base" / "templates" / "parts" / "footer.html"
    good = file.read_text()
    file.write_text(good + '<p class="wrap">试验标记</p>\n')
    wait_until(lambda: "试验标记" in city.get("/mzj/")[2].decode(), "a changed template does not show")
    file.write_text(good + "{{ nothing_of_this_name.at_all }}\n")
    wait_until(lambda: "footer.html" in city.log.read_text() or city.get("/mzj/")[0] == 500, "no word of the broken template")
    code, _, body = city.get("/mzj/")
    expect(code in (200, 500), f"/mzj/ answered {code}")
    expect("nothing_of_this_name" not in body.decode(), "the page tells visitors what is wrong in a template")
    file.write_text(good)
    wait_until(lambda: city.get("/mzj/")[0] == 200 and "试验标记" not in city.get("/mzj/")[2].decode(), "the mended template does not show")
    css = city.themes / "county" / "static" / "css" / "theme.css"
    link = re.search(r'href="(/theme/county/[^"]+/css/theme\.css)"', city.get("/mzj/")[2].decode())[1]
    css.write_text(css.read_text() + "\n/* changed */\n")
    wait_until(lambda: link not in city.get("/mzj/")[2].decode(), "a changed stylesheet keeps its address")
    return "changed, broken, mended; stylesheets get a new address"


def undo_demo(city):
    """One command takes the demonstration content away and leaves sites and columns."""
    expect(len([p for p in city.addresses() if p.endswith(".html")]) > 400, "no demonstration content")
    city.good("import", "undo", "demo")
    left = [path for path in city.addresses() if path.endswith(".html")]
    expect(not left, f"documents left: {left[:3]} ({len(left)})")
    for slug in city.slugs():
        path = "/" if slug == "www" else f"/{slug}/"
        expect(status(city, path) == 200, f"{path} answered {status(city, path)} without content")
    expect(status(city, "/bmdt/") in (200, 404), "an empty column breaks")
    city.stop()
    city.start()
    left = [path for path in city.addresses() if path.endswith(".html")]
    expect(not left, f"documents came back after a restart: {left[:3]}")
    code, _, err = city.run("import", "undo", "demo")
    expect(code in (0, 1) and "panicked" not in err, f"a second undo: exit {code}: {err}")
    return "gone, and gone after a restart"

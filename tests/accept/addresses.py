"""Every page that a visitor can reach from a home page or a sitemap answers; feeds, sitemaps and files are right."""

import html
import posixpath
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

from city import Failed, expect

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


def crawl(city):
    """No dead link anywhere: follows every link of our own host from every page of the sitemaps."""
    seen, found = set(), {}
    todo = {"/"} | set(city.addresses())
    while todo:
        seen |= todo
        links = city.fetch_all(sorted(todo), lambda path, status, body: (status, body if b"<html" in body[:200] else b""))
        todo = set()
        for path, (status, body) in links.items():
            if status not in (200, 301, 303):
                found.setdefault(path, status)
            for link in re.findall(r'(?:href|src|action)="([^"]*)"', body.decode("utf-8", "replace")):
                url = urllib.parse.urlsplit(urllib.parse.urljoin("http://city" + path, html.unescape(link)))
                if url.netloc != "city" or url.scheme != "http":
                    continue
                there = urllib.parse.quote(urllib.parse.unquote(url.path), safe="/%:@!$&'()*+,;=~-._") + ("?" + url.query if url.query else "")
                # Searches for every keyword of every document would say the same thing a thousand times.
                if there not in seen and "/search?" not in there and "elder=" not in there:
                    todo.add(there)
    expect(not found, f"dead links: {sorted(found.items())[:5]} ({len(found)})")
    return f"{len(seen)} addresses, no dead link"


def feeds(city):
    paths = ["/feed.xml"]
    for slug in city.slugs():
        if slug != "www":
            paths.append(f"/{slug}/feed.xml")
    for path in city.addresses():
        status, _, _ = city.get(path + "feed.xml") if path.count("/") == 3 and path.endswith("/") else (0, 0, 0)
        if status == 200:
            paths.append(path + "feed.xml")
    for path in paths:
        status, headers, body = city.get(path)
        expect(status == 200, f"{path} answered {status}")
        expect(headers["content-type"].startswith("application/atom+xml"), f"{path}: {headers['content-type']}")
        try:
            feed = ElementTree.fromstring(body)
        except ElementTree.ParseError as error:
            raise Failed(f"{path}: {error}") from None
        expect(feed.tag == ATOM + "feed", f"{path}: the root is {feed.tag}")
        ids = set()
        for part in [feed, *feed.findall(ATOM + "entry")]:
            for name in ("id", "title", "updated"):
                text = part.findtext(ATOM + name)
                expect(text and text.strip(), f"{path}: an entry or the feed has no {name}")
            expect(TIME.match(part.findtext(ATOM + "updated")), f"{path}: updated {part.findtext(ATOM + 'updated')}")
            expect(part.findtext(ATOM + "id") not in ids, f"{path}: two entries have the id {part.findtext(ATOM + 'id')}")
            ids.add(part.findtext(ATOM + "id"))
            expect(part.find(ATOM + "link") is not None, f"{path}: no link")
        has_author = feed.find(ATOM + "author") is not None
        expect(has_author or all(e.find(ATOM + "author") is not None for e in feed.findall(ATOM + "entry")), f"{path}: no author")
    return f"{len(paths)} feeds"


def sitemaps(city):
    _, _, body = city.get("/sitemap.xml")
    index = ElementTree.fromstring(body)
    expect(index.tag == MAP + "sitemapindex", f"/sitemap.xml is {index.tag}")
    names = [urllib.parse.urlsplit(loc.text).path for loc in index.iter(MAP + "loc")]
    for slug in city.slugs():
        expect(slug == "www" or f"/{slug}/sitemap.xml" in names, f"{slug} is not in the index of sitemaps")
    for name in names:
        status, headers, body = city.get(name)
        expect(status == 200 and "xml" in headers["content-type"], f"{name} answered {status} {headers['content-type']}")
        for url in ElementTree.fromstring(body).iter(MAP + "url"):
            last = url.findtext(MAP + "lastmod")
            expect(last is None or TIME.match(last) or re.match(r"^\d{4}-\d\d-\d\d$", last), f"{name}: lastmod {last}")
    _, _, body = city.get("/robots.txt")
    expect(b"Sitemap: " in body and b"/sitemap.xml" in body, "robots.txt names no sitemap")
    return f"{len(names)} sitemaps"


def homes(city):
    """All home pages list their own newest documents."""
    for slug in city.slugs():
        mount = "" if slug == "www" else f"/{slug}"
        status, _, body = city.get(mount + "/")
        expect(status == 200, f"{mount}/ answered {status}")
        text = body.decode()
        first = next(city.sites.glob(f"{slug}/content/*/010-*.md"), None)
        expect(first is not None, f"{slug} has no documents")
        links = re.findall(rf'href="({mount}/[a-z0-9/-]+/\d+\.html)"', text)
        expect(len(set(links)) >= 5, f"{mount}/ lists {len(set(links))} documents of its own")
        if slug != "www":
            status, headers, _ = city.get(mount)
            expect(status == 301 and urllib.parse.urlsplit(headers["location"]).path == mount + "/", f"{mount} answered {status} to {headers['location']}")
    return f"{len(city.slugs())} home pages"


def answers(city):
    """Headers, conditions, ranges, compression and odd requests."""
    status, headers, body = city.get("/mzj/")
    for name in ("etag", "last-modified", "cache-control", "content-security-policy", "x-content-type-options", "referrer-policy", "content-language"):
        expect(headers[name], f"/mzj/ has no {name}")
    expect(not headers["etag"].startswith("W/"), "the ETag is weak")
    policy = headers["content-security-policy"]
    expect("unsafe" not in policy, f"CSP: {policy}")
    status, again, nothing = city.get("/mzj/", {"If-None-Match": headers["etag"]})
    expect(status == 304 and nothing == b"", f"If-None-Match answered {status} with {len(nothing)} bytes")
    tags = {headers["etag"]}
    for coding in ("gzip", "br", "zstd"):
        status, packed, data = city.get("/mzj/", {"Accept-Encoding": coding})
        expect(status == 200, f"{coding}: {status}")
        if packed["content-encoding"]:
            expect(packed["content-encoding"] == coding, f"asked for {coding}, got {packed['content-encoding']}")
            expect(len(data) < len(body) / 2, f"{coding}: {len(data)} of {len(body)} bytes")
            expect(packed["etag"] not in tags, f"{coding} has the ETag of another form")
            tags.add(packed["etag"])
    status, headers, _ = city.get("/bmdt/")
    file = None
    for path in city.addresses():
        if path.startswith("/mzj/tzgg/") and path.endswith(".html"):
            _, _, text = city.get(path)
            file = next(iter(re.findall(r'href="(/mzj/media/[^"]+\.docx)"', text.decode())), None)
            if file:
                break
    expect(file, "no attachment in /mzj/tzgg/")
    status, headers, whole = city.get(file)
    expect(status == 200 and headers["accept-ranges"] == "bytes", f"{file}: {status} {headers['accept-ranges']}")
    expect("attachment" in (headers["content-disposition"] or ""), f"{file}: content-disposition {headers['content-disposition']}")
    status, headers, part = city.get(file, {"Range": "bytes=10-19"})
    expect(status == 206 and part == whole[10:20], f"a range answered {status} with {len(part)} bytes")
    expect(headers["content-range"] == f"bytes 10-19/{len(whole)}", f"content-range {headers['content-range']}")
    status, headers, _ = city.get(file, {"Range": f"bytes={len(whole)}-"})
    expect(status == 416, f"a range behind the end answered {status}")
    for path, wanted in [
        ("/nothing/", 404),
        ("/mzj/tzgg/999999999.html", 404),
        ("/mzj/tzgg/abc.html", 404),
        ("/../etc/passwd", (400, 404)),
        ("/theme/county/0000000000000000/css/../../../theme.toml", (400, 404)),
        ("/mzj/media/1/%2e%2e%2fx", (400, 404)),
        ("/bmdt/?page=0", (301, 404)),
        ("/bmdt/?page=99999999999999999999", (301, 404)),
        ("/%ff%fe", (400, 404)),
        ("/search?q=" + "x" * 3000, (200, 400, 414)),
        ("/search?q=%ff", (200, 400)),
    ]:
        status, _, _ = city.get(path)
        expect(status in (wanted if isinstance(wanted, tuple) else (wanted,)), f"{path[:60]} answered {status}, not {wanted}")
    return "headers, conditions, ranges, compressed forms, odd requests"


def old_hosts(city):
    """A redirect file, tried from the old host: case, query order, GBK, prefixes, and 404 with search."""
    file = city.folder / "old.csv"
    file.write_text(
        "from,to,kind\n"
        "http://mzj.huaying.example/News/Show.asp?ID=12&lm=3,column:tzgg,\n"
        "/通知/低保.htm,column:shjz,exact\n"
        "/down/,/mzj/bszn/,prefix\n"
        "/out.htm,https://www.huaying.example/gsgg/,\n",
        encoding="utf-8",
    )
    before = city.good("redirect", "list", "--site", "mzj")
    city.good("redirect", "import", file, "--site", "mzj", "--dry-run")
    expect(city.good("redirect", "list", "--site", "mzj") == before, "a dry run wrote something")
    expect("4 new" in city.good("redirect", "import", file, "--site", "mzj"), "not 4 new")
    expect("4 as before" in city.good("redirect", "import", file, "--site", "mzj"), "the same file again is not the same")
    gbk = urllib.parse.quote("/通知/低保.htm".encode("gbk"))
    utf8 = urllib.parse.quote("/通知/低保.htm")
    for path, there in [
        ("/news/show.asp?lm=3&id=12", "/mzj/tzgg/"),
        ("/NEWS/SHOW.ASP?ID=12&LM=3", "/mzj/tzgg/"),
        (gbk, "/mzj/shjz/"),
        (utf8, "/mzj/shjz/"),
        ("/down/x/y.htm", "/mzj/bszn/"),
        ("/out.htm", "/gsgg/"),
    ]:
        status, headers, _ = city.get(path, {"Host": "mzj.huaying.example"})
        location = headers["location"] or ""
        expect(status == 301 and posixpath.normpath(urllib.parse.urlsplit(location).path).startswith(there.rstrip("/")), f"{path}: {status} to {location}")
    status, _, body = city.get("/never/was.asp", {"Host": "mzj.huaying.example"})
    expect(status == 404 and b'role="search"' in body, f"an unknown old address answered {status}")
    code, out, _ = city.run("redirect", "test", "http://mzj.huaying.example/down/a.htm", "--site", "mzj")
    expect(code == 0 and "/mzj/bszn/" in out, f"redirect test: {code} {out}")
    code, _, err = city.run("redirect", "test", "/never", "--site", "mzj")
    expect(code == 1 and err.startswith("zhanqun: "), f"redirect test of nothing: {code} {err}")
    return "redirects by file, dry run, case, query order, GBK, prefixes"

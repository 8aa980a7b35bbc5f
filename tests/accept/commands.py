"""Commands beside a running server, backup and restore."""

import os
import shutil
import subprocess
import time

from city import City, as_json, expect
from damage import compare


def beside(city):
    """Commands work while the server runs; those that report do so as JSON too."""
    rows = as_json(city.good("site", "list", "--json"))
    expect(len(rows) == 17, f"site list has {len(rows)} sites")
    expect(all(row["documents"] > 0 for row in rows), "a site has no documents")
    shown = as_json(city.good("journal", "show", "--last", "3", "--json"))
    expect(len(shown) == 3 and shown[-1]["seq"] > 3, f"journal show: {shown}")
    expect(as_json(city.good("journal", "verify", "--json"))["records"] >= shown[-1]["seq"], "journal verify counts less than show")
    city.good("journal", "show", "--site", "mzj", "--action", "content.", "--since", "2020-01-01")
    expect(as_json(city.good("redirect", "list", "--site", "mzj", "--json")) == [], "old addresses in a new city")
    expect("demo" in city.good("import", "list"), "import list does not name the demonstration content")
    check = city.good("check")
    expect(check.strip(), "check says nothing")
    expect(as_json(city.good("check", "--json")) == [], "check finds faults in the project's own files")
    text = city.metrics()
    for name in ("zhanqun_journal_seq", "zhanqun_commits_total", "zhanqun_cache_pages", "zhanqun_requests_total", "zhanqun_disk_free_bytes"):
        expect(name in text, f"/metrics has no {name}")
    return "site, journal, redirect, import, check, metrics"


def backup(city):
    """A backup of a running city, restored elsewhere, shows the same pages."""
    city.start()
    file = city.folder / "a.csv"
    file.write_text("from,to\n/a.htm,/mzj/\n")
    city.good("redirect", "import", file, "--site", "mzj")
    target = city.folder / "backup"
    city.good("backup", target)
    before = city.pages()
    file.write_text("from,to\n/b.htm,/mzj/\n")
    city.good("redirect", "import", file, "--site", "mzj")
    city.good("backup", target)
    city.stop()
    city.good("backup", target)
    code, _, err = city.run("restore", target)
    expect(code == 1 and err.startswith("zhanqun: "), f"restore into a data directory in use: exit {code}: {err}")
    with City(city.binary) as other:
        other.good("restore", target)
        other.good("journal", "verify")
        other.start()
        compare(before, other.pages())
        there = {row["from"] for row in as_json(other.good("redirect", "list", "--site", "mzj", "--json"))}
        expect(there == {"/a.htm", "/b.htm"}, f"old addresses after restore: {there}")
        code, _, _ = other.run("restore", target)
        expect(code == 1, f"restore under a running server: exit {code}")
        other.stop()
    for spoil in ("flip", "missing"):
        victim = max((path for path in target.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
        good = victim.read_bytes()
        if spoil == "flip":
            victim.write_bytes(good[:-20] + bytes([good[-20] ^ 1]) + good[-19:])
        else:
            victim.unlink()
        with City(city.binary) as other:
            code, _, err = other.run("restore", target)
            expect(code == 1 and victim.name in err, f"restore of a backup with a damaged file ({spoil}): exit {code}: {err}")
        victim.write_bytes(good)
    return "twice into one folder, restored, pages the same; damaged backups refused"


def restore_site(city):
    """One subsite as it was at a moment; the others keep what came later."""

    def add(site, address):
        file = city.folder / "a.csv"
        file.write_text(f"from,to\n{address},/map/\n")
        city.good("redirect", "import", file, "--site", site)

    def there(site):
        return {row["from"] for row in as_json(city.good("redirect", "list", "--site", site, "--json"))}

    add("mzj", "/before.htm")
    time.sleep(1.1)
    # Beijing time, to the second.
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600))
    time.sleep(1.1)
    add("mzj", "/after.htm")
    add("hbj", "/after.htm")
    before = {path: page for path, page in city.pages().items()}
    city.good("restore", "--site", "mzj", "--at", moment)
    expect(there("mzj") == {"/before.htm"}, f"mzj after the restore: {there('mzj')}")
    expect(there("hbj") == {"/after.htm"}, f"hbj after the restore of mzj: {there('hbj')}")
    compare(before, city.pages())
    last = as_json(city.good("journal", "show", "--last", "1", "--json"))[0]
    expect("restore" in last["action"], f"the last action is {last['action']}")
    for bad in ("2999-01-01 00:00", "yesterday", "2026-13-01 00:00"):
        code, _, err = city.run("restore", "--site", "mzj", "--at", bad)
        expect(code == 2 and err.startswith("zhanqun: "), f"--at {bad}: exit {code}: {err}")
    code, _, err = city.run("restore", "--site", "nobody", "--at", moment)
    expect(code in (1, 2) and "nobody" in err, f"restore of an unknown site: exit {code}: {err}")
    return "mzj as before, hbj untouched, itself in the journal"


def second_server(city):
    """A second server on the same data directory is refused."""
    code, _, err = city.run("serve")
    expect(code == 1 and "in use" in err and err.startswith("zhanqun: "), f"a second server: exit {code}: {err}")
    expect(city.get("/")[0] == 200, "the first server no longer serves")
    expect(len(as_json(city.good("site", "list", "--json"))) == 17, "its commands no longer work")
    return "refused, the first one serves on"


FAMILIES = r"""
import http.client, subprocess, sys, time

def ask(host):
    connection = http.client.HTTPConnection(host, 8080, timeout=10)
    connection.request("GET", "/mzj/", headers={"Host": "localhost"})
    return connection.getresponse().status

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = subprocess.Popen([sys.argv[1], "serve"], stdout=subprocess.PIPE, text=True)
try:
    for line in server.stdout:
        if "http://" in line:
            break
    print(ask("127.0.0.1"), ask("::1"))
finally:
    server.terminate()
    print(server.wait(60))
"""


def families(city):
    """One socket on [::] answers IPv4 and IPv6; tried in a network of its own, in which [::] is this machine alone."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        return "skipped: it takes root, unshare and ip"
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode != 0:
        return "skipped: no network of its own here"
    environment = {**city.environment, "ZHANQUN_SERVER__LISTEN": "[::]:8080", "ZHANQUN_SERVER__OPS": "127.0.0.1:9090"}
    command = ["unshare", "-n", "python3", "-c", FAMILIES, city.binary]
    done = subprocess.run(command, cwd=city.folder, env=environment, capture_output=True, text=True, timeout=180, check=False)
    expect(done.stdout.split() == ["200", "200", "0"], f"IPv4, IPv6, exit: {done.stdout} {done.stderr[-800:]}")
    return "IPv4 and IPv6 on [::]"

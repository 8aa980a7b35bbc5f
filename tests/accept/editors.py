"""kill -9 while eight editors save over HTTP: what was acknowledged is there, once, and work goes on."""

import html
import http.client
import random
import re
import secrets
import threading
import time
import urllib.parse

from city import Failed, as_json, expect

EDITORS = 8
NEW = "/admin/sites/mzj/documents/new"
FORM = "application/x-www-form-urlencoded"


class Desk:
    """A person's log-in: the cookies and the secret of her pages."""

    def __init__(self, city, name, password):
        self.city, self.cookies, self.csrf = city, {}, ""
        self.read("/admin/login")
        status, _ = self.send("/admin/login", {"username": name, "password": password})
        expect(status == 303, f"{name} cannot log in: {status}")
        self.read("/admin/")

    def request(self, method, path, body=None, headers=None):
        host = urllib.parse.urlsplit(self.city.base).netloc
        connection = http.client.HTTPConnection(host, timeout=60)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, {"cookie": cookies, **(headers or {})})
            response = connection.getresponse()
            for cookie in response.headers.get_all("set-cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.read().decode()
        finally:
            connection.close()

    def read(self, path):
        """A page; forms that are sent afterwards carry its secret."""
        status, page = self.request("GET", path)
        expect(status == 200, f"{path} answered {status}")
        self.csrf = re.search(r'<meta name="csrf" content="([^"]*)"|name="csrf" value="([^"]*)"', page)
        self.csrf = self.csrf[1] or self.csrf[2]
        return page

    def send(self, path, fields, script=False):
        """A form, as a browser sends it or as the editor's script does."""
        headers = {"content-type": FORM, "x-csrf-token": self.csrf}
        if script:
            headers["accept"] = "application/json"
        return self.request("POST", path, urllib.parse.urlencode({"csrf": self.csrf, **fields}), headers)


class Document:
    """What an editor writes, and what the server acknowledged of it."""

    def __init__(self, number, channel, desk):
        self.desk, self.channel = desk, channel
        # What the form calls its first save.
        self.first = re.search(r'name="first" value="([^"]+)"', desk.read(NEW))[1]
        self.address, self.base, self.version = None, 0, 0
        self.mark = f"第{number}号稿{secrets.token_hex(4)}"
        self.turns = 0
        # Acknowledged revisions, and the newest text that was acknowledged.
        self.revisions, self.newest = 0, None
        # What was sent and not answered: its text, and whether it was to be a revision.
        self.doubtful = None

    def step(self):
        """One save, every fourth as a revision; the first makes the document."""
        self.turns += 1
        self.save(f"<p>{self.mark}写到{self.turns}。</p>", self.address is None or self.turns % 4 == 0)

    def save(self, text, revision):
        fields = {"title": self.mark, "channel": self.channel, "body": text, "first": self.first}
        fields.update(base=self.base, version=self.version)
        address = self.address or NEW
        self.doubtful = (text, revision)
        status, body = self.desk.send(address if revision else f"{address}autosave", fields, script=True)
        expect(status == 200, f"{self.mark}: a save answered {status}: {body[:200]}")
        answer = as_json(body)
        self.doubtful, self.newest = None, text
        self.revisions += revision
        self.base, self.version = answer["base"], answer["version"]
        self.address = urllib.parse.urlsplit(answer["url"]).path

    def send_again(self):
        """What a browser does that got no answer: the same save once more."""
        if self.doubtful:
            self.save(*self.doubtful)

    def check(self):
        """Everything acknowledged is there, once; what got no answer is there once or not at all."""
        listed = self.desk.read(f"/admin/sites/mzj/documents?q={urllib.parse.quote(self.mark)}")
        there = re.findall(r'<th scope="row"><a href="(/admin/documents/\d+/)">' + self.mark, listed)
        fitting = (1,) if self.address else (0, 1)
        expect(len(there) in fitting, f"{self.mark}: {len(there)} documents")
        if not self.address:
            return
        page = self.desk.read(self.address)
        text = html.unescape(re.search(r'<textarea id="body"[^>]*>(.*?)</textarea>', page, re.S)[1]).strip()
        sent = [self.doubtful[0]] if self.doubtful else []
        expect(text in [self.newest, *sent], f"{self.mark}: it says {text!r}, acknowledged was {self.newest!r}")
        kept, more = 0, f"{self.address}history"
        while more:
            history = self.desk.read(more)
            kept += len(re.findall(r'<input type="radio" form="two" name="b"', history))
            older = re.search(r'<a class="more" href="([^"]*/history[^"]*)"', history)
            more = older and html.unescape(older[1])
        most = self.revisions + bool(self.doubtful and self.doubtful[1])
        expect(self.revisions <= kept <= most, f"{self.mark}: {kept} revisions, acknowledged were {self.revisions}")


class Editor(threading.Thread):
    """Saves on and on until the server is gone."""

    def __init__(self, document, over):
        super().__init__()
        self.document, self.over = document, over
        self.told, self.fault = 0, None

    def run(self):
        try:
            while not self.over.is_set():
                self.document.step()
                self.told += 1
        except (OSError, http.client.HTTPException):
            # No answer: what was sent may be there or not.
            pass
        except Failed as fault:
            self.fault = fault


def editors(city, cycles, seed=None):
    """Runs the cycles; raises Failed with the seed if something is lost or doubled."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    rng = random.Random(seed)
    told = again = 0
    try:
        city.start()
        password = "Zq1-" + secrets.token_urlsafe(18)
        names = [f"bianji.{number}" for number in range(EDITORS)]
        for name in names:
            code, _, err = city.run("user", "add", name, "--grant", "editor@site:mzj", given=password + "\n")
            expect(code == 0, f"user add: exit {code}: {err}")
        desks = [Desk(city, name, password) for name in names]
        channel = re.search(r'<option value="(\d+)"[^>]*>通知公告</option>', desks[0].read(NEW))[1]
        for _ in range(cycles):
            over = threading.Event()
            documents = [Document(number, channel, desk) for number, desk in enumerate(desks)]
            threads = [Editor(document, over) for document in documents]
            for thread in threads:
                thread.start()
            # At first until everybody was answered, so that every cycle proves something.
            end = time.monotonic() + 60
            while not all(thread.told for thread in threads) and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(rng.uniform(0, 2))
            city.kill()
            over.set()
            for thread in threads:
                thread.join()
                expect(thread.fault is None, f"an editor met {thread.fault}")
                expect(thread.told, f"nothing of {thread.document.mark} was acknowledged")
                told += thread.told
            city.good("journal", "verify")
            city.start()
            # Log-ins outlive the crash, so nobody logs in again.
            for document in documents:
                document.check()
                again += document.doubtful is not None
                document.send_again()
                document.step()
                document.check()
            city.no_panic()
        city.stop()
    except Failed as failed:
        raise Failed(f"seed {seed}: {failed}") from None
    return f"{cycles} cycles, {told} acknowledged saves of {EDITORS} editors, none lost; {again} sent again, none doubled"

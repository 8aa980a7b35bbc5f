"""A city of its own in a temporary folder: copies of sites/ and themes/, a data directory, a server.

Only the program's own doors are used: its command line, its files, its HTTP address.
"""

import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# A start may have to build the state again; a debug program on a busy machine is slow.
START_SECONDS = 180
COMMAND_SECONDS = 60


class Failed(Exception):
    """What was promised does not hold."""


def expect(holds, message):
    if not holds:
        raise Failed(message)


class City:
    """Sites, themes and a data directory in a folder of their own, removed at the end."""

    def __init__(self, binary, content=True):
        self.binary = str(Path(binary).resolve())
        # Not below a deep folder: the path of a socket may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="zq-"))
        self.data = self.folder / "data"
        self.sites = self.folder / "sites"
        self.themes = self.folder / "themes"
        hidden = shutil.ignore_patterns("content") if not content else None
        shutil.copytree(PROJECT / "sites", self.sites, ignore=hidden)
        shutil.copytree(PROJECT / "themes", self.themes)
        self.process = None
        self.urls = []
        self.log = self.folder / "log"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ZHANQUN_")}
        self.environment.update(
            ZHANQUN_STORAGE__DIR=str(self.data),
            ZHANQUN_SERVER__LISTEN="127.0.0.1:0",
            ZHANQUN_SERVER__OPS="127.0.0.1:0",
            NO_COLOR="1",
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # The server.

    def launch(self, **environment):
        """Starts the server without waiting until it serves."""
        expect(self.process is None, "the server runs already")
        self.urls = []
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve"],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self, **environment):
        """Starts the server and waits until it says that it accepts."""
        self.launch(**environment)
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        try:
            while len(self.urls) < 2:
                line = self.process.stdout.readline()
                if not line:
                    self.process.wait()
                    code, self.process = self.process.returncode, None
                    raise Failed(f"the server did not start (exit {code}): {self.last_log()}")
                self.urls += re.findall(r"http://\S+", line)
        finally:
            timer.cancel()
        self.base = self.urls[0].rstrip("/")
        self.ops = next(url for url in self.urls if url.endswith("/metrics")).removesuffix("/metrics")
        # Nothing more is expected there; a full pipe would stop the server.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def stop(self):
        """Asks the server to stop, as systemd does, and waits."""
        self.process.terminate()
        try:
            code = self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.process = None
            raise Failed("the server did not stop on SIGTERM") from None
        self.process = None
        expect(code == 0, f"the server stopped with exit {code}: {self.last_log()}")

    def kill(self):
        """Power cut for the process: SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def last_log(self, lines=3):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return " | ".join(text.strip().splitlines()[-lines:])

    def no_panic(self):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        found = [line for line in text.splitlines() if "panicked" in line]
        expect(not found, f"panic in the log: {found[:1]}")

    # Its commands.

    def run(self, *arguments, given="", **environment):
        """Runs a command and gives back (exit code, stdout, stderr); no exit code if it does not end.

        `given` is its standard input.
        """
        try:
            done = subprocess.run(
                [self.binary, *map(str, arguments)],
                cwd=self.folder,
                env={**self.environment, **environment},
                input=given,
                capture_output=True,
                text=True,
                timeout=COMMAND_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None, "", f"no end after {COMMAND_SECONDS} s"
        return done.returncode, done.stdout, done.stderr

    def good(self, *arguments):
        """Runs a command that must succeed and gives back its stdout."""
        code, out, err = self.run(*arguments)
        expect(code == 0, f"{' '.join(map(str, arguments))}: exit {code}: {err.strip()[-400:]}")
        return out

    # Its pages.

    def get(self, path, headers=None):
        """Gives back (status, headers, body) of a path."""
        host = urllib.parse.urlsplit(self.base).netloc
        connection = http.client.HTTPConnection(host, timeout=60)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def metrics(self):
        host = urllib.parse.urlsplit(self.ops).netloc
        connection = http.client.HTTPConnection(host, timeout=60)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def slugs(self):
        return sorted(path.parent.name for path in self.sites.glob("*/site.toml"))

    def addresses(self):
        """Paths of all pages that the sitemaps name."""
        found, todo, seen = set(), ["/sitemap.xml"], set()
        while todo:
            path = todo.pop()
            if path in seen:
                continue
            seen.add(path)
            status, _, body = self.get(path)
            expect(status == 200, f"{path} answered {status}")
            for url in re.findall(r"<loc>([^<]+)</loc>", body.decode()):
                there = urllib.parse.urlsplit(url).path
                (todo.append if there.endswith(".xml") else found.add)(there)
        return sorted(found)

    def pages(self):
        """Hash of every page of every site, by path."""
        return self.fetch_all(self.addresses(), lambda path, status, body: (status, hashlib.sha256(body).hexdigest()))

    def fetch_all(self, paths, make):
        """`make(path, status, body)` of every path, over a few kept connections."""
        host = urllib.parse.urlsplit(self.base).netloc
        paths, results, errors = list(paths), {}, []
        todo = iter(paths)
        lock = threading.Lock()

        def work():
            connection = http.client.HTTPConnection(host, timeout=60)
            try:
                while True:
                    with lock:
                        path = next(todo, None)
                    if path is None:
                        return
                    connection.request("GET", path)
                    response = connection.getresponse()
                    results[path] = make(path, response.status, response.read())
            except Exception as error:  # noqa: BLE001 - told to the caller
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise Failed(f"a page could not be read: {errors[0]!r}")
        return results


def wait_until(true, message, seconds=30):
    """Waits for something that another thread of the server does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.1)
    raise Failed(message)


def as_json(text):
    try:
        return json.loads(text)
    except ValueError:
        raise Failed(f"not JSON: {text[:200]!r}") from None

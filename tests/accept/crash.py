"""kill -9 at a random moment under four writers: what was acknowledged is there afterwards."""

import random
import threading
import time

from city import Failed, as_json, expect

SITES = ["mzj", "hbj", "czj", "www"]


class Writer(threading.Thread):
    """Imports old addresses through the running server until it is gone.

    A command that begins after that finds nobody at the data directory and does the work
    itself; what it says counts as well.
    """

    def __init__(self, city, over, number, cycle, lines):
        super().__init__()
        self.city, self.over, self.number, self.cycle, self.lines = city, over, number, cycle, lines
        self.site = SITES[number % len(SITES)]
        self.acknowledged, self.doubtful, self.trouble = [], [], []

    def run(self):
        turn = 0
        while not self.over.is_set():
            turn += 1
            name = f"/c{self.cycle}/w{self.number}/t{turn}"
            lines = [f"{name}/{line}.asp?id={turn},/{'' if self.site == 'www' else self.site + '/'}map/" for line in range(self.lines)]
            file = self.city.folder / f"old-{self.number}.csv"
            file.write_text("from,to\n" + "\n".join(lines) + "\n")
            batch = [line.split(",")[0] for line in lines]
            code, _, err = self.city.run("redirect", "import", file, "--site", self.site)
            if code == 0:
                self.acknowledged.append(batch)
            else:
                self.doubtful.append(batch)
                if "panicked" in err:
                    self.trouble.append(err)
                return


class Declarer(threading.Thread):
    """Changes a site's file and applies it, until the server is gone."""

    def __init__(self, city, over, cycle):
        super().__init__()
        self.city, self.over, self.cycle = city, over, cycle
        self.acknowledged, self.trouble = [], []

    def run(self):
        file = self.city.sites / "sfj" / "site.toml"
        turn = 0
        while not self.over.is_set():
            turn += 1
            mark = f"第{self.cycle}轮第{turn}次说明"
            lines = file.read_text().splitlines()
            text = "\n".join(f'description = "{mark}"' if line.startswith("description =") and at < 25 else line for at, line in enumerate(lines))
            part = file.with_suffix(".part")
            part.write_text(text + "\n")
            part.rename(file)
            code, _, err = self.city.run("site", "apply")
            if code != 0:
                if "panicked" in err:
                    self.trouble.append(err)
                return
            # `site apply` or the watcher has written it; either way it was acknowledged.
            self.acknowledged.append(mark)


def crash(city, cycles, seed=None):
    """Runs the cycles; raises Failed with the seed if something is lost."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    rng = random.Random(seed)
    expected = {site: set() for site in SITES}
    told = 0
    try:
        city.start()
        for cycle in range(cycles):
            over = threading.Event()
            writers = [Writer(city, over, number, cycle, [2, 5, 20, 200][number]) for number in range(3)]
            writers.append(Writer(city, over, 3, cycle, 1))
            declarer = Declarer(city, over, cycle)
            for thread in [*writers, declarer]:
                thread.start()
            # At first until anything was acknowledged, so that every cycle proves something.
            end = time.monotonic() + 60
            while not any(writer.acknowledged for writer in writers) and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(rng.uniform(0, 1.5))
            over.set()
            city.kill()
            for thread in [*writers, declarer]:
                thread.join()
                expect(not thread.trouble, f"a command panicked: {thread.trouble}")
            expect(any(writer.acknowledged for writer in writers), "no write was acknowledged")
            city.good("journal", "verify")
            if declarer.acknowledged:
                history = city.good("journal", "show", "--action", "site.", "--changes", "--last", "400")
                lost = [mark for mark in declarer.acknowledged if mark not in history]
                expect(not lost, f"acknowledged site changes are not in the journal: {lost[:3]}")
            city.start()
            for writer in writers:
                expected[writer.site].update(address for batch in writer.acknowledged for address in batch)
                told += len(writer.acknowledged)
            for site in SITES:
                there = {row["from"] for row in as_json(city.good("redirect", "list", "--site", site, "--json"))}
                lost = expected[site] - there
                expect(not lost, f"{len(lost)} acknowledged old addresses of {site} are lost, e.g. {sorted(lost)[:3]}")
                for writer in writers:
                    for batch in writer.doubtful:
                        if writer.site == site:
                            kept = sum(address in there for address in batch)
                            expect(kept in (0, len(batch)), f"half a transaction: {kept} of {len(batch)} old addresses of {batch[0]}")
            for slug in city.slugs():
                path = "/" if slug == "www" else f"/{slug}/"
                status, _, _ = city.get(path)
                expect(status == 200, f"{path} answered {status} after the crash")
            city.no_panic()
        city.stop()
        city.good("journal", "verify")
    except Failed as failed:
        raise Failed(f"seed {seed}: {failed}") from None
    return f"{cycles} cycles, {told} acknowledged transactions, none lost"

"""Whatever happens to the state's files, the server starts and shows the same pages."""

import random
import re
import shutil

from city import Failed, expect


def files(city):
    return sorted(path for path in (city.data / "state").rglob("*") if path.is_file() and path.stat().st_size > 0)


def delete_all(city, _):
    shutil.rmtree(city.data / "state")


def empty_folder(city, _):
    delete_all(city, _)
    (city.data / "state").mkdir()


def delete_files(city, rng):
    for path in rng.sample(files(city), max(1, len(files(city)) // 2)):
        path.unlink()


def change(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def flip_bits(city, rng):
    for path in files(city):
        size = path.stat().st_size
        for _ in range(max(1, min(64, size // 4096))):
            at = rng.randrange(size)
            with open(path, "rb") as file:
                file.seek(at)
                byte = file.read(1)[0]
            change(path, at, bytes([byte ^ (1 << rng.randrange(8))]))


def flip_one(city, rng):
    path = max(files(city), key=lambda path: path.stat().st_size)
    at = rng.randrange(path.stat().st_size)
    with open(path, "rb") as file:
        file.seek(at)
        byte = file.read(1)[0]
    change(path, at, bytes([byte ^ 0x40]))


def zero_blocks(city, rng):
    for path in files(city):
        size = path.stat().st_size
        for _ in range(max(1, min(8, size // 65536))):
            at = rng.randrange(size) // 4096 * 4096
            change(path, at, bytes(min(4096, size - at)))


def zero_all(city, _):
    for path in files(city):
        change(path, 0, bytes(path.stat().st_size))


def truncate(city, rng):
    for path in files(city):
        with open(path, "r+b") as file:
            file.truncate(rng.randrange(path.stat().st_size))


def random_files(city, rng):
    for path in files(city):
        path.write_bytes(rng.randbytes(path.stat().st_size))


def only_snapshots_gone(city, _):
    shutil.rmtree(city.data / "snapshots", ignore_errors=True)


def everything_rebuildable(city, _):
    """The contract: everything outside journal/ and media/ can be deleted."""
    for path in city.data.iterdir():
        if path.name not in ("journal", "media"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def torn_tail(city, rng):
    """Half a record at the end of the journal, as a power cut leaves it."""
    last = sorted((city.data / "journal").iterdir())[-1]
    with open(last, "ab") as file:
        file.write(rng.randbytes(rng.randrange(1, 3000)))


CASES = [
    delete_all,
    empty_folder,
    delete_files,
    flip_one,
    flip_bits,
    zero_blocks,
    zero_all,
    truncate,
    random_files,
    only_snapshots_gone,
    everything_rebuildable,
]


def compare(before, after):
    if before == after:
        return
    gone = sorted(set(before) - set(after))
    new = sorted(set(after) - set(before))
    other = sorted(path for path in before if path in after and before[path] != after[path])
    raise Failed(f"pages gone: {gone[:3]} ({len(gone)}), new: {new[:3]} ({len(new)}), changed: {other[:3]} ({len(other)})")


def damage(city, rounds, seed=None):
    seed = seed if seed is not None else random.randrange(1 << 32)
    rng = random.Random(seed)
    city.start()
    before = city.pages()
    expect(len(before) > 500, f"only {len(before)} pages in the sitemaps")
    tried = 0
    for _ in range(rounds):
        for case in CASES:
            for end in (city.stop, city.kill):
                end()
                case(city, rng)
                name = f"seed {seed}: {case.__name__} after {'SIGTERM' if end == city.stop else 'kill -9'}"
                try:
                    city.start()
                    compare(before, city.pages())
                except Failed as failed:
                    raise Failed(f"{name}: {failed}") from None
                tried += 1
    # A torn tail is what a crash leaves, so only there.
    city.kill()
    torn_tail(city, rng)
    city.start()
    compare(before, city.pages())
    city.stop()
    city.good("journal", "verify")
    return f"{tried + 1} kinds of damage, {len(before)} pages the same each time"


def journal_damage(city, seed=None):
    """Damage in the middle of the journal stops the start with segment, offset and advice; nothing is changed."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    rng = random.Random(seed)
    city.start()
    city.stop()
    segment = sorted((city.data / "journal").iterdir())[0]
    good = segment.read_bytes()
    for _ in range(5):
        at = rng.randrange(100, len(good) // 2)
        bad = bytearray(good)
        bad[at] ^= 0x10
        segment.write_bytes(bad)
        for command in (["serve"], ["journal", "verify"], ["check"]):
            code, out, err = city.run(*command)
            text = out + err
            name = f"seed {seed}, byte {at}, {' '.join(command)}"
            expect(code == 1, f"{name}: exit {code}: {text[-300:]}")
            expect(segment.name in text and re.search(r"byte \d+|offset \d+", text), f"{name}: no segment and offset: {text[-300:]}")
            expect("panicked" not in text, f"{name}: {text[-300:]}")
        expect(segment.read_bytes() == bytes(bad), f"seed {seed}, byte {at}: the damaged segment was changed")
    segment.write_bytes(good)
    city.start()
    city.stop()
    return "5 places, each named by segment and byte; nothing changed"

"""Eight hours of crawling in minutes: `python -m tests.torture.soak [--short] [--seed N] [--rounds N --articles N]`.

One process that lives on, as the daemon does, crawls a site again and again, each time in a child: every article that
was ever listed, with the validators of its last answer. Between two crawls articles are edited, removed, restored and
published; 2 % of the answers are faults. Afterwards the record must hold every content that was seen, every change,
and nothing else; the process may not have grown, nor have left anything open; and the database must be no larger than
what is in it explains. `confirm_after` and `variant_window` are nothing: hours of waiting are what is left out.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from tests.conftest import assert_sound
from tests.crawling import ROOT, Trail
from tests.daemons import children_of, resident_mb
from tests.torture.truth import Origin, words

SHARE = 0.02  # of the answers that are faults
FULL, SHORT = (2_000, 100), (250, 12)  # articles, rounds
WARM_UP = 0.1  # of the rounds, and three of them: the first edits load a dictionary
FLAT = 0.10  # that memory may have grown by
SLACK = 1.3  # of the size of a copy without a free byte
SECONDS = 14 * 60  # after which no further round begins

VERSIONS = """
SELECT a.code, v.title, v.outlet, v.body_text FROM versions v JOIN articles a ON a.id = v.article_id
ORDER BY a.code, v.number
"""
CHANGES = """
SELECT a.code, c.kind, coalesce(v.number, 0) FROM changes c JOIN articles a ON a.id = c.article_id
LEFT JOIN versions v ON v.id = c.new_version_id ORDER BY c.id
"""
LOOKS = "SELECT a.code, count(DISTINCT c.run_id) FROM checks c JOIN articles a ON a.id = c.article_id GROUP BY 1"
TABLES = """
SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize), sum(s.payload) FROM dbstat s
LEFT JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = 1 GROUP BY 1 ORDER BY 2 DESC
"""
# Answers kept for nothing: not for a version, not for a look that could not be read, not for a listing's order.
UNUSED = """
SELECT count(*) FROM responses WHERE role != 'listing' AND id NOT IN (
    SELECT response_id FROM version_responses UNION SELECT response_id FROM checks
    WHERE response_id IS NOT NULL AND outcome NOT IN ('unchanged', 'not_modified'))
"""
UNHAD = "SELECT count(*) FROM bodies WHERE hash NOT IN (SELECT body_hash FROM responses)"


class Sample(NamedTuple):
    """What a round was like: the crawl's outcome, the parent's MiB and open files, the child's most MiB, seconds."""

    outcome: str
    resident: float
    files: int
    child: float
    seconds: float


def main(short: bool, seed: int = 20241122, size: tuple[int, int] | None = None) -> list[str]:
    """Run it; what is not as it should be, in words."""
    articles, rounds = size or (SHORT if short else FULL)
    origin = Origin(seed, articles, SHARE)
    with tempfile.TemporaryDirectory() as folder, origin.site as site:
        trail = Trail(Path(folder), site)
        samples = soak(origin, trail, rounds)
        with closing(sqlite3.connect(trail.database)) as db:
            failed = [*told(db, origin, samples), *flat(samples), *explained(db, Path(folder))]
            assert_sound(db)
    return [f"{text} (seed {seed})" for text in failed]


def soak(origin: Origin, trail: Trail, rounds: int) -> list[Sample]:
    """Round after round, as many as there is time for."""
    samples: list[Sample] = []
    ends = time.monotonic() + SECONDS
    with Watcher(trail) as watcher:
        while len(samples) < rounds and time.monotonic() < ends:
            if samples:
                origin.disturb()
            origin.begin()
            samples.append(watcher.crawl())
            origin.settle()
            origin.site.clear_log()
            if len(samples) % 10 == 0:
                last = samples[-1]
                said = f"soak: {len(samples):4} rounds, the last in {last.seconds:.1f} s, {last.resident:.1f} MiB"
                print(said, file=sys.stderr, flush=True)
    return samples


class Watcher:
    """The process that lives on: crawls when it is told to, and says how it is."""

    def __init__(self, trail: Trail) -> None:
        command = [sys.executable, "-m", "tests.torture.soak", "--watch", str(trail.folder)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._peak = 0.0
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Watcher":
        self._sampler.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._sampler.join()
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(60)
        finally:
            self._process.kill()

    def crawl(self) -> Sample:
        """One crawl of all there is."""
        assert self._process.stdin and self._process.stdout
        self._peak, began = 0.0, time.monotonic()
        print(file=self._process.stdin, flush=True)
        outcome, files = json.loads(self._process.stdout.readline())
        return Sample(outcome, resident_mb(self._process.pid), files, self._peak, time.monotonic() - began)

    def _sample(self) -> None:
        while not self._over.wait(0.02):
            for pid in children_of(self._process.pid):
                self._peak = max(self._peak, _peak_mb(pid))


def _peak_mb(pid: int) -> float:
    """MiB that a crawl's process held at most; 0 where it is none: it is its parent's copy until it starts."""
    with suppress(OSError):
        if b"tests.torture" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0.0
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def watch(folder: Path) -> None:
    """The watcher's own process: a crawl for each line that comes."""
    trail = Trail(folder)
    for _ in sys.stdin:
        outcome = trail.crawl(recheck=trail.database.exists())
        print(json.dumps([outcome, len(os.listdir("/proc/self/fd"))]), flush=True)


def told(db: sqlite3.Connection, origin: Origin, samples: list[Sample]) -> list[str]:
    """Whether the record tells what was seen, and no more."""
    versions, changes = defaultdict(list), defaultdict(list)
    for code, title, outlet, body in db.execute(VERSIONS):
        versions[code].append((title, outlet, words(body)))
    for code, *change in db.execute(CHANGES):
        changes[code].append(tuple(change))
    looks = dict(db.execute(LOOKS).fetchall())
    lost, invented, disordered = Counter[str](), Counter[str](), []
    for code in {*origin.courses, *versions, *changes}:
        course = origin.courses[code]
        lost["looks"] += max(0, course.looks - looks.get(code, 0))
        for what, is_there, should in (
            ("versions", versions[code], course.versions),
            ("changes", changes[code], course.changes),
        ):
            lost[what] += (Counter(should) - Counter(is_there)).total()
            invented[what] += (Counter(is_there) - Counter(should)).total()
            if is_there != should:
                disordered.append(f"{code}: {what} {is_there[:9]}, should be {should[:9]}"[:600])
    _print_told(db, origin, samples, lost, invented)
    spared = db.execute("SELECT count(*) FROM runs WHERE reason LIKE '%not made%'").fetchone()[0]
    failed = [f"{n} {what} lost" for what, n in lost.items() if n]
    failed += [f"{n} {what} invented" for what, n in invented.items() if n]
    return [*failed, *disordered[:5], *([f"{spared} crawls left the host"] if spared else [])]


def _print_told(
    db: sqlite3.Connection, origin: Origin, samples: list[Sample], lost: Counter[str], invented: Counter[str]
) -> None:
    checks = db.execute("SELECT count(*) FROM checks").fetchone()[0]
    seconds = sum(sample.seconds for sample in samples)
    faults = origin.faults.total()
    print(f"soak: {checks} checks in {len(samples)} crawls, {seconds:.0f} s: {1000 * seconds / checks:.1f} ms each")
    print(f"soak: {faults} faults in {origin.answers} answers ({100 * faults / origin.answers:.1f} %): "
          + ", ".join(f"{name} {n}" for name, n in origin.faults.most_common()))  # fmt: skip
    for name, sql in (
        ("outcomes", "SELECT outcome, count(*) FROM checks GROUP BY 1 ORDER BY 2 DESC"),
        ("changes", "SELECT kind, count(*) FROM changes GROUP BY 1 ORDER BY 2 DESC"),
    ):
        print(f"soak: {name}: " + ", ".join(f"{what} {n}" for what, n in db.execute(sql)))
    versions = sum(len(course.versions) for course in origin.courses.values())
    changes = sum(len(course.changes) for course in origin.courses.values())
    print(f"soak: of {versions} versions, {changes} changes and {sum(c.looks for c in origin.courses.values())} looks "
          f"lost {lost.total()}, invented {invented.total()}")  # fmt: skip


def flat(samples: list[Sample]) -> list[str]:
    """Whether a process grows, or leaves files open."""
    failed = []
    warm = samples[max(3, round(WARM_UP * len(samples))) :]
    part = max(1, len(warm) // 4)
    for what, sizes in (("parent", [s.resident for s in warm]), ("child", [s.child for s in warm])):
        early, late = statistics.median(sizes[:part]), statistics.median(sizes[-part:])
        growth = late / early - 1
        print(f"soak: {what}: {early:.1f} MiB in the first quarter, {late:.1f} in the last ({100 * growth:+.1f} %), "
              f"{max(sizes):.1f} at most")  # fmt: skip
        if growth > FLAT:
            failed.append(f"the {what} grew from {early:.1f} to {late:.1f} MiB")
    files = {sample.files for sample in samples[1:]}
    print(f"soak: the parent's open files: {', '.join(map(str, sorted(files)))}")
    return failed + ([f"open files: {sorted(files)}"] if len(files) > 1 else [])


def explained(db: sqlite3.Connection, folder: Path) -> list[str]:
    """Whether the database is as large as what is in it."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = folder / "copy.db"
    db.execute("VACUUM INTO ?", (str(copy),))
    size, least = (folder / "newstrail.db").stat().st_size, copy.stat().st_size
    print(f"soak: database: {size / 2**20:.1f} MiB, {size / least:.2f} times a copy without free space")
    unused, unhad = (db.execute(sql).fetchone()[0] for sql in (UNUSED, UNHAD))
    failed = [f"the database is {size} bytes, a copy {least}"] if size > SLACK * least else []
    try:
        tables = db.execute(TABLES).fetchall()
    except sqlite3.OperationalError:  # this SQLite was built without it
        tables = []
    checks = db.execute("SELECT count(*) FROM checks").fetchone()[0]
    for name, used, payload in tables[:8]:
        rows = db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] or 1
        print(f"soak: {name}: {used / 2**20:.1f} MiB, {rows} rows of {used / rows:.0f} bytes with their indexes, "
              f"{100 * payload / used:.0f} % filled")  # fmt: skip
    print(f"soak: {size / checks:.0f} bytes a check; answers kept for nothing: {unused}, bodies of no answer: {unhad}")
    failed += [f"{unused} answers are kept for nothing"] if unused else []
    return failed + ([f"{unhad} bodies are of no answer"] if unhad else [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="the form for every day")
    parser.add_argument("--seed", type=int, default=20241122)
    parser.add_argument("--articles", type=int, help="how many; with --rounds")
    parser.add_argument("--rounds", type=int, help="how often each is looked at; with --articles")
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.watch:
        watch(wanted.watch)
        sys.exit()
    failures = main(wanted.short, wanted.seed, (wanted.articles, wanted.rounds) if wanted.rounds else None)
    print("\n".join(failures) or "soak: passed")
    sys.exit(bool(failures))

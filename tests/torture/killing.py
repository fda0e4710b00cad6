"""Crawls that are killed at random moments: `python -m tests.torture.killing [--short] [--seed N]`.

Articles are published and edited, a crawl of them is started, and at some moment SIGKILL ends it: all its processes, or
only the one that records. Right before, a reader sees what is committed. It must still be there afterwards; the
file must be whole, no article, version, change or run half written; and the next crawl must not fetch again what was
committed and is not due. At the end one crawl goes through, and the record must be what a crawl makes of it that nobody
disturbed.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.rules.dates import utc_text
from tests.conftest import Desk, article, assert_sound
from tests.crawling import ROOT
from tests.torture.scene import alone, own_turns, scene

LANES = 2  # records that are tortured side by side
BEGINNING, NEW, EDITS = 60, 25, 4  # articles at first; published, and edited, before each crawl
DELAY, LONGEST = 0.02, 1.6  # seconds between requests; from the first of them to the kill: some crawls are done by then
COMMANDS = (["crawler", "crawl"], ["scrapy", "crawl", "category", "-a", "source=yaowen"])
RECHECK = (["--recheck"], ["-a", "recheck=1"])
LATEST = "SELECT code, content_hash FROM latest"
VERSIONS = "SELECT a.code, v.number, v.content_hash FROM versions v JOIN articles a ON a.id = v.article_id"
SETTLED = "SELECT code FROM articles WHERE version_count > 0 AND next_check_at > ?"
# A run's counts are committed with what they count.
HALF_RUNS = """
SELECT 'run ' || id || ' has no end and stands as ' || outcome FROM runs
WHERE finished_at IS NULL AND outcome != 'interrupted'
UNION ALL
SELECT 'runs count ' || c.counted || ' ' || c.kind || ', the changes ' || count(n.id)
FROM (SELECT 'first_seen' AS kind, sum(first_seen) AS counted FROM runs
      UNION ALL SELECT 'edited', sum(edited) FROM runs UNION ALL SELECT 'removed', sum(removed) FROM runs) c
LEFT JOIN changes n ON n.kind = c.kind GROUP BY c.kind HAVING coalesce(c.counted, 0) != count(n.id)
"""
Versions = set[tuple[str, int, str]]


@dataclass
class Tale:
    """What one lane came to."""

    failures: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    edited: set[str] = field(default_factory=set)
    in_flight: set[str] = field(default_factory=set)  # served to a crawl that was killed before it committed them


def main(short: bool, seed: int = 20241122) -> list[str]:
    """Kill crawls, 8 or 200; what was lost or left half."""
    kills = 4 if short else 100
    began = time.monotonic()
    with own_turns(), ThreadPoolExecutor(LANES) as pool:
        tales = list(pool.map(lambda lane: _lane(kills, seed + lane), range(LANES)))
    counts = sum((tale.counts for tale in tales), Counter[str]())
    took = time.monotonic() - began
    for line in (
        f"{counts['kills']} crawls killed (SIGKILL) in {took:.0f} s, seed {seed}: {counts['unbegun']} before their run"
        f" was on record, {counts['midway']} midway, {counts['done']} at their very end",
        f"{counts['acknowledged']} versions had been committed by those crawls right before: {counts['lost']} are lost",
        f"{counts['half']} half runs; {counts['unsound']} files that are not whole",
        f"{counts['in flight']} articles were in flight when killed, and {counts['again']} of them were fetched again;"
        f" {counts['refetched']} were that had been committed and were not due",
    ):
        print(f"killing: {line}")
    return [failure for tale in tales for failure in tale.failures]


def _lane(kills: int, seed: int) -> Tale:
    chance, tale = random.Random(seed), Tale()
    with scene([article(f"NW{number}") for number in range(BEGINNING)]) as trail:
        trail.configure("delay = 0", f"delay = {DELAY}")
        for number in range(kills):
            _round(trail, number, chance, tale)
        trail.configure(f"delay = {DELAY}", "delay = 0")
        done = trail.shell("newstrail", "crawl", "--recheck")
        if done.returncode != 0:
            tale.failures.append(f"the last crawl left with {done.returncode}: {done.stderr}")
        tale.failures += _sound(trail, tale, "at the end")
        tale.failures += _as_undisturbed(trail, tale)
    return tale


def _round(trail: Desk, number: int, chance: random.Random, tale: Tale) -> None:
    recheck, which = number % 3 == 2, number % 2
    for new in range(NEW):
        trail.site.publish(article(f"NEW{number}N{new}"))
    for code in chance.sample(range(BEGINNING), EDITS if recheck else 0):
        trail.site.edit(f"NW{code}", body_html=f"<p>第{number}次改过的正文，预算{number}亿元，年底前完成。</p>")
        tale.edited.add(f"NW{code}")
    settled, known, before = _settled(trail), _versions(trail), tale.in_flight
    command = COMMANDS[which] + RECHECK[which] * recheck
    acknowledged = _killed(trail, command, number % 5 == 4, number % 4 == 3, chance, tale)
    after = _versions(trail)
    where = f"kill {number}"
    if lost := acknowledged - after:
        tale.failures.append(f"{where}: lost {sorted(lost)[:3]}")
    tale.counts.update(acknowledged=len(acknowledged - known), lost=len(lost), kills=1)
    fetched = _fetched(trail)
    tale.in_flight = (tale.in_flight | fetched) - {code for code, *_ in after}
    if not recheck:
        again = fetched & settled
        tale.counts.update(refetched=len(again), again=len(fetched & before))
        tale.failures += [f"{where}: fetched again though committed and not due: {sorted(again)[:3]}"] if again else []
    tale.counts["in flight"] += len(tale.in_flight - before)
    tale.failures += _sound(trail, tale, where)


def _killed(trail: Desk, command: list[str], early: bool, alone: bool, chance: random.Random, tale: Tale) -> Versions:
    """Start a crawl, and kill it some time after its start, or its first request; what was committed by then."""
    trail.site.clear_log()
    runs = _count(trail, "SELECT count(*) FROM runs")
    process = subprocess.Popen(
        [sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, "NEWSTRAIL_CONFIG": str(trail.toml)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        while not (early or trail.site.log or process.poll() is not None):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, LONGEST))
        acknowledged = _versions(trail)
    finally:
        finished = process.poll() is not None
        os.kill(process.pid, signal.SIGKILL) if alone and not finished else _kill_group(process.pid)
        process.wait()
    if not _all_gone(process.pid):
        tale.failures.append(f"{command}: its child was still there 10 s after it")
        _kill_group(process.pid)
    begun = _count(trail, "SELECT count(*) FROM runs") > runs
    tale.counts["done" if finished else "midway" if begun else "unbegun"] += 1
    return acknowledged


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _all_gone(group: int) -> bool:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.005)
    return False


def _rows(trail: Desk, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows as any reader sees them; none where there is no record yet."""
    try:
        with closing(sqlite3.connect(f"file:{trail.database}?mode=ro", uri=True, timeout=15)) as db:
            return db.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        if "unable to open" in str(error) or "no such table" in str(error):
            return []
        raise


def _count(trail: Desk, sql: str) -> int:
    return sum(row[0] for row in _rows(trail, sql))


def _versions(trail: Desk) -> Versions:
    return set(_rows(trail, VERSIONS))


def _settled(trail: Desk) -> set[str]:
    """Articles that are on record and not due while the next crawl runs."""
    soon = utc_text(datetime.now(UTC) + timedelta(minutes=1))
    return {code for (code,) in _rows(trail, SETTLED, soon)}


def _fetched(trail: Desk) -> set[str]:
    """The articles whose content was asked for."""
    asked = (urlsplit(request.path) for request in trail.site.log)
    return {parse_qs(url.query)["id"][0] for url in asked if url.path.endswith("GetNewsText.do")}


def _sound(trail: Desk, tale: Tale, where: str) -> list[str]:
    if not _rows(trail, "SELECT 1 FROM sqlite_schema"):
        return []
    half = [row[0] for row in _rows(trail, HALF_RUNS)]
    tale.counts["half"] += len(half)
    try:
        with closing(sqlite3.connect(f"file:{trail.database}?mode=ro", uri=True)) as db:
            assert_sound(db)
    except (AssertionError, sqlite3.Error) as error:
        tale.counts["unsound"] += 1
        half.append(f"not whole: {error}")
    return [f"{where}: {says}" for says in half]


def _as_undisturbed(trail: Desk, tale: Tale) -> list[str]:
    """The record beside one of a single crawl: all texts that stand, and all versions of what was not edited."""
    folder = trail.folder / "undisturbed"
    folder.mkdir()
    undisturbed = Desk(folder, trail.site)
    undisturbed.crawl()
    found = [f"{desk.folder.name}: {len(desk.rows(LATEST))} articles" for desk in (trail, undisturbed)]
    if trail.counts(LATEST) != undisturbed.counts(LATEST):
        return [f"the record is not that of an uninterrupted crawl: {found}"]
    once = [{row for row in _versions(desk) if row[0] not in tale.edited} for desk in (trail, undisturbed)]
    return ["an article that was not edited has other versions"] if once[0] != once[1] else []


if __name__ == "__main__":
    alone(main, __doc__)

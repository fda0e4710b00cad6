"""Hostile origins: every row of the table on every path that it can take, through the real commands.

`python -m tests.torture.hostile [--short] [--seed N] [--rows 1,21b] [--paths content,robots]`
"""

import argparse
import csv
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from crawler import config
from crawler.errors import ConfigError
from tests.conftest import assert_sound
from tests.torture import network
from tests.torture.answers import ARTICLE
from tests.torture.network import Canary
from tests.torture.origins import READ, ROWS, Row
from tests.torture.watching import Run, watched
from tests.torture.world import OTHER, Case, Group, World, allowed

MOST_MEMORY, MOST_SECONDS = 512, 60  # MiB resident of any process, and seconds of one that fetches
_TIMEOUT = 3  # seconds that an answer may take; pages that take long to read leave others no time, so more there
_MORE = 15
_A_PROCESS = {"plain": 100, "heavy": 4}  # cases that one process reads
_FILES = 16  # by which a crawl of many sources may have more files open than at its first
# In CI, rows by path; those of the network all in two ways.
_SHORT = {
    "content": "19 21 23b 25 28 30 31 32 37 40 42 45 46c 47 49c 52 57", "robots": "19 62c 62d", "listing": "42 52 59b",
    "webhook": "19 28 30", "link": "",
}  # fmt: skip
_WRITTEN = {"not_modified": "new", "unchanged": "new", "changed": "new", "variant": "new", "pending": "gone"}
_FORMULA = re.compile(r"[=+\-@\t\r]")
_CHECKS = """
SELECT a.code, c.outcome, c.reason, c.run_id FROM checks c JOIN articles a ON a.id = c.article_id
WHERE c.run_id > ? ORDER BY c.id
"""
_CHANGES = "SELECT a.code, c.kind FROM changes c JOIN articles a ON a.id = c.article_id ORDER BY c.id"
_WORDS = "SELECT a.code, v.title || char(10) || v.body_text FROM versions v JOIN articles a ON a.id = v.article_id"


@dataclass
class Table:
    """The cases of a run of this module, and what failed."""

    short: bool
    seed: int
    folder: Path
    has_names: bool
    rows: Sequence[Row]
    ways: frozenset[str]
    failures: list[str] = field(default_factory=list)
    peaks: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    tried: int = 0

    def groups(self) -> list[Group]:
        """Every case, in groups that do not disturb each other."""
        numbers, shuffled = count(1), list(self.rows)
        random.Random(self.seed).shuffle(shuffled)
        found: list[Group] = []
        for way in ("content", "redirect", "share", "post", "link", "robots", "listing"):
            for kind, most in _A_PROCESS.items():
                rows = [row for row in shuffled if self._takes(row, way) and row.is_heavy == (kind == "heavy")]
                size = 1 if way == "listing" else 100 if self.short else most
                for first in range(0, len(rows), size):
                    key = f"{way}-{kind}-{len(found)}"
                    cases = [self._case(row, way, next(numbers)) for row in rows[first : first + size]]
                    host = cases[0].host if way == "listing" else f"127.0.1.{len(found) + 1}"
                    found.append(Group(key, way, host, cases))
        return found

    def _takes(self, row: Row, way: str) -> bool:
        if way not in self.ways or (row.needs == "namespace" and not self.has_names):
            return False
        if self.short and not _is_in_short(row, way):
            return False
        if way == "link":
            return bool(row.url) and "#" not in row.url  # what is behind a # is no part of a link
        if way == "listing":  # a process each: one of several ways to the same end is enough
            return way in row.paths and (row.number.isdigit() or row.paths == ("listing",))
        return way in row.paths

    def _case(self, row: Row, way: str, number: int) -> Case:
        return Case(row, way, number, f"127.0.{2 + number // 250}.{1 + number % 250}")

    def fail(self, case: object, what: str) -> None:
        self.failures.append(f"{case}: {what} (seed {self.seed})")
        print(f"  {self.failures[-1]}", flush=True)


def main(short: bool, seed: int = 20241122, rows: str = "", paths: str = "") -> list[str]:
    """Run the table; `rows` and `paths` choose from it. Returns what failed, a line each."""
    inside = os.environ.get(network.INSIDE)
    if inside is None and (command := network.reachable()):
        arguments = [*(["--short"] if short else []), "--seed", str(seed), "--rows", rows, "--paths", paths]
        return network.rerun("tests.torture.hostile", command, arguments)
    with tempfile.TemporaryDirectory(prefix="newstrail-hostile-") as name:
        folder = Path(name)
        if inside is not None:
            network.enter(folder)
        else:
            print("hostile: no network of its own may be had here: rows that need names are left out", flush=True)
        chosen = [row for row in ROWS if not rows or row.number in rows.split(",")]
        ways = {*ARTICLE, "link", "robots", "listing", "webhook", "scrapy"}
        ways &= set(paths.split(",")) if paths else ways
        if short:
            ways &= set(_SHORT)
        table = Table(short, seed, folder, inside is not None, chosen, frozenset(ways))
        failures = _run(table)
    if inside is not None:
        Path(inside).write_text("\0".join(failures), encoding="utf-8")
    return failures


def _run(table: Table) -> list[str]:
    started, canary, groups = time.monotonic(), Canary(), table.groups()
    with World(groups, canary.port).served(table.folder) as world:
        batches = list(_batches(groups))
        with ThreadPoolExecutor(2) as pool:
            tasks = [pool.submit(_crawled, table, world, *batch) for batch in batches]
            if "webhook" in table.ways:
                tasks.append(pool.submit(_notified, table, world))
            if "scrapy" in table.ways:
                alone = [g for g in groups if g.way in ("content", "link")]
                tasks += [pool.submit(_by_scrapy, table, world, group) for group in alone]
            for task in tasks:
                task.result()
        for stray in world.strays:
            table.fail("a request", f"that should not have been made: {stray}")
        _all_closed(table, world)
    canary.close()
    for connection in canary.seen:
        table.fail("the canary", f"was connected to at {connection}")
    print(
        f"hostile: {table.tried} cases of {len(table.rows)} origins in {time.monotonic() - started:.0f} s;"
        f" {len(canary.seen)} connections to the canary; at most {max(table.peaks.values(), default=0)} MiB"
        f" ({_most(table.peaks)}) and {max(table.seconds.values(), default=0)} s ({_most(table.seconds)})"
        f" a process; {len(table.failures)} failures",
        flush=True,
    )
    return table.failures


def _is_in_short(row: Row, way: str) -> bool:
    is_of_network = row.kind == "network" and way in ("content", "link", "webhook")
    return is_of_network or row.number in _SHORT.get(way, "").split()


def _most(counter: Counter[str]) -> str:
    return next((name for name, _ in counter.most_common(1)), "none")


def _batches(groups: Sequence[Group]) -> Iterator[tuple[str, list[Group]]]:
    """Groups that one command crawls; listings in a few, so that its sources are many."""
    listings = [group for group in groups if group.way == "listing"]
    for group in groups:
        if group.way != "listing":
            yield group.key, [group]
    for part in range(parts := min(4, 1 + len(listings) // 10)):
        if some := listings[part::parts]:
            yield f"listings-{part}", some


def _all_closed(table: Table, world: World) -> None:
    until = time.monotonic() + 5
    while world.connections and time.monotonic() < until:
        time.sleep(0.1)
    if world.connections:
        table.fail("connections", f"{world.connections} are open after all is over")


# --- crawls ----------------------------------------------------------------------------------------------------------


def _prepared(table: Table, world: World, name: str, groups: Sequence[Group]) -> tuple[Path, dict[str, str]]:
    """A folder with a configuration, and the environment for commands in it."""
    folder = table.folder / name
    folder.mkdir()
    timeout = _MORE if any(case.row.is_heavy for group in groups for case in group.cases) else _TIMEOUT
    toml = (
        f'[crawl]\nuser_agent = "newsdesk/1.0 (+https://news.example/bot)"\ndelay = 0\ntimeout = {timeout}\n'
        f"{allowed(world.hosts)}\n"
    )
    (folder / "newstrail.toml").write_text(toml + "".join(g.toml(world.plain.port) for g in groups), encoding="utf-8")
    environment = {
        **os.environ, "NEWSTRAIL_CONFIG": str(folder / "newstrail.toml"), "TMPDIR": str(folder),
        "SSL_CERT_FILE": str(table.folder / "ca.pem"),
    }  # fmt: skip
    return folder, environment


def _crawled(table: Table, world: World, name: str, groups: Sequence[Group]) -> None:
    """A healthy crawl and a hostile one of these groups, by `newstrail crawl`."""
    folder, environment = _prepared(table, world, name, groups)
    command = [sys.executable, "-m", "crawler", "crawl"]
    healthy = watched(command, environment, folder, 300)
    if healthy.code != 0:
        table.fail(name, f"the healthy crawl left with {healthy.code}: {healthy.output[-400:]}")
        return
    last = _rows(folder, "SELECT max(id) FROM runs")[0][0]
    for group in groups:
        group.hostile = True
    run = watched([*command, "--recheck"], environment, folder, 600)
    _judge(table, folder, name, groups, run, last)
    if name.startswith("content-plain"):
        _exported(table, folder, environment)


def _by_scrapy(table: Table, world: World, group: Group) -> None:
    """A hostile crawl of a group by `scrapy crawl`, into a record that is empty."""
    group.hostile = True
    name = f"scrapy-{group.key}"
    folder, environment = _prepared(table, world, name, [group])
    command = [sys.executable, "-m", "scrapy", "crawl", "category", "-a", f"source={group.key}"]
    run = watched(command, environment, folder, 300)
    _judge(table, folder, name, [group], run, 0, kinds="N")


def _rows(folder: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'newstrail.db'}?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()


def _judge(
    table: Table, folder: Path, name: str, groups: Sequence[Group], run: Run, last: int, kinds: str = "KN"
) -> None:
    """What a hostile crawl came to, by its process and by its record."""
    _judge_process(table, name, run)
    with closing(sqlite3.connect(f"file:{folder / 'newstrail.db'}?mode=ro", uri=True)) as db:
        assert_sound(db)
    checks: dict[str, list[tuple[str, str]]] = {}
    for code, outcome, reason, _ in _rows(folder, _CHECKS, last):
        checks.setdefault(code, []).append((outcome, reason or ""))
    changes: dict[str, list[str]] = {}
    for code, kind in _rows(folder, _CHANGES):
        changes.setdefault(code, []).append(kind)
    words: dict[str, list[str]] = {}
    for code, text in _rows(folder, _WORDS):
        words.setdefault(code, []).append(text)
        if "root:x:" in text:
            table.fail(name, f"{code} has a file of this machine in it")
    runs = dict(_rows(folder, "SELECT s.key, r.outcome || ': ' || coalesce(r.reason, '') FROM runs r"
                              " JOIN sources s ON s.id = r.source_id WHERE r.id > ? ORDER BY r.id", last))  # fmt: skip
    for group in groups:
        for case in group.cases:
            table.tried += 1
            if group.way == "listing":
                _judge_listing(table, case, runs.get(group.key, "no run"), changes)
                continue
            for kind in kinds if group.way != "link" else "N":
                _judge_case(table, case, case.code(kind), checks, changes, words)
            if [outcome for outcome, _ in checks.get(case.code("P"), [])] != ["new"]:
                table.fail(case, f"the next article was not read: {checks.get(case.code('P'))}; {runs.get(group.key)}")


def _judge_process(table: Table, name: str, run: Run) -> None:
    table.peaks[name], table.seconds[name] = round(run.peak), round(run.longest)
    found = {
        f"left with {run.code}": run.code not in (0, 3),
        f"{run.peak:.0f} MiB resident": run.peak > MOST_MEMORY,
        f"a process of {run.longest:.0f} s": run.longest > MOST_SECONDS,
        f"files open: {run.files[:1]} at first, {max(run.files, default=0)} later": bool(run.files)
        and max(run.files) > min(run.files[5:10] or run.files) + _FILES,
        f"processes left: {run.left}": bool(run.left),
        "a traceback": "Traceback (most" in run.output,
    }
    for what, is_so in found.items():
        if is_so:
            table.fail(name, f"{what}; {run.output[-1500:]}")


def _judge_case(
    table: Table,
    case: Case,
    code: str,
    checks: dict[str, list[tuple[str, str]]],
    changes: dict[str, list[str]],
    words: dict[str, list[str]],
) -> None:
    outcomes, reason = case.row.expected("post" if case.way == "link" else case.way)  # type: ignore[arg-type]
    looks = checks.get(code, [])
    if not looks:
        table.fail(case, f"{code} was not looked at")
        return
    outcome, said = looks[0]
    plain = _WRITTEN.get(outcome, outcome) if code[0] == "K" else outcome
    if plain not in outcomes:
        table.fail(case, f"{code} came to {outcome} ({said}), expected {outcomes}")
    elif reason and not re.search(reason, said) and not (code[0] == "K" and plain == "new"):
        table.fail(case, f"{code} says {said!r}, expected {reason!r}")
    seen = changes.get(code, [])
    first = ["first_seen"] if code[0] == "K" or plain == "new" else []
    edits = seen.count("edited")
    if seen != [*first, *["edited"] * edits] or edits > (plain == "new" and code[0] == "K") + case.row.edits:
        table.fail(case, f"{code} has the changes {seen} after {outcome}")
    if plain == "new" and code[0] == "N" and case.row.shows:
        text = words.get(code, [""])[-1]
        if case.row.shows not in text:
            table.fail(case, f"{code} reads {text[:120]!r}, without {case.row.shows!r}")


def _judge_listing(table: Table, case: Case, run: str, changes: dict[str, list[str]]) -> None:
    outcomes, reason = case.row.expected("listing")
    outcome = run.partition(":")[0]
    is_read = {"ok": True, "partial": False, "failed": False}.get(outcome)
    # Of a listing that was read before, a redirect to another or a notice is no error of ours: it stays as it was.
    if is_read is None or (outcomes == READ and not is_read) or ("new" not in outcomes and is_read):
        table.fail(case, f"its run is {run}, expected {outcomes}")
    elif reason and not is_read and not re.search(reason, run):
        table.fail(case, f"its run is {run}, expected {reason!r}")
    if changes.get(case.code("K")) != ["first_seen"]:
        table.fail(case, f"the article that it listed has the changes {changes.get(case.code('K'))}")


# --- what leaves the record ------------------------------------------------------------------------------------------


def _exported(table: Table, folder: Path, environment: dict[str, str]) -> None:
    """Exports stay in their folder, and no cell begins a formula."""
    out = folder / "out"
    for what, to in (("jekyll", out), ("csv", folder / "changes.csv")):
        done = watched([sys.executable, "-m", "crawler", "export", what, "--out", str(to)], environment, folder, 120)
        if done.code != 0 or "Traceback" in done.output:
            table.fail(f"export {what}", f"left with {done.code}: {done.output[-400:]}")
    for file in folder.rglob("*.md"):
        if file.parent != out and out not in file.parents:
            table.fail("export jekyll", f"wrote {file}")
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            for cell in row:
                if _FORMULA.match(cell) and not re.fullmatch(r"-?[\d.]+", cell):
                    table.fail("export csv", f"has the cell {cell[:60]!r}")


def _notified(table: Table, world: World) -> None:
    """A test message to each row, by a webhook and by Apprise: to its answers, and to where it leads."""
    folder = table.folder / "webhooks"
    folder.mkdir()
    head = f'[crawl]\nuser_agent = "newsdesk/1.0 (+https://news.example/bot)"\n{allowed(world.hosts)}\n'
    rows = [row for row in table.rows if "webhook" in row.paths and (table.has_names or row.needs != "namespace")]
    rows = [row for row in rows if not table.short or _is_in_short(row, "webhook")]
    channels: dict[str, tuple[Row, str]] = {}
    for number, row in enumerate(rows):
        for name, keys in _channels(world, row, number):
            written = f'\n[[notify]]\nname = "{name}"\n{keys}\n'
            table.tried += 1
            try:
                config.parse(head + written, folder / "newstrail.toml")
            except ConfigError:  # refused before anything is sent
                continue
            channels[name] = (row, written)
    toml = head + "".join(written for _, written in channels.values())
    (folder / "newstrail.toml").write_text(toml, encoding="utf-8")
    environment = {**os.environ, "NEWSTRAIL_CONFIG": str(folder / "newstrail.toml"), "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "crawler", "notify", "--test", "--json"]
    run = watched(command, environment, folder, 60 + 12 * len(channels))
    table.peaks["webhooks"] = round(run.peak)
    if run.code not in (0, 1) or "Traceback (most" in run.output or run.peak > MOST_MEMORY:
        table.fail("webhooks", f"left with {run.code}, {run.peak:.0f} MiB: {run.output[-600:]}")
        return
    said = {told["channel"]: told for told in json.loads(run.output[: run.output.rindex("]") + 1])}
    for name, (row, _) in channels.items():
        is_well = row.outcomes == READ or row.kind != "network"
        if name not in said or (said[name]["delivered"] and not is_well):
            table.fail(f"row {row.number} ({row.name}) by webhook", f"{name} said {said.get(name)}")


def _channels(world: World, row: Row, number: int) -> Iterator[tuple[str, str]]:
    """(name, keys) of the channels that meet a row."""
    case, code = Case(row, "webhook", number, OTHER), f"W{number:03}"
    world.hook(code, case)
    urls = {f"answers-{number}": f"http://{OTHER}:{world.plain.port}/hook/{code}"}
    if row.url:
        urls[f"leads-{number}"] = row.url_at(world.place(case, "webhook", code, OTHER))
    for name, url in urls.items():
        yield name, f'webhook = {json.dumps(url)}\nsecret = "x"'
        if row.kind == "network" and url.startswith("http://"):
            yield f"apprise-{name}", f"url = {json.dumps(url.replace('http://', 'json://', 1))}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=20241122)
    parser.add_argument("--rows", default="", help="these only, by number")
    parser.add_argument("--paths", default="", help="these only; link and scrapy are some, too")
    options = parser.parse_args()
    found = main(options.short, options.seed, options.rows, options.paths)
    sys.exit(bool(found))

"""Stretches in which an article's text is known: how looks make them, and what `newstrail coverage` says of them."""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.rules import stretches
from crawler.rules.dates import from_utc_text, later
from storage import articles, coverage
from storage.database import open_database, transaction
from tests.conftest import Desk
from tests.test_cli import _on_a_terminal as on_a_terminal

START = "2024-11-22T08:00:00Z"
HOUR = 3600
Stretch = tuple[int, int, int, int]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    db = open_database(tmp_path_factory.mktemp("coverage") / "newstrail.db")
    for code in ("NW1", "NW2"):
        articles.add(db, "江州", code, f"http://a.example/{code}", None, None, START)
    return db


class _Undo(Exception):
    pass


@contextmanager
def undone(db: Database) -> Iterator[None]:
    """A transaction that leaves no trace."""
    try:
        with transaction(db):
            yield
            raise _Undo
    except _Undo:
        pass


def told(db: Database, looks: list[tuple[int, int]], article_id: int = 1) -> list[Stretch]:
    """What becomes of (seconds since START, expected gap) in that order."""
    with undone(db):
        for at, gap in looks:
            coverage.looked(db, article_id, later(START, at), gap)
        found = coverage.stretches(db, article_id)
    return [(seconds(s["from_at"]), seconds(s["to_at"]), s["looks"], s["longest_gap_seconds"]) for s in found]


def seconds(text: str) -> int:
    return int((from_utc_text(text) - from_utc_text(START)).total_seconds())


def in_order(times: list[int], gap: int) -> list[Stretch]:
    """The stretches of looks in the order of time, by their definition."""
    found: list[list[int]] = []
    for at in sorted(times):
        if found and at - found[-1][-1] <= gap:
            found[-1].append(at)
        else:
            found.append([at])
    return [(s[0], s[-1], len(s), max((b - a for a, b in pairwise(s)), default=0)) for s in found]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        pytest.param([(0, 60)], [(0, 0, 1, 0)], id="one look"),
        pytest.param([(0, 60), (60, 60), (90, 60)], [(0, 90, 3, 60)], id="regular"),
        pytest.param([(0, 60), (61, 60)], [(0, 0, 1, 0), (61, 61, 1, 0)], id="too late by a second"),
        pytest.param([(0, 60), (500, 600), (600, 60)], [(0, 500, 2, 500), (600, 600, 1, 0)], id="each by its own"),
        pytest.param([(0, 60), (10, 0)], [(0, 0, 1, 0), (10, 10, 1, 0)], id="0 begins a stretch"),
        pytest.param([(0, 60), (0, 60)], [(0, 0, 2, 0)], id="two in one second"),
        pytest.param([(0, 60), (100, 60), (50, 60)], [(0, 100, 3, 50)], id="a late look joins two stretches"),
        pytest.param([(100, 60), (50, 60)], [(50, 100, 2, 50)], id="a late look widens one to the front"),
        pytest.param([(0, 60), (500, 60), (40, 60)], [(0, 40, 2, 40), (500, 500, 1, 0)], id="and to the back"),
        pytest.param([(0, 60), (500, 60), (200, 60)], [(0, 0, 1, 0), (200, 200, 1, 0), (500, 500, 1, 0)], id="alone"),
        pytest.param([(0, 60), (60, 60), (30, 60)], [(0, 60, 3, 60)], id="within: its longest gap is a bound"),
        pytest.param([(0, 60), (10**9, 10**15)], [(0, 10**9, 2, 10**9)], id="any gap is regular"),
    ],
)
def test_looks_make_stretches(database: Database, looks: list[tuple[int, int]], expected: list[Stretch]) -> None:
    assert told(database, looks) == expected


@given(st.lists(st.integers(0, 400), max_size=14), st.integers(0, 80))
def test_in_the_order_of_time_stretches_are_as_defined(database: Database, times: list[int], gap: int) -> None:
    assert told(database, [(at, gap) for at in sorted(times)]) == in_order(times, gap)


@given(st.lists(st.integers(0, 400), max_size=14), st.integers(1, 80))
def test_any_order_of_looks_gives_the_same_stretches(database: Database, times: list[int], gap: int) -> None:
    found, expected = told(database, [(at, gap) for at in times]), in_order(times, gap)
    assert [stretch[:3] for stretch in found] == [stretch[:3] for stretch in expected]
    for (*_, bound), (*_, longest) in zip(found, expected, strict=True):
        assert longest <= bound <= gap


def test_articles_do_not_share_stretches(database: Database) -> None:
    with undone(database):
        coverage.looked(database, 1, START, HOUR)
        coverage.looked(database, 2, later(START, 60), HOUR)
        assert [s["looks"] for n in (1, 2) for s in coverage.stretches(database, n)] == [1, 1]


# ── The picture ─────────────────────────────────────────────────────────────────────────────────────────────────

moments = st.lists(st.integers(0, 1000), unique=True, max_size=12).map(
    lambda times: [(a, b) for a, b in zip(sorted(times)[::2], sorted(times)[1::2], strict=False)]
)


@given(moments, st.integers(0, 500), st.integers(1, 80))
def test_gaps_and_stretches_are_all_of_the_time_and_the_bar_is_to_scale(
    known: list[tuple[int, int]], more: int, width: int
) -> None:
    until = known[-1][1] + more if known else more
    between = stretches.gaps(known, until)
    assert all(begin < end for begin, end in between)
    if known:
        assert sum(b - a for a, b in [*known, *between]) == until - known[0][0]
        line = stretches.bar(known, until, width)
        covered = sum(b - a for a, b in known) / (until - known[0][0])
        assert len(line) == width
        assert line.count("█") / width <= covered + 1e-9 <= 1 - line.count("░") / width + 2e-9


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────────────


def write(trail: Desk, *statements: tuple[str, Any]) -> None:
    db = open_database(trail.database)
    with transaction(db):
        for sql, values in statements:
            db.execute(sql, values)
    db.close()


def test_says_when_the_text_is_known_and_when_not_without_the_looks(trail: Desk) -> None:
    """A stretch of long ago, a gap, the looks of two crawls; then all looks are pruned."""
    trail.crawl()
    trail.crawl(recheck=True)
    old = [later(START, at) for at in (0, 9 * HOUR)]
    number = trail.row("SELECT id FROM articles WHERE code = 'NW2'")["id"]
    write(
        trail,
        ("INSERT INTO coverage VALUES (?, ?, ?, 19, 1800)", (number, *old)),
        (
            "INSERT INTO checks (article_id, checked_at, outcome, observation) VALUES (?, ?, 'blocked', 'x')",
            (number, later(START, 20 * HOUR)),
        ),
    )
    record = json.loads(trail.newstrail("coverage", "NW2", "--json"))
    crawled = trail.row("SELECT min(checked_at) AS a, max(checked_at) AS b FROM checks WHERE outcome != 'blocked'"
                        " AND article_id = ?", number)  # fmt: skip
    assert [(s["from_at"], s["to_at"], s["looks"]) for s in record["stretches"]] == [
        (*old, 19), (crawled["a"], crawled["b"], 2),
    ]  # fmt: skip
    assert record["gaps"][0] == {
        "from_at": old[1], "to_at": crawled["a"], "seconds": seconds(crawled["a"]) - 9 * HOUR,
        "lasting": False, "looks": {"blocked": 1}, "changes": [],
    }  # fmt: skip
    assert [(v["number"], v["first_seen_at"], v["last_seen_at"]) for v in record["versions"]] == [
        (1, crawled["a"], crawled["b"])
    ]
    text = trail.newstrail("coverage", "NW2")
    assert "from 2024-11-22 16:00:00 to 2024-11-23 01:00:00 its text is known: 19 looks, at most 30 min apart" in text
    assert re.search(r"between 2024-11-23 01:00:00 and .* nobody read it \(\d+ d.*\): what stood there is not known; "
                     "looks that did not read it: 1 blocked\n", text)  # fmt: skip
    assert "█" not in text and "░" not in text
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", "NEWSTRAIL_CONFIG": str(trail.toml)}
    shown = on_a_terminal([sys.executable, "-m", "crawler", "coverage", "NW2"], environment)
    assert re.search(r"^▒░{58}▒\r$", shown, re.MULTILINE)
    write(trail, ("DELETE FROM checks", ()))
    pruned = json.loads(trail.newstrail("coverage", "NW2", "--json"))
    assert pruned["stretches"] == record["stretches"] and pruned["versions"] == record["versions"]
    assert pruned["gaps"][0] == {**record["gaps"][0], "looks": {}}


def test_an_edit_in_a_gap_is_told_there_and_one_between_looks_in_its_stretch(trail: Desk) -> None:
    trail.crawl()
    trail.site.edit("NW1", body_html="<p>江州市公布第NW1号项目，预算3.6亿元。</p><p>资金由市级财政安排。</p>")
    trail.crawl(recheck=True)
    record = json.loads(trail.newstrail("coverage", "NW1", "--json"))
    assert [s["changes"] for s in record["stretches"]] == [["edited"]]
    edited = record["versions"][1]["first_seen_at"]
    alone = "INSERT INTO coverage SELECT id, ?, ?, 1, 0 FROM articles WHERE code = 'NW1'"
    around = [(alone, (at, at)) for at in (later(edited, -HOUR), later(edited, HOUR))]
    write(trail, ("DELETE FROM coverage", ()), *around)
    record = json.loads(trail.newstrail("coverage", "NW1", "--json"))
    assert [g["changes"] for g in record["gaps"] if not g["lasting"]] == [["edited"]]
    assert "on record then: edited" in trail.newstrail("coverage", "NW1")


def test_of_an_article_that_was_never_read_nothing_is_known(trail: Desk) -> None:
    trail.crawl()
    found = "INSERT INTO articles (site, code, url, first_seen_at) VALUES ('replica', 'NW9', 'http://x/', ?)"
    write(trail, (found, (START,)))
    assert "nothing is known of its text" in trail.newstrail("coverage", "NW9")
    record = json.loads(trail.newstrail("coverage", "NW9", "--json"))
    assert (record["stretches"], record["gaps"], record["versions"]) == ([], [], [])
    assert "NW8: not on record" in trail.run("crawler", "coverage", "NW8", code=1).stderr


def test_a_removal_ends_what_is_known(trail: Desk) -> None:
    trail.crawl()
    trail.site.remove("NW3")
    trail.crawl(recheck=True)
    trail.site.restore("NW3")
    trail.crawl(recheck=True)
    record = json.loads(trail.newstrail("coverage", "NW3", "--json"))
    assert [stretch["looks"] for stretch in record["stretches"]] == [1, 1]
    assert record["gaps"][0]["changes"] == ["removed", "restored"]

"""The stream of changes: filters agree with the rows, and a cursor misses and repeats nothing while others write."""

import json
import multiprocessing
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.record import build
from storage import history, stream
from storage.database import open_database, open_readonly, transaction
from storage.errors import CursorError
from tests.conftest import Desk

_WRITERS, _EACH = 3, 60
_ADD = """
INSERT INTO changes (article_id, kind, changed_by, recorded_at, summary)
VALUES (1, 'removed', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', ?)
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 changes of 100 articles."""
    path = tmp_path_factory.mktemp("record") / "newstrail.db"
    build(path, 100)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO marks VALUES (3, 'false', '2024-01-01T00:00:00Z')")
    return path


_RANK = {None: 0, "cosmetic": 1, "minor": 2, "material": 3}


@pytest.mark.parametrize(
    ("filters", "is_meant"),
    [
        ({}, lambda c: True),
        ({"kind": "edited"}, lambda c: c["kind"] == "edited"),
        ({"first_seen": False}, lambda c: c["kind"] == "edited"),
        ({"first_seen": True}, lambda c: True),
        ({"severity": "minor"}, lambda c: c["severity"] == "minor"),
        ({"min_severity": "minor"}, lambda c: _RANK[c["severity"]] >= 2),
        ({"cosmetic": False}, lambda c: c["severity"] != "cosmetic"),
        ({"disclosure": "notice"}, lambda c: c["disclosure"] == "notice"),
        ({"field": "body"}, lambda c: "body" in json.loads(c["fields"])),
        ({"field": "title"}, lambda c: False),
        ({"verdict": "false"}, lambda c: c["id"] == 3),
        ({"outlet": "第7日报"}, lambda c: c["outlet"] == "第7日报"),
        ({"source": "source3"}, lambda c: c["article_id"] % 8 == 2),
        ({"words": "2万元"}, lambda c: "2万元" in c["title"] + c["summary"]),
        ({"words": "预算"}, lambda c: "预算" in c["title"] + c["summary"]),
        (
            {"since": "2024-01-01T02:00:00Z", "until": "2024-01-01T04:00:00Z"},
            lambda c: "2024-01-01T02:00:00Z" <= c["changed_by"] < "2024-01-01T04:00:00Z",
        ),
        ({"after": 140}, lambda c: c["id"] > 140),
        ({"article_id": 8}, lambda c: c["article_id"] == 8),
        ({"min_severity": "minor", "source": "source3", "words": "万"}, None),
    ],
)
def test_filters_choose_what_they_say(record: Path, filters: dict[str, Any], is_meant: Any) -> None:
    db = open_readonly(record)
    everything = history.changes(db)
    assert len(everything) == 150
    assert everything == sorted(everything, key=lambda c: (c["changed_by"], c["id"]), reverse=True)
    meant = [c["id"] for c in everything if is_meant and is_meant(c)]
    found = [c["id"] for c in history.changes(db, **filters)]
    assert found == meant if is_meant else set(found) < {c["id"] for c in everything}
    paged: list[int] = []
    while page := history.changes(db, limit=7, **filters, before=paged[-1] if paged else None):
        paged += [c["id"] for c in page]
    assert paged == found  # the same by pages
    if "after" not in filters:
        streamed: list[int] = []
        after = 0
        while True:
            piece = stream.changes_after(db, after, 7, **stream.asked(**filters))
            streamed += [c["id"] for c in piece.changes]
            if not piece.more:
                break
            after = piece.next
        assert streamed == sorted(found) and piece.next == 150  # also where nothing matched
    db.close()


def test_a_cursor_that_cannot_be_is_refused_and_a_limit_is_bounded(record: Path) -> None:
    db = open_readonly(record)
    for after in (151, -1, 2**70):
        with pytest.raises(CursorError, match=f"after={after}"):
            stream.changes_after(db, after)
    assert stream.changes_after(db, 150) == stream.Page([], 150, False)
    assert len(stream.changes_after(db, 0, 10**9).changes) == 150
    assert len(stream.changes_after(db, 0, -5).changes) == 1
    outlets = stream.outlets(db)
    assert sum(row["articles"] for row in outlets) == 100 and outlets == sorted(
        outlets, key=lambda row: (-row["articles"], row["outlet"])
    )
    db.close()


def _write(path: Path, name: int) -> None:
    """Changes in transactions of one to three, of which some are rolled back, as crawls in parallel make them."""
    chance = random.Random(name)
    db = open_database(path)
    written = 0
    while written < _EACH:
        count = min(chance.randint(1, 3), _EACH - written)
        is_dropped = chance.random() < 0.2
        try:
            with transaction(db):
                for number in range(count):
                    db.execute(_ADD, (f"{name}/{written + number}",))
                    time.sleep(0.001)
                if is_dropped:
                    raise LookupError
        except LookupError:
            continue
        written += count
    db.close()


def test_nothing_is_missed_or_repeated_while_others_write(tmp_path: Path) -> None:
    path = tmp_path / "newstrail.db"
    build(path, 1)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(path, name)) for name in range(_WRITERS)]
    for writer in writers:
        writer.start()
    db = open_readonly(path)
    seen: list[tuple[int, str]] = []
    after, ends = 1, time.monotonic() + 60
    while len(seen) < _WRITERS * _EACH and time.monotonic() < ends:
        page = stream.changes_after(db, after, 5, kind="removed")
        assert page.next >= after
        seen += [(c["id"], c["summary"]) for c in page.changes]
        after = page.next
    for writer in writers:
        writer.join(30)
        assert writer.exitcode == 0
    assert seen == db.execute("SELECT id, summary FROM changes WHERE kind = 'removed' ORDER BY id").fetchall()
    assert len({summary for _, summary in seen}) == _WRITERS * _EACH
    db.close()


def test_the_cursor_on_the_command_line(trail: Desk) -> None:
    trail.crawl()
    first = json.loads(trail.newstrail("changes", "--after", "0", "--limit", "2", "--json"))
    assert [c["id"] for c in first["changes"]] == [1, 2] and (first["next"], first["more"]) == (2, True)
    trail.site.edit("NW1", body_html="<p>江州市公布第NW1号项目，预算4.5亿元。</p>")
    trail.crawl(recheck=True)
    rest = json.loads(trail.newstrail("changes", "--after", "2", "--json"))
    assert [c["kind"] for c in rest["changes"]] == ["first_seen", "edited"] and not rest["more"]
    assert json.loads(trail.newstrail("changes", "--after", str(rest["next"]), "--json"))["changes"] == []
    done = trail.shell("newstrail", "changes", "--after", "5000")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "newest change is number 4" in done.stderr
    shown = json.loads(trail.newstrail("changes", "--outlet", "江州日报", "--severity", "material", "--json"))
    assert [c["code"] for c in shown] == ["NW1"]
    assert json.loads(trail.newstrail("changes", "--outlet", "别处日报", "--json")) == []
    assert len(json.loads(trail.newstrail("changes", "--before", str(shown[0]["id"]), "--json"))) == 3
    assert trail.shell("newstrail", "changes", "--after", "1", "--by-story").returncode == 2

"""The questions of docs/queries.md: what they answer on the demo's record, and on what the demo does not have."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.web.queries import QUERIES
from docs.make_queries import GOAL, page

SQL = {query.key: query.sql for query in QUERIES}


@pytest.fixture
def db(demo_folder: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "copy.db")
    demo = demo_folder / "newstrail.db"
    with closing(sqlite3.connect(demo)) as whole:  # some of it may still stand in the log beside the file
        whole.backup(connection)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def asked(db: sqlite3.Connection, key: str) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(SQL[key])]


def test_the_page_is_made_of_the_queries() -> None:
    assert GOAL.read_text(encoding="utf-8") == page(), "run: .venv/bin/python docs/make_queries.py"
    assert len(SQL) == 9 and all(query.title.endswith("?") and query.read and query.limits for query in QUERIES)


def test_figures_corrected_in_silence(db: sqlite3.Connection) -> None:
    assert asked(db, "silent_figures") == [
        {"outlet": "华东采购时报", "edits_of_figures": 2, "said": 0, "not_said": 0, "cannot_be_told": 2}
    ]
    db.execute("UPDATE changes SET disclosure = 'none' WHERE kind = 'edited'")
    assert asked(db, "silent_figures")[0]["not_said"] == 2


def test_an_edit_of_a_cross_listed_article_counts_once(db: sqlite3.Connection) -> None:
    edits = {row["key"]: row["edits"] for row in asked(db, "edits_by_source")}
    assert edits == {"zhengfucaigou": 3, "caijingkuaixun": 2, "difangchanye": 1}
    db.execute("INSERT INTO listings (source_id, article_id, position, first_seen_at, last_seen_at)"
               " SELECT 3, article_id, 1, first_seen_at, last_seen_at FROM listings WHERE source_id = 1")  # fmt: skip
    assert {row["key"]: row["edits"] for row in asked(db, "edits_by_source")} == edits


def test_an_old_figure_that_still_stands(db: sqlite3.Connection) -> None:
    assert asked(db, "old_figures_that_stand") == []
    (edited,) = db.execute("SELECT id FROM articles WHERE code = 'NW202411222276085533'").fetchone()
    copy = db.execute("SELECT id FROM articles WHERE code = 'NW202411222276088016'").fetchone()[0]
    db.execute("UPDATE articles SET cluster_id = 1 WHERE id IN (?, ?)", (edited, copy))
    db.execute("INSERT INTO facts (version_id, type, text, value, unit)"
               " SELECT id, 'percent', '3.5%', '3.5', '%' FROM versions WHERE article_id = ?", (copy,))  # fmt: skip
    (row,) = asked(db, "old_figures_that_stand")
    assert (row["old_text"], row["new_text"], row["still_stands_in"]) == ("3.5%", "35%", "澜川电气拿下4.2亿元储能订单")
    db.execute("UPDATE articles SET state = 'removed' WHERE id = ?", (copy,))
    assert asked(db, "old_figures_that_stand") == []


def test_budgets_by_project_number(db: sqlite3.Connection) -> None:
    assert asked(db, "budgets_by_project") == []
    found = db.execute("SELECT version_id FROM facts WHERE value IN ('23600000', '4870000')").fetchall()
    for (version,) in found:
        db.execute("INSERT INTO facts (version_id, type, role, text, value)"
                   " VALUES (?, 'number', '项目编号', 'JZ-2024-7', 'JZ-2024-7')", (version,))  # fmt: skip
    rows = asked(db, "budgets_by_project")
    assert {row["project"] for row in rows} == {"JZ-2024-7"}
    assert len({row["value"] for row in rows if row["role"] == "预算金额"}) == 2


def test_time_to_correction(db: sqlite3.Connection) -> None:
    db.execute("UPDATE versions SET first_seen_at = strftime('%Y-%m-%dT%H:%M:%SZ', first_seen_at, '-6 hours')"
               " WHERE number = 1")  # fmt: skip
    rows = asked(db, "time_to_correction")
    assert {(row["old_text"], row["new_text"]) for row in rows} == {("3.5%", "35%"), ("8642余万元", "8642.17万元")}
    assert all(5.9 < row["hours_at_least"] <= row["hours_at_most"] < 6.5 for row in rows)


def test_who_copies_whom(db: sqlite3.Connection) -> None:
    db.execute("UPDATE articles SET published_at = strftime('%Y-%m-%dT%H:%M:%SZ', published_at, '+30 minutes')"
               " WHERE code = '202411192275810017'")  # fmt: skip
    (row,) = asked(db, "who_copies_whom")
    assert (row["first_code"], row["later_code"], row["minutes_later"]) == (
        "NW202411192275810017", "202411192275810017", 30.0,
    )  # fmt: skip


def test_what_vanished(db: sqlite3.Connection) -> None:
    rows = {row["title"]: row for row in asked(db, "what_vanished")}
    assert len(rows) == 3 and all(row["last_read"] <= row["not_available_since"] for row in rows.values())
    assert rows["平川县光伏企业减产 园区帮工人找下家"]["back_by"] is None
    assert rows["金梭纺织收到监管函：关联交易未及时披露"]["back_by"] is not None


def test_headlines_that_were_tried(db: sqlite3.Connection) -> None:
    rows = asked(db, "headlines_tried")
    assert sorted(row["code"] for row in rows) == [
        "NW202411202276050318", "NW202411222276085533", "NW202411222276091288",
    ]  # fmt: skip
    assert {(row["headlines"], row["came_back"]) for row in rows} == {(2, 0)}
    names = [column[1] for column in db.execute("PRAGMA table_info(versions)") if column[1] not in ("id", "number")]
    db.execute(
        f"INSERT INTO versions (number, {', '.join(names)}) SELECT 3, {', '.join(names)} FROM versions"
        " WHERE number = 1 AND article_id = (SELECT id FROM articles WHERE code = 'NW202411222276091288')"
    )
    first = asked(db, "headlines_tried")[0]
    assert (first["headlines"], first["came_back"]) == (2, 1) and first["in_order"].count("→") == 2


def test_coverage(db: sqlite3.Connection) -> None:
    rows = {row["key"]: row for row in asked(db, "coverage")}
    assert {key: row["articles"] for key, row in rows.items()} == {
        "caijingkuaixun": 17, "difangchanye": 12, "zhengfucaigou": 13,
    }  # fmt: skip
    assert all(row["looks"] >= row["articles"] * 2 for row in rows.values())

"""Search on a record that real crawls made: what stands, what stood, what is gone, and SQL of one's own."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from storage import fulltext
from storage.database import open_database
from storage.words import index_words
from tests.conftest import Desk, article
from tests.origin import Replica

EDITED = "<p>江州市公布第NW1号项目，采购金额\n15077余万元。</p><p>据陈望舒介绍，降幅３.５%。</p>"


def codes(trail: Desk, *words: str) -> list[str]:
    return [row["code"] for row in json.loads(trail.newstrail("search", "--json", *words))]


def assert_index_fits(trail: Desk) -> None:
    with closing(open_database(trail.database)) as db:
        assert fulltext.problems(db) == []
        for table in ("articles_fts", "superseded_fts"):
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


def edit_once(trail: Desk, site: Replica) -> None:
    """Three articles, of which NW1 was edited once: 15077余万元 became 15077.38万元."""
    site.edit("NW1", body_html=EDITED)
    assert trail.crawl() == "ok"
    site.edit("NW1", body_html=EDITED.replace("15077余万元", "15077.38万元"))
    assert trail.crawl(recheck=True) == "ok"


@pytest.fixture
def edited(trail: Desk, site: Replica) -> Desk:
    edit_once(trail, site)
    return trail


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same, for tests that only read it."""
    with Replica([article(code) for code in ("NW1", "NW2", "NW3")]) as site:
        trail = Desk(tmp_path_factory.mktemp("search"), site)
        edit_once(trail, site)
        yield trail


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["采购项目"], {"NW1", "NW2", "NW3"}),
        (["金额15077.38"], {"NW1"}),  # over white space that touches a Chinese character
        (["15077"], set()),  # a number is found as a whole
        (["3.5%"], {"NW1"}),
        (["陈"], {"NW1"}),
        (["舒"], {"NW1"}),
        (["陈望舒", "OR", "nw2"], {"NW1", "NW2"}),
        (["项目", "-陈望舒"], {"NW2", "NW3"}),
        (["目采"], set()),  # over punctuation nothing joins
        (["15077余万元"], set()),
        (["--all-versions", "15077余万元"], {"NW1"}),
        (["采购", "changed:yes"], {"NW1"}),
        (["采购", "changed:no"], {"NW2", "NW3"}),
        (["采购", "changed:1d", "since:2024-11-01", "source:yaowen"], {"NW1"}),
        (["采购", "since:今天"], set()),
    ],
)
def test_finds(record: Desk, words: list[str], found: set[str]) -> None:
    assert set(codes(record, *words)) == found


def test_shows_passages_and_refuses_nonsense(record: Desk) -> None:
    said = record.newstrail("search", "--all-versions", "--best", "15077余万元")
    assert "【15077余万元】" in said and "no longer says so: version 1 of 2" in said and "\x1b" not in said
    (row,) = json.loads(record.newstrail("search", "--json", "陈望舒"))
    assert ["陈望舒", True] in row["snippet"] and row["noarchive"] == 0 and row["stands"] == 1
    for words, told in (
        ("，。", "punctuation"),
        ('"采购', "quotation"),
        ("采购 source:nix", "nix"),
        ("a since:x", "time"),
    ):
        done = record.shell("newstrail", "search", words)
        assert done.returncode == 2 and told in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_the_index_follows_every_change_of_a_text(edited: Desk, site: Replica) -> None:
    assert_index_fits(edited)
    site.edit("NW1", body_html=EDITED)  # back to the older text
    edited.crawl(recheck=True)
    edited.newstrail("reextract")
    assert codes(edited, "15077余万元") == ["NW1"]
    assert_index_fits(edited)
    edited.newstrail("redact", "NW1", "--reason", "a court's order", "--yes")
    assert codes(edited, "--all-versions", "陈望舒 OR 15077余万元") == []
    assert_index_fits(edited)
    for path in edited.folder.glob("newstrail.db*"):
        assert "望舒".encode() not in path.read_bytes()


def test_an_index_that_is_not_filled_is_filled(edited: Desk) -> None:
    with closing(sqlite3.connect(edited.database)) as db, db:
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')")
        db.execute("INSERT INTO superseded_fts (superseded_fts) VALUES ('delete-all')")
    assert codes(edited, "陈望舒") == ["NW1"]
    assert codes(edited, "--all-versions", "15077余万元") == ["NW1"]
    edited.newstrail("reindex")
    assert_index_fits(edited)
    with closing(sqlite3.connect(edited.database)) as db, db:  # as of an earlier newstrail
        db.executescript("DROP TABLE articles_fts; CREATE VIRTUAL TABLE articles_fts USING fts5 (title, body)")
    assert codes(edited, "陈望舒") == ["NW1"]


def test_problems_of_the_index_are_told(edited: Desk) -> None:
    with closing(open_database(edited.database)) as db:
        db.execute("UPDATE versions SET body_text = body_text || '假的' WHERE article_id = 2")
        sql = "INSERT INTO articles_fts (articles_fts, rowid, title, body) VALUES ('delete', 3, ?, ?)"
        texts = db.execute("SELECT title, body FROM current_texts WHERE id = 3").fetchone()
        db.execute(sql, [index_words(text) for text in texts])
        assert [line.split(": ")[1] for line in fulltext.problems(db)] == [
            "article 3 is not in it", "article 2 is in it with other words"
        ]  # fmt: skip


def test_sql_and_the_plain_shell_read_the_index(record: Desk) -> None:
    query = (
        "SELECT search_snippet(body, '陈望舒') AS s FROM articles_fts WHERE articles_fts MATCH search_terms('陈望舒')"
    )
    assert "【陈望舒】" in record.newstrail("sql", query)
    done = record.shell("newstrail", "sql", "SELECT search_terms('(采购')")
    assert done.returncode == 2 and "not closed" in done.stderr
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("no sqlite3 shell")
    query = "SELECT count(*), body LIKE '%陈望舒%' FROM articles_fts WHERE articles_fts MATCH '\"陈望 望舒\"'"
    done = subprocess.run([shell, str(record.database), query], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "1|1"

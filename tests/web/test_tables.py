"""Datasette's own pages over the record, and what SQL may do there."""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from crawler import config
from crawler.web.serve import serving
from storage import describe
from tests.conftest import Desk
from tests.crawling import Trail

CONTRACT = (
    "sources", "articles", "versions", "changes", "facts", "fact_changes", "listings", "runs", "checks", "coverage",
    "responses", "version_responses", "listing_snapshots", "chain", "latest", "edits", "articles_fts",
)  # fmt: skip
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script>{{7*7}}"


@pytest.fixture
def web(trail: Desk) -> Iterator[httpx.Client]:
    trail.site.edit("NW1", title=HOSTILE)
    trail.crawl()
    with sqlite3.connect(trail.database) as db:
        db.execute("UPDATE articles SET url = 'javascript:alert(1)' WHERE code = 'NW2'")
    db.close()
    with serving(config.load(trail.toml)) as url, httpx.Client(base_url=url, timeout=20) as client:
        yield client


def test_tables_say_what_they_mean_and_page_text_is_inert(web: httpx.Client) -> None:
    for table in ("articles", "changes", "versions", "latest"):
        page = web.get(f"/record/{table}")
        assert page.status_code == 200 and describe.tables()[table].text.replace("'", "&#39;") in page.text
        assert "<script>alert" not in page.text and 'href="javascript:' not in page.text
    assert "last seen in the old state" in web.get("/record/changes").text
    assert "49" not in web.get("/record/articles.json?_shape=array&code=NW1").json()[0]["title"]
    facets = web.get("/record/changes.json").json()["facet_results"]
    assert {"kind", "severity"} <= set(facets)
    labels = web.get("/record/listings.json?_labels=on&_shape=array").json()
    assert labels[0]["source_id"]["label"] == "yaowen"
    hidden = web.get("/record.json").json()["tables"]
    assert {t["name"] for t in hidden if t["hidden"]} >= {"articles_fts", "articles_fts_data", "_sqlite_migrations"}


def test_csv_starts_no_formula(web: httpx.Client) -> None:
    for address in (
        "/record/articles.csv",
        "/record/articles.csv?_stream=on",
        "/record.csv?sql=select+title+from+articles",
    ):
        rows = list(csv.reader(io.StringIO(web.get(address).text)))
        cells = [cell for row in rows for cell in row]
        assert f"'{HOSTILE}" in cells and not [cell for cell in cells if cell.startswith("=")], address


@pytest.mark.parametrize(
    ("sql", "status", "said"),
    [
        ("insert into marks values (1, 'false', 'x')", 400, "only SELECT is run"),
        ("with x as (select 1) insert into marks values (1, 'false', 'x')", 400, "readonly database"),
        ("attach '{folder}/other.db' as other", 400, "only SELECT is run"),
        ("vacuum into '{folder}/copy.db'", 400, "only SELECT is run"),
        ("pragma writable_schema = 1", 400, "only SELECT is run"),
        ("select load_extension('x')", 400, "not authorized"),
        ("select zeroblob(1000000000)", 400, "too big"),
        ("select x from nowhere", 400, "no such table: nowhere"),
        ("select changed_words('下浮3.5%', '下浮35%') as words", 200, "3.5% → 35%"),
    ],
)
def test_sql_reads_and_nothing_else(web: httpx.Client, trail: Desk, sql: str, status: int, said: str) -> None:
    asked = sql.format(folder=trail.folder)
    for address in ("/record", "/record.json"):
        answer = web.get(address, params={"sql": asked})
        text = answer.text if address == "/record" else json.dumps(answer.json(), ensure_ascii=False)
        assert (answer.status_code, said in text) == (status, True), text
        assert "Traceback" not in text
    assert not list(trail.folder.glob("*y.db")) and not list(trail.folder.glob("other*"))


def test_a_connection_of_a_reader_opens_no_other_file(tmp_path: Path) -> None:
    from crawler.web import tables

    db = sqlite3.connect(tmp_path / "a.db")
    db.execute("CREATE TABLE t (x)")
    tables.prepare(db)
    for sql in (f"VACUUM INTO '{tmp_path}/b.db'", f"ATTACH '{tmp_path}/c.db' AS c", "PRAGMA writable_schema = 1"):
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|authorization denied"):
            db.execute(sql)
    db.close()
    assert [file.name for file in tmp_path.iterdir()] == ["a.db"]


def test_what_is_endless_is_cut_or_stopped(web: httpx.Client) -> None:
    rows = "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n limit 1000000000"
    cut = web.get("/record.json", params={"sql": rows}).json()
    assert cut["truncated"] and len(cut["rows"]) == 1000
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    for address in ("/record", "/record.json"):
        stopped = web.get(address, params={"sql": endless})
        assert stopped.status_code == 400 and "stopped after 5 s" in stopped.text
        assert "<script>" not in stopped.text


def test_questions_are_offered(web: httpx.Client) -> None:
    page = web.get("/record").text
    assert "What vanished, when, and did it come back?" in page and 'href="/sources"' in page
    assert web.get("/record/headlines_tried.json?_shape=array").status_code == 200


def test_beyond_this_machine_there_are_no_tables(trail: Desk) -> None:
    trail.crawl()
    with serving(config.load(trail.toml), "0.0.0.0") as url, httpx.Client(base_url=url) as client:
        for path in ("/record", "/record/articles", "/record.json?sql=select+1", "/record/what_vanished"):
            answer = client.get(path)
            assert answer.status_code == 404 and "<table" not in answer.text, path


def test_plain_programs_read_every_table(trail: Desk) -> None:
    trail.crawl()
    plain = trail.folder / "plain"
    plain.mkdir()
    shown: dict[str, Any] = {}
    for table in CONTRACT:
        command = [sys.executable, "-m", "datasette", str(trail.database), "--get", f"/newstrail/{table}.json?_size=1"]
        if table in ("articles", "edits", "chain", "articles_fts"):  # each start takes a second
            done = subprocess.run(command, cwd=plain, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            shown[table] = json.loads(done.stdout)
    assert shown["articles"]["rows"] and shown["chain"]["rows"]
    program = shutil.which("sqlite3")
    if program is None:
        pytest.skip("no sqlite3 program here")
    queries = "\n".join(f"SELECT count(*) FROM {table};" for table in CONTRACT)
    done = subprocess.run(
        [program, "-readonly", str(trail.database)], input=queries, capture_output=True, text=True, timeout=30,
        check=True, env={**os.environ},
    )  # fmt: skip
    assert done.stderr == "" and len(done.stdout.split()) == len(CONTRACT)
    assert Trail(trail.folder).rows("SELECT 1 AS one") == [{"one": 1}]

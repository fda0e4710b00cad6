"""What `newstrail export` writes, read by programs that others wrote: csv, json, pyarrow, warcio."""

import csv
import gzip
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from bench.record import build
from crawler.errors import UsageError
from crawler.export import warc
from crawler.export.files import written
from crawler.export.lines import csv_lines, safe_cell
from storage import export, responses, tables
from storage.database import open_database, open_readonly, transaction
from tests.conftest import Desk
from tests.crawling import ROOT

TOML = """
database = "newstrail.db"
[site.replica]
listing = "https://news.example/{category}.html"
article = '/share\\?id=(?P<code>\\w+)'
share = "https://news.example/share?id={code}"
timezone = "Asia/Shanghai"
"""


def execute(database: Path, sql: str, *values: Any) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(sql, values)


# ── Lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cell",
    [
        "=cmd",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "＝1",
        " =1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\r=1",
        "\r\n=1",
        "\n=1",
    ],
)
def test_no_cell_starts_a_formula(cell: str) -> None:
    assert safe_cell(cell).startswith("'")


@given(st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=1))
def test_cells_stay_in_their_row(values: list[Any]) -> None:
    written_out = "".join(csv_lines([{str(n): value for n, value in enumerate(values)}])).removeprefix("\ufeff")
    head, row = csv.reader(io.StringIO(written_out.encode("utf-8", "replace").decode(), newline=""), strict=True)
    assert len(head) == len(row) == len(values)
    assert not re.search("[\x00-\x08\x0b-\x1f]", "".join(row))
    for value, cell in zip(values, row, strict=True):
        if isinstance(value, str) and not re.search("[\x00-\x1f\x7f\ud800-\udfff]", value):
            assert cell.removeprefix("'") == value.removeprefix("'")


def test_lines_go_on_where_the_last_export_ended(trail: Desk) -> None:
    trail.crawl()
    out = trail.folder / "changes.jsonl"
    done = trail.shell("newstrail", "export", "jsonl", "--out", str(out))
    told = re.search(r"--since (\d+)", done.stderr)
    assert told is not None
    first = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    trail.site.edit("NW2", title="=1+1号采购项目")
    trail.crawl(recheck=True)
    lines = trail.newstrail("export", "jsonl", "--since", told[1]).splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["edited"] and len(first) == 3
    again = trail.newstrail("export", "jsonl").splitlines()
    assert [json.loads(line) for line in again] == [*first, json.loads(lines[0])]
    assert trail.newstrail("export", "jsonl", "--since", "2099-01-01") == ""
    assert len(trail.newstrail("export", "jsonl", "--what", "versions", "--since", "昨天").splitlines()) == 4
    trail.newstrail("export", "csv", "--since", told[1], "--out", str(trail.folder / "c.csv"))
    data = (trail.folder / "c.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,") and data.endswith(b"\r\n")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row["new_title"] == "'=1+1号采购项目" and row["old_body_text"].startswith("江州市公布第NW2号项目")
    posts = trail.folder / "posts"
    trail.newstrail("export", "jekyll", "--since", "3", "--out", str(posts))
    assert [path.name[11:] for path in posts.iterdir()] == ["NW2.md"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("html",), "no such form; write one of jekyll, jsonl, csv, parquet, warc, atom"),
        (("jsonl", "--since", "gestern"), "not a time"),
        (("jsonl", "--since", "9" * 30), "must be a row's number"),
        (("warc", "--since", "7"), "goes on from a time"),
        (("parquet", "--since", "7"), "goes on from a time"),
        (("csv", "--out", "/nowhere/x.csv"), "/nowhere/x.csv: cannot be written"),
    ],
)
def test_bad_requests_are_one_line(trail: Desk, arguments: tuple[str, ...], said: str) -> None:
    open_database(trail.database).close()
    done = trail.shell("newstrail", "export", *arguments)
    assert done.returncode == 2 and done.stderr.splitlines()[-1].startswith("newstrail: ") and said in done.stderr


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    with pytest.raises(LookupError), written(path) as file:
        file.write(b"half")
        raise LookupError
    assert path.read_bytes() == b"before" and [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    with written(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole" and [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(UsageError, match="cannot be written"), written(tmp_path / "no" / "a.csv"):
        pass
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with written(pipe) as file:
        file.write(b"through")
    reader.join(10)
    assert got == [b"through"] and pipe.is_fifo()


def test_what_is_recorded_meanwhile_is_the_next_exports(tmp_path: Path) -> None:
    build(tmp_path / "newstrail.db", 1000)
    db, writer = open_readonly(tmp_path / "newstrail.db"), open_database(tmp_path / "newstrail.db")
    found = export.records(db, "changes")
    next(found)
    writer.execute("INSERT INTO changes (article_id, kind, changed_by, recorded_at) VALUES (1, 'removed', '', '')")
    assert [row["id"] for row in found] == list(range(2, 1501))
    assert [row["id"] for row in export.records(db, "changes", export.Since(1500))] == [1501]
    assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # nothing holds it up
    db.close()
    writer.close()


def test_memory_does_not_grow_with_the_record(tmp_path: Path) -> None:
    """Four times the rows, about the same memory: the most that each form ever held."""
    peaks: dict[int, dict[str, int]] = {}
    for articles in (1000, 4000):
        folder = tmp_path / str(articles)
        folder.mkdir()
        (folder / "newstrail.toml").write_text(TOML, encoding="utf-8")
        build(folder / "newstrail.db", articles)
        peaks[articles] = {form: _peak(folder, form) for form in ("jsonl", "csv", "atom", "warc", "parquet")}
    for form, small in peaks[1000].items():
        assert peaks[4000][form] < small + 30_000 and peaks[4000][form] < 170_000, (form, peaks)


# Of this program alone: ru_maxrss would have what the tests' own process held when it forked.
_MEASURED = "import re,sys; from crawler.cli import run; code = run(sys.argv[1:]);"
_MEASURED += r"print(re.search(r'VmHWM:\s*(\d+)', open('/proc/self/status').read())[1]); sys.exit(code)"


def _peak(folder: Path, form: str) -> int:
    """Kilobytes that `newstrail export` held at most."""
    command = [sys.executable, "-c", _MEASURED, "--config", str(folder / "newstrail.toml"), "export", form]
    command += ["--out", str(folder / form)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


# ── WARC ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def records_of(path: Path) -> list[tuple[str, dict[str, str], dict[str, str], bytes]]:
    """(type, its headers, the response's headers, body) of each record; `warcio check` finds no fault."""

    class Asked:
        inputs = (str(path),)
        verbose = False

    assert Checker(Asked()).process_all() == 0
    with path.open("rb") as file:
        return [
            (
                record.rec_type,
                dict(record.rec_headers.headers),
                dict(record.http_headers.headers) if record.http_headers else {},
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def test_raw_responses_are_a_warc_that_others_read(trail: Desk) -> None:
    trail.crawl()
    kept = trail.rows("SELECT r.*, b.size FROM responses r JOIN bodies b ON b.hash = r.body_hash ORDER BY r.id")
    dropped = next(row for row in kept if "NW1" in row["url"])
    execute(trail.database, "UPDATE bodies SET data = NULL WHERE hash = ?", dropped["body_hash"])
    execute(trail.database, "UPDATE articles SET noarchive = 1 WHERE code = 'NW3'")
    for name in ("all.warc", "all.warc.gz"):
        done = trail.shell("newstrail", "export", "warc", "--out", str(trail.folder / name))
        assert "their bytes were pruned or redacted" in done.stderr and "(noarchive)" in done.stderr
    plain, packed = records_of(trail.folder / "all.warc"), records_of(trail.folder / "all.warc.gz")
    assert plain[0][0] == "warcinfo" and plain[1:] == packed[1:]
    told = {headers["WARC-Target-URI"] for _, headers, _, _ in plain[1:]}
    assert told == {row["url"] for row in kept if row["id"] != dropped["id"] and "NW3" not in row["url"]}
    db = open_readonly(trail.database)
    by_url = {row["url"]: row for row in kept}
    for kind, headers, http, body in plain[1:]:
        row = by_url[headers["WARC-Target-URI"]]
        assert kind == "response" and headers["WARC-Date"] == row["fetched_at"]
        assert body == responses.body(db, row["body_hash"]) and http["Content-Length"] == str(row["size"])
        assert headers["WARC-Payload-Digest"].startswith("sha1:") and headers["WARC-Block-Digest"]
    db.close()
    trail.newstrail("redact", "NW2", "--reason", "a wish")
    trail.newstrail("export", "warc", "--out", str(trail.folder / "left.warc"))
    assert not any(b"NW2" in body for *_, body in records_of(trail.folder / "left.warc"))


def test_hostile_headers_and_addresses_inject_nothing(tmp_path: Path) -> None:
    db = open_database(tmp_path / "newstrail.db")
    body = gzip.compress(b"not decoded twice")
    evil = "https://a.example/采\r\nWARC-Type: metadata\r\n\r\n"
    headers = {
        "Content-Encoding": "gzip",
        "Transfer-Encoding": "chunked",
        "Content-Length": "1",
        "X-Evil": "a\r\nSet-Cookie: b\x00",
        "Bad\r\nName": "x",
        "X-Words": "采购",
    }
    with transaction(db):
        for url, at in ((evil, "2024-01-01T00:00:00Z"), ("https://a.example/2", "2024-01-02T00:00:00Z")):
            responses.keep(db, url, "share", at, 299, headers, body)
    path = tmp_path / "a.warc"
    with path.open("wb") as file:
        counted = warc.write(file, export.records(db, "responses"), lambda digest: responses.body(db, digest), False)
    assert counted == {"written": 2, "revisits": 1}
    _, (kind, of_record, http, got), (other, of_other, _, nothing) = records_of(path)
    assert (kind, got, other, nothing) == ("response", body, "revisit", b"")
    assert of_record["WARC-Target-URI"].startswith("https://a.example/%E9%87%87%0D%0AWARC-Type")
    assert of_other["WARC-Refers-To-Target-URI"] == of_record["WARC-Target-URI"]
    assert of_other["WARC-Refers-To-Date"] == "2024-01-01T00:00:00Z"
    assert of_other["WARC-Payload-Digest"] == of_record["WARC-Payload-Digest"]
    assert http["Content-Length"] == str(len(body)) and "Content-Encoding" not in http and "Set-Cookie" not in http
    assert http["X-Archive-Orig-Content-Encoding"] == "gzip" and not any("Name" in name for name in http)
    with path.open("rb") as file:
        assert file.read().count(b"WARC/1.0\r\n") == 3
    only_second = list(export.records(db, "responses", export.Since(at="2024-01-02T00:00:00Z")))
    assert [(row["id"], row["first_id"]) for row in only_second] == [(2, 2)]  # the file stands by itself
    db.close()


# ── Parquet ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_tables_are_parquet_files_with_types(trail: Desk) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    trail.crawl()
    trail.site.edit("NW1", body_html="<p>江州市公布第NW1号项目，预算4.5亿元。</p>")
    trail.crawl(recheck=True)
    execute(trail.database, "UPDATE articles SET noarchive = 1 WHERE code = 'NW3'")
    trail.newstrail("redact", "NW2", "--reason", "a wish")
    out = trail.folder / "tables"
    done = trail.shell("newstrail", "export", "parquet", "--out", str(out))
    assert sorted(path.stem for path in out.iterdir()) == sorted(tables.NAMES)
    read = {path.stem: parquet.read_table(path) for path in out.iterdir()}
    for name, table in read.items():
        assert table.column_names == [row["name"] for row in trail.rows("SELECT name FROM pragma_table_info(?)", name)]
    versions = read["versions"].to_pylist()
    kept = trail.rows("SELECT v.*, a.code FROM versions v JOIN articles a ON a.id = v.article_id WHERE code != 'NW2'")
    assert [(v["id"], v["title"], v["content_hash"]) for v in versions] == [
        (row["id"], row["title"], row["content_hash"]) for row in kept
    ]
    texts = {row["code"]: version["body_text"] for row, version in zip(kept, versions, strict=True)}
    assert texts["NW3"] is None and "4.5亿元" in texts["NW1"]
    assert f"{versions[0]['first_seen_at']:%Y-%m-%dT%H:%M:%SZ}" == kept[0]["first_seen_at"]
    assert versions[0]["first_seen_at"].utcoffset().total_seconds() == 0
    assert {row["code"] for row in read["articles"].to_pylist()} == {"NW1", "NW3"}
    for name in ("versions", "changes", "listings"):
        assert set(read[name]["article_id"].to_pylist()) <= set(read["articles"]["id"].to_pylist())
    ids = set(read["versions"]["id"].to_pylist())
    assert set(read["facts"]["version_id"].to_pylist()) <= ids
    assert read["chain"].num_rows == trail.row("SELECT count(*) AS n FROM chain")["n"]
    told = re.search(r"--since (\S+)", done.stderr)
    assert told is not None
    trail.newstrail("export", "parquet", "--out", str(out), "--since", "2099-01-01")
    assert parquet.read_table(out / "changes.parquet").num_rows == 0
    assert parquet.read_table(out / "sources.parquet").num_rows == 1


def test_without_pyarrow_one_line_says_what_to_install(trail: Desk) -> None:
    open_database(trail.database).close()
    code = "import sys; sys.modules['pyarrow'] = None; from crawler.cli import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--config", str(trail.toml), "export", "parquet", "--out", str(trail.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "newstrail[parquet]" in done.stderr

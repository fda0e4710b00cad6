"""What was altered, removed or put in is named, at the right row; what was pruned is not held against it."""

import base64
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from storage.versions import chain_link
from tests.conftest import Desk, article
from tests.crawling import Trail
from tests.origin import Replica


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a record of three articles, one of them edited."""
    folder = tmp_path_factory.mktemp("record")
    with Replica([article(code) for code in ("NW1", "NW2", "NW3")]) as site:
        trail = Trail(folder, site)
        trail.crawl()
        site.edit("NW2", body_html="<p>江州市公布第NW2号项目，预算3.8亿元。</p><p>资金由市级财政安排，年底前完成。</p>")
        trail.crawl(recheck=True)
    return folder


@pytest.fixture
def kept(record: Path, tmp_path: Path) -> Desk:
    """A copy of it that may be altered."""
    shutil.copytree(record, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path)


def findings(desk: Desk, *options: str, code: int = 1) -> list[dict[str, Any]]:
    told = json.loads(desk.newstrail("verify", "--json", *options, code=code))
    assert told["ok"] == (code == 0)
    return list(told["findings"])


def alter(desk: Desk, *statements: str) -> None:
    """As somebody would who has the file and no newstrail."""
    with closing(sqlite3.connect(desk.database)) as db, db:
        for sql in statements:
            assert db.execute(sql).rowcount != 0, sql


def test_a_whole_record_is_whole(kept: Desk) -> None:
    before = kept.database.read_bytes()
    assert findings(kept, "--deep", code=0) == []
    assert kept.newstrail("verify").splitlines()[0].endswith(": whole")
    assert kept.database.read_bytes() == before


# What is done -> the table, its row, and what is said of it first.
ATTACKS: dict[str, tuple[list[str], str, int, str]] = {
    "text": (["UPDATE versions SET body_text = 'x' WHERE id = 2"], "versions", 2, "text_hash does not match"),
    "metadata": (["UPDATE versions SET author = 'x' WHERE id = 2"], "versions", 2, "content_hash does not match"),
    "first_seen_at": (
        ["UPDATE versions SET first_seen_at = '2020-01-01T00:00:00Z' WHERE id = 2"],
        "versions", 2, "first_seen_at or the hashes of its responses); the next link follows from it: the row was",
    ),
    "changed_by": (
        ["UPDATE changes SET changed_by = '2020-01-01T00:00:00Z' WHERE id = 3"], "changes", 3, "changed_by",
    ),
    "kind": (["UPDATE changes SET kind = 'moved' WHERE id = 3"], "changes", 3, "kind"),
    "link": (["UPDATE chain SET link = 'x' WHERE number = 4"], "chain", 4, "its link was altered"),
    "last link": (["UPDATE chain SET link = 'x' WHERE number = 8"], "changes", 4, "nothing behind it"),
    "code": (
        ["UPDATE articles SET code = 'NW' WHERE id = (SELECT article_id FROM versions WHERE id = 3)"],
        "versions", 3, "code",
    ),
    "response": (
        ["UPDATE responses SET body_hash = (SELECT body_hash FROM responses WHERE role = 'listing')"
         " WHERE id = (SELECT min(response_id) FROM version_responses WHERE version_id = 2)"], "versions", 2, "hashes",
    ),
    "swapped responses": (
        ["UPDATE version_responses SET version_id = 99 WHERE version_id = 1",
         "UPDATE version_responses SET version_id = 1 WHERE version_id = 2",
         "UPDATE version_responses SET version_id = 2 WHERE version_id = 99"], "versions", 1, "hashes",
    ),
    "version put in with a link": (
        ["UPDATE chain SET number = -number - 1 WHERE number > 3", "UPDATE chain SET number = -number WHERE number < 0",
         "INSERT INTO versions SELECT 50, article_id, 2, title, outlet, author, published_at, published_precision,"
         " modified_at, body_html, body_text, images, tables, links, attachments, places, gained, text_hash,"
         " content_hash, extractor, first_seen_at, last_seen_at FROM versions WHERE id = 1",
         "INSERT INTO chain VALUES (4, 'version', 50, 'x')"], "chain", 4, "version 2 was put in",
    ),
    "link gone": (["DELETE FROM chain WHERE number = 3"], "chain", 4, "version 2 stand as they were recorded"),
    "links gone": (
        ["DELETE FROM chain WHERE number IN (3, 4)"], "chain", 5, "version 2 and change 2 stand as they were recorded",
    ),
    "link gone, row altered": (
        ["DELETE FROM chain WHERE number = 3",
         "UPDATE versions SET first_seen_at = '2020-01-01T00:00:00Z' WHERE id = 2"],
        "chain", 4, "removed or altered",
    ),
    "taken out and numbered anew": (
        ["DELETE FROM versions WHERE id = 2", "DELETE FROM changes WHERE id = 2",
         "DELETE FROM chain WHERE number IN (3, 4)", "UPDATE chain SET number = number - 2 WHERE number > 4"],
        "versions", 3, "version 2 is not in the chain before it",
    ),
    "index": (["DELETE FROM articles_fts_docsize WHERE id = 2"], "articles_fts", 2, "article 2 is not in it"),
    "index empty": (["DELETE FROM superseded_fts_docsize"], "superseded_fts", 2, "version 2 is not in it"),
    "words of the index": (
        ["UPDATE articles_fts_docsize SET sz = x'0101' WHERE id = 3"], "articles_fts", 3, "other words",
    ),
    "version gone": (["DELETE FROM versions WHERE id = 2"], "chain", 3, "version 2 that it is of was removed"),
    "change gone": (["DELETE FROM changes WHERE id = 3"], "chain", 6, "change 3 that it is of was removed"),
    "version and link gone": (
        ["DELETE FROM versions WHERE id = 2", "DELETE FROM chain WHERE number = 3"], "chain", 4, "number 3 is missing",
    ),
    "first link gone": (["DELETE FROM chain WHERE number = 1"], "chain", 2, "version 1 stand as they were"),
    "version put in": (
        ["INSERT INTO versions SELECT 50, article_id, 3, title, outlet, author, published_at, published_precision,"
         " modified_at, body_html, body_text, images, tables, links, attachments, places, gained, text_hash,"
         " content_hash, extractor, first_seen_at, last_seen_at FROM versions WHERE id = 4",
         "UPDATE articles SET version_count = 3 WHERE code = 'NW2'"], "versions", 50, "is in no link of the chain",
    ),
    "change put in": (
        ["INSERT INTO changes (id, article_id, kind, new_version_id, changed_by, recorded_at)"
         " SELECT 70, article_id, kind, new_version_id, changed_by, recorded_at FROM changes WHERE id = 1"],
        "changes", 70, "is in no link of the chain",
    ),
    "count": (["UPDATE articles SET version_count = 3 WHERE id = 2"], "articles", 2, "number of its versions"),
    "bytes gone": (
        ["UPDATE bodies SET data = NULL WHERE hash = (SELECT body_hash FROM responses WHERE id ="
         " (SELECT min(response_id) FROM version_responses WHERE version_id = 1))"], "bodies", 0, "bytes are gone",
    ),
    "bytes": (["UPDATE bodies SET data = x'00', codec = 'raw'"], "bodies", 0, "bytes do not match their hash"),
    "packed bytes": (["UPDATE bodies SET data = x'00', codec = 'zstd'"], "bodies", 0, "cannot be unpacked"),
    "reference": (["UPDATE checks SET run_id = 999 WHERE id = 1"], "checks", 1, "not there"),
    "corrupt": (
        ["PRAGMA writable_schema = ON",
         "UPDATE sqlite_master SET sql = 'CREATE INDEX facts_version ON facts (value)' WHERE name = 'facts_version'"],
        "file", 0, "missing from index facts_version",
    ),
    "tombstone": (["UPDATE articles SET state = 'redacted' WHERE id = 1"], "articles", 1, "redactions"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_first_row_is_named(kept: Desk, attack: str) -> None:
    statements, table, row_id, said = ATTACKS[attack]
    alter(kept, *statements)
    first = findings(kept)[0]
    assert (first["table"], first["row_id"]) == (table, row_id), first
    assert said in first["line"]


def test_a_text_with_hashes_that_fit_is_found_by_reading_again(kept: Desk) -> None:
    from crawler.rules.text import content_hash, text_hash

    row = kept.row("SELECT * FROM versions WHERE id = 2")
    text = row["body_text"].replace("3.5亿元", "5.3亿元")
    digest = text_hash(row["title"], text)
    known = [row[name] for name in ("outlet", "author", "published_at", "modified_at")]
    media = [json.loads(row[name]) for name in ("images", "tables", "links", "attachments")]
    whole = content_hash(digest, [*known, *media])
    alter(kept, f"UPDATE versions SET body_text = '{text}', text_hash = '{digest}' WHERE id = 2")
    alter(kept, f"UPDATE versions SET content_hash = '{whole}' WHERE id = 2")
    assert findings(kept, code=0) == []  # as docs/evidence.md says
    (found,) = findings(kept, "--deep")
    assert (found["table"], found["row_id"]) == ("versions", 2)
    assert "body_text" in found["what"] and "not what its responses say" in found["what"]


def test_facts_are_found_by_reading_again(kept: Desk) -> None:
    alter(kept, "UPDATE facts SET value = '1' WHERE version_id = 1 AND type = 'amount'")
    (found,) = findings(kept, "--deep")
    assert found["row_id"] == 1 and "facts" in found["what"]


def test_a_crawl_in_its_midst_neither_waits_nor_is_seen(tmp_path: Path) -> None:
    from crawler import evidence, lookup
    from storage import evidence as stored

    with Replica([article("NW1"), article("NW2")]) as site:
        trail = Trail(tmp_path, site)
        trail.crawl()
        settings, db = lookup.opened(str(trail.toml))
        before = stored.head(db)

        def crawling(rows: Iterable[Any], what: str, total: int) -> Iterator[Any]:
            if what == "contents":
                site.edit("NW2", body_html="<p>江州市公布第NW2号项目，预算9.9亿元。</p>")
                trail.crawl(recheck=True)
            yield from rows

        with stored.reading(db):
            report = evidence.verify(db, settings, True, crawling)
            assert (report.findings, report.counts["versions"], report.reread) == ([], 2, 2)
            assert stored.head(db) == before  # the head that an anchor gets is one that was gone through
        assert evidence.verify(db, settings, True, lambda rows, *_: rows).counts["versions"] == 3
        db.conn.close()


def test_a_terminal_sees_how_far_it_is(kept: Desk) -> None:
    command = [sys.executable, "-m", "crawler", "--config", str(kept.toml), "verify", "--json"]
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment) as running:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
        assert running.stdout and json.loads(running.stdout.read())["ok"]
    assert [what for what in ("chain", "contents", "raw responses") if what in shown and "100%" in shown] != []
    assert shown.rstrip().endswith("\x1b[2K")  # and nothing of it is left


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


def test_pruned_and_redacted_is_counted_not_held_against_it(kept: Desk) -> None:
    kept.newstrail("redact", "NW1", "--reason", "a court's order")
    told = json.loads(kept.newstrail("verify", "--json", "--deep"))
    assert (told["ok"], told["redacted_versions"]) == (True, 1)
    assert told["pruned_bodies"] >= 1
    alter(kept, "UPDATE versions SET body_text = '还在' WHERE text_hash = ''")
    assert "it has words" in findings(kept)[0]["line"]


# ── Anchors ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_cut_off_at_the_end_show_against_an_anchor(kept: Desk) -> None:
    file = kept.folder / "heads"
    for count in (1, 2):
        kept.newstrail("verify", "--anchor", str(file))
        assert len(file.read_text().splitlines()) == count
    assert set(json.loads(file.read_text().splitlines()[0])) == {"number", "link", "time"}
    alter(
        kept, "DELETE FROM chain WHERE number > 6", "DELETE FROM fact_changes", "DELETE FROM changes WHERE id = 4",
        "UPDATE checks SET version_id = NULL WHERE version_id = 4", "DELETE FROM validators WHERE version_id = 4",
        "DELETE FROM facts WHERE version_id = 4", "DELETE FROM version_responses WHERE version_id = 4",
        "DELETE FROM versions WHERE id = 4", "UPDATE articles SET version_count = 1",
    )  # fmt: skip
    _index_anew(kept)
    assert findings(kept, code=0) == []
    found = findings(kept, "--anchor", str(file))
    assert [(row["table"], row["row_id"]) for row in found] == [("chain", 8)] * 2
    assert "cut off" in found[0]["line"] and len(file.read_text().splitlines()) == 2


def test_a_chain_that_was_written_anew_shows_against_an_anchor(kept: Desk) -> None:
    file = kept.folder / "heads"
    kept.newstrail("verify", "--anchor", str(file))
    alter(kept, "UPDATE changes SET changed_by = '2020-01-01T00:00:00Z' WHERE id = 1")
    _chain_anew(kept)
    assert findings(kept, code=0) == []
    (found,) = findings(kept, "--anchor", str(file))
    assert "rewritten" in found["line"]


def _index_anew(desk: Desk) -> None:
    from storage import fulltext
    from storage.database import open_database

    db = open_database(desk.database)
    fulltext.fill(db)
    db.close()


def _chain_anew(desk: Desk) -> None:
    from storage.database import open_database
    from storage.evidence import chained

    db, previous = open_database(desk.database), ""
    for row in list(chained(db)):
        previous = chain_link(previous, *(row[key] for key in ("kind", "site", "code", "what", "hashes", "at")))
        db.execute("UPDATE chain SET link = ? WHERE number = ?", (previous, row["number"]))
    db.close()


@pytest.mark.parametrize("text", ["no JSON\n", '{"number": "x"}\n', "\xff"])
def test_what_is_no_anchor_file_is_left_alone(kept: Desk, text: str) -> None:
    file = kept.folder / "heads"
    file.write_bytes(text.encode("latin-1"))
    done = kept.shell("newstrail", "verify", "--anchor", str(file))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert file.read_bytes() == text.encode("latin-1")


@contextmanager
def authority(folder: Path, answer: Callable[[bytes], bytes] | None = None) -> Iterator[str]:
    """A time-stamping authority on loopback, by openssl; its URL. Its root is in `ca.pem`."""
    _certificates(folder)

    def stamped(query: bytes) -> bytes:
        (folder / "query.tsq").write_bytes(query)
        command = "openssl ts -reply -config tsa.cnf -queryfile query.tsq -out answer.tsr"
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
        return (folder / "answer.tsr").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = (answer or stamped)(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            thread.join()


def _certificates(folder: Path) -> None:
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256, sha512\naccuracy = secs:1\n"
        "ess_cert_id_chain = no\ness_cert_id_alg = sha256\n[e]\nbasicConstraints = CA:FALSE\n"
        "keyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n",
        encoding="ascii",
    )
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Root -days 30",
        "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=Clock",
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile tsa.cnf"
        " -extensions e",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    (folder / "serial").write_text("01\n", encoding="ascii")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, which plays the authority")
def test_a_head_bears_a_time_stamp_that_openssl_believes(kept: Desk) -> None:
    file = kept.folder / "heads"
    with authority(kept.folder) as url, kept.toml.open("a", encoding="utf-8") as toml:
        toml.write(f'\n[verify]\ntimestamp_url = "{url}"\ntimestamp_ca = "ca.pem"\n')
        toml.flush()
        kept.newstrail("verify", "--anchor", str(file))
    head = json.loads(file.read_text())
    (kept.folder / "head").write_text(head["link"], encoding="ascii")
    (kept.folder / "head.tsr").write_bytes(base64.b64decode(head["timestamp"]))
    command = "openssl ts -verify -data head -in head.tsr -CAfile ca.pem"
    subprocess.run(command.split(), cwd=kept.folder, check=True, capture_output=True)
    # The server is gone: the head is written, without a stamp, and that is said.
    done = kept.shell("newstrail", "verify", "--anchor", str(file))
    assert done.returncode == 1 and "without a time stamp" in done.stderr
    assert "timestamp" not in json.loads(file.read_text().splitlines()[1])
    _certificates(kept.folder)  # another root of that name
    assert "does not vouch" in findings(kept, "--anchor", str(file))[0]["line"]
    head["timestamp"] = base64.b64encode(b"no stamp").decode()
    file.write_text(json.dumps(head) + "\n", encoding="utf-8")
    assert "not valid" in findings(kept, "--anchor", str(file))[0]["line"]


def test_a_server_on_a_private_address_is_not_asked(kept: Desk) -> None:
    kept.configure('allow_private = ["127.0.0.1"]', "allow_private = []")
    with kept.toml.open("a", encoding="utf-8") as toml:
        toml.write('\n[verify]\ntimestamp_url = "http://127.0.0.1:9/tsa"\n')
    done = kept.shell("newstrail", "verify", "--anchor", str(kept.folder / "heads"))
    assert done.returncode == 1 and "private address" in done.stderr

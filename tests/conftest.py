"""A small news site that is served, and newstrail pointed at it, for tests that run the real commands."""

import fcntl
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.pages import ZONE
from tests import warm
from tests.crawling import ROOT, Trail
from tests.origin import Article, Replica

_COMMANDS = {"newstrail": "crawler", "scrapy": "scrapy"}
HALF_WRITTEN = (
    "SELECT code FROM articles a WHERE version_count != (SELECT count(*) FROM versions WHERE article_id = a.id)",
    "SELECT code FROM articles a WHERE version_count != coalesce((SELECT max(number) FROM versions"
    " WHERE article_id = a.id), 0)",
    "SELECT code FROM articles WHERE (version_count = 0) != (state = 'unknown') AND state != 'redacted'",
    "SELECT code FROM articles WHERE (state = 'redacted') != (id IN (SELECT article_id FROM redactions))",
    "SELECT code FROM articles a WHERE (version_count > 0) != (SELECT count(*) FROM changes"
    " WHERE article_id = a.id AND kind = 'first_seen')",
    "SELECT id FROM versions WHERE id NOT IN (SELECT new_version_id FROM changes WHERE kind != 'moved')",
    "SELECT id FROM versions WHERE id NOT IN (SELECT version_id FROM version_responses)",
)
LINKS = """
SELECT n.kind, n.link, a.site, a.code, coalesce(v.number, c.kind, d.reason),
       coalesce(v.first_seen_at, c.changed_by, d.redacted_at), (
    SELECT json_group_array(body_hash) FROM (
        SELECT r.body_hash FROM version_responses x JOIN responses r ON r.id = x.response_id
        WHERE x.version_id = coalesce(v.id, c.new_version_id) ORDER BY r.id))
FROM chain n
LEFT JOIN versions v ON n.kind = 'version' AND v.id = n.row_id
LEFT JOIN changes c ON n.kind = 'change' AND c.id = n.row_id
LEFT JOIN redactions d ON n.kind = 'redaction' AND d.id = n.row_id
JOIN articles a ON a.id = coalesce(v.article_id, c.article_id, d.article_id)
ORDER BY n.number
"""
PUBLISHED = datetime(2024, 11, 22, 9, 30, tzinfo=ZONE)


def article(code: str, category: str = "yaowen", **fields: Any) -> Article:
    """An article of the tests' own, with words that only it has."""
    values: dict[str, Any] = {
        "title": f"江州市第{code}号采购项目公示",
        "published": PUBLISHED,
        "outlet": "江州日报",
        "body_html": f"<p>江州市公布第{code}号项目，预算3.5亿元。</p><p>资金由市级财政安排，年底前完成。</p>",
    }
    return Article(code=code, category=category, **values | fields)


def assert_sound(db: sqlite3.Connection) -> None:
    """SQLite finds nothing broken; no article is half written; the chain is what the contract says, from the tables."""
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not db.execute("PRAGMA foreign_key_check").fetchall()
    for sql in HALF_WRITTEN:
        assert not db.execute(sql).fetchall(), sql
    linked = db.execute("SELECT kind, row_id FROM chain ORDER BY 1, 2").fetchall()
    written = db.execute(
        "SELECT 'change', id FROM changes UNION ALL SELECT 'version', id FROM versions"
        " UNION ALL SELECT 'redaction', id FROM redactions ORDER BY 1, 2"
    )
    assert linked == written.fetchall()
    before = ""
    for kind, link, site, code, what, when, hashes in db.execute(LINKS):
        values = [before, kind, site, code, what, json.loads(hashes), when]
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        assert link == hashlib.sha256(text.encode()).hexdigest()
        before = link


class Desk(Trail):
    """A trail whose commands are run as from a shell, whatever they answer."""

    def shell(self, command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `newstrail …` or `scrapy …`: returncode, stdout, stderr. Never a traceback."""
        environment = {**os.environ, "NEWSTRAIL_CONFIG": str(self.toml)}
        done = warm.run(_COMMANDS[command], arguments, ROOT, environment, 100)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    def configure(self, old: str, new: str) -> None:
        """Replace a piece of the configuration's text."""
        text = self.toml.read_text(encoding="utf-8")
        assert old in text
        self.toml.write_text(text.replace(old, new), encoding="utf-8")

    def row(self, sql: str, *values: Any) -> dict[str, Any]:
        """The one row of a query."""
        (row,) = self.rows(sql, *values)
        return row

    def assert_sound(self) -> None:
        """The record as it stands on disk is whole."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            assert_sound(db)


@pytest.fixture(scope="session", autouse=True)
def turns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the crawls of these tests know of hosts is their own: ports come back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("turns")))
        yield


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `newstrail demo` fills, made once for all of xdist's workers; `printed` is what it said.

    It is for reading: who writes makes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demo"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "printed").exists():
            command = [sys.executable, "-m", "crawler", "demo", "--dir", str(shared)]
            done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=100)
            (shared / "printed").write_text(done.stdout, encoding="utf-8")
    return shared


@pytest.fixture
def site() -> Iterator[Replica]:
    with Replica([article(code) for code in ("NW1", "NW2", "NW3")]) as replica:
        yield replica


@pytest.fixture
def trail(tmp_path: Path, site: Replica) -> Desk:
    return Desk(tmp_path, site)

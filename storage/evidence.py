"""What `newstrail verify` reads: the chain beside its rows, contents, raw bodies, references. Nothing is written."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import zstandard
from sqlite_utils import Database

from storage import fulltext
from storage.database import open_readonly
from storage.responses import body_hash
from storage.versions import chain_link

T = TypeVar("T")
# The chain beside the rows that it is of; what is NULL is not there.
_CHAINED = """
SELECT c.number, c.kind, c.row_id, c.link, a.site, a.code, coalesce(v.number, h.kind, r.reason) AS what,
       coalesce(v.first_seen_at, h.changed_by, r.redacted_at) AS at, coalesce(v.id, h.new_version_id) AS version_id
FROM {rows} c
LEFT JOIN versions v ON c.kind = 'version' AND v.id = c.row_id
LEFT JOIN changes h ON c.kind = 'change' AND h.id = c.row_id
LEFT JOIN redactions r ON c.kind = 'redaction' AND r.id = c.row_id
LEFT JOIN articles a ON a.id = coalesce(v.article_id, h.article_id, r.article_id)
ORDER BY c.number
"""
# Rows that no link is of, as if they were links; no more than could be tried in the place of links that are missing.
_LOOSE = """(
    SELECT 0 AS number, kind, row_id, '' AS link FROM (
        SELECT 'version' AS kind, id AS row_id FROM versions UNION ALL
        SELECT 'change', id FROM changes UNION ALL SELECT 'redaction', id FROM redactions
        EXCEPT SELECT kind, row_id FROM chain) LIMIT 20)
"""
_HASHES = """
SELECT r.body_hash FROM version_responses v JOIN responses r ON r.id = v.response_id
WHERE v.version_id = ? ORDER BY r.id
"""
_CONTENTS = """
SELECT v.id, a.site, a.code, v.number, v.title, v.outlet, v.author, v.published_at, v.published_precision,
       v.modified_at, v.body_html != '' AS has_html, v.body_text, v.images, v.tables, v.links, v.attachments, v.places,
       v.gained, v.text_hash, v.content_hash, v.extractor, d.id IS NOT NULL AS redacted
FROM versions v JOIN articles a ON a.id = v.article_id LEFT JOIN redactions d ON d.article_id = a.id
ORDER BY v.id
"""
_SAMPLED = 3000  # texts whose words are counted: a third of a millisecond each
_JSON = ("images", "tables", "links", "attachments", "places", "gained")
# (table, sentence): rows that a whole record does not have. Each query gives row id, site, code, a detail.
_REFERENCES: tuple[tuple[str, str, str], ...] = (
    (
        "versions",
        "is in no link of the chain: it was put in beside the recorder, or its link was removed",
        """SELECT v.id, a.site, a.code, 'version ' || v.number FROM versions v
           LEFT JOIN articles a ON a.id = v.article_id
           WHERE v.id NOT IN (SELECT row_id FROM chain WHERE kind = 'version') ORDER BY v.id""",
    ),
    (
        "changes",
        "is in no link of the chain: it was put in beside the recorder, or its link was removed",
        """SELECT c.id, a.site, a.code, 'change ' || c.kind FROM changes c LEFT JOIN articles a ON a.id = c.article_id
           WHERE c.id NOT IN (SELECT row_id FROM chain WHERE kind = 'change') ORDER BY c.id""",
    ),
    (
        "redactions",
        "is in no link of the chain: it was put in beside the recorder, or its link was removed",
        """SELECT r.id, a.site, a.code, 'redaction' FROM redactions r LEFT JOIN articles a ON a.id = r.article_id
           WHERE r.id NOT IN (SELECT row_id FROM chain WHERE kind = 'redaction') ORDER BY r.id""",
    ),
    (
        "versions",
        "does not follow the version before: a row was removed, put in or given another number",
        """SELECT id, site, code, 'version ' || number FROM (
               SELECT v.id, a.site, a.code, v.number,
                      row_number() OVER (PARTITION BY v.article_id ORDER BY v.number, v.id) AS place
               FROM versions v JOIN articles a ON a.id = v.article_id) WHERE number != place ORDER BY id""",
    ),
    (
        "articles",
        "does not match the number of its versions",
        """SELECT a.id, a.site, a.code, 'version_count ' || a.version_count FROM articles a
           LEFT JOIN (SELECT article_id, count(*) AS n FROM versions GROUP BY 1) v ON v.article_id = a.id
           WHERE a.version_count != coalesce(v.n, 0) ORDER BY a.id""",
    ),
    (
        "changes",
        "refers to a version of another article, or to one that is not there",
        """SELECT c.id, a.site, a.code, 'change ' || c.kind FROM changes c LEFT JOIN articles a ON a.id = c.article_id
           LEFT JOIN versions o ON o.id = c.old_version_id LEFT JOIN versions n ON n.id = c.new_version_id
           WHERE (c.old_version_id IS NOT NULL AND o.article_id IS NOT c.article_id)
              OR (c.new_version_id IS NOT NULL AND n.article_id IS NOT c.article_id) ORDER BY c.id""",
    ),
    (
        "versions",
        "has no change that brought it: a change was removed",
        """SELECT v.id, a.site, a.code, 'version ' || v.number FROM versions v JOIN articles a ON a.id = v.article_id
           WHERE v.id NOT IN (SELECT new_version_id FROM changes WHERE new_version_id IS NOT NULL AND kind != 'moved')
           ORDER BY v.id""",
    ),
    (
        "versions",
        "was read from no response that is on record",
        """SELECT v.id, a.site, a.code, 'version ' || v.number FROM versions v JOIN articles a ON a.id = v.article_id
           WHERE v.id NOT IN (SELECT version_id FROM version_responses) ORDER BY v.id""",
    ),
    (
        "articles",
        "does not match the table of redactions",
        """SELECT a.id, a.site, a.code, 'state ' || a.state FROM articles a
           WHERE (a.state = 'redacted') != (a.id IN (SELECT article_id FROM redactions)) ORDER BY a.id""",
    ),
)


@contextmanager
def reading(db: Database) -> Iterator[None]:
    """One state of the record, whatever is written meanwhile."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def counts(db: Database) -> dict[str, int]:
    """Rows of each table that is gone through; 0 of one that cannot be."""
    tables = ("chain", "versions", "changes", "bodies", "redactions")
    return {name: sum(readable(_count(db, name), lambda _: 0)) for name in tables}


def _count(db: Database, table: str) -> Iterator[int]:
    yield db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def readable(rows: Iterator[T], stopped: Callable[[str], T]) -> Iterator[T]:
    """Rows as far as the file can be read, and what is in it; where it cannot, what `stopped` makes of a sentence."""
    try:
        yield from rows
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        yield stopped(f"it cannot be read on ({str(error).partition(' with text ')[0]})")  # one that is no UTF-8


def chained(db: Database) -> Iterator[dict[str, Any]]:
    """The chain with what it is of, in order; `at` None where that row is gone. `hashes`: of original responses."""
    return _linked(db, "chain")


def loose(db: Database) -> list[dict[str, Any]]:
    """Rows that no link is of, as `chained` gives them; the first twenty."""
    return list(_linked(db, _LOOSE))


def _linked(db: Database, source: str) -> Iterator[dict[str, Any]]:
    cursor = db.execute(_CHAINED.format(rows=source))
    names = [column[0] for column in cursor.description]
    known: tuple[int | None, list[str]] = (None, [])
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        version_id = row["version_id"]
        if known[0] != version_id:  # a version and the change that brought it stand side by side
            known = (version_id, [hash for (hash,) in db.execute(_HASHES, (version_id,))])
        row["hashes"] = known[1] if version_id is not None else []
        yield row


def link_of(row: dict[str, Any], previous: str) -> str:
    """The link that a row of `chained` must have behind `previous`."""
    return chain_link(previous, row["kind"], row["site"], row["code"], row["what"], row["hashes"], row["at"])


def contents(db: Database) -> Iterator[dict[str, Any]]:
    """Versions with what their hashes are of, JSON as values; `redacted`: its words were taken out."""
    cursor = db.execute(_CONTENTS)
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        row["broken"] = any(isinstance(value, bytes) for value in values)
        try:
            for name in _JSON:
                row[name] = _value(row[name])
        except (ValueError, TypeError):
            row["broken"] = True
        yield row


def html_of(db: Database, version_id: int) -> str:
    """A version's HTML as it is kept."""
    return str(db.execute("SELECT body_html FROM versions WHERE id = ?", (version_id,)).fetchone()[0])


def _value(text: str) -> Any:
    """What a JSON text says; most are empty lists."""
    return [] if text == "[]" else json.loads(text)


def bodies(db: Database) -> Iterator[tuple[str, str | None, bool]]:
    """(hash, what is wrong or None, whether it was dropped) of each raw body."""
    unpacker = zstandard.ZstdDecompressor()
    for digest, codec, size, data, dropped_at in db.execute("SELECT hash, codec, size, data, dropped_at FROM bodies"):
        if data is None:
            yield digest, None if dropped_at else "its bytes are gone, and nothing says that they were dropped", True
        else:
            yield digest, _body_fault(unpacker, digest, codec, size, data), False


def _body_fault(unpacker: zstandard.ZstdDecompressor, digest: str, codec: str, size: int, data: bytes) -> str | None:
    try:
        body = unpacker.decompress(data, max_output_size=size) if codec == "zstd" else data
    except zstandard.ZstdError:
        return "its bytes cannot be unpacked"
    if body_hash(body) != digest:
        return "its bytes do not match their hash"
    return None if len(body) == size else "its size is not that of its bytes"


def user_of(db: Database, digest: str) -> tuple[int, str] | None:
    """(id, URL) of the first response with these bytes."""
    found = db.execute("SELECT id, url FROM responses WHERE body_hash = ? ORDER BY id LIMIT 1", (digest,)).fetchone()
    return (found[0], found[1]) if found else None


def reference_faults(db: Database) -> Iterator[tuple[str, int, str, str, str]]:
    """(table, row id, article as 'site code', detail, sentence) of rows that do not go together."""
    for table, sentence, sql in _REFERENCES:
        for row_id, site, code, detail in db.execute(sql):
            yield table, row_id, f"{site} {code}", detail, sentence


@contextmanager
def file_check(path: Path) -> Iterator["Future[list[tuple[str, int, str]]]"]:
    """(table, row id, sentence) of what SQLite itself finds: broken pages and indexes, references into nothing.

    On a connection and a thread of its own, since it is all SQLite's work: the other core does it meanwhile.
    """
    with ThreadPoolExecutor(1) as beside:
        yield beside.submit(_file_faults, path)


def _file_faults(path: Path) -> list[tuple[str, int, str]]:
    db = open_readonly(path)
    try:
        return list(readable(_said_of_file(db), lambda says: ("file", 0, says)))
    finally:
        db.conn.close()


def _said_of_file(db: Database) -> Iterator[tuple[str, int, str]]:
    for line in _integrity(db):
        if line != "ok":
            yield "file", 0, f"SQLite's integrity check says: {line}"
    for table, row_id, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield table, row_id or 0, f"refers to a row of {parent} that is not there"


def _integrity(db: Database) -> list[str]:
    """What SQLite's check says; of a page at which it stops with an error, the first thing."""
    try:
        return [row[0] for row in db.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError:
        return [row[0] for row in db.execute("PRAGMA integrity_check(1)")]


def index_faults(db: Database, whole: bool) -> Iterator[tuple[str, int, str]]:
    """(index, row id, sentence) where a full-text index does not hold what it should; `whole`: compare the numbers of
    words of all texts, not of a sample.

    Its inner structure is checked by `PRAGMA integrity_check`, as SQLite does from 3.44 on.
    """
    texts = db.execute("SELECT count(*) FROM versions").fetchone()[0]
    return fulltext.differences(db, 1 if whole else 1 + texts // _SAMPLED)


def head(db: Database) -> tuple[int, str] | None:
    """(number, link) of the chain's last row; None while it is empty."""
    row = db.execute("SELECT number, link FROM chain ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else None


def link_at(db: Database, number: int) -> str | None:
    """The link of that number."""
    row = db.execute("SELECT link FROM chain WHERE number = ?", (number,)).fetchone()
    return row[0] if row else None

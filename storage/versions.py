"""Versions, changes and the chain that ties them: only ever added."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from storage import fulltext
from storage.queries import rows

_VERSION = """
INSERT INTO versions (article_id, number, title, outlet, author, published_at, published_precision, modified_at,
    body_html, body_text, images, tables, links, attachments, places, text_hash, content_hash, extractor,
    first_seen_at, last_seen_at)
VALUES (:article_id, :number, :title, :outlet, :author, :published_at, :published_precision, :modified_at,
    :body_html, :body_text, :images, :tables, :links, :attachments, :places, :text_hash, :content_hash, :extractor,
    :first_seen_at, :last_seen_at)
"""
_CHANGE = """
INSERT INTO changes (article_id, kind, old_version_id, new_version_id, changed_after, changed_by, recorded_at,
    fields, added_chars, removed_chars, severity, disclosure, summary, reason, edit_hash)
VALUES (:article_id, :kind, :old_version_id, :new_version_id, :changed_after, :changed_by, :recorded_at,
    :fields, :added_chars, :removed_chars, :severity, :disclosure, :summary, :reason, :edit_hash)
"""
_REDACTION = "INSERT INTO redactions (article_id, reason, redacted_at) VALUES (:article_id, :reason, :redacted_at)"
_RECENT = """
SELECT id, number, title, outlet, author, published_at, published_precision, modified_at, body_html, body_text,
       images, tables, links, attachments, places, gained, text_hash, extractor, first_seen_at, last_seen_at
FROM versions WHERE article_id = ? ORDER BY number DESC LIMIT ?
"""
_DERIVE = """
UPDATE versions SET title = :title, outlet = :outlet, author = :author, published_at = :published_at,
    published_precision = :published_precision, modified_at = :modified_at, body_html = :body_html,
    body_text = :body_text, images = :images, tables = :tables, links = :links, attachments = :attachments,
    places = :places, text_hash = :text_hash, content_hash = :content_hash, extractor = :extractor
WHERE id = :id
"""
_REWRITE = """
UPDATE changes SET fields = :fields, added_chars = :added_chars, removed_chars = :removed_chars, severity = :severity,
    disclosure = :disclosure, summary = :summary, edit_hash = :edit_hash
WHERE id = :id
"""
_JSON = ("images", "tables", "links", "attachments", "places")
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # json.dumps makes one each time


def recent(db: Database, article_id: int, count: int) -> list[dict[str, Any]]:
    """An article's last versions (`count` -1: all), newest first; JSON columns as values."""
    found = rows(db, _RECENT, (article_id, count))
    for row in found:
        row |= {name: json.loads(row[name]) for name in (*_JSON, "gained")}
    return found


def add_version(db: Database, site: str, code: str, values: dict[str, Any], response_ids: Iterable[int]) -> int:
    """Add a version with the responses it was read from, and its link in the chain; its id."""
    fulltext.stands(db, values["article_id"], values["title"], values["body_text"])
    version_id = int(db.execute(_VERSION, _packed(values)).lastrowid or 0)
    for response_id in response_ids:
        db.execute("INSERT OR IGNORE INTO version_responses VALUES (?, ?)", (version_id, response_id))
    _link(db, "version", version_id, site, code, values["number"], version_id, values["first_seen_at"])
    return version_id


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: json.dumps(values[name], ensure_ascii=False) for name in _JSON}


def see_again(db: Database, version_id: int, seen_at: str) -> None:
    """Extend a version: it was still there at `seen_at`."""
    db.execute("UPDATE versions SET last_seen_at = max(last_seen_at, ?) WHERE id = ?", (seen_at, version_id))


def derive(db: Database, values: dict[str, Any]) -> None:
    """Write what is derived from a version's responses anew (never its responses, its times or its chain link)."""
    fulltext.rewritten(db, values["id"], values["title"], values["body_text"])
    db.execute(_DERIVE, _packed(values))


def add_change(db: Database, site: str, code: str, values: dict[str, Any]) -> int:
    """Add a change and its link in the chain; its id."""
    change_id = int(db.execute(_CHANGE, values).lastrowid or 0)
    _link(db, "change", change_id, site, code, values["kind"], values["new_version_id"], values["changed_by"])
    return change_id


def add_redaction(db: Database, site: str, code: str, values: dict[str, Any]) -> int:
    """Add a redaction (`article_id`, `reason`, `redacted_at`) and its link in the chain; its id."""
    redaction_id = int(db.execute(_REDACTION, values).lastrowid or 0)
    _link(db, "redaction", redaction_id, site, code, values["reason"], None, values["redacted_at"])
    return redaction_id


def _link(
    db: Database, kind: str, row_id: int, site: str, code: str, what: int | str, version_id: int | None, when: str
) -> None:
    hashes = [] if version_id is None else original_hashes(db, version_id)
    previous = db.execute("SELECT link FROM chain ORDER BY number DESC LIMIT 1").fetchone()
    link = chain_link(previous[0] if previous else "", kind, site, code, what, hashes, when)
    db.execute("INSERT INTO chain (kind, row_id, link) VALUES (?, ?, ?)", (kind, row_id, link))


def gained(db: Database, version_id: int, names: Iterable[str]) -> None:
    """Note fields of a version that a later look told, of which no response is kept."""
    sql = "SELECT gained FROM versions WHERE id = ?"
    before = json.loads(db.execute(sql, (version_id,)).fetchone()[0])
    db.execute("UPDATE versions SET gained = ? WHERE id = ?", (json.dumps(sorted({*before, *names})), version_id))


def edits_of(db: Database, article_id: int) -> list[dict[str, Any]]:
    """Changes of an article from one version to another, oldest first."""
    sql = """
        SELECT id, kind, old_version_id, new_version_id, fields, severity FROM changes
        WHERE article_id = ? AND kind IN ('edited', 'restored') AND old_version_id != new_version_id ORDER BY id
    """
    return rows(db, sql, (article_id,))


def rewrite_change(db: Database, values: dict[str, Any]) -> None:
    """Write what is derived of a change anew (never its kind, its versions, its times or its chain link)."""
    db.execute(_REWRITE, values)


def responses_of(db: Database, version_id: int, roles: Iterable[str]) -> list[int]:
    """Ids of the responses of these roles that a version was read from."""
    found = db.execute(
        "SELECT r.id FROM version_responses v JOIN responses r ON r.id = v.response_id"
        " WHERE v.version_id = ? AND r.role IN (SELECT value FROM json_each(?)) ORDER BY r.id",
        (version_id, json.dumps(list(roles))),
    )
    return [row[0] for row in found]


def original_hashes(db: Database, version_id: int) -> list[str]:
    """Hashes of the responses that a version was read from, in the order they were kept."""
    found = db.execute(
        "SELECT r.body_hash FROM version_responses v JOIN responses r ON r.id = v.response_id"
        " WHERE v.version_id = ? ORDER BY r.id",
        (version_id,),
    )
    return [row[0] for row in found]


def chain_link(
    previous: str, kind: str, site: str, code: str, what: int | str, hashes: Sequence[str], when: str
) -> str:
    """Hex SHA-256 of the UTF-8 JSON list of these seven, written without spaces.

    `previous` is the link before, or "" for the first; `what` a version's number, a change's kind or a redaction's
    reason; `hashes` of the original responses; `when` the version's first_seen_at, the change's changed_by or the
    redaction's redacted_at.
    """
    values = [previous, kind, site, code, what, list(hashes), when]
    return hashlib.sha256(_compact(values).encode()).hexdigest()

"""Articles as they stand, what was asked of them, and the clusters they belong to."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

_UPDATE = """
UPDATE articles SET url = :url, post_url = :post_url, title = :title, outlet = :outlet, author = :author,
    published_at = :published_at, published_precision = :published_precision, modified_at = :modified_at,
    state = :state, last_checked_at = :last_checked_at, last_changed_at = :last_changed_at,
    version_count = :version_count, next_check_at = :next_check_at, cluster_id = :cluster_id, looks = :looks,
    gone_looks = :gone_looks, gone_since = :gone_since, gone_seen_at = :gone_seen_at,
    variant_version_id = :variant_version_id, variant_seen_at = :variant_seen_at, moved_to = :moved_to
WHERE id = :id
"""
_CHECK = """
INSERT INTO checks (article_id, run_id, version_id, response_id, checked_at, outcome, http_status, reason, observation)
VALUES (:article_id, :run_id, :version_id, :response_id, :checked_at, :outcome, :http_status, :reason, :observation)
"""
_VALIDATOR = """
INSERT INTO validators (article_id, role, url, version_id, etag, last_modified) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (article_id, role) DO UPDATE SET url = excluded.url, version_id = excluded.version_id,
    etag = excluded.etag, last_modified = excluded.last_modified
"""


def find(db: Database, site: str, code: str) -> dict[str, Any] | None:
    """The article of that code on that site."""
    cursor = db.execute("SELECT * FROM articles WHERE site = ? AND code = ?", (site, code))
    row = cursor.fetchone()
    return dict(zip([column[0] for column in cursor.description], row, strict=True)) if row else None


def add(db: Database, site: str, code: str, url: str, post_url: str | None, title: str | None, seen_at: str) -> None:
    """Note an article that was found and not yet read; due at once. One that is there already stays as it is."""
    db.execute(
        "INSERT INTO articles (site, code, url, post_url, title, first_seen_at, next_check_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, code) DO NOTHING",
        (site, code, url, post_url, title, seen_at, seen_at),
    )


def update(db: Database, article: dict[str, Any]) -> None:
    """Write an article row back."""
    db.execute(_UPDATE, article)


def is_recorded(db: Database, observation: str) -> bool:
    """Whether the look of that id is on record already."""
    return db.execute("SELECT 1 FROM checks WHERE observation = ?", (observation,)).fetchone() is not None


def add_check(db: Database, values: dict[str, Any]) -> None:
    """Put a look on record."""
    db.execute(_CHECK, values)


def set_validator(
    db: Database, article_id: int, role: str, url: str, version_id: int, etag: str | None, last_modified: str | None
) -> None:
    """Remember what the next look at this URL may ask with."""
    db.execute(_VALIDATOR, (article_id, role, url, version_id, etag, last_modified))


def rebind_validators(db: Database, article_id: int, version_id: int, roles: Iterable[str]) -> None:
    """A new version stands: only the validators of these roles, which vouched for it too, still hold."""
    kept = json.dumps(list(roles))
    db.execute(
        "DELETE FROM validators WHERE article_id = ? AND role NOT IN (SELECT value FROM json_each(?))",
        (article_id, kept),
    )
    db.execute("UPDATE validators SET version_id = ? WHERE article_id = ?", (version_id, article_id))


def cluster_for(db: Database, article_id: int, text_hash: str) -> int | None:
    """The cluster of articles that carry these words; made when a second article does, None while it is alone."""
    others = db.execute(
        "SELECT DISTINCT article_id FROM versions WHERE text_hash = ? AND article_id != ?", (text_hash, article_id)
    ).fetchall()
    if not others:
        return None
    db.execute("INSERT INTO clusters (text_hash) VALUES (?) ON CONFLICT (text_hash) DO NOTHING", (text_hash,))
    cluster_id = int(db.execute("SELECT id FROM clusters WHERE text_hash = ?", (text_hash,)).fetchone()[0])
    for (other,) in others:
        db.execute("UPDATE articles SET cluster_id = ? WHERE id = ? AND cluster_id IS NULL", (cluster_id, other))
    return cluster_id

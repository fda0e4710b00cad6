"""Articles as they stand, what was asked of them, and the clusters they belong to."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_UPDATE = """
UPDATE articles SET url = :url, post_url = :post_url, title = :title, outlet = :outlet, author = :author,
    published_at = :published_at, published_precision = :published_precision, modified_at = :modified_at,
    state = :state, last_checked_at = :last_checked_at, last_changed_at = :last_changed_at,
    version_count = :version_count, next_check_at = :next_check_at, cluster_id = :cluster_id, looks = :looks,
    gone_looks = :gone_looks, gone_since = :gone_since, gone_firmly_since = :gone_firmly_since,
    gone_seen_at = :gone_seen_at,
    variant_version_id = :variant_version_id, variant_seen_at = :variant_seen_at, moved_to = :moved_to,
    last_read_at = :last_read_at, hinted_at = :hinted_at, factor_a = :factor_a, factor_b = :factor_b, streak = :streak,
    noarchive = :noarchive, noindex = :noindex, robots = :robots
WHERE id = :id
"""
_ABSENT = """
SELECT code, coalesce(published_at, first_seen_at) AS published_at, state, gone_since, gone_firmly_since, gone_looks
FROM articles WHERE site = :site AND version_count > 0
"""
_CHECK = """
INSERT INTO checks (article_id, run_id, version_id, response_id, checked_at, outcome, http_status, reason, observation)
VALUES (:article_id, :run_id, :version_id, :response_id, :checked_at, :outcome, :http_status, :reason, :observation)
"""
_VALIDATOR = """
INSERT INTO validators (article_id, role, url, version_id, etag, last_modified, body_hash)
VALUES (:article_id, :role, :url, :version_id, :etag, :last_modified, :body_hash)
ON CONFLICT (article_id, role) DO UPDATE SET url = excluded.url, version_id = excluded.version_id,
    etag = excluded.etag, last_modified = excluded.last_modified, body_hash = excluded.body_hash
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


def hint(db: Database, article_id: int, seen_at: str, due_at: str) -> None:
    """A listing shows another title for a live article since `seen_at`: it is due at `due_at`, if not before."""
    db.execute(
        "UPDATE articles SET hinted_at = :seen_at, next_check_at = min(coalesce(next_check_at, :due_at), :due_at)"
        " WHERE id = :id AND state = 'live' AND gone_since IS NULL",
        {"id": article_id, "seen_at": seen_at, "due_at": due_at},
    )


def is_recorded(db: Database, observation: str) -> bool:
    """Whether the look of that id is on record already."""
    return db.execute("SELECT 1 FROM checks WHERE observation = ?", (observation,)).fetchone() is not None


def add_check(db: Database, values: dict[str, Any]) -> None:
    """Put a look on record."""
    db.execute(_CHECK, values)


def set_validator(db: Database, values: dict[str, Any]) -> None:
    """Remember what the next look at this URL may ask with: `article_id`, `role`, `url`, `version_id`, `etag`,
    `last_modified`, `body_hash`."""
    db.execute(_VALIDATOR, values)


def rebind_validators(db: Database, article_id: int, version_id: int, roles: Iterable[str]) -> None:
    """A new version stands: only the validators of these roles, which vouched for it too, still hold."""
    kept = json.dumps(list(roles))
    db.execute(
        "DELETE FROM validators WHERE article_id = ? AND role NOT IN (SELECT value FROM json_each(?))",
        (article_id, kept),
    )
    db.execute("UPDATE validators SET version_id = ? WHERE article_id = ?", (version_id, article_id))


def read_ones(db: Database, source: str | None = None) -> list[dict[str, Any]]:
    """Articles that have a version (`source`: that this listing ever had), as whole rows; but redacted ones."""
    sql = """
        SELECT * FROM articles a
        WHERE version_count > 0 AND state != 'redacted'
          AND (:source IS NULL OR EXISTS (
                SELECT 1 FROM listings l JOIN sources s ON s.id = l.source_id
                WHERE l.article_id = a.id AND s.key = :source))
        ORDER BY id
    """
    return rows(db, sql, {"source": source})


def of_site(db: Database, site: str) -> list[dict[str, Any]]:
    """A site's live and expired articles: `code`, `published_at` (first sight, where its publisher does not say),
    `state`, `gone_since`, `gone_firmly_since`, `gone_looks`."""
    return rows(db, f"{_ABSENT} AND state IN ('live', 'expired')", {"site": site})


def some_of_site(db: Database, site: str, codes: Iterable[str]) -> list[dict[str, Any]]:
    """The same of those of its articles that have these codes and were ever read."""
    sql = f"{_ABSENT} AND code IN (SELECT value FROM json_each(:codes))"
    return rows(db, sql, {"site": site, "codes": json.dumps(list(codes))})


def count_live(db: Database, site: str) -> int:
    """How many of a site's articles are live."""
    return int(db.execute("SELECT count(*) FROM articles WHERE site = ? AND state = 'live'", (site,)).fetchone()[0])


def has_expired(db: Database, site: str) -> bool:
    """Whether any of a site's articles has expired."""
    sql = "SELECT 1 FROM articles WHERE site = ? AND state = 'expired' LIMIT 1"
    return db.execute(sql, (site,)).fetchone() is not None


def recent_outcomes(db: Database, site: str, apart: Iterable[str], count: int) -> list[str]:
    """Outcomes of the last looks at a site's articles, but those of these codes, newest first."""
    sql = """
        SELECT c.outcome FROM checks c CROSS JOIN articles a ON a.id = c.article_id  -- the newest looks come first
        WHERE a.site = ? AND a.code NOT IN (SELECT value FROM json_each(?)) ORDER BY c.id DESC LIMIT ?
    """
    return [row[0] for row in db.execute(sql, (site, json.dumps(list(apart)), count))]

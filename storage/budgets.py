"""What a site's looks may cost, what of it is left, and which of its articles ask for it."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_PUT = """
INSERT INTO budgets (site, price, tokens, patrol, tokens_at, per_day)
VALUES (:site, :price, :tokens, :patrol, :tokens_at, :per_day)
ON CONFLICT (site) DO UPDATE SET price = excluded.price, tokens = excluded.tokens, patrol = excluded.patrol,
    tokens_at = excluded.tokens_at, per_day = excluded.per_day
"""
# What was never read, what a finding waits for, what a listing hints at: not to be weighed against edits that may be.
_UNSETTLED = """
(a.state != 'live' OR a.gone_since IS NOT NULL OR a.variant_version_id IS NOT NULL OR a.hinted_at IS NOT NULL)
"""
# Some source that lists it is neither paused nor gone from the configuration (which has no next run), or none lists it.
_WATCHED = """
NOT (EXISTS (SELECT 1 FROM listings l JOIN schedule p USING (source_id)
             WHERE l.article_id = a.id AND p.next_run_at IS NULL)
     AND NOT EXISTS (SELECT 1 FROM listings l LEFT JOIN schedule p USING (source_id)
                     WHERE l.article_id = a.id AND (p.source_id IS NULL OR p.next_run_at IS NOT NULL)))
"""
_CANDIDATE = """
SELECT a.id, a.first_seen_at, a.published_at, a.published_precision, a.last_read_at, a.factor_a, a.factor_b, a.streak,
       a.next_check_at,
       (SELECT min(l.source_id) FROM listings l WHERE l.article_id = a.id) AS source_id
FROM articles a
"""
_DUE = f"WHERE a.site = :site AND a.next_check_at <= :now AND a.state != 'redacted' AND {_WATCHED}"
_YOUNG = f"""
SELECT a.id, a.first_seen_at, a.last_checked_at FROM articles a
WHERE a.site = :site AND a.first_seen_at > :since AND a.state = 'live' AND a.next_check_at IS NOT NULL
  AND a.last_checked_at < :before AND {_WATCHED}
"""
_BEGAN = "(SELECT min(first_seen_at) FROM listings WHERE source_id = l.source_id)"  # when a listing was read first


def find(db: Database, site: str) -> dict[str, Any] | None:
    """A site's budget as it was counted last; None where it never was."""
    return next(iter(rows(db, "SELECT * FROM budgets WHERE site = ?", (site,))), None)


def put(db: Database, budget: dict[str, Any]) -> None:
    """Write a site's budget: `site`, `price`, `tokens`, `patrol`, `tokens_at`, `per_day`."""
    db.execute(_PUT, budget)


def price(db: Database, site: str) -> float | None:
    """How likely an edit must be to be worth a request to the site; None where none was made yet."""
    row = db.execute("SELECT price FROM budgets WHERE site = ?", (site,)).fetchone()
    return row[0] if row else None


def found_since(db: Database, site: str, since: str) -> int:
    """How many articles of the site were found after `since`; what a listing had when it was read first is no news."""
    sql = f"""
        SELECT count(*) FROM articles a WHERE a.site = ? AND a.first_seen_at > ? AND NOT EXISTS (
            SELECT 1 FROM listings l WHERE l.article_id = a.id AND l.first_seen_at <= {_BEGAN})
    """
    return int(db.execute(sql, (site, since)).fetchone()[0])


def watched_since(db: Database, source_id: int) -> str | None:
    """When a source's listing was read first (UTC text); None where it never was."""
    row = db.execute(f"SELECT {_BEGAN} FROM (SELECT ? AS source_id) l", (source_id,)).fetchone()
    return str(row[0]) if row[0] else None


def unsettled(db: Database, site: str, now: str, limit: int) -> list[int]:
    """Ids of due articles whose state is not settled (never read, gone, a variant), the longest due first."""
    sql = f"SELECT a.id FROM articles a {_DUE} AND {_UNSETTLED} ORDER BY a.next_check_at LIMIT :limit"
    return [row[0] for row in db.execute(sql, {"site": site, "now": now, "limit": limit})]


def candidates(db: Database, site: str, now: str, limit: int) -> list[dict[str, Any]]:
    """Due articles that were read when they were looked at last, the longest due first."""
    sql = f"{_CANDIDATE} {_DUE} AND NOT {_UNSETTLED} ORDER BY a.next_check_at LIMIT :limit"
    return rows(db, sql, {"site": site, "now": now, "limit": limit})


def young(db: Database, site: str, since: str, before: str) -> list[dict[str, Any]]:
    """The site's articles found after `since` and looked at last before `before`: id, first_seen_at,
    last_checked_at."""
    return rows(db, _YOUNG, {"site": site, "since": since, "before": before})


def planned(db: Database, after: int, limit: int) -> list[dict[str, Any]]:
    """Articles that were read when they were looked at last, and nothing hints at: in the order of their ids, those
    behind `after`."""
    sql = f"""
        SELECT c.*, a.site FROM ({_CANDIDATE} WHERE a.id > :after AND a.next_check_at IS NOT NULL
            AND a.last_read_at = a.last_checked_at AND NOT {_UNSETTLED} ORDER BY a.id LIMIT :limit) c
        JOIN articles a ON a.id = c.id ORDER BY c.id
    """
    return rows(db, sql, {"after": after, "limit": limit})


def move(db: Database, plans: Iterable[tuple[str, int, str]]) -> int:
    """Plan other looks: when, the id of the article, and when it was planned; how many were so still."""
    sql = "UPDATE articles SET next_check_at = ? WHERE id = ? AND next_check_at = ?"
    return db.conn.executemany(sql, list(plans)).rowcount


def put_off(db: Database, later: Iterable[tuple[str | None, int]]) -> None:
    """Plan the next look at articles anew: pairs of when (None: never) and the id of the article."""
    db.conn.executemany("UPDATE articles SET next_check_at = ? WHERE id = ?", list(later))


def found_by_hour(db: Database, source_id: int, since: str) -> list[dict[str, Any]]:
    """When a source's articles were found after `since`: hour (UTC text down to the hour) and how many in it; without
    those that it had when it was read first."""
    sql = f"""
        SELECT substr(a.first_seen_at, 1, 13) || ':00:00Z' AS hour, count(*) AS found
        FROM listings l JOIN articles a ON a.id = l.article_id
        WHERE l.source_id = :source AND l.first_seen_at > :since AND a.first_seen_at > :since
            AND l.first_seen_at > {_BEGAN}
        GROUP BY 1
    """
    return rows(db, sql, {"source": source_id, "since": since})


def upcoming(db: Database, limit: int) -> list[dict[str, Any]]:
    """The articles whose next look is planned soonest, with what it is planned by."""
    sql = f"""
        SELECT c.*, a.site, a.code, a.title, a.state, a.version_count, a.gone_since, a.variant_version_id, a.hinted_at
        FROM ({_CANDIDATE} WHERE a.next_check_at IS NOT NULL ORDER BY a.next_check_at LIMIT ?) c
        JOIN articles a ON a.id = c.id ORDER BY c.next_check_at
    """
    return rows(db, sql, (limit,))


def spent(db: Database, since: str) -> dict[str, int]:
    """Site -> requests of its crawls begun after `since` (UTC text)."""
    sql = "SELECT site, sum(requests) FROM runs WHERE started_at > ? AND site IS NOT NULL GROUP BY site"
    return dict(db.execute(sql, (since,)))


def latest_of(db: Database, source_id: int, limit: int) -> list[dict[str, Any]]:
    """The articles that a source listed last and that are still looked at, with what their looks are planned by."""
    sql = f"""
        {_CANDIDATE}
        WHERE a.state = 'live' AND a.next_check_at IS NOT NULL AND a.id IN (
            SELECT article_id FROM listings WHERE source_id = ? ORDER BY id DESC LIMIT ?)
    """
    return rows(db, sql, (source_id, limit))

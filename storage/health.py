"""What the record says of itself, for each source: how its looks went, what readers say of its changes, its growth."""

from typing import Any

from sqlite_utils import Database

from storage.queries import rows

# Only the runs of the time in question are read, and of their checks only what is counted.
_LOOKS = """
WITH ours AS MATERIALIZED (
    SELECT id, source_id, (strftime('%s', :now) - strftime('%s', started_at)) / 86400 AS days_ago
    FROM runs WHERE source_id IS NOT NULL AND started_at > :since),
told AS (
    SELECT run_id, outcome, count(*) AS looks FROM checks
    WHERE run_id IN (SELECT id FROM ours) GROUP BY run_id, outcome)
SELECT source_id, days_ago, outcome, sum(looks) AS looks FROM told JOIN ours ON ours.id = told.run_id
GROUP BY source_id, days_ago, outcome
"""
# An article that two sources list counts for both.
_CHANGES = """
WITH happened AS MATERIALIZED (
    SELECT DISTINCT l.source_id, c.id, (strftime('%s', :now) - strftime('%s', c.changed_by)) / 86400 AS days_ago,
           CASE WHEN c.new_version_id IS NOT c.old_version_id THEN c.new_version_id END AS version_id
    FROM changes c JOIN listings l ON l.article_id = c.article_id WHERE c.changed_by > :since)
SELECT source_id, days_ago, count(*) AS changes, coalesce(sum(m.verdict = 'false'), 0) AS marked_false,
       count(version_id) AS versions,
       coalesce(sum((SELECT sum(length(b.data)) FROM version_responses x JOIN responses r ON r.id = x.response_id
                     JOIN bodies b ON b.hash = r.body_hash WHERE x.version_id = h.version_id)), 0) AS bytes
FROM happened h LEFT JOIN marks m ON m.change_id = h.id
GROUP BY source_id, days_ago
"""
_VERDICTS = """
SELECT l.source_id, count(*) AS changes, coalesce(sum(m.verdict = 'reviewed'), 0) AS marked_reviewed,
       coalesce(sum(m.verdict = 'false'), 0) AS marked_false
FROM (SELECT DISTINCT source_id, article_id FROM listings) l
JOIN changes c ON c.article_id = l.article_id LEFT JOIN marks m ON m.change_id = c.id
GROUP BY l.source_id
"""
# CROSS JOIN: few articles wait, so they come first.
_WAITING = """
SELECT l.source_id, count(DISTINCT a.id) AS waiting FROM articles a CROSS JOIN listings l ON l.article_id = a.id
WHERE (a.gone_since IS NOT NULL AND a.state = 'live') OR a.variant_version_id IS NOT NULL
GROUP BY l.source_id
"""
_INCIDENTS = """
SELECT i.id, i.site, s.key AS source, a.code, coalesce(a.url, s.listing_url) AS url, i.outcome, i.reason,
       i.began_at, i.last_seen_at, i.looks
FROM incidents i LEFT JOIN sources s ON s.id = i.source_id LEFT JOIN articles a ON a.id = i.article_id
WHERE i.ended_at IS NULL ORDER BY i.article_id IS NOT NULL, i.began_at DESC LIMIT ?
"""
_OPEN = """
SELECT source_id, count(DISTINCT id) AS open FROM (
    SELECT source_id, id FROM incidents WHERE ended_at IS NULL AND source_id IS NOT NULL
    UNION ALL
    SELECT l.source_id, i.id FROM incidents i CROSS JOIN listings l ON l.article_id = i.article_id
    WHERE i.ended_at IS NULL
    UNION ALL
    SELECT s.id, i.id FROM incidents i JOIN sources s ON s.site = i.site
    WHERE i.ended_at IS NULL AND i.source_id IS NULL AND i.article_id IS NULL)
GROUP BY source_id
"""


def looks(db: Database, now: str, since: str) -> list[dict[str, Any]]:
    """How the looks of each source's runs went: source_id, days_ago (full days of 24 hours before `now`), outcome,
    looks; of runs begun after `since`. Both are UTC text."""
    return rows(db, _LOOKS, {"now": now, "since": since})


def changes(db: Database, now: str, since: str) -> list[dict[str, Any]]:
    """What was recorded of each source's articles: source_id, days_ago, changes, marked_false (how many of
    them), versions, and bytes of responses that these were read from, as stored; first seen after `since`."""
    return rows(db, _CHANGES, {"now": now, "since": since})


def verdicts(db: Database) -> dict[int, dict[str, int]]:
    """Source -> changes of its articles on record, and how many are marked reviewed and false."""
    return {row.pop("source_id"): row for row in rows(db, _VERDICTS)}


def waiting(db: Database) -> dict[int, int]:
    """Source -> how many of its articles have a finding that waits for its confirmation."""
    return {row["source_id"]: row["waiting"] for row in rows(db, _WAITING)}


def incidents(db: Database, limit: int) -> list[dict[str, Any]]:
    """What cannot be read now: incidents that last, those of sources first, then the newest."""
    return rows(db, _INCIDENTS, (limit,))


def open_incidents(db: Database) -> dict[int, int]:
    """Source -> incidents that last: its own, its site's and those of its articles."""
    return {row["source_id"]: row["open"] for row in rows(db, _OPEN)}

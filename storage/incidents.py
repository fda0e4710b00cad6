"""Stretches in which an article, or most of a source, could not be read: told of when they begin and when they end."""

from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_BEGIN = """
INSERT INTO incidents (site, source_id, article_id, outcome, reason, began_at, last_seen_at)
VALUES (:site, :source_id, :article_id, :outcome, :reason, :at, :at)
"""
QUIET = "quiet"  # it brings nothing new; beside that, it may be read or not
_OPEN = f"""
SELECT id, outcome, reason, began_at FROM incidents
WHERE ended_at IS NULL AND site = :site AND (outcome = '{QUIET}') = :is_quiet
  AND CASE WHEN :article_id IS NOT NULL THEN article_id = :article_id
           ELSE article_id IS NULL AND source_id IS :source_id END
"""


def failed(db: Database, subject: dict[str, Any], outcome: str, reason: str | None, at: str) -> bool:
    """It could not be read at `at` (UTC text): an incident begins or goes on; whether it began.

    `subject`: `site`, and `article_id` or `source_id`; with neither the whole site.
    """
    values = {**subject, "outcome": outcome, "reason": reason, "at": at, "is_quiet": outcome == QUIET}
    row = db.execute(_OPEN, values).fetchone()
    if row is None:
        db.execute(_BEGIN, values)
        return True
    db.execute(
        "UPDATE incidents SET looks = looks + 1, last_seen_at = max(last_seen_at, ?), outcome = ?, reason = ?"
        " WHERE id = ?",
        (at, outcome, reason, row[0]),
    )
    return False


def ended(db: Database, subject: dict[str, Any], at: str, is_quiet: bool = False) -> dict[str, Any] | None:
    """It was read at `at`, or (`is_quiet`) brought something new: the incident that ends with it (`id`, `outcome`,
    `reason`, `began_at`); None where none was."""
    found = lasting(db, subject, is_quiet)
    if found:
        db.execute("UPDATE incidents SET ended_at = ? WHERE id = ?", (at, found["id"]))
    return found


def lasting(db: Database, subject: dict[str, Any], is_quiet: bool = False) -> dict[str, Any] | None:
    """The incident that lasts, as `ended` gives it."""
    return next(iter(rows(db, _OPEN, {**subject, "is_quiet": is_quiet})), None)

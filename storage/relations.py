"""What one article has to do with another: the notice that a correction notice (更正公告) corrects."""

from collections.abc import Collection
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_MOST = 50  # articles of one project number
_OF_NUMBER = """
SELECT DISTINCT a.id, EXISTS (
    SELECT 1 FROM facts k WHERE k.version_id = v.id AND k.type = 'notice' AND k.value = '更正') AS is_correction
FROM facts f
JOIN versions v ON v.id = f.version_id
JOIN articles a ON a.id = v.article_id AND a.version_count = v.number
WHERE f.role = '项目编号' AND f.value = ? AND a.id != ?
ORDER BY a.id DESC LIMIT ?
"""
# A date without a time is any time of that day, in whatever zone.
_IS_EARLIER = """
SELECT o.published_at IS NULL OR c.published_at IS NULL OR julianday(o.published_at) - julianday(c.published_at)
       <= CASE WHEN 'day' IN (coalesce(o.published_precision, ''), coalesce(c.published_precision, ''))
          THEN 1 ELSE 0 END
FROM articles o, articles c WHERE o.id = ? AND c.id = ?
"""


def link_correction(
    db: Database, article_id: int, project_numbers: Collection[str], is_correction: bool, at: str
) -> list[int]:
    """Link a correction notice to the notices of the same project published before it, whichever was read first.

    Another article is a correction itself where its current facts say so. Returns the ids of the articles that were
    linked just now; `at` is UTC text.
    """
    linked = []
    for number in sorted(project_numbers):
        for other in rows(db, _OF_NUMBER, (number, article_id, _MOST)):
            if bool(other["is_correction"]) == is_correction:
                continue
            correction, original = (article_id, other["id"]) if is_correction else (other["id"], article_id)
            if _is_earlier(db, original, correction) and _link(db, correction, original, number, at):
                linked.append(int(other["id"]))
    return linked


def _is_earlier(db: Database, original_id: int, correction_id: int) -> bool:
    return bool(db.execute(_IS_EARLIER, (original_id, correction_id)).fetchone()[0])


def _link(db: Database, article_id: int, other_id: int, basis: str, at: str) -> bool:
    written = db.execute(
        "INSERT OR IGNORE INTO relations (article_id, kind, other_id, basis, found_at)"
        " VALUES (?, 'corrects', ?, ?, ?) RETURNING id",
        (article_id, other_id, basis, at),
    )
    return written.fetchone() is not None


def relations_of(db: Database, article_id: int) -> list[dict[str, Any]]:
    """What an article corrects (`relation` is `corrects`) and what corrects it (`corrected_by`), with the other
    article's `site`, `code`, `url`, `title` and `published_at`."""
    sql = """
        SELECT CASE WHEN r.article_id = :id THEN 'corrects' ELSE 'corrected_by' END AS relation, r.basis, r.found_at,
               o.id AS article_id, o.site, o.code, o.url, o.title, o.published_at
        FROM relations r
        JOIN articles o ON o.id = CASE WHEN r.article_id = :id THEN r.other_id ELSE r.article_id END
        WHERE r.article_id = :id OR r.other_id = :id ORDER BY r.id
    """
    return rows(db, sql, {"id": article_id})

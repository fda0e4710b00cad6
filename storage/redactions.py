"""Taking an article's words out of the record. What stays: when it was seen, hashes, the chain, a tombstone."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlite_utils import Database

from storage import fulltext, responses
from storage.queries import rows
from storage.versions import add_redaction

_OWN = "SELECT id FROM versions WHERE article_id = :id"
# Where its words stand. Times, numbers, states and hashes of whole contents are none.
_WORDS = (
    """
    UPDATE articles SET title = NULL, outlet = NULL, author = NULL, state = 'redacted', next_check_at = NULL,
        gone_looks = 0, gone_since = NULL, gone_firmly_since = NULL, variant_version_id = NULL, variant_seen_at = NULL
    WHERE id = :id
    """,
    """
    UPDATE versions SET title = NULL, outlet = NULL, author = NULL, body_html = '', body_text = '', images = '[]',
        tables = '[]', links = '[]', attachments = '[]', text_hash = ''
    WHERE article_id = :id
    """,
    # What an edit put in and took out is too little for its hash to hide.
    "UPDATE changes SET summary = '', reason = NULL, edit_hash = NULL WHERE article_id = :id",
    f"DELETE FROM facts WHERE version_id IN ({_OWN})",
    "DELETE FROM fact_changes WHERE change_id IN (SELECT id FROM changes WHERE article_id = :id)",
    "DELETE FROM relations WHERE article_id = :id OR other_id = :id",
    "DELETE FROM bands WHERE article_id = :id",
    "DELETE FROM validators WHERE article_id = :id",
    "UPDATE listings SET title = NULL WHERE article_id = :id",
    "UPDATE checks SET reason = NULL WHERE article_id = :id",
    "UPDATE incidents SET reason = NULL, ended_at = coalesce(ended_at, :at) WHERE article_id = :id",
    """
    UPDATE outbox SET error = NULL,
        parked_at = CASE WHEN delivered_at IS NULL THEN coalesce(parked_at, :at) END, next_attempt_at = NULL
    WHERE change_id IN (SELECT id FROM changes WHERE article_id = :id)
        OR incident_id IN (SELECT id FROM incidents WHERE article_id = :id)
    """,
)
# What was said of a run, of a source and of a channel names articles by their addresses, and may quote them.
_SAID = tuple(
    f"UPDATE {table} SET {column} = 'of an article that is redacted'"
    f" WHERE EXISTS (SELECT 1 FROM json_each(:quoted) WHERE instr({table}.{column}, value))"
    for table, column in (("runs", "reason"), ("incidents", "reason"), ("outbox", "error"))
)
_RESPONSES = f"""
SELECT response_id FROM version_responses WHERE version_id IN ({_OWN})
UNION SELECT response_id FROM checks WHERE article_id = :id AND response_id IS NOT NULL
UNION SELECT id FROM responses WHERE role != 'listing' AND url IN (SELECT value FROM json_each(:urls))
"""
_GIVEN = "(SELECT value FROM json_each(:given))"
_THEIRS = f"data IS NOT NULL AND hash IN (SELECT body_hash FROM responses WHERE id IN {_GIVEN})"
_DROP_OWN = f"""
UPDATE bodies SET data = NULL, dropped_at = :at
WHERE {_THEIRS} AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.body_hash = hash AND r.id NOT IN {_GIVEN})
"""
_COUNT_SHARED = f"SELECT count(*) FROM bodies WHERE {_THEIRS}"
_TOMBSTONE = """
SELECT r.article_id, a.site, a.code, r.reason, r.redacted_at FROM redactions r JOIN articles a ON a.id = r.article_id
"""

WithoutWords = Callable[[str, list[str]], str]


def of_article(db: Database, article_id: int) -> dict[str, Any] | None:
    """An article's tombstone: `article_id`, `site`, `code`, `reason`, `redacted_at`; None where it was not redacted."""
    return next(iter(rows(db, f"{_TOMBSTONE} WHERE r.article_id = ?", (article_id,))), None)


def of_cluster(db: Database, cluster_id: int) -> list[dict[str, Any]]:
    """Tombstones of a cluster's articles."""
    return rows(db, f"{_TOMBSTONE} WHERE a.cluster_id = ? ORDER BY a.id", (cluster_id,))


def tombstones(db: Database) -> list[dict[str, Any]]:
    """All of them, oldest first."""
    return rows(db, f"{_TOMBSTONE} ORDER BY r.id")


def redact(
    db: Database, article: dict[str, Any], reason: str, at: str, urls: Iterable[str], without: WithoutWords
) -> dict[str, int]:
    """Take an article's words out, in the caller's transaction; how many `versions`, `pages` and `listings` (kept
    readings of listings that name it) lost theirs, and how many `pages_shared` stay, as another article's.

    `urls` are the addresses of its pages; `without(layout, titles)` gives a learned layout less what says these titles.
    """
    number, titles = article["id"], _titles(db, article["id"])
    versions = db.execute("SELECT count(*) FROM versions WHERE article_id = ?", (number,)).fetchone()[0]
    addresses = _urls(db, article, urls)
    dropped, shared = _drop_own(db, {"id": number, "urls": json.dumps(addresses), "at": at})
    named = _drop_listings(db, article["code"], titles, at)
    _clean_layouts(db, article["site"], titles, without)
    fulltext.forget(db, number)
    for statement in _SAID:
        db.execute(statement, {"quoted": json.dumps([*titles, *addresses])})
    for statement in _WORDS:
        db.execute(statement, {"id": number, "at": at})
    values = {"article_id": article["id"], "reason": reason, "redacted_at": at}
    add_redaction(db, article["site"], article["code"], values)
    return {"versions": versions, "pages": dropped, "pages_shared": shared, "listings": named}


def _titles(db: Database, article_id: int) -> list[str]:
    sql = """
        SELECT title FROM versions WHERE article_id = :id UNION SELECT title FROM listings WHERE article_id = :id
        UNION SELECT title FROM articles WHERE id = :id
    """
    return [row[0] for row in db.execute(sql, {"id": article_id}) if row[0]]


def _urls(db: Database, article: dict[str, Any], urls: Iterable[str]) -> list[str]:
    """Every address that the article's pages are known to have or to have had."""
    known = "SELECT url FROM validators WHERE article_id = ? UNION SELECT moved_to FROM articles WHERE id = ?"
    found = [row[0] for row in db.execute(known, (article["id"], article["id"]))]
    return sorted({url for url in (*urls, *found, article["url"], article["post_url"]) if url})


def _drop_own(db: Database, values: dict[str, Any]) -> tuple[int, int]:
    """Drop the bytes of its responses, but those that another article's has too; how many were, and were not."""
    given = json.dumps([row[0] for row in db.execute(_RESPONSES, values)])
    db.execute(f"UPDATE responses SET headers = '{{}}' WHERE id IN {_GIVEN}", {"given": given})  # they may name a file
    dropped = db.execute(_DROP_OWN, {"given": given, "at": values["at"]}).rowcount
    return dropped, int(db.execute(_COUNT_SHARED, {"given": given}).fetchone()[0])


def _drop_listings(db: Database, code: str, titles: list[str], at: str) -> int:
    """Drop the bytes of the readings of listings that name the article; how many were."""
    said = [form for title in titles for encoding in ("utf-8", "gb18030") if (form := title.encode(encoding, "ignore"))]
    alone = rb"(?<![0-9A-Za-z])" + re.escape(code.encode()) + rb"(?![0-9A-Za-z])"
    names = re.compile(b"|".join([alone, *map(re.escape, said)]))
    listed = "SELECT DISTINCT b.hash FROM responses r JOIN bodies b ON b.hash = r.body_hash WHERE r.role = 'listing'"
    found = [row[0] for row in db.execute(f"{listed} AND b.data IS NOT NULL")]
    hit = [digest for digest in found if names.search(responses.body(db, digest) or b"")]
    drop = f"UPDATE bodies SET data = NULL, dropped_at = :at WHERE hash IN {_GIVEN}"
    return db.execute(drop, {"given": json.dumps(hit), "at": at}).rowcount


def _clean_layouts(db: Database, site: str, titles: list[str], without: WithoutWords) -> None:
    for layout in rows(db, "SELECT id, layout FROM layouts WHERE site = ?", (site,)):
        cleaned = without(layout["layout"], titles)
        if cleaned != layout["layout"]:
            db.execute("UPDATE layouts SET layout = ? WHERE id = ?", (cleaned, layout["id"]))


def overwrite_deleted(db: Database) -> None:
    """From now on, what this connection deletes is overwritten in the file."""
    db.execute("PRAGMA secure_delete = ON").fetchall()

"""Taking an article's words out of the record. What stays: when it was seen, hashes, the chain, a tombstone."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
    "DELETE FROM listing_titles WHERE listing_id IN (SELECT id FROM listings WHERE article_id = :id)",
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
# A look that read nothing names the first of its responses; its further ones were kept next to that.
_FURTHER = """
r.role != 'listing' AND NOT EXISTS (SELECT 1 FROM version_responses x WHERE x.response_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM checks y WHERE y.response_id = r.id)
"""
_LINKED = f"""
SELECT response_id AS id FROM version_responses WHERE version_id IN ({_OWN})
UNION SELECT response_id FROM checks WHERE article_id = :id AND response_id IS NOT NULL
"""
_ANOTHERS = f"""
EXISTS (SELECT 1 FROM version_responses x WHERE x.response_id = o.id AND x.version_id NOT IN ({_OWN}))
    OR EXISTS (SELECT 1 FROM checks y WHERE y.response_id = o.id AND y.article_id != :id)
"""
_RESPONSES = f"""
WITH RECURSIVE own (id) AS (
    {_LINKED} UNION SELECT r.id FROM own JOIN responses r ON r.id = own.id + 1 WHERE {_FURTHER})
SELECT id FROM own
UNION SELECT id FROM responses WHERE role != 'listing' AND url IN (SELECT value FROM json_each(:urls))
UNION SELECT r.id FROM responses r WHERE {_FURTHER}
    AND url IN (SELECT l.url FROM own JOIN responses l ON l.id = own.id)  -- where redirects led
    AND NOT EXISTS (SELECT 1 FROM responses o WHERE o.url = r.url AND ({_ANOTHERS}))
"""
_GIVEN = "(SELECT value FROM json_each(:given))"
_THEIRS = f"data IS NOT NULL AND hash IN (SELECT body_hash FROM responses WHERE id IN {_GIVEN})"
_DROP_OWN = f"""
UPDATE bodies SET data = NULL, dropped_at = :at
WHERE {_THEIRS} AND NOT EXISTS (SELECT 1 FROM responses o WHERE o.body_hash = hash AND o.id NOT IN {_GIVEN}
    AND (o.role = 'listing' OR {_ANOTHERS}))
"""
# Bytes that no other article's version was read from.
_MAY_NAME = """
SELECT DISTINCT b.hash, r.role = 'listing' FROM responses r JOIN bodies b ON b.hash = r.body_hash
WHERE r.id > :after AND r.id <= :upto AND b.data IS NOT NULL AND (r.role = 'listing' OR NOT EXISTS (
    SELECT 1 FROM responses o JOIN version_responses x ON x.response_id = o.id WHERE o.body_hash = b.hash))
"""
_LONG_ENOUGH = 6  # characters of what only one article is called
_DROP_NAMED = f"UPDATE bodies SET data = NULL, dropped_at = :at WHERE data IS NOT NULL AND hash IN {_GIVEN}"
_COUNT_SHARED = f"SELECT count(*) FROM bodies WHERE {_THEIRS}"
_TOMBSTONE = """
SELECT r.article_id, a.site, a.code, r.reason, r.redacted_at FROM redactions r JOIN articles a ON a.id = r.article_id
"""

WithoutWords = Callable[[str, list[str]], str]


@dataclass(frozen=True)
class Search:
    """Which kept answers, up to a number, name an article by its code or by one of these titles: hashes of bodies."""

    titles: list[str]
    upto: int
    hashes: frozenset[str]


def of_article(db: Database, article_id: int) -> dict[str, Any] | None:
    """An article's tombstone: `article_id`, `site`, `code`, `reason`, `redacted_at`; None where it was not redacted."""
    return next(iter(rows(db, f"{_TOMBSTONE} WHERE r.article_id = ?", (article_id,))), None)


def of_cluster(db: Database, cluster_id: int) -> list[dict[str, Any]]:
    """Tombstones of a cluster's articles."""
    return rows(db, f"{_TOMBSTONE} WHERE a.cluster_id = ? ORDER BY a.id", (cluster_id,))


def tombstones(db: Database) -> list[dict[str, Any]]:
    """All of them, oldest first."""
    return rows(db, f"{_TOMBSTONE} ORDER BY r.id")


def newest(db: Database) -> int:
    """The number of the newest redaction; 0 where there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM redactions").fetchone()[0])


def codes(db: Database, site: str) -> list[str]:
    """Codes of a site's articles that were redacted."""
    sql = "SELECT a.code FROM redactions r JOIN articles a ON a.id = r.article_id WHERE a.site = ? ORDER BY r.id"
    return [row[0] for row in db.execute(sql, (site,))]


def search(db: Database, article: dict[str, Any], before: Search | None = None) -> Search:
    """Find the readings of listings, and the answers that could not be read, that name an article. It takes long, and
    needs no transaction; with what was found `before`, only what came since is looked through."""
    titles = _titles(db, article["id"])
    known = before if before and before.titles == titles else Search(titles, 0, frozenset())
    upto = int(db.execute("SELECT coalesce(max(id), 0) FROM responses").fetchone()[0])
    found = db.execute(_MAY_NAME, {"after": known.upto, "upto": upto}).fetchall()
    named = {is_listing: _names(article["code"], titles, 1 if is_listing else _LONG_ENOUGH) for is_listing in (0, 1)}
    hit = {digest for digest, is_listing in found
           if (names := named[is_listing]) and names.search(responses.body(db, digest) or b"")}  # fmt: skip
    return Search(titles, upto, known.hashes | hit)


def redact(
    db: Database,
    article: dict[str, Any],
    reason: str,
    at: str,
    urls: Iterable[str],
    without: WithoutWords,
    found: Search,
) -> dict[str, int]:
    """Take an article's words out, in the caller's transaction; how many `versions`, `pages` and `listings` (kept
    readings of listings, and answers, that name it) lost theirs; how many `pages_shared` stay, as another article's.

    `urls` are the addresses of its pages; `without(layout, titles)` gives a learned layout less what says these titles;
    `found`: what `search` found before. The index is cleared of them by `fulltext.merge`.
    """
    found = search(db, article, found)
    number, titles = article["id"], found.titles
    versions = db.execute("SELECT count(*) FROM versions WHERE article_id = ?", (number,)).fetchone()[0]
    addresses = _urls(db, article, urls)
    dropped, shared = _drop_own(db, {"id": number, "urls": json.dumps(addresses), "at": at})
    named = db.execute(_DROP_NAMED, {"given": json.dumps(sorted(found.hashes)), "at": at}).rowcount
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
    dropped = db.execute(_DROP_OWN, {"given": given, "at": values["at"], "id": values["id"]}).rowcount
    return dropped, int(db.execute(_COUNT_SHARED, {"given": given}).fetchone()[0])


def _names(code: str, titles: list[str], least: int) -> re.Pattern[bytes] | None:
    """What says a code, standing alone, or a title, where they have so many characters."""
    said = [title.encode(encoding, "ignore") for title in titles for encoding in ("utf-8", "gb18030")
            if len(title) >= least]  # fmt: skip
    alone = [rb"(?<![0-9A-Za-z])" + re.escape(code.encode()) + rb"(?![0-9A-Za-z])"] if len(code) >= least else []
    pieces = [*alone, *(re.escape(form) for form in said if form)]
    return re.compile(b"|".join(pieces)) if pieces else None


def _clean_layouts(db: Database, site: str, titles: list[str], without: WithoutWords) -> None:
    for layout in rows(db, "SELECT id, layout FROM layouts WHERE site = ?", (site,)):
        cleaned = without(layout["layout"], titles)
        if cleaned != layout["layout"]:
            db.execute("UPDATE layouts SET layout = ? WHERE id = ?", (cleaned, layout["id"]))


def overwrite_deleted(db: Database) -> None:
    """From now on, what this connection deletes is overwritten in the file."""
    db.execute("PRAGMA secure_delete = ON").fetchall()

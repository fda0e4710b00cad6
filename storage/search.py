"""Searching the record: which texts have the words, newest or best first. Committed rows only."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_AT = "coalesce(a.published_at, a.first_seen_at)"
_FILTERS = f"""
  AND (:since IS NULL OR {_AT} >= :since)
  AND (:sources IS NULL OR EXISTS (
        SELECT 1 FROM listings l JOIN sources s ON s.id = l.source_id
        WHERE l.article_id = a.id AND s.key IN (SELECT value FROM json_each(:sources))))
  AND (:changed IS NULL OR :is_changed = EXISTS (
        SELECT 1 FROM changes c WHERE c.article_id = a.id AND c.kind != 'first_seen' AND c.changed_by >= :changed))
"""
_STANDING = f"""
SELECT f.rowid, {_AT} FROM articles_fts f CROSS JOIN articles a ON a.id = f.rowid
WHERE articles_fts MATCH :match {_FILTERS}
"""
_PAGE = f"{_STANDING} AND f.rowid < :below ORDER BY f.rowid DESC LIMIT :size"
_PROBE = f"{_STANDING} AND f.rowid IN (SELECT value FROM json_each(:ids))"
# The plus keeps it to the index of times: those below are most of the record, the newer ones few.
_NEWER = f"SELECT a.id FROM articles a WHERE {_AT} >= :floor AND +a.id < :below LIMIT :size"
_BEST = f"""
SELECT f.rowid, f.rank FROM articles_fts f CROSS JOIN articles a ON a.id = f.rowid
WHERE articles_fts MATCH :match {_FILTERS} ORDER BY f.rank LIMIT :size
"""
_COMMON = "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH :match LIMIT :size)"
_SUPERSEDED = f"""
SELECT a.id, {_AT}, f.rank, v.number FROM superseded_fts f
CROSS JOIN versions v ON v.id = f.rowid CROSS JOIN articles a ON a.id = v.article_id
WHERE superseded_fts MATCH :match {_FILTERS}
"""
_ROWS = """
SELECT a.id, a.site, a.code, a.url, v.title, v.outlet, v.author, v.published_at, v.published_precision, a.state,
       a.first_seen_at, a.last_changed_at, a.version_count, a.cluster_id, a.noarchive, a.noindex,
       v.id AS version_id, v.number AS version, v.number = a.version_count AS stands,
       v.first_seen_at AS version_first_seen_at, v.last_seen_at AS version_last_seen_at, v.body_text
FROM json_each(:wanted) w
CROSS JOIN articles a ON a.id = w.value ->> 0
CROSS JOIN versions v ON v.article_id = a.id AND v.number = coalesce(w.value ->> 1, a.version_count)
WHERE a.state != 'redacted' ORDER BY w.key
"""
_FIRST_PAGE, _GROWTH, _PROBED = 256, 8, 100
_RANKED = 20_000  # texts at most that are weighed against each other
_ABOVE_ALL = 2**62
Found = tuple[int, int | None]  # an article's id, and the number of its version; None: the one that stands


def search(  # noqa: PLR0913 - filters and order, all by name
    db: Database,
    match: str,
    *,
    sources: Sequence[str] = (),
    since: str | None = None,
    changed: str | bool | None = None,
    all_versions: bool = False,
    best: bool = False,
    limit: int = 20,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Articles whose text that stands has the words of an FTS5 expression, the newest first (by `published_at`, else
    first sight) or the best.

    `since`, `changed`: UTC text; `changed` True or False: whether anything ever happened to it. `all_versions`: texts
    that no longer stand as well; an article comes once, with the newest of its texts that has the words (`version`,
    `stands`). Redacted articles are in no index; `noarchive` and `noindex` are told, for who shows it to others.
    """
    values = {
        "match": match, "since": since, "sources": json.dumps(list(sources)) if sources else None,
        "changed": "" if isinstance(changed, bool) else changed, "is_changed": int(changed is not False),
    }  # fmt: skip
    count = offset + limit
    if all_versions:
        found = _anywhere(db, values, best)[:count]
    else:
        found = [(number, None) for number in (_best if best else _newest)(db, values, count)]
    return rows(db, _ROWS, {"wanted": json.dumps(found[offset:])})


def _newest(db: Database, values: dict[str, Any], count: int) -> list[int]:
    """Ids are given in the order of first sight, so the newest are mostly among the highest. Pages of matches are read
    from there down, until no article below them is as new as the last one wanted, or those few were looked at."""
    found: list[tuple[str, int]] = []
    below, size = _ABOVE_ALL, max(_FIRST_PAGE, 2 * count)
    while True:
        page = db.execute(_PAGE, {**values, "below": below, "size": size}).fetchall()
        found = _first(found, page, count)
        if len(page) < size or not count:
            return [number for _, number in found]
        below, size = page[-1][0], size * _GROWTH
        if len(found) == count:
            bound = {"floor": found[-1][0], "below": below, "size": _PROBED + 1}
            rest = [row[0] for row in db.execute(_NEWER, bound)]
            if len(rest) <= _PROBED:
                more = db.execute(_PROBE, {**values, "ids": json.dumps(rest)}).fetchall() if rest else []
                return [number for _, number in _first(found, more, count)]


def _first(found: list[tuple[str, int]], more: Iterable[tuple[int, str]], count: int) -> list[tuple[str, int]]:
    return sorted([*found, *((at, number) for number, at in more)], reverse=True)[:count]


def _best(db: Database, values: dict[str, Any], count: int) -> list[int]:
    """By BM25. Words that so many texts have tell little, and take long to weigh: those that have them in their titles
    come first, and then the newest."""
    if db.execute(_COMMON, {**values, "size": _RANKED}).fetchone()[0] < _RANKED:
        return [row[0] for row in db.execute(_BEST, {**values, "size": count})]
    titled = _newest(db, {**values, "match": f"{{title}} : ({values['match']})"}, count)
    if len(titled) < count:
        titled += [number for number in _newest(db, values, count) if number not in titled]
    return titled[:count]


def _anywhere(db: Database, values: dict[str, Any], best: bool) -> list[Found]:
    """Articles with the newest version that has the words: each once."""
    standing = f"SELECT a.id, {_AT}, f.rank, NULL {_STANDING.partition(_AT)[2]}"
    found: dict[int, tuple[Any, ...]] = {row[0]: row for row in db.execute(standing, values)}
    for row in sorted(db.execute(_SUPERSEDED, values), key=lambda row: -row[3]):
        found.setdefault(row[0], row)
    key: Callable[[tuple[Any, ...]], Any] = (lambda row: -row[2]) if best else (lambda row: (row[1], row[0]))
    return [(row[0], row[3]) for row in sorted(found.values(), key=key, reverse=True)]

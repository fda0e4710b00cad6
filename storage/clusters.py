"""Clusters: articles that carry one story under other codes, by other outlets, on other sites."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlite_utils import Database

from storage.queries import rows

_IN_A_BAND = 100  # of one band the newest, which a story spreads among; a template's flood stays cheap
_CANDIDATES = 8
_CURRENT = """
SELECT a.cluster_id, v.title, v.body_text FROM articles a
JOIN versions v ON v.article_id = a.id AND v.number = a.version_count WHERE a.id = ?
"""
_IN = "(SELECT value FROM json_each(?))"

IsSame = Callable[[str, str, str, str], bool]


def join(
    db: Database, article_id: int, bands: Sequence[int], text: str, is_same: IsSame, at: str, title: str | None = None
) -> int | None:
    """Put an article with its new text where it belongs: the cluster that it is in then, None while it is alone.

    `bands` replace the article's. `is_same(text, other text, title, other title)` judges the few articles that share
    most bands. A cluster is made (`at`, UTC text) with its second member; where the text is that of several clusters'
    members they become one, under the smallest id. An article that was in a cluster stays in it, whatever it says now.
    """
    own = db.execute("SELECT cluster_id FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    _replace_bands(db, article_id, bands)
    matched = _matching(db, article_id, bands, lambda *other: is_same(text, other[1], title or "", other[0]))
    clusters = {cluster for cluster in matched.values() if cluster is not None}
    if own is not None and own not in clusters:
        return int(own)
    if not matched:
        return None
    cluster_id = int(min(clusters)) if clusters else _new(db, at)
    _unite(db, cluster_id, clusters - {cluster_id}, [article_id, *matched])
    return cluster_id


def forget(db: Database, article_id: int) -> None:
    """No text is compared with that article's any more; it stays in its cluster."""
    _replace_bands(db, article_id, ())


def _replace_bands(db: Database, article_id: int, bands: Sequence[int]) -> None:
    db.execute("DELETE FROM bands WHERE article_id = ?", (article_id,))
    db.conn.executemany(
        "INSERT OR IGNORE INTO bands (hash, article_id) VALUES (?, ?)", [(band, article_id) for band in bands]
    )


def _candidates(db: Database, article_id: int, bands: Sequence[int]) -> Iterator[int]:
    """Other articles that share bands: those with most first, then the newest."""
    shared: Counter[int] = Counter()
    for band in bands:
        found = db.execute(
            "SELECT article_id FROM bands WHERE hash = ? AND article_id != ? ORDER BY article_id DESC LIMIT ?",
            (band, article_id, _IN_A_BAND),
        )
        shared.update(row[0] for row in found)
    ranked = sorted(shared, key=lambda candidate: (-shared[candidate], -candidate))
    return iter(ranked[:_CANDIDATES])


def _matching(
    db: Database, article_id: int, bands: Sequence[int], matches: Callable[[str, str], bool]
) -> dict[int, int | None]:
    """Articles that carry the story -> the cluster they are in; of a cluster one member is enough."""
    found: dict[int, int | None] = {}
    for candidate in _candidates(db, article_id, bands):
        row = db.execute(_CURRENT, (candidate,)).fetchone()
        if row is None or (row[0] is not None and row[0] in found.values()):
            continue
        if matches(row[1] or "", row[2]):
            found[candidate] = row[0]
    return found


def _new(db: Database, at: str) -> int:
    return int(db.execute("INSERT INTO clusters (made_at) VALUES (?)", (at,)).lastrowid or 0)


def _unite(db: Database, cluster_id: int, others: set[int], articles: list[int]) -> None:
    given_up = json.dumps(sorted(others))
    db.execute(f"UPDATE articles SET cluster_id = ? WHERE cluster_id IN {_IN}", (cluster_id, given_up))
    db.execute(f"UPDATE articles SET cluster_id = ? WHERE id IN {_IN}", (cluster_id, json.dumps(articles)))
    db.execute(f"DELETE FROM clusters WHERE id IN {_IN}", (given_up,))


# ── Reading them ────────────────────────────────────────────────────────────────────────────────────────────────


def members(db: Database, cluster_id: int) -> list[dict[str, Any]]:
    """A cluster's articles that are not redacted, with their current text, by id; `removed_since` where it is gone,
    `last_read_at` when its text was seen last, `last_change` the kind of what happened last but first sight."""
    sql = """
        SELECT a.id, a.site, a.code, a.url, a.outlet, a.title, a.published_at, a.published_precision, a.first_seen_at,
               a.last_checked_at, a.last_changed_at, a.version_count, a.state, v.id AS version_id, v.body_text,
               v.last_seen_at AS last_read_at, CASE WHEN a.state = 'removed' THEN a.gone_since END AS removed_since,
               (SELECT kind FROM changes WHERE article_id = a.id AND kind != 'first_seen' ORDER BY id DESC LIMIT 1)
                   AS last_change
        FROM articles a JOIN versions v ON v.article_id = a.id AND v.number = a.version_count
        WHERE a.cluster_id = ? AND a.state != 'redacted' ORDER BY a.id
    """
    return rows(db, sql, (cluster_id,))


def edits(db: Database, cluster_id: int) -> list[dict[str, Any]]:
    """The edits of a cluster's articles, oldest first, each with the facts that it changed (`facts`)."""
    sql = """
        SELECT c.id, a.id AS article_id, a.site, a.code, c.changed_after, c.changed_by, c.fields, c.severity,
               c.disclosure, c.summary, c.edit_hash, c.old_version_id, c.new_version_id
        FROM changes c JOIN articles a ON a.id = c.article_id
        WHERE a.cluster_id = ? AND a.state != 'redacted' AND c.old_version_id != c.new_version_id
        ORDER BY c.changed_by, c.id
    """
    found = rows(db, sql, (cluster_id,))
    changed = (
        "SELECT type, role, old_text, new_text, old_value, new_value, unit FROM fact_changes WHERE change_id = ?"
        " ORDER BY id"
    )
    for edit in found:
        edit["fields"] = json.loads(edit["fields"])
        edit["facts"] = rows(db, changed, (edit["id"],))
    return found


def current_facts(db: Database, cluster_id: int) -> list[dict[str, Any]]:
    """What the current texts of a cluster's articles state; with `article_id`."""
    sql = """
        SELECT a.id AS article_id, f.type, f.role, f.text, f.value, f.unit
        FROM articles a
        JOIN versions v ON v.article_id = a.id AND v.number = a.version_count
        JOIN facts f ON f.version_id = v.id
        WHERE a.cluster_id = ? ORDER BY f.id
    """
    return rows(db, sql, (cluster_id,))


def earlier_texts(db: Database, cluster_id: int) -> list[dict[str, Any]]:
    """The texts that a cluster's articles had before their current ones: `article_id`, `body_text`."""
    sql = """
        SELECT a.id AS article_id, v.body_text FROM articles a
        JOIN versions v ON v.article_id = a.id AND v.number < a.version_count
        WHERE a.cluster_id = ? AND a.state != 'redacted' ORDER BY v.id
    """
    return rows(db, sql, (cluster_id,))

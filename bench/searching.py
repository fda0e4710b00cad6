"""What search costs: `python -m bench --search 200000`. So many articles of 900 characters are loaded and searched."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlite_utils import Database

from bench.report import verdict
from bench.texts import texts, vocabulary
from crawler.rules import asking, snippets
from storage import fulltext
from storage.database import open_database, open_readonly, transaction
from storage.search import search

_WORDS, _ROUNDS, _RECALL = 60, 3, 200
_HEADS = ("", "measured", "wanted", "")
_ARTICLE = """
INSERT INTO articles (id, site, code, url, title, published_at, published_precision, state, first_seen_at,
    version_count)
VALUES (?, 'bench', ?, 'http://bench.example/', ?, ?, 'second', 'live', ?, 1)
"""
_HITS = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? AND rowid <= 5000"
_VERSION = """
INSERT INTO versions (id, article_id, number, title, body_html, body_text, text_hash, content_hash, extractor,
    first_seen_at, last_seen_at) VALUES (?, ?, 1, ?, '', ?, '', '', 'bench', ?, ?)
"""


def measure(folder: Path, count: int, words_from: Path | None, tell: Callable[[str], None]) -> list[Sequence[str]]:
    """Load and search `count` articles; a line for each figure, the head first."""
    words = vocabulary(words_from)
    path = folder / "search.db"
    db = open_database(path)
    tell(f"loading {count} articles")
    _load(db, words, count)
    tell("filling the index")
    began = time.perf_counter()
    with transaction(db):
        fulltext.fill(db)
    filled = (time.perf_counter() - began) / count
    size = _size(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.close()
    read = open_readonly(path)
    read.execute("PRAGMA cache_size = -64000")
    tell("searching")
    lines: list[Sequence[str]] = [_HEADS, ("index, ms a text", f"{filled * 1000:.2f}", "", "")]
    lines.append(_line("index / text", size, 1.7, "{:.2f} ×", "≤ {} ×"))
    sought = [word for word in words if len(word) == 2]
    sought = [*sought[:20], *sought[20:400:20], *sought[400 :: len(sought) // 20]][:_WORDS]
    for name, best, bounds in (("newest", False, (10, 60)), ("best", True, (None, 300))):
        taken = sorted(_timed(read, word, best) for word in sought for _ in range(_ROUNDS))
        if bounds[0]:
            lines.append(_line(f"20 {name}, p50", median(taken), bounds[0], "{:.1f} ms", "≤ {} ms"))
        lines.append(_line(f"20 {name}, p95", taken[int(0.95 * len(taken))], bounds[1], "{:.1f} ms", "≤ {} ms"))
        lines.append((f"20 {name}, slowest", f"{taken[-1]:.1f} ms", "", ""))
    tell("comparing with a scan")
    recall, precision = _against_a_scan(read, words, count)
    lines.append((f"recall, {_RECALL} words", f"{recall:.3f}", "1.000", verdict(recall == 1)))
    return [*lines, (f"precision, {_RECALL} words", f"{precision:.3f}", "", "")]


def _line(name: str, value: float, wanted: float | None, shape: str, bound: str) -> Sequence[str]:
    return name, shape.format(value), bound.format(wanted), verdict(value <= (wanted or 0))


def _load(db: Database, words: Sequence[str], count: int) -> None:
    chance = Random(3)
    with transaction(db):
        for number, (title, body) in enumerate(texts(words, count), 1):
            day, second = divmod(number * 86_400 * 300 // count, 86_400)
            seen = f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}T{second // 3600:02d}:{second % 3600 // 60:02d}:00Z"
            published = f"{seen[:14]}{chance.randrange(60):02d}:00Z"
            db.execute(_ARTICLE, (number, str(number), title, published, seen))
            db.execute(_VERSION, (number, number, title, body, seen, seen))


def _size(db: Database) -> float:
    index = "SELECT sum(pgsize) FROM dbstat WHERE name GLOB 'articles_fts_*'"
    text = "SELECT sum(length(CAST(title AS BLOB)) + length(CAST(body_text AS BLOB))) FROM versions"
    return float(db.execute(index).fetchone()[0] / db.execute(text).fetchone()[0])


def _timed(db: Database, word: str, best: bool) -> float:
    """Milliseconds, with the passages."""
    began = time.perf_counter()
    question = asking.parse(word)
    sought = snippets.pattern(question.words)
    for row in search(db, question.match, best=best):
        snippets.snippet(row["body_text"], sought)
    return (time.perf_counter() - began) * 1000


def _against_a_scan(db: Database, words: Sequence[str], count: int) -> tuple[float, float]:
    """Recall and precision over a sample of the texts, of words of two to five characters cut out of them anywhere."""
    chance = Random(4)
    sql = "SELECT article_id, title, body_text FROM versions WHERE id <= ?"
    sample: list[tuple[Any, ...]] = db.execute(sql, (min(count, 5000),)).fetchall()
    said = found = right = 0
    for _ in range(_RECALL):
        *_, body = chance.choice(sample)
        at = chance.randrange(len(body) - 5)
        word = "".join(c for c in body[at : at + chance.randint(2, 5)] if "\u4e00" <= c <= "\u9fff") or words[0]
        match = f"({asking.parse(word).match})"
        hits = {row[0] for row in db.execute(_HITS, (match,))}
        truth = {row[0] for row in sample if word in row[1] or word in row[2].replace("\n", "")}
        said, found, right = said + len(truth), found + len(hits), right + len(hits & truth)
    return right / said, right / found

"""A large record that nobody crawled, for measuring what reads it: `python -m bench.record FILE ARTICLES`."""

import hashlib
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

from storage.database import open_database, transaction

_WORDS = "采购 预算 项目 公司 投资 增长 市场 政府 招标 中标 金额 亿元 万元 公告 更正 数据 季度 同比 下降 。".split()
_OUTLETS = [f"第{number}日报" for number in range(60)]
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_BATCH = 2000  # articles
_COLUMNS = {
    "articles": "id site code url title outlet state first_seen_at last_changed_at version_count",
    "bodies": "hash codec size data",
    "responses": "id url fetched_at status headers body_hash role",
    "versions": "id article_id number title outlet body_html body_text text_hash content_hash extractor first_seen_at"
    " last_seen_at",
    "version_responses": "version_id response_id",
    "changes": "id article_id kind old_version_id new_version_id changed_after changed_by recorded_at fields severity"
    " disclosure summary",
    "listings": "source_id article_id title position first_seen_at last_seen_at",
}
_pack = zstandard.ZstdCompressor(level=1).compress


def build(path: Path, articles: int) -> None:
    """Make a database of so many articles, of which every second was edited once."""
    db = open_database(path)
    db.execute("PRAGMA synchronous = OFF")
    random.seed(1)
    with transaction(db):
        for number in range(1, 9):
            values = (number, f"source{number}", "replica", f"c{number}", f"https://news.example/c{number}.html")
            db.execute("INSERT INTO sources (id, key, site, category, listing_url) VALUES (?, ?, ?, ?, ?)", values)
    made = 0  # versions, and so responses and changes
    for first in range(1, articles + 1, _BATCH):
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        for article in range(first, min(first + _BATCH, articles + 1)):
            made += _article(rows, article, made)
        with transaction(db):
            for table, columns in _COLUMNS.items():
                names = columns.split()
                sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
                db.conn.executemany(sql, rows[table])
    db.close()


def _article(rows: dict[str, list[tuple[Any, ...]]], article: int, made: int) -> int:
    edited = article % 2 == 0
    title, outlet = f"{_text(14)}{article}", random.choice(_OUTLETS)
    url = f"https://news.example/share?id=NW{article}"
    seen = list(_times(article, 1 + edited))
    rows["articles"].append(
        (article, "replica", f"NW{article}", url, title, outlet, "live", seen[0], seen[-1], len(seen))
    )
    rows["listings"].append((article % 8 + 1, article, title, 1, seen[0], seen[-1]))
    text = _text(900)
    for number, at in enumerate(seen, 1):
        made += 1
        body = text.replace("。", f"，{number}万元。", number - 1) if number > 1 else text
        html = f"<p>{body}</p>".encode()
        digest = hashlib.sha256(b"%d" % made).hexdigest()
        rows["bodies"].append((digest, "zstd", len(html), _pack(html)))
        rows["responses"].append((made, url, at, 200, '{"Content-Type": "text/html"}', digest, "share"))
        rows["versions"].append(
            (made, article, number, title, outlet, html.decode(), body, digest, digest, "bench/1", at, at)
        )
        rows["version_responses"].append((made, made))
        old = made - 1 if number > 1 else None
        rows["changes"].append(
            (made, article, "edited" if old else "first_seen", old, made, seen[0] if old else None, at, at,
             '["body"]' if old else "[]", random.choice(("cosmetic", "minor", "material")) if old else None,
             random.choice(("none", "notice")) if old else None, f"+「{number}万元」" if old else "")
        )  # fmt: skip
    return len(seen)


def _times(article: int, count: int) -> Iterator[str]:
    for number in range(count):
        yield f"{_BEGAN + timedelta(minutes=3 * article, hours=5 * number):%Y-%m-%dT%H:%M:%SZ}"


def _text(characters: int) -> str:
    return "".join(random.choices(_WORDS, k=characters // 2))[:characters]


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))

"""The record as files: Jekyll posts like the first site's own, JSON lines, CSV."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage.queries import rows

_IDEOGRAPHIC_SPACES = "\u3000\u3000"
_FORMATS = {"second": "%Y-%m-%d %H:%M:%S %z", "minute": "%Y-%m-%d %H:%M %z", "day": "%Y-%m-%d"}
_PLAIN_YAML = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff ()（）/·.-]*")
_YAML_WORDS = frozenset("null true false yes no on off y n ~".split())
_LONGEST_NAME = 150  # bytes of a code in a file's name
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EXPORTED = """
SELECT a.id, a.site, a.code, a.url, a.post_url, v.title, v.outlet, v.published_at, v.published_precision,
       v.body_html, v.body_text, a.first_seen_at, s.category, s.listing_url, s.name AS source_name
FROM articles a
JOIN versions v ON v.article_id = a.id AND v.number = a.version_count
LEFT JOIN sources s ON s.id = (SELECT source_id FROM listings WHERE article_id = a.id ORDER BY id LIMIT 1)
WHERE a.state != 'redacted' AND NOT a.noarchive AND NOT a.noindex
ORDER BY a.id
"""
_CHANGE_ROWS = """
SELECT c.id, c.kind, c.changed_after, c.changed_by, c.recorded_at, c.fields, c.added_chars, c.removed_chars,
       c.severity, c.disclosure, iif(a.noarchive, NULL, c.summary) AS summary, c.reason, a.site, a.code, a.url,
       a.outlet, o.number AS old_version, o.title AS old_title, iif(a.noarchive, NULL, o.body_text) AS old_body_text,
       n.number AS new_version, n.title AS new_title, iif(a.noarchive, NULL, n.body_text) AS new_body_text
FROM changes c JOIN articles a ON a.id = c.article_id
LEFT JOIN versions o ON o.id = c.old_version_id
LEFT JOIN versions n ON n.id = c.new_version_id
WHERE a.state != 'redacted'
ORDER BY c.id
"""
_VERSION_ROWS = """
SELECT v.id, a.site, a.code, a.url, v.number, v.title, v.outlet, v.author, v.published_at, v.modified_at,
       iif(a.noarchive, NULL, v.body_text) AS body_text, v.content_hash, v.first_seen_at, v.last_seen_at
FROM versions v JOIN articles a ON a.id = v.article_id
WHERE a.state != 'redacted'
ORDER BY v.id
"""
ROWS = {"changes": _CHANGE_ROWS, "versions": _VERSION_ROWS}
_LEFT_OUT = """
SELECT id, site, code, published_at, first_seen_at FROM articles
WHERE version_count > 0 AND (state = 'redacted' OR noarchive OR noindex)
"""
_WITHHELD = """
SELECT count(*) FROM articles
WHERE version_count > 0 AND state != 'redacted' AND (noarchive OR (:public AND noindex))
"""


def withheld(db: Database, public: bool) -> int:
    """How many articles' texts an export leaves out, because their pages ask for it: `noarchive`, and where it makes
    pages for the public (`jekyll`) `noindex`."""
    return int(db.execute(_WITHHELD, {"public": public}).fetchone()[0])


def records(db: Database, what: str) -> Iterator[dict[str, Any]]:
    """The rows of an export of `changes` or `versions`, one after the other."""
    cursor = db.execute(ROWS[what])
    names = [column[0] for column in cursor.description]
    for row in cursor:
        record = dict(zip(names, row, strict=True))
        if "fields" in record:
            record["fields"] = json.loads(record["fields"])
        yield record


def jsonl(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON object a line."""
    return (json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def csv_lines(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """CSV with a header line (RFC 4180); no cell can start a formula in a spreadsheet."""
    for number, item in enumerate(items):
        if number == 0:
            yield _csv_line(item)
        cells = (" ".join(value) if isinstance(value, list) else value for value in item.values())
        yield _csv_line(safe_cell(cell) for cell in cells)


def _csv_line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def safe_cell(value: Any) -> Any:
    """A cell that a spreadsheet reads as text: an apostrophe goes before what would start a formula.

    >>> safe_cell("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def unwanted_posts(db: Database, zones: dict[str, str]) -> Iterator[str]:
    """Names of the files that an earlier export may have written of what is left out now."""
    for article in rows(db, _LEFT_OUT):
        yield jekyll_name(article, ZoneInfo(zones.get(article["site"], "UTC")))


def jekyll_posts(db: Database, zones: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(file name, text) of each article's current version; `zones`: site -> its IANA time zone."""
    for article in rows(db, _EXPORTED):
        zone = ZoneInfo(zones.get(article["site"], "UTC"))
        yield jekyll_name(article, zone), jekyll_post(article, zone)


def jekyll_name(article: dict[str, Any], zone: ZoneInfo) -> str:
    """`<date>-<code>.md`: the day of publication, else of first sight, in the site's zone.

    A code that cannot be a file's name as it is gets the article's number, so that no two share a file.
    """
    safe = re.sub(r"[^\w.()-]", "_", article["code"]).lstrip(".")
    cut = safe.encode()[:_LONGEST_NAME].decode(errors="ignore")
    code = cut if cut == article["code"] else f"{cut}-{article['id']}"
    return f"{_local(article['published_at'] or article['first_seen_at'], zone):%Y-%m-%d}-{code}.md"


def jekyll_post(article: dict[str, Any], zone: ZoneInfo) -> str:
    """A post as the first site's generator writes it: front matter, body, share link, back-links."""
    category = article["category"] or _category_of(article["post_url"] or "")
    tag = f"{article['outlet']}新闻" if article["outlet"] else article["source_name"] or ""
    matter = ["---", "layout: post", f"title: {quoted(article['title'] or '')}"]
    if article["published_at"]:
        when = _local(article["published_at"], zone)
        matter.append(f"date: {when.strftime(_FORMATS[article['published_precision'] or 'second'])}")
    matter += [f"categories: {_plain(category)}", f"tags: {_plain(tag)}", "---"]
    body = article["body_html"].replace(_IDEOGRAPHIC_SPACES, "")
    return "\n".join([*matter, body, "", f"<{article['url']}>", "", _back_links(article, tag)])


def _back_links(article: dict[str, Any], tag: str) -> str:
    listing = article["listing_url"] or article["post_url"] or article["url"]
    home = f"//{urlsplit(listing).netloc}/"
    here = listing.partition(":")[2] if article["listing_url"] else home
    return f"[返回{tag}]({here})｜[返回首页]({home})"


def _category_of(post_url: str) -> str:
    return urlsplit(post_url).path.strip("/").partition("/")[0]


def _local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(zone)


def quoted(text: str) -> str:
    """A YAML double-quoted scalar that reads back exactly (YAML 1.2, 7.3.1).

    >>> quoted('拟"并购"标的')
    '"拟\\\\"并购\\\\"标的"'
    """
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    if code < 0x20 or 0x7F <= code <= 0x9F or character in "\u2028\u2029\ufeff\ufffe\uffff":
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character


def _plain(text: str) -> str:
    """A scalar without quotes where YAML reads it back as it is, else a quoted one."""
    is_plain = _PLAIN_YAML.fullmatch(text) and text.strip() == text and text.lower() not in _YAML_WORDS
    return text if is_plain and not text[0].isdigit() else quoted(text)

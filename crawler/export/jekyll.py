"""Posts as the first site's own generator writes them, for Jekyll."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage import export

_IDEOGRAPHIC_SPACES = "\u3000\u3000"
_FORMATS = {"second": "%Y-%m-%d %H:%M:%S %z", "minute": "%Y-%m-%d %H:%M %z", "day": "%Y-%m-%d"}
_PLAIN_YAML = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff ()（）/·.-]*")
_YAML_WORDS = frozenset("null true false yes no on off y n ~".split())
_LONGEST_NAME = 150  # bytes of a code in a file's name


def unwanted_posts(db: Database, zones: dict[str, str]) -> Iterator[str]:
    """Names of the files that an earlier export may have written of what is left out now."""
    for article in export.left_out(db):
        yield jekyll_name(article, ZoneInfo(zones.get(article["site"], "UTC")))


def posted(article: dict[str, Any], zones: dict[str, str]) -> tuple[str, str]:
    """(file name, text) of an article's current version; `zones`: site -> its IANA time zone."""
    zone = ZoneInfo(zones.get(article["site"], "UTC"))
    return jekyll_name(article, zone), jekyll_post(article, zone)


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

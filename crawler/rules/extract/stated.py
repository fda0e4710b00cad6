"""What a page states of its article for machines: JSON-LD, `<meta>`, microdata."""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

_META = {
    "title": ("og:title", "twitter:title", "articletitle"),
    "published_at": (
        "article:published_time", "pubdate", "publishdate", "og:published_time", "datepublished", "publish_time",
        "og:release_date", "weibo:article:create_at", "article:create_at",
    ),
    "modified_at": ("article:modified_time", "og:updated_time", "lastmod", "weibo:article:update_at"),
    "outlet": ("contentsource", "source", "article:publisher_name", "mediaid"),
    "author": ("author", "article:author", "og:article:author"),
}  # fmt: skip
_JSON_LD = {"headline": "title", "datePublished": "published_at", "dateModified": "modified_at"}
_MICRODATA = {"datePublished": "published_at", "dateModified": "modified_at"}
_NO_NAME = re.compile(
    r"https?://|^\s*$|^(?:admin|administrator|editor|root|system|佚名|未知|管理员|null|undefined)$", re.I
)
_SEPARATOR = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+|——|--")
_SITE = re.compile(r"[-–—](?=[^-–—]{2,16}$)")
_WITH_ITEMPROP = etree.XPath("//*[@itemprop]")
_LONGEST_TITLE = 400


def metadata(root: HtmlElement) -> dict[str, str]:
    """Field -> what a page states of its article; the first that says anything counts."""
    found: dict[str, str] = {}
    for name, value in (*_json_ld(root), *_meta(root), *_microdata(root)):
        if (
            name not in found
            and value.strip()
            and not (name in ("author", "outlet") and _NO_NAME.search(value.strip()))
        ):
            found[name] = value
    return found


def titles(root: HtmlElement) -> list[str]:
    """The titles that a page's head gives it."""
    given = [m.get("content") or "" for m in root.iter("meta") if m.get("property") == "og:title"]
    given += [("".join(t.itertext())) for t in root.iter("title") if t.getparent() is not None][:1]
    return [" ".join(title.split()) for title in given if title.strip() and len(title) <= _LONGEST_TITLE]


def head(root: HtmlElement) -> dict[str, str]:
    """The title that a page's head gives its article; nothing where it gives none."""
    found = titles(root)
    return {"title": head_title(found[0])} if found else {}


def head_title(title: str) -> str:
    """A page's title less the site's name.

    >>> head_title("公布新项目_江州网"), head_title("公布新项目-江州日报"), head_title("Rates - a cut | The Post")
    ('公布新项目', '公布新项目', 'Rates')
    """
    head = next((part for part in _SEPARATOR.split(title) if part), title)
    return _SITE.split(head)[0] if _SITE.search(head) and not head.isascii() else head


def _meta(root: HtmlElement) -> Iterator[tuple[str, str]]:
    said: dict[str, str] = {}
    for m in root.iter("meta"):
        said.setdefault((m.get("property") or m.get("name") or "").lower(), m.get("content") or "")
    for field, names in _META.items():
        for name in names:
            if said.get(name) and (field != "title" or name == "articletitle" or said.get("og:type") == "article"):
                yield field, said[name]


def _microdata(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for node in _WITH_ITEMPROP(root):
        field = _MICRODATA.get(node.get("itemprop"))
        if field is not None:
            yield field, node.get("content") or node.get("datetime") or ""


def _json_ld(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _things(data):
            yield from ((field, thing[key]) for key, field in _JSON_LD.items() if isinstance(thing.get(key), str))
            yield from _names(thing)


def _things(data: Any) -> Iterator[dict[str, Any]]:
    graph = data.get("@graph", data) if isinstance(data, dict) else data
    for thing in graph if isinstance(graph, list) else [graph]:
        if isinstance(thing, dict) and ("headline" in thing or "datePublished" in thing):
            yield thing


def _names(thing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, field in (("author", "author"), ("publisher", "outlet")):
        people = thing.get(key)
        people = people if isinstance(people, list) else [people]
        names = [p.get("name") if isinstance(p, dict) else p for p in people]
        if words := "、".join(n for n in names if isinstance(n, str)):
            yield field, words

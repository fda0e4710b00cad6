"""Changes as feeds: Atom (RFC 4287) and JSON Feed 1.1, an entry for each change, and what a conditional request for one
is answered with. Pure: rows and values in, bytes out.

Entries are made of changes as `passages.of_changes` gives them. Words of pages are text: in markup that is ours they
are escaped, and what XML cannot hold, or would turn the text around it, is written out (`‹U+0000›`).
"""

import hashlib
import html
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from email.utils import format_datetime, parsedate_to_datetime
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from lxml import etree

from crawler import __version__
from crawler.rules.dates import from_utc_text

ATOM = "http://www.w3.org/2005/Atom"
OURS = "urn:newstrail:change"  # namespace of what Atom has no element for
ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_TYPE = "application/feed+json; charset=utf-8"
_NAMESPACES: dict[str | None, str] = {None: ATOM, "newstrail": OURS}
_JSON_VERSION = "https://jsonfeed.org/version/1.1"
_NAMES = uuid.UUID("6c1f2a63-8f0c-5f0b-9d1e-0a4f5b1c7e52")  # ours; ids of entries hang on it, so it never changes
NOTHING_YET = "1970-01-01T00:00:00Z"
# Control characters, surrogates, what is no character, and what turns the direction of the text that follows.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
_SAID = {
    "first_seen": "first seen", "edited": "edited", "removed": "not available", "restored": "available again",
    "moved": "moved",
}  # fmt: skip
_TOLD = ("site", "code", "kind", "severity", "disclosure", "changed_after", "changed_by", "fields")


@dataclass(frozen=True)
class Feed:
    """A feed of one record.

    `record`: what no other record has (`storage.stream.stamp`); `filters`: those that its changes were chosen by;
    `url`: where it is had; `pages`: where our pages are (no slash at the end). Without them no link of ours is written.
    """

    record: str | None
    title: str = "newstrail"
    filters: Mapping[str, Any] | None = None
    url: str | None = None
    pages: str | None = None


def entry_id(feed: Feed, change: Mapping[str, Any]) -> str:
    """The id of a change's entry, the same for ever, in each feed of the record and in no other record.

    >>> entry_id(Feed("ab" * 32), {"site": "finews", "code": "NW1", "id": 7})
    'urn:uuid:dfe1c803-4671-5696-a6cb-58c1c71429ca'
    """
    return _urn([feed.record, change["site"], change["code"], change["id"]])


def _urn(values: list[Any]) -> str:
    return uuid.uuid5(_NAMES, json.dumps(values, ensure_ascii=True)).urn


# ── Atom ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def atom(changes: Iterable[dict[str, Any]], feed: Feed, updated: str | None = None) -> bytes:
    """An Atom document of these changes. `updated`: when the newest of them was recorded (UTC text; None: of those
    given)."""
    found = list(changes)
    file = BytesIO()
    write_atom(file, found, feed, updated or max((change["recorded_at"] for change in found), default=NOTHING_YET))
    return file.getvalue()


def write_atom(file: BinaryIO, changes: Iterable[dict[str, Any]], feed: Feed, updated: str) -> None:
    """The same into a file, entry by entry, however many there are."""
    with etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{ATOM}}}feed", nsmap=_NAMESPACES):
            for part in _head(feed, updated):
                xml.write(part)
                xml.write("\n")
            for change in changes:
                xml.write(_entry(change, feed))
                xml.write("\n")


def _head(feed: Feed, updated: str) -> Iterator[etree._Element]:
    yield _element("id", _urn([feed.record, "feed", dict(feed.filters or {})]))
    yield _element("title", feed.title, type="text")
    yield _element("updated", updated)
    yield _element("generator", "newstrail", version=__version__)
    author = _element("author")
    author.append(_element("name", "newstrail"))
    yield author
    if feed.url:
        yield _element("link", rel="self", type="application/atom+xml", href=_link(feed.url) or "")
    if feed.pages:
        yield _element("link", rel="alternate", type="text/html", href=_link(f"{feed.pages}/") or "")


def _entry(change: Mapping[str, Any], feed: Feed) -> etree._Element:
    entry = _element("entry")
    entry.append(_element("id", entry_id(feed, change)))
    entry.append(_element("title", _title(change), type="text"))
    entry.append(_element("updated", change["recorded_at"]))
    entry.append(_element("published", change["changed_by"]))
    author = _element("author")
    author.append(_element("name", _author(change)))
    entry.append(author)
    for relation, address in (("alternate", _link(change["url"])), ("related", page_of(change, feed))):
        if address:
            entry.append(_element("link", rel=relation, type="text/html", href=address))
    for scheme in ("kind", "severity"):
        if change[scheme]:
            entry.append(_element("category", term=change[scheme], scheme=f"{OURS}:{scheme}"))
    entry.append(_element("summary", _summary(change), type="text"))
    entry.append(_element("content", _markup(change), type="html"))
    for name in _TOLD:
        if change[name] not in (None, "[]"):
            told = etree.SubElement(entry, f"{{{OURS}}}{name}")
            told.text = fit(change[name])
    return entry


def _element(name: str, text: str | None = None, **attributes: str) -> etree._Element:
    values = {key: fit(value) for key, value in attributes.items()}
    element = etree.Element(f"{{{ATOM}}}{name}", values, nsmap=_NAMESPACES)
    element.text = None if text is None else fit(text)
    return element


# ── JSON Feed ───────────────────────────────────────────────────────────────────────────────────────────────────────


def json_feed(changes: Iterable[dict[str, Any]], feed: Feed) -> bytes:
    """A JSON Feed of these changes, in their order; `_newstrail` has what the format has no name for."""
    head = {"version": _JSON_VERSION, "title": fit(feed.title), "authors": [{"name": "newstrail"}]}
    ours = {"home_page_url": _link(f"{feed.pages}/") if feed.pages else None, "feed_url": _link(feed.url or "")}
    document = {**head, **_without_none(ours), "items": [_item(change, feed) for change in changes]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _item(change: Mapping[str, Any], feed: Feed) -> dict[str, Any]:
    page, source = page_of(change, feed), _link(change["url"])
    item = {
        "id": entry_id(feed, change),
        "url": page or source,
        "external_url": source,
        "title": fit(_title(change)),
        "content_html": fit(_markup(change)),
        "summary": fit(_summary(change)),
        "date_published": change["changed_by"],
        "date_modified": change["recorded_at"],
        "authors": [{"name": fit(_author(change))}],
        "tags": [change[name] for name in ("kind", "severity") if change[name]],
        "_newstrail": {"about": OURS, "change": change["id"], **{name: change[name] for name in _TOLD}},
    }
    item["_newstrail"]["fields"] = json.loads(change["fields"])
    return _without_none(item)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


# ── What an entry says ──────────────────────────────────────────────────────────────────────────────────────────────


def fit(text: str) -> str:
    """A text as XML can hold it, and as it can stand between others.

    >>> fit("a\\x00b\\u202ec\\ufffe")
    'a‹U+0000›b‹U+202E›c‹U+FFFE›'
    """
    return _UNFIT.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def page_of(change: Mapping[str, Any], feed: Feed) -> str | None:
    """Our page of a change: the comparison of its two versions, else the article."""
    if not feed.pages:
        return None
    old, new = change["old_version"], change["new_version"]
    compared = f"/diff/{old}/{new}" if old and new and old != new else ""
    return _link(f"{feed.pages}/article/{change['article_id']}{compared}")


def _link(address: str) -> str | None:
    """An address that a reader may be sent to, as a URI (RFC 3986), else None: `javascript:` is no such address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and parts.netloc != ""
    return quote(address, safe="%/:?#[]@!$&'()*+,;=~", errors="replace") if is_web else None


def _title(change: Mapping[str, Any]) -> str:
    title = "".join(text for kind, text, *_ in change["headline"] if kind != "delete") or change["code"]
    return f"{title} ({_SAID[change['kind']]})"


def _author(change: Mapping[str, Any]) -> str:
    return " ".join(filter(None, [change["outlet"], change["author"]])) or str(change["site"])


def _summary(change: Mapping[str, Any]) -> str:
    after = f"between {change['changed_after']} and " if change["changed_after"] else "by "
    told = [change["severity"], _SAID[change["kind"]], after + change["changed_by"]]
    said = " ".join(filter(None, told))
    return f"{said}: {words}" if (words := change["summary"] or change["reason"]) else said


def _markup(change: Mapping[str, Any]) -> str:
    """The change in HTML of ours: its window, facts and changed paragraphs, with `<ins>` and `<del>` around words."""
    blocks = [html.escape(_summary({**change, "summary": ""}))]
    blocks += [f"{html.escape(what)}: {_from_to(old, new)}" for what, old, new in change["fact_changes"]]
    blocks += [f"{html.escape(name)}: {_from_to(old, new)}" for name, old, new in change["metadata"]]
    if any(kind != "equal" for kind, *_ in change["headline"]):
        blocks.append(_marked(change["headline"]))
    blocks += map(_marked, change["passages"])
    if change["more"]:
        blocks.append(f"… {change['more']} more")
    if change["withheld"]:
        blocks.append("The page asks that its text be shown nowhere else.")
    return "".join(f"<p>{block}</p>\n" for block in blocks)


def _from_to(old: str | None, new: str | None) -> str:
    gone, come = html.escape(old or ""), html.escape(new or "")
    return " → ".join(filter(None, [gone and f"<del>{gone}</del>", come and f"<ins>{come}</ins>"]))


def _marked(paragraph: Iterable[tuple[str, str, int]]) -> str:
    tags = {"delete": "del", "insert": "ins"}
    return "".join(
        f"<{tags[kind]}>{html.escape(text)}</{tags[kind]}>" if kind in tags
        else f"[moved from paragraph {origin}] {html.escape(text)}" if kind == "moved"
        else html.escape(text)
        for kind, text, origin in paragraph
    )  # fmt: skip


# ── Conditional requests ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Validators:
    """What a response is validated by: `etag` with its quotation marks, `modified` as an HTTP date or None."""

    etag: str
    modified: str | None


def validators(
    changes: Iterable[Mapping[str, Any]], feed: Feed, form: str, stamp: Mapping[str, Any], showing: Any = None
) -> Validators:
    """Of a feed of these changes (as `history.changes` gives them: their texts are not needed), without making it.

    `form`: `atom` or `json`; `stamp`: `storage.stream.stamp`; `showing`: whatever else the words depend on. The tag is
    strong: another byte of the feed is another tag, be it by a new change, a redaction, a page's wish or a newer
    newstrail.
    """
    found = list(changes)
    seen = json.dumps([__version__, form, asdict(feed), found, repr(showing)], sort_keys=True, default=str)
    times = [stamp["marked_at"], stamp["redacted_at"], *(change["recorded_at"] for change in found)]
    latest = max(filter(None, times), default=None)
    modified = format_datetime(from_utc_text(latest), usegmt=True) if latest else None
    return Validators(f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"', modified)


def is_not_modified(current: Validators, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether a GET with these headers is answered 304: `If-None-Match` decides where it is given (RFC 9110, 13.2.2).

    >>> current = Validators('"a"', None)
    >>> is_not_modified(current, 'W/"a", "b"', None), is_not_modified(current, '"b"', None)
    (True, False)
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*" or current.etag in _ENTITY_TAG.findall(if_none_match)
    if if_modified_since is None or current.modified is None:
        return False
    try:
        return parsedate_to_datetime(current.modified) <= parsedate_to_datetime(if_modified_since)
    except (ValueError, TypeError):  # no HTTP date, or one without a zone: the header is ignored
        return False

"""An article's fields, as its publisher serves them: from a content endpoint's JSON or from a page's HTML.

What is returned is raw: the pipelines normalize it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.config import selector_xpath
from crawler.items import MEDIA, Fields, Layout, Role
from crawler.rules import dates, page
from crawler.rules.classify import notices
from crawler.rules.extract import fragment, media, stated
from crawler.rules.extract.layout import Block, article_block, is_article, media_of
from crawler.rules.extract.surroundings import around
from crawler.rules.normalize import single
from crawler.rules.page import ExtractionError as ExtractionError

EXTRACTOR = "newstrail/3"
# Keys that publishers' endpoints use, in order of preference; compared without case, "_" and "-".
_JSON_KEYS: dict[str, tuple[str, ...]] = {
    "body_html": ("text", "content", "body", "articlebody", "newstext", "html"),
    "title": ("title", "newstitle", "arttitle", "headline", "subject"),
    "published_at": (
        "publishedat", "published", "publishtime", "publishdate", "pubdate", "pubtime", "showtime", "datepublished",
        "newstime", "ordertime", "time", "date", "datetime", "createtime", "createdate",
    ),
    "modified_at": (
        "modifiedat", "datemodified", "updatetime", "updatedate", "updatedat", "modifytime", "lastmodified",
    ),
    "outlet": ("outlet", "source", "sourcename", "media", "medianame", "artmedianame", "from", "publisher", "origin"),
    "author": ("author", "authors", "authorname", "byline", "writer"),
}  # fmt: skip
_NOT_FOUND_CODES = {"404", "410"}
_NOT_FOUND_WORDS = re.compile(
    r"not\s*found|不存在|已(?:经|被){0,2}(?:\w{0,6})?(?:删除|下线|下架|撤回)|被\w{0,6}删除|未找到|找不到|no such"
    r"|been (?:deleted|removed)",
    re.IGNORECASE,
)
_MESSAGE_KEYS = ("message", "msg", "error", "errmsg", "info", "status", "code", "errcode", "errorcode", "statuscode")
_OF_BODY = ("body_html", "body_text", *MEDIA)  # read together, from one place
_CLOSING_WORDS = 200  # characters at a body's end that may name its outlet
_OUTLET_IN_TEXT = re.compile(r"[（(]\s*(?:文章)?来源[：:]\s*([^（()）\n]{1,40}?)\s*[)）]\s*\Z")


class NotFoundAnswer(Exception):
    """The endpoint says in its own words that there is no such article."""


class EmptyAnswer(Exception):
    """The answer is well formed and holds no article."""


def from_json(text: str, role: Role) -> Fields:
    """Fields of a content endpoint's JSON.

    Raises `ExtractionError` (not JSON, or no body in it), `NotFoundAnswer`, `EmptyAnswer`.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExtractionError(f"not JSON: {error}" if text.strip() else "an empty answer") from None
    flat = dict(_flatten(data))
    strings = {key: value for key, value in flat.items() if isinstance(value, str)}
    found = {
        name: value
        for name, keys in _JSON_KEYS.items()
        if (value := _first(strings if name == "body_html" else flat, keys)) is not None
    }
    if not found.get("body_html", "").strip():
        _explain_no_body(data, flat, any(key in flat for key in _JSON_KEYS["body_html"]))
    fields = Fields(places={})
    for name, value in found.items():
        setattr(fields, name, value)
    read = fragment.read(fields.body_html or "")
    for name, value in read.items():
        setattr(fields, name, value)
    only_credit = _OUTLET_IN_TEXT.fullmatch(fields.body_text or "") is not None
    if (not fields.body_text or only_credit) and "<img" not in (fields.body_html or ""):
        raise EmptyAnswer("no words in the answer")
    return _placed(fields, role)


def _explain_no_body(data: Any, flat: dict[str, Any], has_key: bool) -> None:
    said = [str(flat[key]) for key in _MESSAGE_KEYS if flat.get(key) not in (None, "")]
    if any(word in _NOT_FOUND_CODES or _NOT_FOUND_WORDS.search(word) for word in said):
        raise NotFoundAnswer("; ".join(said)[:200])
    if has_key or not data:
        raise EmptyAnswer("no words in the answer")
    keys = ", ".join(map(str, list(data)[:12])) if isinstance(data, dict) else type(data).__name__
    raise ExtractionError(f"no body in the JSON; expected 'text' or 'content', found: {keys}"[:300])


def _flatten(data: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Keys of an object and of the objects in it (three deep, outer keys last so that they win)."""
    if not isinstance(data, dict):
        if isinstance(data, list) and len(data) == 1 and depth < 3:
            yield from _flatten(data[0], depth + 1)
        return
    if depth < 3:
        for value in data.values():
            yield from _flatten(value, depth + 1)
    for key, value in data.items():
        if not isinstance(value, dict | list) or key.lower() == "authors":
            yield re.sub(r"[_-]", "", str(key)).lower(), value


def _first(flat: dict[str, Any], keys: Iterable[str]) -> str | None:
    """The first of these keys that holds words; an empty one counts only if none does."""
    values = [_words(flat[key]) for key in keys if key in flat]
    return next((v for v in values if v and v.strip()), next((v for v in values if v is not None), None))


def _words(value: Any) -> str | None:
    if isinstance(value, list):
        return "、".join(str(item) for item in value if isinstance(item, str)) or None
    if isinstance(value, bool | float | dict) or value is None:
        return None
    return str(value)


def outlet_in(body_text: str) -> str | None:
    """The outlet that a body names in its last words.

    >>> outlet_in("……营养品质。\\n（文章来源：中国政府采购报）")
    '中国政府采购报'
    """
    match = _OUTLET_IN_TEXT.search(body_text[-_CLOSING_WORDS:])
    return match[1] if match else None


def from_page(
    markup: str, role: Role, selectors: dict[str, str], layout: Layout | None = None, url: str | None = None
) -> Fields:
    """Fields of a share or post page: by the site's selectors, else by its learned layout, else by what the page
    says of itself. `url`: where it was found, for the relative URLs in it.

    A page without an article's body tells nothing but what selectors and its metadata state.
    Raises `ExtractionError` where it is no HTML, `EmptyAnswer` where nothing is in it.
    """
    if not markup.strip():
        raise EmptyAnswer("an empty answer")
    root = page.tree(markup)
    if root is None or markup.lstrip()[:1] in "{[":
        raise ExtractionError(f"not HTML; it begins {markup.strip()[:40]!r}")
    fields = Fields(places={})
    selected = {name: select(root, selector) for name, selector in selectors.items()}
    body = [n for n in selected.pop("body", []) if isinstance(n, HtmlElement)]
    for name, nodes in selected.items():
        setattr(fields, name, _words_of(nodes))
    metadata = stated.metadata(root)
    block = article_block(root, body if "body" in selectors else None, layout)
    if block is not None:
        said = around(root, block, metadata)
        if is_article(block, said):
            metadata = said
        if metadata is said and not notices.body_is_gone(block.text):
            _give_body(fields, block, media.base_of(root, url))
    for name, value in metadata.items():
        if name not in selectors and getattr(fields, name) is None:
            setattr(fields, name, value)
    return _placed(fields, role)


def _give_body(fields: Fields, block: Block, base: str | None) -> None:
    if block.text:
        for name, value in media_of(block, base).items():
            setattr(fields, name, value)
        fields.body_text, fields.body_html = block.text, block.html()


def select(root: HtmlElement, selector: str) -> list[Any]:
    """Nodes or strings that a selector of the configuration finds; `ExtractionError` where it cannot be."""
    try:
        found = _compiled(selector)(root)
    except etree.XPathError as error:  # a function or a variable that XPath does not have is missed only here
        raise ExtractionError(f"the selector {selector!r} cannot be used: {error}") from None
    return found if isinstance(found, list) else [found]


@lru_cache(maxsize=256)
def _compiled(selector: str) -> etree.XPath:
    return etree.XPath(selector_xpath(selector))


def _words_of(nodes: list[Any]) -> str | None:
    for node in nodes:
        words = " ".join(page.text(node).split()) if isinstance(node, HtmlElement) else str(node).strip()
        if words:
            return words
    return None


def _placed(fields: Fields, role: Role) -> Fields:
    if fields.body_text and (match := _OUTLET_IN_TEXT.search(fields.body_text, len(fields.body_text) - _CLOSING_WORDS)):
        fields.body_text = fields.body_text[: match.start(1)] + single(match[1]) + fields.body_text[match.end(1) :]
    for name in ("title", "outlet", "author", "published_at", "modified_at"):
        if (value := getattr(fields, name)) is not None and value.strip():
            fields.places[name] = role
        else:
            setattr(fields, name, None)
    if fields.body_html is not None:
        fields.places["body"] = role
    return fields


def fill(fields: Fields, other: Fields) -> None:
    """Give `fields` what it lacks and `other` has."""
    for name, role in other.places.items():
        if name not in fields.places:
            fields.places[name] = role
            for attribute in _OF_BODY if name == "body" else (name,):
                setattr(fields, attribute, getattr(other, attribute))


def fill_outlet_from_body(fields: Fields) -> None:
    """Where no page names the outlet, the body's last words may."""
    if fields.outlet is None and fields.body_text and (named := outlet_in(fields.body_text)):
        fields.outlet = named
        fields.places["outlet"] = fields.places["body"]


def date_missing(fields: Fields, zone: Any) -> bool:
    """Whether no readable time of publication is known."""
    return fields.published_at is None or dates.published(fields.published_at, zone) is None

"""Whether a text is all that was sent of it: documents that stop in the middle, with nothing in HTTP that says so."""

import json
import re

_FOOT = re.compile(r"©|&copy;|copyright|版权所有|版權所有|\bICP|公网安备|</footer", re.IGNORECASE)
_FOOT_LENGTH = 1500  # characters at a page's end in which its foot stands
_XML = re.compile(r"\s*(?:<\?xml\b[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(rss|feed|urlset|sitemapindex|rdf:RDF)\b")
# Raw text and comments: what begins and what ends them (WHATWG HTML, 13.1.2); nothing else in them is markup.
_UNENDING = (("<script", "</script"), ("<style", "</style"), ("<title", "</title"), ("<textarea", "</textarea"),
             ("<!--", "-->"))  # fmt: skip
_BODY_BEGINS = ("<body", "<p>", "<p ", "<div", "<h1", "<table", "<article", "<section", "<main")
# Elements whose end tag must be there; and ones that a page closes if it closes the others like them.
_CLOSED = ("div", "article", "section", "main", "table", "ul", "ol", "form", "header", "span", "h1", "h2", "a", "b",
           "strong", "em", "small", "center", "font")  # fmt: skip
_OFTEN_CLOSED = ("p", "li", "td", "tr")
_HALF_AN_ENTITY = re.compile(r"&#?\w{0,8}\Z")


def is_cut_html(markup: str) -> bool:
    """Whether a page stops in the middle.

    End tags of `html` and `body` may be left out, so their absence alone says nothing. A page is cut where it stops
    inside a tag, a script or a comment; or, if it ends its head in writing and so writes end tags, where it ends
    neither body nor itself, has no foot, and leaves open what it opened.

    >>> is_cut_html("<html><body><p>预算<a hre")
    True
    >>> is_cut_html("<html><body><p>预算3.5亿元")
    False
    >>> is_cut_html("<html><head></head><body><div><p>预算3.5亿元</p></div>")
    False
    >>> is_cut_html("<html><head></head><body><div><p>预算3.5亿")
    True
    """
    if "<BODY" in markup or "<HEAD" in markup:
        markup = markup.lower()
    if _ends(markup):
        return False
    return _stops_inside(markup) or (_writes_end_tags(markup) and not _has_foot(markup) and _leaves_open(markup))


def _ends(markup: str) -> bool:
    """Whether the page is ended in writing, outside scripts, which may write pages; what follows is no article's."""
    end = max(markup.rfind("</body"), markup.rfind("</html"), markup.rfind("</frameset"))
    return end >= 0 and markup.rfind("<script", 0, end) <= markup.rfind("</script", 0, end)


def _stops_inside(markup: str) -> bool:
    last = markup.rfind("<")
    begins = markup[last + 1 : last + 2]
    if last > markup.rfind(">") and (begins.isalpha() or begins in ("/", "!", "")):
        return True
    return any(markup.rfind(begin) > markup.rfind(end) for begin, end in _UNENDING)


def _writes_end_tags(markup: str) -> bool:
    """Whether the page writes end tags that it need not; minified pages leave all of those out."""
    return "</head" in markup or ("</p>" in markup and "<html" in markup) or ("<head" in markup and _in_head(markup))


def _in_head(markup: str) -> bool:
    return not any(begin in markup for begin in _BODY_BEGINS)


def _has_foot(markup: str) -> bool:
    body = max(markup.find("<body"), markup.find("</head"))
    return _FOOT.search(markup, max(body, len(markup) - _FOOT_LENGTH)) is not None


def _leaves_open(markup: str) -> bool:
    if _in_head(markup) or markup.endswith("\ufffd") or _HALF_AN_ENTITY.search(markup[-12:]):
        return True
    if any(_opened(markup, name) > markup.count(f"</{name}>") for name in _CLOSED):
        return True
    return any(_opened(markup, name) == markup.count(f"</{name}>") + 1 for name in _OFTEN_CLOSED)


def _opened(markup: str, name: str) -> int:
    return markup.count(f"<{name}>") + markup.count(f"<{name} ") + markup.count(f"<{name}\n")


def is_xml(markup: str) -> bool:
    """Whether a text is a feed or a sitemap."""
    return _XML.match(markup) is not None


def is_cut_xml(markup: str) -> bool:
    """Whether a feed or a sitemap stops before its root element ends; False for what is neither.

    >>> is_cut_xml("<?xml version='1.0'?><rss><channel><item>")
    True
    """
    root = _XML.match(markup)
    return root is not None and f"</{root[1]}" not in markup[-200:]


def is_cut_json(text: str) -> bool:
    r"""Whether JSON stops in the middle; False for whole JSON and for what is none.

    >>> [is_cut_json(t) for t in ('{"text": "<p>正文', '{"a": {"b": 1}', '{"a": 1}', '{"a": 1} x', "<p>")]
    [True, True, False, False, False]
    """
    text = text.strip().removeprefix("\ufeff")
    if text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        rest = text[error.pos :]
        return "Unterminated string" in error.msg or not rest.strip() or _begins_a_value(rest) or "\\" in text[-6:]
    except (ValueError, RecursionError):
        return False
    return False


def _begins_a_value(rest: str) -> bool:
    """Whether what could not be read is the beginning of a literal or of a number."""
    return rest == "-" or any(word.startswith(rest) for word in ("true", "false", "null"))

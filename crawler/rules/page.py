"""HTML to a tree and back to words."""

import re
from collections.abc import Iterator

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

# A line of text ends where one of these begins or ends.
BLOCKS = frozenset(
    "address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
SILENT = frozenset(  # nothing under them is shown as words
    "script style noscript template iframe object head title select button textarea svg video audio canvas"
    " datalist".split()
)
_CELLS = frozenset(("td", "th"))
_CELL_ENDS = "\xa0"  # white space that no break of the source makes vanish
_WIDE = (  # East Asian wide and fullwidth characters that are no Hangul
    "\u2e80-\u2fff\u3001-\u303e\u3041-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60"
    "\uffe0-\uffe6\U00020000-\U0003fffd"
)
_WRAPPED = re.compile(f"(?<=[{_WIDE}])[ \\t\\f]*[\\n\\r][ \\t\\f\\n\\r]*(?=[{_WIDE}])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MOST_ATTRIBUTES = 1000  # of one tag: the parser compares each with all before it
_FEW = 64 * 1024  # characters, in which there cannot be so many that it takes long
_ATTRIBUTE = (  # HTML Standard, 13.2.5.32 to 13.2.5.39
    r"""[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
)
_CROWDED = re.compile(  # what looks like a tag in a script or a comment is none
    rf"<(?:(?P<crowded>[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{{MOST_ATTRIBUTES + 1}}})"
    r"|!--(?!-?>)(?:.*?--!?>|.*)|(script|style)\b(?:.*?</\2|.*))",
    re.DOTALL | re.IGNORECASE,
)


class ExtractionError(ValueError):
    """The answer is not what was expected; the message says what it is instead."""


def tree(markup: str) -> HtmlElement | None:
    """The element tree of a page; None where there is no element in it.

    Raises `ExtractionError` where it has a tag of more than `MOST_ATTRIBUTES` attributes or is nested deeper than the
    parser goes (2,048 levels): what lies below would be lost.
    """
    markup = markup.replace("\x00", "")
    if len(markup) > _FEW and any(found["crowded"] for found in _CROWDED.finditer(markup)):
        raise ExtractionError(f"a tag of more than {MOST_ATTRIBUTES} attributes")
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    data = markup.encode("utf-8", "ignore")  # a lone surrogate is no character
    try:
        root = lxml.html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    last = parser.error_log.last_error
    if last is not None and last.type == etree.ErrorTypes.ERR_NO_MEMORY:  # what came before it would pass for the page
        raise MemoryError
    if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise ExtractionError(f"the parser refuses it: {last.message.partition(', use')[0]}")
    return root


def fragment_text(markup: str) -> str:
    """The words of a piece of HTML, one paragraph a line.

    >>> fragment_text("<p>预算<b>3.5</b>亿元</p>\\n <p>（完）</p><script>x()</script>")
    '预算3.5亿元\\n（完）'
    """
    if "<" not in markup and "&" not in markup:
        return "\n".join(line for part in markup.split("\n") if (line := one_line(part)))
    root = tree(f"<div>{markup}</div>")
    return "" if root is None else text(root)


def text(*nodes: HtmlElement) -> str:
    """The visible words under these nodes, one block a line, cells of a row apart by a space."""
    lines: list[list[str]] = [[]]
    for piece in (piece for node in nodes for piece in _pieces(node)):
        if piece is None:
            lines.append([])
        else:
            lines[-1].append(piece)
    return "\n".join(line for pieces in lines if pieces and (line := one_line("".join(pieces))))


def one_line(raw: str) -> str:
    """Source text as a browser shows it on one line: a run of white space is a space, and one that breaks the line
    between two wide characters is nothing (CSS Text Module Level 3, 4.1.3).

    >>> one_line("预\\n\\t算 甲"), one_line("the\\nbudget")
    ('预算 甲', 'the budget')
    """
    if "\n" in raw or "\r" in raw:
        raw = _WRAPPED.sub("", raw)
    return " ".join(raw.split())


def is_hidden(node: HtmlElement) -> bool:
    return node.get("hidden") is not None or bool(_HIDDEN.search(node.get("style") or ""))


def _pieces(root: HtmlElement) -> Iterator[str | None]:
    """Text in document order, and None wherever a line ends."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node.tag in SILENT or is_hidden(node):
                walk.skip_subtree()
                continue
            if node.tag in BLOCKS:
                yield None
            if node.text:
                yield node.text
            continue
        if node.tag in BLOCKS:
            yield None
        elif node.tag in _CELLS:
            yield _CELL_ENDS
        if node is not root and node.tail:
            yield node.tail

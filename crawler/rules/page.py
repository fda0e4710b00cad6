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
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def tree(markup: str) -> HtmlElement | None:
    """The element tree of a page; None where there is no element in it."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    data = markup.replace("\x00", "").encode("utf-8", "replace")
    try:
        return lxml.html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def fragment_text(markup: str) -> str:
    """The words of a piece of HTML, one paragraph a line.

    >>> fragment_text("<p>预算<b>3.5</b>亿元</p>\\n <p>（完）</p><script>x()</script>")
    '预算3.5亿元\\n（完）'
    """
    if "<" not in markup and "&" not in markup:
        return _tidy(markup)
    root = tree(f"<div>{markup}</div>")
    return "" if root is None else text(root)


def text(*nodes: HtmlElement) -> str:
    """The visible words under these nodes, one block a line, cells of a row apart by a space."""
    return _tidy("".join(piece for node in nodes for piece in _pieces(node)))


def _tidy(raw: str) -> str:
    lines = (" ".join(line.split()) for line in raw.split("\n"))
    return "\n".join(line for line in lines if line)


def is_hidden(node: HtmlElement) -> bool:
    return node.get("hidden") is not None or bool(_HIDDEN.search(node.get("style") or ""))


def _pieces(root: HtmlElement) -> Iterator[str]:
    """Text in document order; a run of white space in the source is one space, as a browser shows it."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node.tag in SILENT or is_hidden(node):
                walk.skip_subtree()
                continue
            if node.tag in BLOCKS:
                yield "\n"
            if node.text:
                yield node.text.replace("\n", " ")
            continue
        if event == "end" and node.tag in BLOCKS:
            yield "\n"
        elif event == "end" and node.tag in _CELLS:
            yield " "
        if node is not root and node.tail:
            yield node.tail.replace("\n", " ")

"""One walk over a page: its lines and media in order, and which of them stand in which element.

All later rules count over the list of items that it makes, and never walk the tree again.
"""

import re
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawler.rules import page
from crawler.rules.extract import marks, media, patterns, phrases

_APART = frozenset("nav aside footer header form menu dialog marquee".split())
_EXEMPT = frozenset("html body main article".split())  # no class makes these a template's
_CELLS = frozenset(("td", "th"))
_BOXES = frozenset("td th body".split())  # break lines too where they are no data's
_IN_LAYOUT = frozenset("table h1 form section article ul".split())
_NONE: frozenset[str] = frozenset()
_APART_BY = "\xa0"  # white space that no break of the source makes vanish
_MOST_PARAGRAPHS = 4  # in a cell; with more it is a page's column
_SMALL = 12  # elements in a part of a line
_WORDS = re.compile(r"[\d\u3400-\u9fff]")
_NUMERAL = re.compile(r"[(（]?(?:[+-]?[\d,.]{1,12}[万kKwW+%]?){1,3}[)）]?")


@dataclass(slots=True)
class Item:
    """A line, or an image, link or table that stands on the page."""

    node: HtmlElement  # the block that a line begins in; the element of the rest
    text: str = ""  # empty for media
    apart: str = ""  # a short line with a space wherever an element begins or ends in it
    letters: int = 0  # without white space
    linked: int = 0  # of them, in links
    filed: int = 0  # of the linked, in links to files
    noise: bool = False  # the template's
    boxed: bool = False  # in a box of the template's
    meta: bool = False  # of who wrote it and when
    line: "Item | None" = None  # of media: the line that they stand in

    def is_kept(self) -> bool:
        """Whether it may be the article's."""
        return not (self.noise or self.meta or (self.line is not None and (self.line.noise or self.line.meta)))


@dataclass(slots=True)
class Box:
    """An element that its names call a template's."""

    node: HtmlElement
    kinds: frozenset[str]
    start: int
    end: int


@dataclass
class Survey:
    """What a walk found. Spans are half-open ranges of `items`."""

    items: list[Item] = field(default_factory=list)
    spans: dict[HtmlElement, tuple[int, int]] = field(default_factory=dict)  # blocks, in the order of their ends
    boxes: list[Box] = field(default_factory=list)
    named: list[HtmlElement] = field(default_factory=list)  # boxes named as bodies are
    declared: list[HtmlElement] = field(default_factory=list)  # itemprop="articleBody"
    headings: list[HtmlElement] = field(default_factory=list)  # h1
    credits: list[tuple[int, str, HtmlElement]] = field(default_factory=list)  # item, field, element named for it
    times: list[tuple[int, HtmlElement]] = field(default_factory=list)
    tables: list[HtmlElement] = field(default_factory=list)  # of data
    gone: list[HtmlElement] = field(default_factory=list)  # skipped: hidden, advertisements, scripts


def survey(root: HtmlElement, kept: Set[HtmlElement] = frozenset(), dropped: Set[HtmlElement] = frozenset()) -> Survey:
    """Walk what is under `root`. `kept` are blocks whatever their names say; `dropped` are skipped."""
    return _Walk(root, kept, dropped).go()


class _Walk:
    """The state of a walk: the line that is being gathered, and what is open around it."""

    def __init__(self, root: HtmlElement, kept: Set[HtmlElement], dropped: Set[HtmlElement]) -> None:
        self.root, self.kept, self.dropped = root, kept, dropped
        self.found = Survey()
        self.buffer: list[str] = []
        self.linked = self.filed = 0
        self.links: list[bool] = []  # open links: whether they lead to a file
        self.follows_file = False  # whether the words before are the name of a file
        self.blocks: list[HtmlElement] = [root]
        self.starts: dict[HtmlElement, int] = {}
        self.marked: dict[HtmlElement, frozenset[str]] = {}
        self.pending: list[Item] = []  # media of the line that is being gathered
        self.data_tables = 0  # open ones: one line a row

    def go(self) -> Survey:
        walk = etree.iterwalk(self.root, events=("start", "end"))
        root, skipped = self.root, None
        for event, node in walk:
            if event == "start":
                if self._starts(node):
                    walk.skip_subtree()
                    skipped = node
                elif node.text:
                    self._say(node.text)
                continue
            if node is skipped:
                skipped = None
            else:
                self._ends(node)
            if node is not root and node.tail:
                self._say(node.tail)
        self._break()
        return self.found

    def _say(self, text: str) -> None:
        if self.follows_file and not self.links and phrases.counts_downloads(text):
            return
        self.follows_file = self.follows_file and not text.strip()
        self.buffer.append(text)
        if self.links:
            letters = len("".join(text.split()))
            self.linked += letters
            self.filed += letters if self.links[-1] else 0

    def _break(self) -> None:
        """End the line."""
        self.follows_file = False
        if not self.buffer:
            self.pending.clear()
            return
        text = page.one_line("".join(self.buffer))
        is_short = len(self.buffer) > 1 and len(text) <= patterns.LONGEST
        apart = page.one_line(_APART_BY.join(self.buffer)) if is_short else text
        self.buffer.clear()
        if text:
            letters = len(text) - text.count(" ")
            item = Item(self.blocks[-1], text, apart, letters, min(self.linked, letters), min(self.filed, letters))
            self.found.items.append(item)
            for medium in self.pending:
                medium.line = item
        self.pending.clear()
        self.linked = self.filed = 0

    def _starts(self, node: HtmlElement) -> bool:
        """Enter an element; whether it is to be skipped instead."""
        tag = str(node.tag)
        is_block = self._is_block(node, tag)
        if (
            tag in page.SILENT
            or node in self.dropped
            or ((node.attrib or tag == "aside") and self._hides(node, tag, is_block))
        ):
            if tag in page.BLOCKS and not self.data_tables:
                self._break()
            self.found.gone.append(node)
            return True
        if is_block:
            self._break()
            self.blocks.append(node)
            self.starts[node] = len(self.found.items)
        elif self.data_tables and tag in page.BLOCKS:
            self.buffer.append(_APART_BY)
        if opener := _OPENERS.get(tag):
            opener(self, node)
        return False

    def _is_block(self, node: HtmlElement, tag: str) -> bool:
        if self.data_tables:
            return tag == "tr" or node in self.kept
        return tag in page.BLOCKS or tag in _BOXES or node in self.kept or node is self.root

    def _ends(self, node: HtmlElement) -> None:
        tag = node.tag
        if node in self.starts:
            self._break()
            start, end = self.starts.pop(node), len(self.found.items)
            self.blocks.pop()
            self.found.spans[node] = (start, end)
            if node in self.marked:
                self.found.boxes.append(Box(node, self.marked.pop(node), start, end))
        elif self.data_tables and (tag in _CELLS or tag in page.BLOCKS):
            self.buffer.append(_APART_BY)
        if tag == "a" and self.links:
            self.follows_file = self.links.pop()
        elif tag == "table" and self.data_tables and self.found.tables[-1] is node:
            self.data_tables -= 1

    def _hides(self, node: HtmlElement, tag: str, is_block: bool) -> bool:
        """Whether attributes hide an element; what only makes it suspect is noted."""
        if node in self.kept:
            return False
        if node.get("hidden") is not None:
            return True
        style = node.get("style")
        hidden = marks.style_hides(style) if style else None
        class_ = marks.names(node)
        id_ = (
            (node.get("id") or "") if tag != "p" else ""
        )  # a paragraph's is a number, more often than not a random one
        kinds = marks.kinds(class_, id_) if class_ or id_ else _NONE
        if hidden == "never shown" and "body" not in kinds:
            return True
        if hidden and "body" not in kinds:
            kinds |= {"unseen"}
        elif node.get("aria-hidden") == "true":
            kinds |= {"mute"}
        if "meta" in kinds and (name := marks.field_named(class_, id_)):
            self.found.credits.append((len(self.found.items), name, node))
        if node.get("itemprop") == "articleBody":
            self.found.declared.append(node)
        elif not is_block:
            return bool(kinds) and _is_small_part(node, kinds)
        elif "body" in kinds:
            self.found.named.append(node)
        elif (kinds or tag in _APART) and tag not in _EXEMPT:
            self.marked[node] = kinds if tag not in _APART else kinds | {"apart"}
        return False

    def _opens_table(self, table: HtmlElement) -> None:
        if _is_data(table):
            self.found.tables.append(table)
            self.found.items.append(Item(table))
            self.data_tables += 1

    def _opens_link(self, link: HtmlElement) -> None:
        self.links.append(media.is_file(link))
        self._stands(link)

    def _opens_image(self, image: HtmlElement) -> None:
        self._stands(image)

    def _stands(self, medium: HtmlElement) -> None:
        item = Item(medium)
        self.found.items.append(item)
        self.pending.append(item)

    def _opens_heading(self, heading: HtmlElement) -> None:
        self.found.headings.append(heading)

    def _opens_time(self, time: HtmlElement) -> None:
        self.found.times.append((len(self.found.items), time))


_OPENERS = {
    "table": _Walk._opens_table,
    "a": _Walk._opens_link,
    "img": _Walk._opens_image,
    "h1": _Walk._opens_heading,
    "time": _Walk._opens_time,
}


def _is_small_part(node: HtmlElement, kinds: frozenset[str]) -> bool:
    """Whether a part of a line is a template's: an advertisement, a button, a counter; never words of a sentence."""
    inside = list(islice(node.iter(), _SMALL + 1))
    if len(inside) > _SMALL:
        return False
    if kinds & {"ad", "hidden"}:
        return True
    words = "".join("".join(node.itertext()).split())
    if "unseen" in kinds:
        return True
    if "mute" in kinds:
        return node.tag == "i" or not _WORDS.search(words)
    if not words:
        return bool(kinds & {"noise", "talk"})
    return "meta" not in kinds and (
        phrases.is_noise(words) or ("count" in kinds and _NUMERAL.fullmatch(words) is not None)
    )


def _is_data(table: HtmlElement) -> bool:
    """Whether a table holds data, not the page's layout or a lone cell."""
    if table.get("role") in ("presentation", "none"):
        return False
    rows = cells = least = 0
    for node in table.iterdescendants():
        if node.tag in _IN_LAYOUT:
            return False
        rows += node.tag == "tr"
        if node.tag in _CELLS:
            cells += 1
            if sum(child.tag in ("p", "br", "div") for child in node) > _MOST_PARAGRAPHS:
                return False
        elif node.tag == "div":  # as a paragraph, in a table of more than one row
            least = 1
            if any(child.tag in page.BLOCKS for child in node):
                return False
    return cells > rows > least

"""Where on a page the article stands, and what is in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Layout
from crawler.rules import page
from crawler.rules.extract import cleaning, media, patterns, phrases, signature, stated
from crawler.rules.extract.container import container, with_notices
from crawler.rules.extract.heading import Span, title_span
from crawler.rules.extract.survey import Box, Item, Survey, survey

_SHORTEST_NAME = 8  # letters of a link that is the text's last paragraph
_MOST_MISSES = 6  # credits and tools between a body and its files
_LONGEST_LABEL = 12  # characters beside the names of files
_LONGEST_NAMES = 40  # characters of an outlet and authors in a line of their own
_SHORTEST_BODY = 20  # characters, on a page that shows no title and date; else it may be "loading …"


@dataclass(frozen=True)
class Block:
    """The part of a page that holds the article's body."""

    survey: Survey
    nodes: tuple[HtmlElement, ...]
    positions: tuple[int, ...]  # of the items that are the body's, in order
    title: Span | None
    is_given: bool = False  # by selectors or a learned layout
    as_served: bool = False  # its markup is shown as it stands
    files: tuple[HtmlElement, ...] = ()  # links to files behind the body

    @property
    def text(self) -> str:
        """The body's words, one paragraph a line."""
        return "\n".join(item.text for item in self.items() if item.text)

    def items(self) -> list[Item]:
        return [self.survey.items[i] for i in self.positions]

    def of(self, tag: str) -> list[HtmlElement]:
        """The body's elements of a kind: `img`, `a` or `table`."""
        return [
            item.node for item in self.items() if item.node.tag == tag and not item.text and not _is_file_icon(item)
        ]

    def html(self) -> str:
        """The markup of the body, less what is not of it. The tree is changed: this is read last."""
        if self.as_served:
            return "\n".join(lxml.html.tostring(n, encoding="unicode", with_tail=False) for n in self.nodes)
        return "\n".join(_markup(self.survey, node, set(self.positions)) for node in self.nodes).strip()


def _is_file_icon(item: Item) -> bool:
    """Whether an image stands before a file's name for its kind."""
    return item.node.tag == "img" and item.line is not None and item.line.filed > 0 and media.is_file_icon(item.node)


def article_block(
    root: HtmlElement, selected: Sequence[HtmlElement] | None = None, layout: Layout | None = None
) -> Block | None:
    """The block that selectors name, else a learned layout, else the page's own names, else the most words.

    None where no words are found.
    """
    if selected is not None:
        return _read(root, tuple(_outermost(selected)), frozenset(), by_selectors=True) if selected else None
    if layout is not None and (body := signature.only(root, layout.body)) is not None:
        apart = signature.inside(body, layout.apart)
        return _read(root, (body,), apart)  # an empty one is no reason to take another box for the body
    return _read(root, (), frozenset())


def _outermost(nodes: Sequence[HtmlElement]) -> Iterator[HtmlElement]:
    """The nodes that stand in none of the others."""
    chosen = set(nodes)
    for node in nodes:
        if not any(above in chosen for above in node.iterancestors()):
            yield node


def _read(
    root: HtmlElement, given: tuple[HtmlElement, ...], apart: frozenset[HtmlElement], by_selectors: bool = False
) -> Block | None:
    found = survey(root, frozenset(given), apart)
    cleaning.mark_lines(found.items)
    title = title_span(found, stated.titles(root))
    # A box around all that was given says nothing; one around some of it may still be an advertisement.
    inner = [box for box in found.boxes if not given or not all(_within(found, node, box) for node in given)]
    weight = cleaning.tally(found)
    cleaning.spare_lines(found, weight)
    dropped = cleaning.mark_boxes(found, inner, title, weight)
    cleaning.mark_headed(found, title, weight)
    nodes = given or container(found, title, dropped, weight)
    if not nodes:
        return None
    positions = [i for node in with_notices(found, nodes, weight) for i in range(*found.spans[node])]
    kept = _trimmed(found, positions, None if by_selectors and not _spans_title(found, nodes, title) else title)
    return Block(found, nodes, tuple(kept), title, bool(given), by_selectors, tuple(_files_behind(found.items, kept)))


def _files_behind(items: list[Item], kept: list[int]) -> Iterator[HtmlElement]:
    """Links to the files that lines right behind the body name: 附件：… in a box or a row of its own."""
    misses = 0
    for item in items[kept[-1] + 1 :] if kept else ():
        if not item.text:
            if item.line is not None and not item.line.noise and _names_files(item.line) and media.is_file(item.node):
                yield item.node
        elif not _names_files(item) and not phrases.heads_files(item.text):
            misses += 1
            if not (item.noise or item.meta or _closes(item)) or misses > _MOST_MISSES:
                return


def _names_files(item: Item) -> bool:
    """Whether all that a line links to is files, and their names and a label are all that it says."""
    words = item.letters - item.linked
    return 0 < item.filed == item.linked and (words <= _LONGEST_LABEL or phrases.heads_files(item.text))


def _within(found: Survey, node: HtmlElement, box: Box) -> bool:
    """Whether a given container stands in a box: the box then says nothing."""
    start, end = found.spans.get(node, (0, 0))
    return (
        box.start <= start
        and end <= box.end
        and box.node is not node
        and any(a is box.node for a in node.iterancestors())
    )


def _spans_title(found: Survey, nodes: tuple[HtmlElement, ...], title: Span | None) -> bool:
    return title is not None and any(s <= title[0] and title[1] <= e for s, e in (found.spans[n] for n in nodes))


# --- its edges ------------------------------------------------------------------------------------------------------


def _trimmed(found: Survey, positions: list[int], title: Span | None) -> list[int]:
    """The positions less heading and byline before the body, credits and links behind it, and noise in it."""
    items = found.items
    lines = [i for i in positions if items[i].text]
    if title and lines and lines[0] <= title[0] <= lines[-1]:
        after = [i for i in lines if i >= title[1]]
        if any(items[i].is_kept() for i in after):
            lines = after
            positions = [i for i in positions if i >= title[1]]
        else:  # a heading under the text
            lines = [i for i in lines if i < title[0]]
            positions = [i for i in positions if i < title[0]]
    while lines and not (
        items[lines[0]].is_kept() and not _opens(items[lines[0]], bool(title and title[1] <= lines[0]))
    ):
        items[lines.pop(0)].meta = True
    last = len(lines)
    while last and _closes(items[lines[last - 1]]):
        last -= 1
    if _is_last_paragraph(items, lines, last):
        last += 1
    for i in lines[last:]:
        items[i].meta = True
    if not lines:
        return []
    first_position = _first_medium(positions, lines[0], items) if last else None
    end = next((i for i in lines[last:] if not items[i].boxed), None)  # an image may stand behind a template's box
    return [
        i for i in positions
        if first_position is not None and i >= first_position and (end is None or i < end) and items[i].is_kept()
    ]  # fmt: skip


def _first_medium(positions: list[int], first: int, items: list[Item]) -> int:
    """Images before the first line are the body's too, back to the last line that is not."""
    start = first
    for i in reversed(positions[: positions.index(first)]):
        if items[i].text:
            break
        start = i
    return start


def _opens(item: Item, is_under_heading: bool) -> bool:
    return phrases.is_byline(item.apart) or (
        is_under_heading
        and (item.node.tag != "p" or item.apart != item.text)
        and (
            phrases.is_byline_under_heading(item.apart)
            or (len(item.apart) <= _LONGEST_NAMES and patterns.NAMES_APART.fullmatch(item.apart) is not None)
        )
    )


def _closes(item: Item) -> bool:
    if not item.is_kept() or phrases.is_tail(item.text):
        return True
    words = _BETWEEN_LINKS.sub("", item.text)
    return item.linked > 0 and not item.filed and len(words) <= item.linked


def _is_last_paragraph(items: list[Item], lines: list[int], last: int) -> bool:
    """Whether a line of nothing but one link is the text's last paragraph: alone, made as the one before it, and
    leading to a document, not to the site's front page or to itself."""
    if not 0 < last < len(lines):
        return False
    item, before = items[lines[last]], items[lines[last - 1]]
    node, following = item.node, items[lines[last + 1]] if last + 1 < len(lines) else None
    links = list(islice(node.iter("a"), 2))
    if not item.is_kept() or not item.linked or len(links) != 1 or node.tag != "p" or phrases.leads_links(item.text):
        return False
    is_list = following is not None and following.is_kept() and following.linked > 0
    is_like_it = before.node.tag == "p" and before.node.getparent() is node.getparent() and not before.linked
    goal = media.link_name(links[0].get("href") or "") or "/"
    is_named = item.letters >= _SHORTEST_NAME and "/" not in item.text
    return is_like_it and not is_list and is_named and goal != "/" and "/" in goal


_DROPPED = "newstrail-dropped"
_BETWEEN_LINKS = re.compile(r"[\s|｜·/>»《》【】（）()\[\]-]+")


def _markup(found: Survey, node: HtmlElement, kept: set[int]) -> str:
    counted = list(accumulate((i in kept for i in range(len(found.items))), initial=0))
    start, end = found.spans.get(node, (0, 0))
    drop = [gone for gone in found.gone if gone is not node]
    for inner, (s, e) in found.spans.items():
        if start <= s and e <= end and e > s and counted[e] == counted[s] and inner is not node:
            drop.append(inner)
    for inner in drop:
        if inner.getparent() is not None:
            inner.tag = _DROPPED
    # `drop_tree` would set the text behind each anew, and fails where a control character stands in it.
    etree.strip_elements(node.getroottree(), _DROPPED, with_tail=False)
    node.attrib.clear()
    whole = lxml.html.tostring(node, encoding="unicode", with_tail=False)
    return whole[len(str(node.tag)) + 2 : -len(str(node.tag)) - 3]


def is_article(block: Block, said: dict[str, str]) -> bool:
    """Whether a block holds enough to be an article's body, which one that was found by counting must prove."""
    words = block.text
    if block.is_given:
        return bool(words)
    return len(words) >= _SHORTEST_BODY or (bool(words) and {"title", "published_at"} <= said.keys())


def media_of(block: Block, base: str | None = None) -> dict[str, list[str] | list[list[list[str]]]]:
    """Images, tables, links and attachments of a block, each in the order of the page; `base`: what relative URLs
    start from."""
    links = [(a, name) for a in (*block.of("a"), *block.files) if (name := media.link_name(a.get("href") or "", base))]
    with_words = [(a, name) for a, name in links if page.text(a) or next(a.iter("img"), None) is not None]
    return {
        "images": media.images(block.of("img"), base),
        "tables": media.tables(block.of("table")),
        "links": [name for a, name in with_words if not media.is_file(a) and not media.is_automatic(a)],
        "attachments": [name for a, name in with_words if media.is_file(a)],
    }

"""Which of a page's items are the template's: by the names of boxes, by whole lines, by what heads a list."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from lxml.html import HtmlElement

from crawler.rules.extract import marks, patterns, phrases
from crawler.rules.extract.survey import Box, Item, Survey

_SENTENCE = re.compile(r"[。！？；，、]|[.,;!?](?:\s|$|[\"'”’])")
_ENDS = re.compile(r"[。！？；]|[.!?](?:\s|$)")
_WHOLE = frozenset(
    "p blockquote pre h2 h3 h4 h5 h6 li figure figcaption table".split()
)  # dropped only when no sentence
_SHORT = 60  # characters
_SHORT_META = 120
_CLIMB = 4  # elements from a heading to the box that it heads
_LONG_LINE = 25  # characters that make a sentence of a line without marks
_PARAGRAPHS = frozenset("p h2 h3 h4 h5 h6".split())
_SELLS = re.compile(r"广告|推广|赞助|[Aa]dvert|ADVERT|[Ss]ponsor|扫")
_HOLDS_LISTS = frozenset("div section aside ul ol dl li td nav article table tr tbody".split())


def is_sentence(item: Item) -> bool:
    """Whether a line reads as a sentence, not as a label or a link."""
    unlinked = item.letters - item.linked
    if 2 * item.linked > item.letters and not item.filed:
        return False
    return unlinked >= _LONG_LINE or (unlinked >= 6 and _SENTENCE.search(item.text) is not None)


def mark_lines(items: Iterable[Item]) -> None:
    """Mark the lines that are a template's wherever they stand; never a row of a table."""
    for item in items:
        if item.text and len(item.text) <= patterns.LONGEST and item.node.tag != "tr":
            item.noise = _is_template(item)
            item.meta = phrases.is_update(item.text)


def _is_template(item: Item) -> bool:
    if item.linked == item.letters and not item.filed and phrases.is_quote(item.apart):
        return True
    return phrases.is_noise(item.text) or _is_led_link(item) or phrases.is_noise(item.apart)


def is_template_line(item: Item) -> bool:
    """Whether a line is a template's by its words: noise, credits, or who keeps the site."""
    if phrases.is_tail(item.text) or phrases.is_imprint(item.text):
        return True
    return len(item.text) <= patterns.LONGEST and _is_template(item)


def _is_led_link(item: Item) -> bool:
    """A label such as 相关阅读： and links behind it, or a story's title with a button of its own behind it."""
    if not item.linked or item.filed:
        return False
    if item.apart != item.text and (button := patterns.GOES_ON.search(item.apart)):
        return item.letters - item.linked <= len(button[0])
    led = phrases.leads_links(item.text)
    return led > 0 and item.letters - item.linked <= led


@dataclass(frozen=True)
class Tally:
    """Running sums over items, so that any span is weighed in one step: totals of what stands before each item."""

    letters: list[int]
    sentences: list[int]  # unlinked letters in sentences
    paragraphs: list[int]  # of them, in `<p>`
    ends: list[int]  # lines in which a sentence ends
    first_line: list[int]  # the first line at or after each item
    bodies: list[tuple[int, int]]  # spans that are declared or named as bodies, by their starts

    def of(self, sums: list[int], span: tuple[int, int]) -> int:
        return sums[span[1]] - sums[span[0]]

    def is_one_line(self, span: tuple[int, int]) -> bool:
        """Whether a span holds exactly one line."""
        first = self.first_line[span[0]]
        return first < span[1] <= self.first_line[first + 1]

    def holds_body(self, span: tuple[int, int]) -> bool:
        """Whether a body's box stands in a span. Boxes nest, so that a look at a few is enough."""
        at = bisect_left(self.bodies, (span[0], -1))
        return any(end <= span[1] and end > start for start, end in self.bodies[at : at + _CLIMB])


def tally(found: Survey) -> Tally:
    """Weigh a survey's items."""
    items = found.items
    worth = [item.letters - item.linked if item.text and is_sentence(item) else 0 for item in items]
    following, first_line = len(items), [0] * (len(items) + 1)
    first_line[len(items)] = len(items)
    for i in range(len(items) - 1, -1, -1):
        following = first_line[i] = i if items[i].text else following
    nodes = [*found.named, *found.declared, *(n for n in found.spans if n.tag == "article")]
    return Tally(
        letters=_sums(item.letters for item in items),
        sentences=_sums(worth),
        paragraphs=_sums(w if item.node.tag == "p" else 0 for w, item in zip(worth, items, strict=True)),
        ends=_sums(bool(item.text and _ENDS.search(item.text)) for item in items),
        first_line=first_line,
        bodies=sorted(found.spans[n] for n in nodes if n in found.spans),
    )


def _sums(values: Iterable[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def mark_boxes(found: Survey, boxes: Iterable[Box], title: tuple[int, int] | None, weight: Tally) -> list[Box]:
    """Mark what stands in boxes that their names call a template's; those that were, none in another."""
    dropped = []
    until = {True: 0, False: 0}  # how far is marked: as who and when, as noise
    for box in sorted(boxes, key=lambda b: (b.start, -b.end)):
        only_meta = "meta" in box.kinds and not box.kinds & {"ad", "talk", "hidden", "unseen", "mute"}
        if box.end <= until[False] or (only_meta and box.end <= until[True]) or _is_spared(found, box, title, weight):
            continue
        until[only_meta] = box.end
        for item in found.items[box.start : box.end]:
            if only_meta:
                item.meta = True
            else:
                item.noise = item.boxed = True
        dropped.append(box)
    return dropped


def _is_spared(found: Survey, box: Box, title: tuple[int, int] | None, weight: Tally) -> bool:
    span, node = (box.start, box.end), box.node
    if (title and span[0] <= title[0] and title[1] <= span[1]) or box.kinds == {"count"}:
        return True
    if "talk" not in box.kinds and weight.holds_body(span):
        return True
    if not node.attrib and weight.of(weight.sentences, span):  # a bare aside is a template's only where it links
        return True
    if not box.kinds & {"ad", "talk"} and _is_notice(found, node, span, weight):
        return True
    reads_as_text = weight.of(weight.ends, span) > 0
    if "meta" in box.kinds and not box.kinds & {"ad", "talk", "noise", "hidden", "unseen", "apart"}:
        return reads_as_text or weight.of(weight.letters, span) > _SHORT_META
    if node.tag in _WHOLE and not box.kinds & {"ad", "hidden", "talk", "unseen"}:
        return reads_as_text or weight.of(weight.letters, span) > _SHORT
    return False


def _is_notice(found: Survey, node: HtmlElement, span: tuple[int, int], weight: Tally) -> bool:
    first = weight.first_line[span[0]]
    if first < span[1] and phrases.is_correction(found.items[first].text):
        return True
    return marks.is_notice(node.get("class") or "", node.get("id") or "")


def mark_headed(found: Survey, title: tuple[int, int] | None, weight: Tally) -> None:
    """Mark the lists, comments and advertisements that a heading introduces, and the heading."""
    until = 0
    for position, item in enumerate(found.items):
        if position < until or not item.text or len(item.text) > _SHORT or not phrases.heads_a_list(item.text):
            continue
        if is_between_paragraphs(found.items, position, weight) and not _SELLS.search(item.text):
            continue
        if title and title[0] <= position < title[1]:
            continue
        span = _headed_box(found, position, title, weight)
        if span:
            until = span[1]
            for inside in found.items[span[0] : span[1]]:
                inside.noise = inside.boxed = True
        else:
            item.noise = True
            _mark_links_after(found, position)


def spare_lines(found: Survey, weight: Tally) -> None:
    """Take back what was said of counters and subheadings that stand among an article's own paragraphs."""
    for position, item in enumerate(found.items):
        if item.noise and item.text and not item.node.get("class") and not item.node.get("id"):
            is_own = not phrases.leftover(item.text) and (item.node.tag != "p" or not phrases.is_tools(item.text))
            item.noise = not (is_own and is_between_paragraphs(found.items, position, weight))


def is_between_paragraphs(items: list[Item], position: int, weight: Tally) -> bool:
    """Whether a line stands among the paragraphs of its own box: the next lines on both sides are such. A template
    puts no counter and no list's heading there, so that it is the article's own."""
    node = items[position].node
    box = node.getparent()
    before, after = position - 1, weight.first_line[position + 1]
    while before >= 0 and not items[before].text:
        before -= 1
    if box is None or before < 0 or after >= len(items) or items[position].linked or node.tag not in _PARAGRAPHS:
        return False
    return all(_is_paragraph_of(items[i], box) for i in (before, after))


def _is_paragraph_of(item: Item, box: HtmlElement) -> bool:
    return item.node.tag == "p" and item.node.getparent() is box and is_sentence(item) and not is_template_line(item)


def _headed_box(found: Survey, position: int, title: tuple[int, int] | None, weight: Tally) -> tuple[int, int] | None:
    node: HtmlElement | None = found.items[position].node
    for _ in range(_CLIMB):
        span = found.spans.get(node) if node is not None else None
        if node is None or span is None or (title and span[0] <= title[0] < span[1]):
            return None
        if span[1] - span[0] > 1 and node.tag in _HOLDS_LISTS:
            is_first = weight.first_line[span[0]] == position
            return span if is_first and not _is_article(node, span, weight) else None
        node = node.getparent()
    return None


def _is_article(node: HtmlElement, span: tuple[int, int], weight: Tally) -> bool:
    """Whether a box that begins with a list's heading is the article none the less."""
    if node.get("itemprop") == "articleBody" or node.tag == "article":
        return True
    if marks.is_body_name(node.get("class") or "", node.get("id") or ""):
        return True
    return 2 * weight.of(weight.paragraphs, span) > weight.sentences[-1]


def _mark_links_after(found: Survey, position: int) -> None:
    for item in found.items[position + 1 :]:
        if item.text and (2 * item.linked <= item.letters or item.filed):
            return
        item.noise = item.noise or bool(item.text)

"""The box that holds an article's body: the one the page names so, else the one whose lines are worth most."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import accumulate, islice, takewhile

from lxml.html import HtmlElement

from crawler.rules.extract import cleaning, marks, phrases
from crawler.rules.extract.heading import Span
from crawler.rules.extract.survey import Box, Item, Survey

_NO_CONTAINERS = frozenset(
    "p h1 h2 h3 h4 h5 h6 tr ul ol li table thead tbody tfoot figure figcaption blockquote pre br hr address header"
    " footer nav aside dt caption summary legend".split()
)
_PARAGRAPHS = frozenset("p li blockquote pre td th h2 h3 h4 h5 h6 figcaption dd dt tr table ul ol".split())
_ALL = 1000  # talk is taken for the article only where nothing else is left
_FEWEST_LETTERS = 60  # of a box that is taken for the article against its name
_TIMES_MORE = 10  # a box that outweighs all the rest so is the article, whatever its class
_SIBLINGS = 12
_LEVELS = 4  # of boxes around one line
_NEARLY_ALL = 0.75  # of a box's worth
_INNER_SHARE = 0.5  # of a named box's worth, for one in it to go first
_LEAST_SHARE = 0.05  # of a named box's worth, for one in it that begins it to go first
_FIRST_SHARE = 0.5  # of a box's worth, where the first sentence stands
_NAMED_SHARE = 0.1  # of the page's worth, that a box named as bodies are must hold
_NUMBER = re.compile(r"\d+")
_RUN_OVER_BOX = 1.5  # so much more worth, a run of lines goes before the heaviest box


def container(found: Survey, title: Span | None, dropped: list[Box], tally: cleaning.Tally) -> tuple[HtmlElement, ...]:
    sums = _sums(found, title)
    if _restored(found, dropped, tally, _best_run(sums)[1]):
        sums = _sums(found, None)
    best = _heaviest(found, sums)
    weight = _weight(found, sums, best) if best is not None else 0
    run, most = _best_run(sums)
    if most <= 0:
        return ()
    if (named := _named(found, sums, most, tally)) is not None:
        return (named,)
    if best is None or most > _RUN_OVER_BOX * weight:
        covering = _covering(found, run)
        return (covering,) if covering is not None else ()
    return (_narrowed(found, sums, best, tally),)


def _restored(found: Survey, dropped: list[Box], tally: cleaning.Tally, left: float) -> bool:
    """Whether a box that was dropped for its name holds so many of the words that it is the article after all."""
    heavy = [(tally.of(tally.sentences, (box.start, box.end)), box) for box in dropped]
    letters, box = max(heavy, key=lambda pair: pair[0], default=(0, None))
    if box is None or letters <= (_TIMES_MORE * max(left, 1) if "talk" not in box.kinds else _ALL * left):
        return False
    if not _reads_as_article(found.items[box.start : box.end]):
        return False
    lines = found.items[box.start : box.end]
    for item in lines:
        item.noise = item.meta = item.boxed = False
    cleaning.mark_lines(lines)
    return True


def _reads_as_article(lines: list[Item]) -> bool:
    """Whether lines are paragraphs and little else: no heading of a list, no names and moments between them."""
    lines = [item for item in lines if item.text]
    if phrases.heads_a_list(lines[0].text):
        return False
    own = [item for item in lines if cleaning.is_sentence(item) and not cleaning.is_template_line(item)]
    letters = sum(item.letters for item in own)
    return letters >= _FEWEST_LETTERS and 2 * letters > sum(item.letters for item in lines)


def _best_run(sums: list[float]) -> tuple[Span, float]:
    """The run of lines that is worth most, wherever the boxes are (maximum subarray, Kadane)."""
    low, best, most = 0, (0, 0), 0.0
    for i, total in enumerate(sums):
        if total - sums[low] > most:
            best, most = (low, i), total - sums[low]
        if total < sums[low]:
            low = i
    return best, most


def _covering(found: Survey, run: Span) -> HtmlElement | None:
    """The smallest box around a run of lines."""
    around_it = [
        (e - s, order, node)
        for order, (node, (s, e)) in enumerate(found.spans.items())
        if s <= run[0] and run[1] <= e and node.tag not in _NO_CONTAINERS
    ]
    return min(around_it, key=lambda found: found[:2])[2] if around_it else None


def _sums(found: Survey, title: Span | None) -> list[float]:
    start = title[1] if title else 0
    return list(accumulate((_worth(item, i >= start) for i, item in enumerate(found.items)), initial=0.0))


def _worth(item: Item, is_after_title: bool) -> float:
    """What a line says for or against the box that it stands in."""
    if not item.text:
        return 0
    if not item.is_kept() or not is_after_title:
        return -1
    unlinked = item.letters - item.linked
    if 2 * item.linked > item.letters and not item.filed:
        return -5 - item.letters / 2
    if phrases.is_byline(item.apart) or phrases.is_tail(item.text) or phrases.is_imprint(item.text):
        return -3
    if cleaning.is_sentence(item):
        return unlinked
    return unlinked / 2 if item.node.tag in _PARAGRAPHS else -3


def _weight(found: Survey, sums: list[float], node: HtmlElement) -> float:
    start, end = found.spans[node]
    return sums[end] - sums[start]


def _heaviest(found: Survey, sums: list[float]) -> HtmlElement | None:
    best, most = None, 0.0
    for node, (start, end) in found.spans.items():
        if sums[end] - sums[start] > most and node.tag not in _NO_CONTAINERS:
            best, most = node, sums[end] - sums[start]
    return best


def _named(found: Survey, sums: list[float], weight: float, tally: cleaning.Tally) -> HtmlElement | None:
    """The box that the page itself calls the body, if it is one and holds a good part of the words."""
    for nodes in (found.declared, found.named):
        weighed = [(n, _weight(found, sums, n)) for n in nodes if n in found.spans]
        weighed = [(n, w) for n, w in weighed if w > 0 and tally.of(tally.sentences, found.spans[n]) > 0]
        if not weighed:
            continue
        node, most = max(weighed, key=lambda pair: pair[1])
        outer = found.spans[node]
        if any(w > most / 3 for n, w in weighed if not _overlap(found.spans[n], outer)):
            continue
        within = [
            n for n, w in weighed
            if _overlap(found.spans[n], outer)
            and (w >= _INNER_SHARE * most or (w >= _LEAST_SHARE * most and _begins_alone(found, sums, n, node)))
        ]  # fmt: skip
        if most >= _NAMED_SHARE * weight:
            return min(reversed(within), key=lambda n: found.spans[n][1] - found.spans[n][0])
    return None


def _begins_alone(found: Survey, sums: list[float], inner: HtmlElement, outer: HtmlElement) -> bool:
    """Whether of two boxes named as bodies the inner holds the first line that is worth something, and the outer none
    of its own: what else is in it then are columns and lists."""
    start, end = found.spans[outer]
    first = next((i for i in range(start, end) if sums[i + 1] > sums[i]), start)
    s, e = found.spans[inner]
    if not s <= first < e:
        return False
    levels = {outer, *takewhile(lambda node: node is not outer, inner.iterancestors())}
    return not any(
        sums[i + 1] > sums[i] and (found.items[i].node in levels or found.items[i].node.getparent() in levels)
        for i in (*range(start, s), *range(e, end))
    )


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _narrowed(found: Survey, sums: list[float], best: HtmlElement, tally: cleaning.Tally) -> HtmlElement:
    """The box in `best` that holds nearly all of its words, or its first sentence and most of them, unless paragraphs
    of `best` itself would be lost."""
    start, end = found.spans[best]
    own = list(accumulate((_is_own(item, sums, i, best) for i, item in enumerate(found.items)), initial=0))
    first = next(
        (i for i in range(start, end) if sums[i + 1] > sums[i] and tally.sentences[i + 1] > tally.sentences[i]), start
    )
    worth = sums[end] - sums[start]
    chosen = {_NEARLY_ALL: (best, end - start), _FIRST_SHARE: (best, end - start)}
    for node, (s, e) in found.spans.items():
        if not (start <= s and e <= end) or node.tag in _NO_CONTAINERS or own[end] - own[start] != own[e] - own[s]:
            continue
        if node is not best and _is_one_of_many(found, sums, node, tally):
            continue
        for share in (_NEARLY_ALL, *((_FIRST_SHARE,) if s <= first < e else ())):
            if sums[e] - sums[s] >= share * worth and e - s < chosen[share][1]:
                chosen[share] = (node, e - s)
    return chosen[_FIRST_SHARE if chosen[_NEARLY_ALL][0] is best else _NEARLY_ALL][0]


def _is_one_of_many(found: Survey, sums: list[float], node: HtmlElement, tally: cleaning.Tally) -> bool:
    """Whether a box is but a paragraph: a line that stands between others of its make that are worth something."""
    return any(
        other in found.spans and _is_twin(found, level, other) and _weight(found, sums, other) > 0
        for level in _around_one_line(found, node, tally)
        for other in (*islice(level.itersiblings(), _SIBLINGS), *islice(level.itersiblings(preceding=True), _SIBLINGS))
    )


def _around_one_line(found: Survey, node: HtmlElement | None, tally: cleaning.Tally) -> Iterator[HtmlElement]:
    """A box that holds one line, and those around it that hold no other; nothing for any other box."""
    for _ in range(_LEVELS):
        if node is None or node not in found.spans or not tally.is_one_line(found.spans[node]):
            return
        yield node
        node = node.getparent()


def _is_twin(found: Survey, node: HtmlElement, other: HtmlElement) -> bool:
    """Whether two boxes are of one make; bare ones are only where both hold words themselves."""
    if node.tag != other.tag or _make(node) != _make(other):
        return False
    return bool(_make(node)) or all(_holds_words(found, box) for box in (node, other))


def _holds_words(found: Survey, node: HtmlElement) -> bool:
    start, end = found.spans[node]
    return start < end and found.items[start].node is node


def _make(node: HtmlElement) -> dict[str, str]:
    """An element's attributes, less what is its own: its id, and the number in `data-testid="paragraph-3"`."""
    return {str(name): _NUMBER.sub("#", str(value)) for name, value in node.attrib.items() if value and name != "id"}


def _is_own(item: Item, sums: list[float], i: int, box: HtmlElement) -> bool:
    """Whether a line of the article stands in a box itself, in no box within it; a table's rows always do."""
    if sums[i + 1] <= sums[i]:
        return False
    return item.node is box or item.node.tag == "tr" or (item.node.tag in _PARAGRAPHS and item.node.getparent() is box)


def with_notices(found: Survey, nodes: tuple[HtmlElement, ...], tally: cleaning.Tally) -> list[HtmlElement]:
    """The containers, and the editors' notices that stand beside them, or further paragraphs of a lone one."""
    if len(nodes) != 1:
        return [n for n in nodes if n in found.spans]
    container = nodes[0]
    beside = _paragraphs_beside(found, container, tally)
    level: HtmlElement | None = container
    for _ in range(2):
        if level is None or level.tag in ("body", "article", "main"):
            break
        for sibling in islice(level.itersiblings(), _SIBLINGS):
            if sibling in found.spans and sibling not in beside and _is_notice(found, sibling):
                beside.append(sibling)
        level = level.getparent()
    return sorted([container, *beside], key=lambda n: found.spans[n])


def _paragraphs_beside(found: Survey, node: HtmlElement, tally: cleaning.Tally) -> list[HtmlElement]:
    """Where the container is but one paragraph in a box of its own: those behind it of its make, and figures."""
    beside: list[HtmlElement] = []
    for level in _around_one_line(found, node, tally):
        if _make(level):
            behind = (sibling for sibling in islice(level.itersiblings(), _SIBLINGS) if sibling in found.spans)
            beside += takewhile(partial(_is_paragraph_beside, found, level), behind)
    return beside


def _is_paragraph_beside(found: Survey, node: HtmlElement, other: HtmlElement) -> bool:
    return other.tag == "figure" or _is_twin(found, node, other)


def _is_notice(found: Survey, node: HtmlElement) -> bool:
    lines = [item for item in found.items[slice(*found.spans[node])] if item.text and item.is_kept()]
    if not lines or not any(map(cleaning.is_sentence, lines)):
        return False
    return phrases.is_correction(lines[0].text) or marks.is_notice(node.get("class") or "", node.get("id") or "")

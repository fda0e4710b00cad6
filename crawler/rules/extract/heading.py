"""Where an article's own heading stands on its page."""

from collections.abc import Iterator
from itertools import islice, pairwise

from lxml.html import HtmlElement

from crawler.rules.extract import patterns, phrases, stated
from crawler.rules.extract.survey import Survey

Span = tuple[int, int]
_MOST_TITLE = 150  # characters
_MOST_ITEMS = 20  # of a heading
_MOST_OF_TITLE = 0.6  # of a title's characters that a line must have to be its heading
_SITE_ENDS = tuple("-_|｜–—:：·")  # between a site's name and a title
_HEADLINES = frozenset("h2 h3 h4 div p td th center b strong font span".split())
_DRESS = frozenset("h2 h3 h4 h5 b strong big font center".split())
_FEW = 6  # elements in a heading
_FEWEST = 6  # characters of a heading that no title says
_ALIKE = 0.5  # of pairs of characters


def title_span(found: Survey, titles: list[str]) -> Span | None:
    """The items of the article's own heading, None for none: what the page's `titles` say; else, as titles may be
    older than the heading that readers see, what is like them; else the last `<h1>`."""
    said = ["".join(title.split()) for title in titles]
    spans = [found.spans[h] for h in found.headings if h in found.spans]
    spans = [span for span in spans if span[1] - span[0] <= _MOST_ITEMS and words(found, span)]
    if exact := _said_by_title(found, spans, said):
        return exact
    heads = [_pairs(stated.head_title(title)) for title in titles]
    if free := list(_outside_boxes(found, spans)):
        return max(free, key=lambda span: (_likeness(words(found, span), heads) >= _ALIKE, span))
    return _like_title(found, heads) or _over_byline(found)


def _said_by_title(found: Survey, spans: list[Span], said: list[str]) -> Span | None:
    """The longest heading or line that a title says."""
    heads = [(title, _MOST_OF_TITLE * len(stated.head_title(title))) for title in said]
    best: tuple[int, int, Span] | None = None
    for rank, span in [(1, s) for s in spans] + [(0, (i, i + 1)) for i in _short_lines(found)]:
        said_there = "".join(words(found, span).split())
        matches = any(said_there in t if rank else _begins(said_there, t, least) for t, least in heads)
        matches = matches or (not rank and _is_headline(found, span) and any(_ends(said_there, t) for t in said))
        if matches and len(said_there) >= (2 if rank else 4) and (best is None or (len(said_there), rank) > best[:2]):
            best = (len(said_there), rank, span)
    return best[2] if best else None


def _begins(line: str, title: str, least: float) -> bool:
    """Whether a line is a title less the site's name, not just the title's first word."""
    return len(line) >= least and title.startswith(line)


def _ends(line: str, title: str) -> bool:
    """Whether a line is a title that begins with the site's name, less that name."""
    before = title.removesuffix(line)
    return before != title and before[-1:] in _SITE_ENDS and len(line) > len(before)


def _is_headline(found: Survey, span: Span) -> bool:
    return found.items[span[0]].node.tag in _HEADLINES and not found.items[span[0]].linked


def _outside_boxes(found: Survey, spans: list[Span]) -> Iterator[Span]:
    """The spans that stand in no box of the template's, in their order."""
    boxes = sorted((box.start, box.end) for box in found.boxes if box.kinds & {"apart", "talk"})
    until, at = 0, 0  # how far the boxes reach that begin before a span
    for span in sorted(spans):
        while at < len(boxes) and boxes[at][0] <= span[0]:
            until, at = max(until, boxes[at][1]), at + 1
        if span[1] > until:
            yield span


def _like_title(found: Survey, heads: list[set[str]]) -> Span | None:
    """The first line that is much like a title and no link."""
    for i in _short_lines(found):
        item = found.items[i]
        if 2 * item.linked <= item.letters and _likeness(item.text, heads) >= _ALIKE:
            return i, i + 1
    return None


def _over_byline(found: Survey) -> Span | None:
    """The line in the dress of a heading right over the first that says when and by whom: where every page of a site
    has the site's name for its title."""
    lines = [i for i, item in enumerate(found.items) if item.text and not item.noise]
    for before, i in pairwise(lines):
        words, line = found.items[i].apart, found.items[before]
        if patterns.DATE.search(words) and patterns.SOURCE.search(words) and phrases.is_byline(words):
            is_one = _FEWEST <= len(line.text) <= _MOST_TITLE and not line.linked and _is_dressed(line.node)
            return (before, before + 1) if is_one else None
    return None


def _is_dressed(node: HtmlElement) -> bool:
    """Whether the words of an element are shown as a heading."""
    inner = [node, *islice(node.iterdescendants(), _FEW)]
    named = (f"{n.get('class') or ''} {n.get('id') or ''}".lower() for n in inner)
    return any(n.tag in _DRESS for n in inner) or any("title" in name or "biaoti" in name for name in named)


def _likeness(line: str, heads: list[set[str]]) -> float:
    """The pairs of characters that a line and a title share, as a part of the one that has more."""
    pairs = _pairs(line)
    return max((len(pairs & head) / max(len(pairs), len(head), 1) for head in heads), default=0.0)


def _pairs(text: str) -> set[str]:
    text = "".join(text.split())
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _short_lines(found: Survey) -> Iterator[int]:
    for i, item in enumerate(found.items):
        if item.text and 4 <= len(item.text) <= _MOST_TITLE and not item.noise:
            yield i


def words(found: Survey, span: Span) -> str:
    """The words of a span of items, on one line."""
    return " ".join(item.text for item in found.items[span[0] : span[1]] if item.text)

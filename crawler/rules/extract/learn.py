"""Where the body stands on a site's pages, learned from several of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.items import Layout, Role
from crawler.rules import page
from crawler.rules.extract import byline, layout, marks, patterns, phrases, signature

_FEWEST, _MOST = 3, 20  # pages
_AGREE = 0.6  # of the pages; of the words that two extractors find
_ANCESTORS = 3  # named ones that may go into a signature
_LARGEST_PART = 0.3  # of a body's words, that a template's part may have
_LONGEST_WORDS = 200
_LARGEST_TREE = 40  # elements in a template's part


@dataclass(frozen=True)
class _Read:
    """A page, and the element that both votes name as its body."""

    root: HtmlElement
    body: HtmlElement
    text: str


def learn(pages: Sequence[str], role: Role) -> Layout | None:
    """The layout that 3 to 20 different pages of one site and role share; None where they share none.

    Our own rule for a page's body and trafilatura's vote on each page for the element that holds it.
    """
    read = [found for markup in pages[:_MOST] if (found := _read(markup)) is not None]
    if len({found.text for found in read}) < _FEWEST:
        return None
    needed = max(_FEWEST, round(_AGREE * len(read)))
    votes = Counter(pattern for found in read for pattern in _patterns(found.body, [other.body for other in read]))
    for pattern, _ in sorted(votes.items(), key=lambda vote: (-vote[1], len(vote[0]), vote[0])):
        bodies = [found.body for found in read if signature.only(found.root, pattern) is found.body]
        if len(bodies) >= needed and not _loses_words(read, pattern):
            return Layout(pattern, tuple(_apart(bodies)))
    return None


def _loses_words(read: list[_Read], pattern: str) -> bool:
    """Whether the element of this signature lacks lines that a page's body was read with and no other page has."""
    said = Counter(line for found in read for line in {signature.masked(line) for line in found.text.split("\n")})
    for found in read:
        node = signature.only(found.root, pattern)
        if node is None or node is found.body:
            continue
        there = "".join(signature.words_of(node).split())
        lines = (signature.masked(line) for line in found.text.split("\n"))
        if any(said[line] < _FEWEST and "".join(line.split()) not in there for line in lines):
            return True
    return False


def _read(markup: str) -> _Read | None:
    root = page.tree(markup)
    block = layout.article_block(root) if root is not None else None
    if root is None or block is None or not block.text or len(block.nodes) != 1:
        return None
    agreed = _other_agrees(markup, block.text.split("\n"))
    return _Read(root, block.nodes[0], block.text) if agreed else None


def _other_agrees(markup: str, lines: list[str]) -> bool:
    """Whether most of our lines stand in what trafilatura takes for the article, or most of its lines in ours."""
    import trafilatura  # takes half a second, and only learning needs it

    theirs = (trafilatura.extract(markup, include_comments=False, include_tables=True) or "").split("\n")
    return _held(lines, theirs) >= _AGREE or _held(theirs, lines) >= _AGREE


def _held(lines: list[str], others: list[str]) -> float:
    """The share of the letters of these lines that stand in the others."""
    said = "".join("".join(others).split())
    letters = ["".join(line.split()).strip("-*#|") for line in lines]
    return sum(len(line) for line in letters if line in said) / max(1, sum(map(len, letters)))


def _patterns(body: HtmlElement, others: list[HtmlElement]) -> Iterator[str]:
    """Signatures of a body, the plainest first: its own names that other pages' bodies share, then its ancestors'."""
    own = _shared(body, others)
    if own != body.tag:
        yield own
    above = [s for node in body.iterancestors() if node.tag not in ("html",) and (s := signature.step(node))]
    for step in above[:_ANCESTORS]:
        yield f"{step} {own}"


def _shared(body: HtmlElement, others: list[HtmlElement]) -> str:
    """An element's tag, and those of its lasting names that most of the others have as well."""
    same = [other for other in others if other.tag == body.tag]
    half = len(same) / 2
    ids = [
        i for i in signature.lasting([body.get("id") or "-"]) if i != "-" and sum(o.get("id") == i for o in same) > half
    ]
    classes = sorted(set(signature.lasting((body.get("class") or "").split())))
    classes = [c for c in classes if sum(c in (o.get("class") or "").split() for o in same) > half]
    return str(body.tag) + "".join(f"#{i}" for i in ids) + "".join(f".{c}" for c in classes)


def _apart(bodies: list[HtmlElement]) -> Iterator[str]:
    """What says the same on most pages is the template's: an element with names, and its words."""
    seen: Counter[str] = Counter()
    for body in bodies:
        largest = _LARGEST_PART * len(signature.words_of(body))
        seen.update({sign for node in body.iterdescendants() if (sign := _part(node, largest))})
    needed = max(_FEWEST, round(_AGREE * len(bodies)))
    yield from sorted(sign for sign, times in seen.items() if times >= needed)


def _part(node: HtmlElement, largest: float) -> str | None:
    step = signature.step(node) if node.get("class") or node.get("id") else None
    if step is None or len(list(islice(node.iter(), _LARGEST_TREE))) == _LARGEST_TREE:
        return None
    if marks.is_notice(node.get("class") or "", node.get("id") or ""):
        return None
    words = signature.words_of(node)
    if signature.is_moment(node):  # the rest of its line is a byline only with it
        return None
    if not 0 < len(words) <= min(largest, _LONGEST_WORDS) or phrases.is_correction(words):
        return None
    if (link := next(node.iterancestors("a"), None)) is not None and signature.words_of(link) != words:
        return None  # a part of a link's words says nothing without the rest
    if byline.read(words) or patterns.EDITOR.search(words):  # who wrote it is the article's, also if it is always one
        return None
    return f"{step} = {words}"

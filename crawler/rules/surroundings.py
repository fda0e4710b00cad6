"""What a page says of its article around the body: heading, times, outlet, author."""

import re
from itertools import islice

from lxml.html import HtmlElement

from crawler.rules import byline, page, phrases, stated
from crawler.rules.heading import words
from crawler.rules.layout import Block

_NEAR = 12  # items around heading and body in which date, outlet and author are looked for
_SMALL = 20  # elements of what shows a name


def around(root: HtmlElement, block: Block) -> dict[str, str]:
    """Title, times, outlet and author that stand on the page beside the body."""
    said: dict[str, str] = {}
    if title := _title(root, block):
        said["title"] = title
    near, far = _lines_around(block)
    for line in near:
        for name, value in byline.read(line).items():
            said.setdefault(name, value)
    _read_times(block, said)
    _read_credits(block, said)
    for line in near:
        if named := byline.outlet_beside_date(line):
            said.setdefault("outlet", named)
    for line in far:
        if phrases.is_byline(line):
            for name, value in byline.read(line).items():
                said.setdefault(name, value)
    if tag := _tag(root):
        said.setdefault("outlet", tag)
    return said


def _title(root: HtmlElement, block: Block) -> str | None:
    if block.title:
        return words(block.survey, block.title)
    titles = stated.titles(root)
    return stated.head_title(titles[0]) if titles else None


def _lines_around(block: Block) -> tuple[list[str], list[str]]:
    """Lines that may tell of the article, nearest first, and those farther off."""
    items, kept = block.survey.items, set(block.positions)
    first, last = (block.positions[0], block.positions[-1]) if block.positions else (0, 0)
    start, end = block.title or (first, first)
    under = range(end, first)  # a box of tools there may hold the byline
    lines = [
        i for i, item in enumerate(items)
        if item.text and i not in kept
        and (not item.noise or (i in under and phrases.is_byline(item.apart)))
    ]  # fmt: skip
    after = [i for i in lines if end <= i < first]
    before = [i for i in reversed(lines) if i < start][:_NEAR]
    behind = [i for i in lines if i > last or first < i < last][:_NEAR]
    near = [*after[:_NEAR], *before, *behind]
    seen = set(near)
    return [items[i].apart for i in near], [items[i].apart for i in lines if i not in seen]


def _zone(block: Block) -> range:
    positions = block.positions or (0,)
    start = min(block.title[0] if block.title else positions[0], positions[0]) - _NEAR
    return range(start, positions[-1] + _NEAR)


def _read_times(block: Block, said: dict[str, str]) -> None:
    zone, kept = _zone(block), set(block.positions)
    for position, node in block.survey.times:
        value = node.get("datetime")
        if value and position in zone and position not in kept and not _is_noise(block, position):
            is_update = "modified" in (node.get("itemprop") or "").lower() or "updated" in (node.get("class") or "")
            said.setdefault("modified_at" if is_update else "published_at", value)


def _is_noise(block: Block, position: int) -> bool:
    """Whether what stands there tells nothing of the article; between heading and body it does."""
    items = block.survey.items
    first = block.positions[0] if block.positions else 0
    under = block.title is not None and block.title[1] <= position < first
    return not under and position < len(items) and items[position].noise


def _read_credits(block: Block, said: dict[str, str]) -> None:
    zone = _zone(block)
    for position, name, node in block.survey.credits:
        if name in said or position not in zone or _is_noise(block, position):
            continue
        if len(list(islice(node.iter(), _SMALL))) == _SMALL:
            continue
        words = " ".join(page.text(node).split())
        told = byline.read(words).get(name)
        if told or (0 < len(words) <= 30 and not phrases.is_byline(words) and not re.search(r"[：:\d。，]", words)):
            said[name] = told or words


def _tag(root: HtmlElement) -> str | None:
    """The outlet as the first site tags it: `tags: <em>每日经济新闻新闻</em>` is 每日经济新闻."""
    for small in root.iter("small"):
        names = [" ".join(page.text(em).split()) for em in small.iter("em")]
        if (small.text or "").strip().startswith("tags") and names:
            return " ".join(names).removesuffix("新闻") or None
    return None

"""What a page says of its article around the body: heading, times, outlet, author."""

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.rules import dates, page
from crawler.rules.extract import byline, patterns, phrases, stated
from crawler.rules.extract.heading import words
from crawler.rules.extract.layout import Block

_SEEN = ("title", "outlet", "author")  # as readers see them; what a page states for machines may be old or the site's
_OFFSET = re.compile(r"\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$")
_PRECISION = ("day", "minute", "second")
_ROLE = re.compile(  # what a writer is, beside the name
    r"(?:[A-Za-z&'’]{2,20} ){0,4}"
    r"(?:[Rr]eporter|[Cc]orrespondent|[Ee]ditor|[Ww]riter|[Cc]ontributor)(?:(?:,| in) .{1,40})?"
)
_UTC, _DAY = ZoneInfo("UTC"), timedelta(days=1)
_NEAR = 12  # items around heading and body in which date, outlet and author are looked for
_SMALL = 20  # elements of what shows a name


def around(root: HtmlElement, block: Block, told: dict[str, str]) -> dict[str, str]:
    """Title, times, outlet and author of the article: what stands on the page beside the body, and what the page
    states for machines (`told`).

    Names are as readers see them: what is stated may be old, or the site's. Of two times that agree it is the more
    precise one, and of others the one under the heading.
    """
    said = {"title": words(block.survey, block.title)} if block.title else {}
    under, near, far = _lines_around(block)
    _read_lines(filter(phrases.is_byline, under), said)
    is_under = "published_at" in said
    _read_lines((*under, *near), said)
    _read_times(block, said)
    _read_credits(block, said)
    for line in (*under, *near):
        if named := byline.outlet_beside_date(line):
            said.setdefault("outlet", named)
    _read_lines(filter(phrases.is_byline, far), said)
    if "published_at" in said:
        said |= _names_apart(under) | said
    if tag := _tag(root):
        said.setdefault("outlet", tag)
    if "author" not in said and "author" not in told and (editor := _editor(block)):
        said["author"] = editor  # the only person that the page names
    found = stated.head(root) | said | told | {name: said[name] for name in _SEEN if name in said}
    if "published_at" in said and "published_at" in told:
        found["published_at"] = _finer(said["published_at"], told["published_at"], is_under)
    return found


def _read_lines(lines: Iterable[str], said: dict[str, str]) -> None:
    for line in lines:
        for name, value in byline.read(line).items():
            said.setdefault(name, value)


def _finer(seen: str, told: str, is_seen: bool = True) -> str:
    """Of two times, the more precise one if they agree, else the one that is seen if it stands in its place.

    >>> _finer("2024年11月22日09:30", "2024-11-22"), _finer("2024年11月22日", "2024-11-22T09:30:00+08:00")
    ('2024年11月22日09:30', '2024-11-22T09:30:00+08:00')
    >>> _finer("2024-11-22 09:30", "2024-11-21T08:00:00+08:00"), _finer("2024-11-22", "2024-11-21T23:30:00Z")
    ('2024-11-22 09:30', '2024-11-21T23:30:00Z')
    """
    one, other = (dates.published(_OFFSET.sub("", text.strip()), _UTC) for text in (seen, told))
    if one is None or other is None:
        return told if one is None else seen
    length = {"day": 10, "minute": 16, "second": 19}[min(one[1], other[1], key=_PRECISION.index)]
    apart = abs(dates.from_utc_text(one[0]) - dates.from_utc_text(other[0]))
    in_other_zones = one[1] == "day" and _OFFSET.search(told) is not None and apart < 2 * _DAY
    if one[0][:length] != other[0][:length] and not in_other_zones:
        return seen if is_seen else told
    return told if _PRECISION.index(other[1]) >= _PRECISION.index(one[1]) else seen


def _names_apart(under: list[str]) -> dict[str, str]:
    """Outlet and author, where they stand without labels beside the time, or in a line of their own next to it."""
    if said := next(filter(None, map(byline.names_beside_date, under)), None):
        return said
    for line, other in (*pairwise(under), *pairwise(under[::-1])):
        if (named := patterns.NAMES_APART.fullmatch(line)) and phrases.is_byline(other) and patterns.DATE.search(other):
            return byline.apart(named)
    return {}


def _lines_around(block: Block) -> tuple[list[str], list[str], list[str]]:
    """Lines between heading and body, lines near them, nearest first, and those farther off."""
    items, kept = block.survey.items, set(block.positions)
    first, last = (block.positions[0], block.positions[-1]) if block.positions else (0, 0)
    start, end = block.title or (first, first)
    under = range(end, first)  # a box of tools there may hold the byline
    lines = [
        i for i, item in enumerate(items)
        if item.text and i not in kept
        and (not item.noise or (i in under and phrases.is_byline(item.apart)))
        and not (i > last and phrases.is_clock(item.text))
    ]  # fmt: skip
    after = [i for i in lines if end <= i < first]
    before = [i for i in reversed(lines) if i < start and (not items[i].linked or phrases.is_byline(items[i].apart))]
    before = before[:_NEAR]  # less the bars of links with today's date
    behind = [i for i in lines if i > last or first < i < last][:_NEAR]
    near = {*after[:_NEAR], *before, *behind}
    chosen = after[:_NEAR], [*before, *behind], [i for i in lines if i not in near]
    under_heading, beside, far = ([items[i].apart for i in part] for part in chosen)
    return under_heading, beside, far


def _zone(block: Block) -> range:
    positions = block.positions or (0,)
    start = min(block.title[0] if block.title else positions[0], positions[0]) - _NEAR
    return range(start, positions[-1] + _NEAR)


def _read_times(block: Block, said: dict[str, str]) -> None:
    zone, kept = _zone(block), set(block.positions)
    for position, node in block.survey.times:
        value = node.get("datetime")
        if value and position in zone and position not in kept and not _is_noise(block, position):
            is_update = "modified" in (node.get("itemprop") or "").lower() or _is_updated(node.get("class") or "")
            name = "modified_at" if is_update else "published_at"
            said[name] = _finer(said[name], value) if name in said else value


def _is_updated(class_: str) -> bool:
    """Whether a class names a time of the last change; in microformats an entry's only date is `updated` as well.

    >>> [_is_updated(class_) for class_ in ("updated", "entry-date updated", "entry-date published")]
    [True, False, False]
    """
    return "updated" in class_ and "published" not in class_ and "entry-date" not in class_


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
        words = _words_of(node, name)
        told = byline.read(words).get(name)
        if told or (0 < len(words) <= 30 and not phrases.is_byline(words) and not re.search(r"[：:\d。，]", words)):
            said[name] = told or words


def _editor(block: Block) -> str | None:
    """Who edited it, as the line next to the body's end says (责任编辑)."""
    kept, end = set(block.positions), block.positions[-1] if block.positions else 0
    beside = ((i, patterns.EDITOR.search(item.apart)) for i, item in enumerate(block.survey.items) if i not in kept)
    said = [(abs(i - end), match["names"]) for i, match in beside if match]
    return min(said)[1] if said else None


def _words_of(node: HtmlElement, name: str) -> str:
    """What an element says, less an outlet's name that stands apart in an author's element; only it in an outlet's."""
    if any(inner.tag in page.SILENT or page.is_hidden(inner) for inner in node.iter()):
        return " ".join(page.text(node).split())
    parts = [said for text in node.itertext() if (said := " ".join(text.split()))]
    outlets = [part for part in parts if patterns.OUTLET_NAME.fullmatch(part)]
    if len(parts) > 1 and outlets:
        parts = outlets[:1] if name == "outlet" else [part for part in parts if part not in outlets]
    if name == "author" and (people := [part for part in parts if not _ROLE.fullmatch(part)]):
        parts = people
    return " ".join(parts)


def _tag(root: HtmlElement) -> str | None:
    """The outlet as the first site tags it: `tags: <em>每日经济新闻新闻</em>` is 每日经济新闻."""
    for small in root.iter("small"):
        names = [" ".join(page.text(em).split()) for em in small.iter("em")]
        if (small.text or "").strip().startswith("tags") and names:
            return " ".join(names).removesuffix("新闻") or None
    return None

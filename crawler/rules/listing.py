"""A listing page: who is listed, in which order, under which title."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.config import Site
from crawler.items import Entry
from crawler.rules import addresses, identity, page
from crawler.rules.extract import ExtractionError
from crawler.rules.text import one_line

_SHOWN = 5


def read(site: Site, markup: str, url: str) -> tuple[str | None, tuple[Entry, ...], int]:
    """(heading, entries in order, how many links lead to none of them) of a listing.

    An empty list is a listing without entries. Raises `ExtractionError` where the page is no listing.
    """
    if not markup.strip():
        raise ExtractionError("an empty answer where a listing was expected")
    if markup.lstrip()[:1] in "{[":
        raise ExtractionError(f"not HTML where a listing was expected; it begins {markup.strip()[:40]!r}")
    root = page.tree(markup)
    if root is None:
        raise ExtractionError("no HTML where a listing was expected")
    links = list(_links(root, url))
    entries = _entries(site, links, url)
    if not entries and not _has_empty_list(root):
        raise ExtractionError(f"0 articles matched article = {site.article!r}; {_first(links)}")
    heading = next((h for node in root.iter("h2") if (h := one_line(page.text(node)))), None)
    matched = {goal for goal, _ in links if _code(site, goal, url)}
    return heading, entries, len({goal for goal, _ in links} - matched)


def shortfall(matched: int, other: int, before: tuple[int, int] | None) -> str | None:
    """Why a listing is not believed to be whole: under half of the links that used to lead to articles do, and others
    came in their place. A listing that is merely shorter is whole.

    `before`: how many matched, and how many did not, when it was last read.

    >>> shortfall(3, 12, (30, 12))
    >>> shortfall(3, 39, (30, 12))
    '3 links match the pattern of its articles where 30 did, and 27 more lead elsewhere'
    """
    if before is None or 2 * matched >= before[0] or 2 * (other - before[1]) < before[0] - matched:
        return None
    more = other - before[1]
    return f"{matched} links match the pattern of its articles where {before[0]} did, and {more} more lead elsewhere"


def _links(root: HtmlElement, url: str) -> Iterator[tuple[str, str]]:
    base = _base(root, url)
    for link in root.iter("a"):
        href = (link.get("href") or "").strip()
        if not href:
            continue
        try:
            goal = urljoin(base, href)
            parts = urlsplit(goal)
            named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
            if named and len(goal) <= addresses.LONGEST_URL:
                yield goal.split("#")[0], one_line(page.text(link)) or one_line(link.get("title") or "")
        except ValueError:  # a link that is no URL, or has no port; the page has others
            continue


def _base(root: HtmlElement, url: str) -> str:
    """What the page's links start from; a `<base>` that is no URL counts for nothing, as in a browser."""
    said: str = root.xpath("string(//base/@href)")
    try:
        return urljoin(url, said)
    except ValueError:
        return url


def _entries(site: Site, links: list[tuple[str, str]], url: str) -> tuple[Entry, ...]:
    """One entry a code, at its first place, under its first title that has words (an image link has none)."""
    entries: dict[str, Entry] = {}
    for goal, title in links:
        code = _code(site, goal, url)
        if code is None:
            continue
        known = entries.get(code)
        if known is None or (title and not known.title):
            entries[code] = Entry(code, known.url if known else identity.article_url(site, goal), title)
    return tuple(entries.values())


def _code(site: Site, goal: str, url: str) -> str | None:
    """The code of the site's article that a link leads to."""
    groups = identity.article_groups(site, goal) if identity.is_own(site, goal, url) else None
    return groups["code"] if groups else None


def _has_empty_list(root: HtmlElement) -> bool:
    return any(not any(isinstance(c.tag, str) for c in node) for node in root.iter("ul", "ol"))


def _first(links: list[tuple[str, str]]) -> str:
    if not links:
        return "no links were seen"
    return "here are the first links seen: " + " ".join(goal for goal, _ in links[:_SHOWN])

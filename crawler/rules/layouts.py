"""Which pages of a run a site's layout is to be learned from."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import unquote

from crawler.items import Job, Layout, Look, Role
from crawler.rules import page
from crawler.rules.decode import decode
from crawler.rules.extract import signature

_FEWEST, _MOST = 3, 20  # pages that a layout is learned from
_LONG_ENOUGH = 6  # characters of a title that a template does not say by itself
_LARGEST = 500_000  # bytes of a page that is worth it


class Samples:
    """A few pages of each site of a run, from which its layout is learned: where it has none yet, or new clothes."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._pages: defaultdict[tuple[str, Role], dict[str, str]] = defaultdict(dict)

    def take(self, look: Look) -> None:
        """Take notice of a look."""
        role = look.fields.places.get("body") if look.fields else None
        if role not in ("share", "post") or "body" in self._job.sites[look.site].selectors:
            return
        pages = self._pages[look.site, role]
        raw = next((raw for raw in look.responses if raw.role == role), None)
        if raw is not None and len(pages) < _MOST and len(raw.body) <= _LARGEST:
            pages[look.code] = decode(raw.body, raw.header("Content-Type"))[0]

    def learned(self) -> Iterator[tuple[str, Role, Layout, int]]:
        """(site, role, layout, pages it was learned from), where enough show one and most do not fit the known."""
        for (site, role), pages in self._pages.items():
            known = self._job.layouts.get(site, {}).get(role)
            fitting = sum(_fits(markup, known.layout) for markup in pages.values()) if known else 0
            if len(pages) < _FEWEST or 2 * fitting >= len(pages):
                continue
            from crawler.rules.extract.learn import learn  # it brings trafilatura, which takes half a second to load

            layout = learn(list(pages.values()), role)
            if layout and not (known and layout == known.layout):
                yield site, role, layout, len(pages)

    def titles(self, site: str, role: Role, codes: Collection[str]) -> set[str]:
        """What the pages of this run call the articles of these codes: the words of links that lead to them."""
        if not codes:
            return set()
        named = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, codes))})(?![0-9A-Za-z])")
        roots = (page.tree(markup) for markup in self._pages[site, role].values())
        links = (link for root in roots if root is not None for link in root.iter("a"))
        return {" ".join(page.text(link).split()) for link in links if named.search(unquote(link.get("href") or ""))}


def without(layout: Layout, titles: Iterable[str]) -> Layout:
    """A layout without the parts of the template that say one of these titles.

    >>> without(Layout("div.text", ("p.hot = 江州某某诉银行案第#号", "p.end = 完")), ["江州某某诉银行案", "完"]).apart
    ('p.end = 完',)
    """
    said = [signature.masked(title) for title in titles if len(title) >= _LONG_ENOUGH]
    kept = tuple(part for part in layout.apart if not any(words in part for words in said))
    return Layout(layout.body, kept)


def _fits(markup: str, layout: Layout) -> bool:
    root = page.tree(markup)
    return root is not None and signature.only(root, layout.body) is not None

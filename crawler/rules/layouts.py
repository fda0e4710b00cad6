"""Which pages of a run a site's layout is to be learned from."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from crawler.items import Layout, Look, Role
from crawler.rules.decode import decode

_FEWEST, _MOST = 3, 20  # pages that a layout is learned from
_LARGEST = 500_000  # characters of a page that is worth it


class Samples:
    """Pages of one run that were read without a learned layout: of a site that has none yet, or has new clothes."""

    def __init__(self) -> None:
        self._read: Counter[str] = Counter()
        self._missed: Counter[tuple[str, Role]] = Counter()
        self._pages: defaultdict[tuple[str, Role], dict[str, str]] = defaultdict(dict)

    def take(self, look: Look) -> None:
        """Take notice of a look."""
        if look.outcome != "read":
            return
        self._read[look.site] += 1
        raw = next((raw for raw in look.responses if raw.role == look.unlearned), None)
        if raw is None:
            return
        key = look.site, raw.role
        self._missed[key] += 1
        if len(self._pages[key]) < _MOST and len(raw.body) <= _LARGEST:
            self._pages[key][look.code] = decode(raw.body, raw.header("Content-Type"))[0]

    def learned(self) -> Iterator[tuple[str, Role, Layout, int]]:
        """(site, role, layout, pages it was learned from) where enough pages, and most of the site's, show one."""
        from crawler.rules.learn import learn  # it brings trafilatura, which takes half a second to load

        for (site, role), pages in self._pages.items():
            if len(pages) >= _FEWEST and 2 * self._missed[site, role] > self._read[site]:
                layout = learn(list(pages.values()), role)
                if layout:
                    yield site, role, layout, len(pages)

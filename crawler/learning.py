"""What looks teach of how often articles are edited, and from that when the next one is due."""

from collections import defaultdict
from typing import Any

from sqlite_utils import Database

from crawler.config import Site, seconds
from crawler.rules import revisit
from crawler.rules.dates import from_utc_text, later
from crawler.rules.revisit import Page, Profile
from storage import budgets, profiles

_HOUR = 3600.0
_LONGEST = 7 * 24  # hours between two looks at a page that is not let go
_UNCOUNTED = 0.02  # the price where no budget is kept: that of some 20 looks at an ordinary article


class Learning:
    """One run's share: profiles and prices as they were when it began; what it teaches waits to be written."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._profiles = Profiles(db)
        self._prices: dict[str, float] = {}
        self._taught: defaultdict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])

    def looked(self, article: dict[str, Any], site: Site, changed: bool, seen_at: str) -> str | None:
        """Learn from a look that showed the article's content at `seen_at` (UTC text); its factor and streak are set in
        the row. When the next look is due (UTC text); None where it is let go."""
        source_id = profiles.source_of(self._db, article["id"])
        curve = self._profiles.of(source_id)
        page = page_of(article)
        age = age_at(article, seen_at)
        if article["last_read_at"] and seen_at > article["last_read_at"]:
            before = age_at(article, article["last_read_at"])
            page, edits = revisit.learned(page, curve.expected(age) - curve.expected(before), changed)
            if source_id is not None:
                for bucket, num, den in revisit.spread(curve, before, age, edits, page.a / page.b):
                    taught = self._taught[source_id, bucket]
                    taught[0], taught[1] = taught[0] + num, taught[1] + den
        article |= {"factor_a": page.a, "factor_b": page.b, "streak": page.streak}
        article |= {"last_read_at": max(seen_at, article["last_read_at"] or ""), "hinted_at": None}
        wait = revisit.next_age(curve, page, age, self._price(article["site"])) - age
        return next_look(article, site, seen_at, wait)

    def write(self) -> None:
        """Add what was learned since to the record, in the caller's transaction."""
        profiles.add(self._db, [(source, bucket, *sums) for (source, bucket), sums in self._taught.items()])  # type: ignore[misc]
        self._taught.clear()

    def _price(self, site: str) -> float:
        if site not in self._prices:
            self._prices[site] = price_of(self._db, site)
        return self._prices[site]


class Profiles:
    """Each source's edits by age, from what is on record now."""

    def __init__(self, db: Database) -> None:
        self._sums = {
            source: tuple(zip(*(buckets.get(k, (0.0, 0.0)) for k in range(revisit.BUCKETS)), strict=True))
            for source, buckets in profiles.sums(db).items()
        }
        self._pool = revisit.pooled((num for num, _ in self._sums.values()), (den for _, den in self._sums.values()))
        self._known: dict[int | None, Profile] = {None: revisit.of_rates(self._pool)}

    def of(self, source_id: int | None) -> Profile:
        """A source's profile; the pool's for an article that no source lists."""
        if source_id not in self._known:
            none = (0.0,) * revisit.BUCKETS
            num, den = self._sums.get(source_id or 0, (none, none))
            self._known[source_id] = revisit.profile(num, den, self._pool)
        return self._known[source_id]


def price_of(db: Database, site: str) -> float:
    """How much a look at the site must be worth: as its budget has it, or what applies where none is kept."""
    known = budgets.price(db, site)
    return _UNCOUNTED if known is None else known


def page_of(row: dict[str, Any]) -> Page:
    """What is believed of an article's own factor."""
    return Page(row["factor_a"], row["factor_b"], row["streak"])


def age_at(article: dict[str, Any], moment: str) -> float:
    """Hours since an article was published, or found where it does not say so or says a later time."""
    born = article["first_seen_at"]
    if article["published_at"]:  # of a day: the latest that it may have been
        spare = 86400 if article["published_precision"] == "day" else 0
        born = min(born, later(article["published_at"], spare))
    return max(0.0, (from_utc_text(moment) - from_utc_text(born)).total_seconds() / _HOUR)


def next_look(article: dict[str, Any], site: Site, seen_at: str, wait: float) -> str | None:
    """When the look after one at `seen_at` is due, `wait` hours on; None behind the time when it is let go."""
    due = later(seen_at, round(min(wait, _LONGEST) * _HOUR))
    return due if due <= later(article["first_seen_at"], seconds(site.forget_after)) else None

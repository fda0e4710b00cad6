"""What it means that a run did not find articles: each by itself, all of one age, or a site that broke."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import msgspec

from crawler.items import Absence, Look
from crawler.rules.dates import later

_FEWEST = 3  # articles; fewer that are gone together show nothing
_TOO_MANY = 0.3  # of a site's live articles
_EXCEPTIONS = 0.1  # of the expired: as many may be younger and gone, or older and there
_SOONEST_EXPIRY = 86400  # seconds after publication
_SETTLED_LOOKS, _SETTLED_AFTER = 2, 86400  # looks, and seconds, after which a missing article is no news of this run
_READ = ("read", "not_modified")


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the site, as the record has it before the run's verdict."""

    code: str
    published_at: str  # when it was first seen, where its publisher does not say
    live: bool
    gone_since: str | None = None  # not found since then
    gone_looks: int = 0


@dataclass
class SiteRun:
    """What one run saw of one site: those that it did not find are held until its end."""

    held: list[Look] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def holds(self, look: Look) -> bool:
        """Take notice of a look; whether it is held back."""
        self.outcomes[look.outcome] += 1
        if look.outcome in ("not_found", "soft_404"):
            self.held.append(look)
            return True
        if look.outcome not in _READ and look.reason:
            self.reasons[f"{look.outcome}: {look.reason}"] += 1
        return False

    @property
    def fails(self) -> bool:
        """Whether most of its looks, and more than a few, brought nothing."""
        return (failed := self._failed()) >= _FEWEST and 2 * failed > self.outcomes.total()

    def _failed(self) -> int:
        apart = ("not_found", "variant", "robots")
        return self.outcomes.total() - self.read - sum(self.outcomes[outcome] for outcome in apart)

    @property
    def most_said(self) -> str:
        """Why, by the reason that was given most."""
        ((reason, _),) = self.reasons.most_common(1) or [("soft_404: the site says that they are not there", 0)]
        return reason

    @property
    def read(self) -> int:
        """Looks that read an article."""
        return sum(self.outcomes[outcome] for outcome in _READ)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The held looks, each with what it means; why the run is quarantined; what is to be said of the site."""

    looks: list[Look]
    quarantine: str | None = None
    notice: str | None = None


def judge(run: SiteRun, site: Sequence[Article], reads_normally: bool, broken_listing: str | None = None) -> Verdict:
    """What the looks that a run held back mean. `site` is every article of the site that was ever read;
    `reads_normally`: whether others than those were read of late; `broken_listing`: why the run's listing is none.

    Over 30 % of a site's live articles, and three or more, is more than a run is believed; where all of one age are
    gone and the younger ones are there, they were let go (expired).
    """
    missing = {look.code for look in run.held}
    known = {article.code: article for article in site}
    cutoff = expiry(site, missing, max((look.seen_at for look in run.held), default=""))
    expired = {code for code in missing if cutoff and code in known and known[code].published_at <= cutoff}
    live = {article.code for article in site if article.live}
    news = {code for code in (missing & live) - expired if not run.read or not _is_settled(known[code], run.held)}
    broken = len(news) >= _FEWEST and len(news) > _TOO_MANY * len(live)
    doubted = broken or run.fails or bool(broken_listing)
    looks = [_marked(look, look.code in expired, doubted, reads_normally) for look in run.held]
    quarantine = notice = None
    if run.fails:
        quarantine = f"most of {run.outcomes.total()} looks brought nothing, most often {run.most_said}"
    elif broken:
        quarantine = f"{len(news)} of {len(live)} articles were not found: {_cause(run)}; none is taken for removed"
    if expired & live:
        notice = f"{len(expired & live)} articles published until {cutoff} are gone with everything of their age"
    return Verdict(looks, quarantine, notice)


def _marked(look: Look, is_expired: bool, broken: bool, reads_normally: bool) -> Look:
    absence: Absence | None = None
    if look.outcome == "soft_404":
        absence = "soft" if reads_normally and not broken else None
    elif is_expired:
        absence = "expired"
    elif broken:
        absence = "quarantined"
    return msgspec.structs.replace(look, absence=absence)


def _is_settled(article: Article, held: Sequence[Look]) -> bool:
    """Whether it has been missing for so long that this run's breaking explains nothing."""
    if article.gone_since is None or article.gone_looks < _SETTLED_LOOKS:
        return False
    return max(look.seen_at for look in held) >= later(article.gone_since, _SETTLED_AFTER)


def _cause(run: SiteRun) -> str:
    if not run.read:
        return "nothing of the site could be read; it may be down or have a new address"
    return "the site or its content endpoint may be broken, or its addresses may have changed"


def expiry(site: Sequence[Article], missing: Collection[str], now: str) -> str | None:
    """The time of publication up to which (nearly) everything is gone while (nearly) all that is younger is there;
    None where the gone ones have no such age in common.

    >>> site = [Article(str(day), f"2024-01-0{day}T00:00:00Z", live=True) for day in range(1, 8)]
    >>> expiry(site, {"1", "2", "3"}, "2024-01-09T00:00:00Z")
    '2024-01-03T00:00:00Z'
    >>> expiry(site, {"1", "4", "6"}, "2024-01-09T00:00:00Z")
    """
    ordered = sorted(site, key=lambda article: article.published_at)
    gone = [article.code in missing or not article.live or article.gone_since is not None for article in ordered]
    gone_so_far = list(accumulate(map(int, gone)))
    best: tuple[int, str, int] | None = None  # exceptions, cutoff, gone up to it
    for at, article in enumerate(ordered[:-1]):
        if article.published_at == ordered[at + 1].published_at:
            continue
        older_gone = gone_so_far[at]
        exceptions = (at + 1 - older_gone) + (gone_so_far[-1] - older_gone)
        if best is None or exceptions < best[0]:
            best = exceptions, article.published_at, older_gone
    if best is None or not now or now < later(best[1], _SOONEST_EXPIRY):
        return None
    exceptions, cutoff, older_gone = best
    return cutoff if older_gone >= _FEWEST and exceptions <= _EXCEPTIONS * older_gone else None

"""What it means that a run did not find articles: each by itself, all of one age, or a site that broke."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import msgspec

from crawler.items import Absence, Look
from crawler.rules.dates import later

FEWEST = 3  # articles; fewer that are gone together show nothing
_TOO_MANY = 0.3  # of a site's live articles, or of those that a run looked at
_MOST_EXPIRED = 0.5  # of a site's live articles, that are let go at once
_EXCEPTIONS = 0.1  # of the expired: as many may be younger and gone, or older and there
_SOONEST_EXPIRY = 86400  # seconds after publication
_SETTLED_LOOKS, _SETTLED_AFTER = 2, 86400  # looks, and seconds, after which a missing article is no news of this run
_MOST_HELD = 32 * 1024 * 1024  # bytes of responses; those of further looks are not kept
_READ = ("read", "not_modified")
_NO_TROUBLE = (*_READ, "not_found", "variant", "robots")


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the site, as the record has it before the run's verdict."""

    code: str
    published_at: str  # when it was first seen, where its publisher does not say
    state: str
    gone_since: str | None = None  # not found since then
    gone_firmly_since: str | None = None
    gone_looks: int = 0


@dataclass
class SiteRun:
    """What one run saw of one site: what it did not find, and what collapsed, is held until its end."""

    held: dict[str, list[Look]] = field(default_factory=dict)  # by code
    collapsed: list[Look] = field(default_factory=list)
    read: set[str] = field(default_factory=set)  # codes
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    held_bytes: int = 0

    def judged(self, look: Look) -> list[Look]:
        """The looks that need wait no longer: this one, after what it contradicts; none where it waits itself."""
        self.outcomes[look.outcome] += 1
        if look.outcome in ("not_found", "soft_404"):
            self.held.setdefault(look.code, []).append(self._light(look))
            return []
        if look.outcome not in _READ:
            self.reasons[f"{look.outcome}: {look.reason}"] += 1
            return [look]
        self.read.add(look.code)
        before = self.held.pop(look.code, [])
        if look.collapsed:
            self.collapsed.append(look)
            return before
        return [*before, look]

    def _light(self, look: Look) -> Look:
        """The look, without its responses where those of others that wait are all that should be in memory."""
        self.held_bytes += sum(len(raw.body) for raw in look.responses)
        return look if self.held_bytes <= _MOST_HELD else msgspec.structs.replace(look, responses=())

    @property
    def fails(self) -> bool:
        """Whether most of its looks, and more than a few, brought nothing."""
        failed = self.outcomes.total() - sum(self.outcomes[outcome] for outcome in _NO_TROUBLE)
        return failed >= FEWEST and 2 * failed > self.outcomes.total()

    @property
    def most_said(self) -> str:
        """Why, by the reason that was given most."""
        ((reason, _),) = self.reasons.most_common(1) or [("soft_404: the site says that they are not there", 0)]
        return reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """The held looks, each with what it means; why the run is quarantined; what is to be said of the site."""

    looks: list[Look]
    quarantine: str | None = None
    notice: str | None = None


def judge(
    run: SiteRun,
    missing: Mapping[str, Article],
    live: int,
    cutoff: str | None,
    reads_normally: bool,
    broken_listing: str | None = None,
) -> Verdict:
    """What the looks that a run held back mean.

    `missing`: what the record has of them; `live`: how many articles of the site are; `cutoff`: what `expiry` found;
    `reads_normally`: whether others were read of late; `broken_listing`: why the run's listing is none.

    Over 30 % of a site's live articles, or of those that the run looked at, and three or more, is more than a run is
    believed. Where all of one age are gone and the younger ones are there, they were let go (expired).
    """
    now = max((look.seen_at for looks in run.held.values() for look in looks), default="")
    alive = {code: article for code, article in missing.items() if article.state == "live"}
    news = {code for code, article in alive.items() if not run.read or not _is_settled(article, now)}
    expired = {code for code, article in alive.items() if cutoff and article.published_at <= cutoff}
    if len(expired & news) > _MOST_EXPIRED * live:
        expired = set()
    news -= expired
    first = {code for code in news if alive[code].gone_firmly_since is None}
    of_all = len(news) > _TOO_MANY * live
    of_these = len(first) > _TOO_MANY * (len(run.read) + len(alive))
    broken = (of_all and len(news) >= FEWEST) or (of_these and len(first) >= FEWEST)
    doubted = broken or run.fails or bool(broken_listing)
    looks = [
        _marked(look, look.code in expired, doubted, reads_normally) for held in run.held.values() for look in held
    ]
    quarantine = notice = None
    if run.fails:
        quarantine = f"most of {run.outcomes.total()} looks brought nothing, most often {run.most_said}"
    elif broken:
        quarantine = f"{len(news)} of {live} articles were not found: {_cause(run)}; none is taken for removed"
    if expired:
        notice = f"{len(expired)} articles published until {cutoff} are gone with everything of their age"
    return Verdict(looks, quarantine, notice)


def _marked(look: Look, is_expired: bool, doubted: bool, reads_normally: bool) -> Look:
    absence: Absence | None = None
    if look.outcome == "soft_404":
        absence = "soft" if reads_normally and not doubted else None
    elif is_expired:
        absence = "expired"
    elif doubted:
        absence = "quarantined"
    return msgspec.structs.replace(look, absence=absence)


def _is_settled(article: Article, now: str) -> bool:
    """Whether it has been missing for so long that this run's breaking explains nothing."""
    if article.gone_since is None or article.gone_looks < _SETTLED_LOOKS:
        return False
    return now >= later(article.gone_since, _SETTLED_AFTER)


def _cause(run: SiteRun) -> str:
    if not run.read:
        return "nothing of the site could be read; it may be down or have a new address"
    return "the site or its content endpoint may be broken, or its addresses may have changed"


def expiry(site: Sequence[Article], missing: Collection[str], read: Collection[str], now: str) -> str | None:
    """The time of publication up to which (nearly) everything is gone while (nearly) all that is younger is there;
    None where the gone ones have no such age in common.

    `site`: its live and expired articles; `missing` and `read`: codes of those that a run did not find and did.
    Three must be missing for it, or others have expired before.

    >>> site = [Article(str(day), f"2024-01-0{day}T00:00:00Z", "live") for day in range(1, 8)]
    >>> expiry(site, {"1", "2", "3"}, {"4"}, "2024-01-09T00:00:00Z")
    '2024-01-03T00:00:00Z'
    >>> expiry(site, {"1", "4", "6"}, {"2"}, "2024-01-09T00:00:00Z")
    """
    if len(missing) < FEWEST and not any(article.state == "expired" for article in site):
        return None
    ordered = sorted(site, key=lambda article: article.published_at)
    gone = [article.code in missing or (_is_gone(article) and article.code not in read) for article in ordered]
    gone_so_far = list(accumulate(map(int, gone)))
    best: tuple[int, str, int] | None = None  # exceptions, cutoff, gone up to it
    for at, article in enumerate(ordered[:-1]):
        if article.published_at == ordered[at + 1].published_at:
            continue
        older_gone = gone_so_far[at]
        exceptions = (at + 1 - older_gone) + (gone_so_far[-1] - older_gone)
        if best is None or exceptions < best[0]:
            best = exceptions, article.published_at, older_gone
    if best is None or now < later(best[1], _SOONEST_EXPIRY):
        return None
    exceptions, cutoff, older_gone = best
    return cutoff if older_gone >= FEWEST and exceptions <= _EXCEPTIONS * older_gone else None


def _is_gone(article: Article) -> bool:
    return article.state == "expired" or article.gone_since is not None

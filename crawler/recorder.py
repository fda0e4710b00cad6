"""One run's observations on their way into the record: in batches, with a tally of what is committed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler import announce
from crawler.config import Channel
from crawler.items import Ending, HostNote, Job, ListingReading, Look, Observation, RobotsNote
from crawler.learning import Learning
from crawler.record import record_listing, record_look
from crawler.rules import absences, collapses, patience
from crawler.rules.classify import NOTHING_READ
from crawler.rules.dates import later, utc_text
from crawler.rules.layouts import Samples, without
from crawler.rules.moves import Moves
from crawler.trouble import Subject
from storage import articles, hosts, layouts, redactions, sources
from storage.database import transaction, usable

_BATCH, _BATCH_BYTES = 200, 16 * 1024 * 1024  # observations, and bytes of their responses, a transaction
_REMARKS = 10
_COUNTED = ("first_seen", "edited", "removed")
_AWAITED = ("pending", "gone", "variant")  # findings in the making; `changes` tells what comes of them
_SETTLED_RUNS, _SETTLED_AFTER = 3, 86400  # runs, and seconds, after which what is in quarantine is believed
_LOOKED_BACK = 10  # looks at a site's other articles that tell whether it reads normally


@dataclass
class Tally:
    """What a run has committed: its outcomes and changes by name, and whether its listing was read."""

    outcomes: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    listed: int | None = None
    listing_error: str | None = None
    error: str | None = None  # the first one
    unread: str | None = None  # the first look that brought nothing
    left: str | None = None  # which hosts are to be left alone, and what was not looked at for that
    quarantine: str | None = None  # why not all that the run found is believed
    remarks: list[str] = field(default_factory=list)  # the first few, one line each

    @property
    def looks(self) -> int:
        return sum(self.outcomes.values())

    @property
    def why(self) -> str | None:
        """Why the run is not `ok`: its quarantine and what hosts were left, its first error, else the first look that
        brought nothing."""
        return "; ".join(filter(None, (self.quarantine, self.left))) or self.error or self.unread


class Recorder:
    """Records one run's observations, in batches; `tally` holds only what is committed."""

    def __init__(
        self,
        db: Database,
        path: Path,
        job: Job,
        on_commit: Callable[[Tally], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        channels: Iterable[Channel] = (),
    ) -> None:
        self._db, self._path, self._job, self._clock = db, path, job, clock
        self._on_commit, self._channels = on_commit, tuple(channels)
        self._waiting: list[Observation] = []
        self._waiting_bytes = 0
        self._moves = Moves()
        self._sites: defaultdict[str, absences.SiteRun] = defaultdict(absences.SiteRun)
        self._samples = Samples(job)
        self._listed: dict[str, str] = {}  # code -> title, as the listing has it now
        with usable(path):
            self._learning = Learning(db)
        self._quarantine: str | None = None
        self._notices: list[str] = []
        self._of_articles: set[str] = set()  # notices that are idle where the whole source is in trouble
        self.tally = Tally()
        self.outcome: str | None = None
        self.reason: str | None = None  # why it is interrupted
        with usable(path), transaction(db):
            source = sources.find_source(db, job.listing.source) if job.listing else None
            self._source_id: int | None = source["id"] if source else None
            self._redaction = redactions.newest(db)
            self._is_first = bool(source and not sources.outcomes(db, source["id"]))
            self._unread = source["key"] if source and source["listing_seen_at"] is None else None
            site = next(iter(job.sites)) if len(job.sites) == 1 else None
            self.run_id = sources.begin_run(db, job.spider, site, self._source_id, self._now())
            hosts.redate(db, self._now(), self._ahead(), int(patience.LONGEST))

    def _now(self) -> str:
        return utc_text(self._clock())

    def _ahead(self) -> str:
        """What is dated later than that was noted by a clock that was wrong."""
        return later(self._now(), patience.AHEAD)

    def add(self, observation: Observation) -> None:
        """Take an observation; a full batch is committed, and the last one. What was not found waits for the end,
        when the whole run shows what that means."""
        if isinstance(observation, Look):
            for look in self._moves.judged(observation):
                self._take(look)
            return
        if isinstance(observation, Ending):
            for look in self._moves.rest():
                self._take(look)
            self._judge()
        elif isinstance(observation, ListingReading) and observation.broken:
            self._quarantine = f"{observation.url}: {observation.broken}"
        self._wait(observation)
        if isinstance(observation, Ending | HostNote):  # what a host wishes holds for other crawls, too
            self.flush()
        if isinstance(observation, Ending):
            self._learn()

    def _take(self, look: Look) -> None:
        self._samples.take(look)
        for judged in self._sites[look.site].judged(look):
            self._wait(judged)

    def _wait(self, observation: Observation) -> None:
        self._waiting.append(observation)
        if isinstance(observation, Look):
            self._waiting_bytes += sum(len(raw.body) for raw in observation.responses)
        if len(self._waiting) >= _BATCH or self._waiting_bytes >= _BATCH_BYTES:
            self.flush()

    def _judge(self) -> None:
        """Say of the looks that found nothing what the run as a whole shows."""
        self.flush()  # what it read counts as well
        listing = self._quarantine
        for name, run in self._sites.items():
            found, doubt = collapses.judge(run.collapsed, len(run.read))
            if doubt and self._is_settled(name):
                found, doubt = run.collapsed, None
            self._quarantine = self._quarantine or doubt
            for look in found:
                self._wait(look)
            if not run.held and not run.fails:
                continue
            with usable(self._path):
                missing = {row["code"]: _known(row) for row in articles.some_of_site(self._db, name, run.held)}
                live = articles.count_live(self._db, name)
                cutoff = self._expiry(name, run)
                before = articles.recent_outcomes(self._db, name, run.held, _LOOKED_BACK)
            others = [*(outcome for outcome in before if outcome not in _AWAITED), *["unchanged"] * len(run.read)]
            normal = 2 * sum(outcome in NOTHING_READ for outcome in others) < len(others)
            verdict = absences.judge(run, missing, live, cutoff, normal, listing)
            self._quarantine = self._quarantine or verdict.quarantine
            self._notices += [verdict.notice] if verdict.notice else []
            for look in verdict.looks:
                self._wait(look)

    def _is_settled(self, site: str) -> bool:
        """Whether the source has been in quarantine for so long that what it shows is what it is."""
        with usable(self._path):
            since = sources.quarantined_since(self._db, site, self._source_id, _SETTLED_RUNS)
        return since is not None and self._now() >= later(since, _SETTLED_AFTER)

    def _expiry(self, site: str, run: absences.SiteRun) -> str | None:
        if len(run.held) < absences.FEWEST and not articles.has_expired(self._db, site):
            return None
        rows = articles.of_site(self._db, site)
        return absences.expiry([_known(row) for row in rows], run.held, run.read, self._now())

    def _learn(self) -> None:
        """Learn where the body stands on the pages that were read without knowing it; of their words, none that call a
        redacted article by its title."""
        for site, role, layout, pages in self._samples.learned():
            with usable(self._path), transaction(self._db):
                if redactions.newest(self._db) != self._redaction:  # its title is not known any more, and may be there
                    return
                gone = redactions.codes(self._db, site)
                titles = self._samples.titles(site, role, gone) | {self._listed[c] for c in gone if c in self._listed}
                text = msgspec.json.encode(without(layout, titles)).decode()
                layouts.add(self._db, site, role, text, pages, self._now())

    def flush(self) -> None:
        """Commit what waits. Only then does it count."""
        if not self._waiting:
            return
        committed = _copy(self.tally)
        with usable(self._path), transaction(self._db):
            before = _copy(committed)
            for observation in self._waiting:
                with self._db.atomic():
                    self._record(observation, committed)
            self._learning.write()
            self._count(before, committed)
        self._waiting.clear()
        self._waiting_bytes = 0
        self.tally = committed
        if self._on_commit:
            self._on_commit(committed)

    def died(self, reason: str, requests: int = 0, not_modified: int = 0) -> None:
        """The crawl ended without a word; what it told before is kept, as is what it asked as far as that is known."""
        ending = Ending(f"{self._job.run}:died", self._now(), True, reason, requests, not_modified)
        self.add(ending)

    def _record(self, observation: Observation, tally: Tally) -> None:
        if isinstance(observation, Look):
            self._look(observation, tally)
        elif isinstance(observation, ListingReading):
            self._listing(observation, tally)
        elif isinstance(observation, HostNote):
            soon = later(observation.seen_at, patience.ROUNDED)
            hosts.put(self._db, msgspec.structs.asdict(observation), soon, self._ahead())
        elif isinstance(observation, RobotsNote):
            copy = msgspec.structs.asdict(observation.copy)
            hosts.put_robots(self._db, copy | {"origin": observation.origin}, self._ahead())
        else:
            self._ending(observation, tally)

    def _listing(self, reading: ListingReading, tally: Tally) -> None:
        trouble = reading.broken or (reading.reason if reading.outcome == "error" else None)
        if trouble:
            tally.listing_error = f"{reading.url}: {trouble}"
            tally.error = tally.error or tally.listing_error
        if reading.outcome == "error":
            return
        assert self._source_id is not None and self._job.listing is not None
        tally.listed = len(reading.entries)
        self._listed |= {entry.code: entry.title for entry in reading.entries}
        record_listing(self._db, self._source_id, self._job.listing.site, reading, self._job.sites)
        if not reading.broken:
            tally.remarks += self._subject(self._job.listing.site).listed(reading.seen_at, self._now())

    def _look(self, look: Look, tally: Tally) -> None:
        rules, now = self._job.layouts.get(look.site, {}), self._now()
        recorded = record_look(self._db, look, self._job.sites[look.site], self.run_id, now, self._learning, rules)
        if recorded is None:
            return
        announce.changed(self._db, self._channels, recorded.changes, now, self._unread)
        decision = recorded.decision
        tally.outcomes[decision.outcome] += 1
        tally.changes.update(recorded.kinds)
        if decision.outcome == "error":
            tally.error = tally.error or f"{look.page or look.url}: {look.reason}"
        elif decision.outcome in NOTHING_READ:
            tally.unread = tally.unread or f"{look.page or look.url}: {decision.outcome}: {look.reason}"
        if recorded.notice:
            tally.remarks.append(recorded.notice)
            if decision.outcome in ("error", "robots") or decision.outcome not in NOTHING_READ:
                self._of_articles.add(recorded.notice)
        elif look.reason and decision.outcome not in (*_AWAITED, *NOTHING_READ):
            tally.remarks.append(f"{look.page or look.url}: {decision.outcome}: {look.reason}")
        del tally.remarks[_REMARKS:]

    def _count(self, before: Tally, after: Tally) -> None:
        counts = {kind: after.changes[kind] - before.changes[kind] for kind in _COUNTED}
        errors = after.outcomes["error"] - before.outcomes["error"]
        errors += (after.listing_error is not None) - (before.listing_error is not None)
        if errors or any(counts.values()):
            sources.count_run(self._db, {"id": self.run_id, "errors": errors, **counts})

    def _ending(self, ending: Ending, tally: Tally) -> None:
        tally.quarantine, self.reason = self._quarantine, ending.reason
        tally.left = "; ".join(ending.left) or None
        self.outcome = "interrupted" if ending.interrupted else _outcome(tally)
        notices = [*self._notices, *([self._moves.notice] if self._moves.notice else [])]
        told = self._incident(ending, tally)
        if told or tally.left or tally.listing_error:  # one message, not one for each article
            tally.remarks = [remark for remark in tally.remarks if remark not in self._of_articles]
        tally.remarks[:0] = [*told, *notices]
        sources.finish_run(
            self._db,
            {
                "id": self.run_id,
                "finished_at": ending.seen_at,
                "outcome": self.outcome,
                "reason": ending.reason or (tally.why if self.outcome != "ok" else "; ".join(notices) or None),
                "requests": ending.requests,
                "not_modified": ending.not_modified,
            },
        )

    def _incident(self, ending: Ending, tally: Tally) -> list[str]:
        """Note that the source, or the site, cannot be read or can be again; what is to be said when that begins or
        ends."""
        if ending.interrupted:
            return []
        if len(self._job.sites) != 1:  # whose trouble it is, its text says
            return [tally.quarantine] if tally.quarantine else []
        site = next(iter(self._job.sites))
        now, subject = self._now(), self._subject(site)
        left = tally.left if self._source_id is not None else None  # else it is no source's trouble
        if trouble := "; ".join(filter(None, (tally.quarantine, left))) or tally.listing_error:
            return subject.began("quarantined" if tally.quarantine else "error", trouble, ending.seen_at, now)
        if self._source_id is None and not self._sites[site].read:
            return []
        return subject.ended("read again", ending.seen_at, now)

    def _subject(self, site: str) -> Subject:
        listing = self._job.listing
        channels = () if self._is_first else self._channels
        source, name = (listing.source, listing.url) if listing else (None, site)
        return Subject(self._db, channels, site, source, self._source_id, name)


def _known(row: dict[str, Any]) -> absences.Article:
    """An article of the site as the run's verdict needs it; a date without a time is the day's beginning."""
    published = row["published_at"]
    return absences.Article(**{**row, "published_at": published if "T" in published else f"{published}T00:00:00Z"})


def _copy(tally: Tally) -> Tally:
    return replace(tally, outcomes=Counter(tally.outcomes), changes=Counter(tally.changes), remarks=list(tally.remarks))


def _outcome(tally: Tally) -> str:
    """`failed` when nothing was read, `partial` when the listing or an article could not be read."""
    unread = sum(tally.outcomes[outcome] for outcome in NOTHING_READ)
    if tally.listed is None and tally.looks == unread and (tally.listing_error or tally.left or unread):
        return "failed"
    return "partial" if tally.listing_error or tally.quarantine or tally.left or tally.outcomes["error"] else "ok"

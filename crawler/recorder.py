"""One run's observations on their way into the record: in batches, with a tally of what is committed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.items import Ending, Job, ListingReading, Look, Observation
from crawler.record import record_listing, record_look
from crawler.rules.dates import utc_text
from crawler.rules.moves import Moves
from storage import sources
from storage.database import transaction, usable

_BATCH, _BATCH_BYTES = 200, 16 * 1024 * 1024  # observations, and bytes of their responses, a transaction
_REMARKS = 10
_COUNTED = ("first_seen", "edited", "removed")
_AWAITED = ("pending", "gone", "variant")  # findings in the making; `changes` tells what comes of them
_UNREAD = ("blocked", "login", "soft_404", "empty", "partial", "robots", "error")  # looks that brought nothing


@dataclass
class Tally:
    """What a run has committed: its outcomes and changes by name, and whether its listing was read."""

    outcomes: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    listed: int | None = None
    listing_error: str | None = None
    error: str | None = None  # the first one
    remarks: list[str] = field(default_factory=list)  # the first few, one line each

    @property
    def looks(self) -> int:
        return sum(self.outcomes.values())

    @property
    def why(self) -> str | None:
        """Why the run is not `ok`: its first error, else the first thing that is to be said of it."""
        return self.error or next(iter(self.remarks), None)


class Recorder:
    """Records one run's observations, in batches; `tally` holds only what is committed."""

    def __init__(
        self,
        db: Database,
        path: Path,
        job: Job,
        on_commit: Callable[[Tally], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._db, self._path, self._job, self._clock = db, path, job, clock
        self._on_commit = on_commit
        self._waiting: list[Observation] = []
        self._waiting_bytes = 0
        self._moves = Moves()
        self.tally = Tally()
        self.outcome: str | None = None
        with usable(path), transaction(db):
            source = sources.find_source(db, job.listing.source) if job.listing else None
            self._source_id: int | None = source["id"] if source else None
            self.run_id = sources.begin_run(db, job.spider, self._source_id, self._now())

    def _now(self) -> str:
        return utc_text(self._clock())

    def add(self, observation: Observation) -> None:
        """Take an observation; a full batch is committed, and the last one."""
        if isinstance(observation, Look):
            for look in self._moves.judged(observation):
                self._take(look)
            return
        if isinstance(observation, Ending):
            for look in self._moves.rest():
                self._take(look)
        self._take(observation)
        if isinstance(observation, Ending):
            self.flush()

    def _take(self, observation: Observation) -> None:
        self._waiting.append(observation)
        if isinstance(observation, Look):
            self._waiting_bytes += sum(len(raw.body) for raw in observation.responses)
        if len(self._waiting) >= _BATCH or self._waiting_bytes >= _BATCH_BYTES:
            self.flush()

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
            self._count(before, committed)
        self._waiting.clear()
        self._waiting_bytes = 0
        self.tally = committed
        if self._on_commit:
            self._on_commit(committed)

    def died(self, reason: str) -> None:
        """The crawl ended without a word; what it told before is kept."""
        self.add(Ending(id=f"{self._job.run}:died", seen_at=self._now(), interrupted=True, reason=reason))

    def _record(self, observation: Observation, tally: Tally) -> None:
        if isinstance(observation, Look):
            self._look(observation, tally)
        elif isinstance(observation, ListingReading):
            self._listing(observation, tally)
        else:
            self._ending(observation, tally)

    def _listing(self, reading: ListingReading, tally: Tally) -> None:
        if reading.outcome == "error":
            tally.listing_error = f"{reading.url}: {reading.reason}"
            tally.error = tally.error or tally.listing_error
            tally.remarks.append(tally.listing_error)
            return
        assert self._source_id is not None and self._job.listing is not None
        tally.listed = len(reading.entries)
        record_listing(self._db, self._source_id, self._job.listing.site, reading, self._job.sites)

    def _look(self, look: Look, tally: Tally) -> None:
        recorded = record_look(self._db, look, self._job.sites[look.site], self.run_id, self._now())
        if recorded is None:
            return
        decision, kinds = recorded
        tally.outcomes[decision.outcome] += 1
        tally.changes.update(kinds)
        failed = decision.outcome == "error"
        page = look.page or look.url
        remark = f"{page}: {look.reason}" if failed else f"{page}: {decision.outcome}: {look.reason}"
        if failed:
            tally.error = tally.error or remark
        if look.reason and decision.outcome not in _AWAITED and len(tally.remarks) < _REMARKS:
            tally.remarks.append(remark)

    def _count(self, before: Tally, after: Tally) -> None:
        counts = {kind: after.changes[kind] - before.changes[kind] for kind in _COUNTED}
        errors = after.outcomes["error"] - before.outcomes["error"]
        errors += (after.listing_error is not None) - (before.listing_error is not None)
        if errors or any(counts.values()):
            sources.count_run(self._db, {"id": self.run_id, "errors": errors, **counts})

    def _ending(self, ending: Ending, tally: Tally) -> None:
        self.outcome = "interrupted" if ending.interrupted else _outcome(tally)
        if self._moves.notice:
            tally.remarks.append(self._moves.notice)
        sources.finish_run(
            self._db,
            {
                "id": self.run_id,
                "finished_at": ending.seen_at,
                "outcome": self.outcome,
                "reason": ending.reason or (tally.why if self.outcome != "ok" else self._moves.notice),
                "requests": ending.requests,
                "not_modified": ending.not_modified,
            },
        )


def _copy(tally: Tally) -> Tally:
    return replace(tally, outcomes=Counter(tally.outcomes), changes=Counter(tally.changes), remarks=list(tally.remarks))


def _outcome(tally: Tally) -> str:
    """`failed` when nothing was read, `partial` when the listing or an article could not be read."""
    unread = sum(tally.outcomes[outcome] for outcome in _UNREAD)
    if tally.listed is None and tally.looks == unread and (tally.listing_error or unread):
        return "failed"
    return "partial" if tally.listing_error or tally.outcomes["error"] else "ok"

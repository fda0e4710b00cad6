"""The only writer: from observations to versions and changes.

Recording is idempotent (an observation recorded twice changes nothing) and decided against the database as it is
when it is written, so that two crawls at once write nothing twice.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawler.config import Site, seconds
from crawler.items import METADATA, Ending, Fields, Job, ListingReading, Look, Observation
from crawler.rules import diff, identity
from crawler.rules.dates import utc_text
from crawler.rules.decide import Decision, Past, Version, decide, whole
from crawler.rules.extract import EXTRACTOR
from crawler.rules.revisit import next_check
from crawler.rules.severity import disclosure, severity
from crawler.rules.text import content_hash, text_hash
from storage import articles, responses, sources, versions
from storage.database import transaction, usable

_BATCH = 200  # observations a transaction
_REMEMBERED = 5  # versions that a returning content is compared with
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
        self.tally = Tally()
        self.outcome: str | None = None
        with usable(path), transaction(db):
            source = sources.find_source(db, job.listing.source) if job.listing else None
            self._source_id: int | None = source["id"] if source else None
            self.run_id = sources.begin_run(db, job.spider, self._source_id, self._now())

    def _now(self) -> str:
        return utc_text(self._clock())

    def add(self, observation: Observation) -> None:
        """Take an observation; a full batch is committed."""
        self._waiting.append(observation)
        if len(self._waiting) >= _BATCH or isinstance(observation, Ending):
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
        sources.finish_run(
            self._db,
            {
                "id": self.run_id,
                "finished_at": ending.seen_at,
                "outcome": self.outcome,
                "reason": ending.reason or (tally.why if self.outcome != "ok" else None),
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


def record_listing(db: Database, source_id: int, site: str, reading: ListingReading, sites: dict[str, Site]) -> None:
    """Who is listed, at which place, under which title. Leaving a listing touches no article."""
    source = db.execute("SELECT listing_seen_at FROM sources WHERE id = ?", (source_id,)).fetchone()
    overtaken = source[0] is not None and source[0] > reading.seen_at
    for position, entry in enumerate(reading.entries, 1):
        url = identity.page_url(sites[site], "share", entry.code, entry.url) or entry.url
        articles.add(db, site, entry.code, url, entry.url, entry.title or None, reading.seen_at)
        article = articles.find(db, site, entry.code)
        if article and not overtaken:
            sources.stay(db, source_id, article["id"], entry.title, position, reading.seen_at)
    if overtaken:
        return
    sources.end_stays(db, source_id, reading.seen_at)
    sources.listing_read(db, source_id, reading.heading, reading.seen_at)
    if sources.snapshot(db, source_id, [e.code for e in reading.entries], reading.seen_at) and reading.response:
        _keep(db, [reading.response])


def record_look(
    db: Database, look: Look, site: Site, run_id: int | None, recorded_at: str
) -> tuple[Decision, list[str]] | None:
    """Record one look: article, version, changes, links of the chain and check, in the caller's transaction.

    Returns what was decided and the kinds of change recorded; None where the look was on record already.
    """
    if articles.is_recorded(db, look.id):
        return None
    if look.outcome == "read":
        articles.add(db, look.site, look.code, look.url, look.post_url, None, look.seen_at)
    article = articles.find(db, look.site, look.code)
    if article is None:  # asked for by its code alone and never seen anywhere: there is no article to record
        return decide(Past(), look, None, 0, 0), []
    if article["state"] == "redacted":
        return None
    past = _past(db, article)
    seen = whole(look, past.latest)
    digest = text_hash(seen.title, seen.body_text or "") if look.outcome == "read" else None
    decision = decide(past, look, digest, seconds(site.confirm_after), seconds(site.variant_window))
    kept = _keep(db, look.responses) if decision.new_version or look.outcome == "not_found" else []
    version_id = past.latest.id if past.latest else None
    if decision.new_version and decision.content and digest:
        version_id = _new_version(db, article, past, look, decision, digest, kept)
    elif decision.extends and past.latest:
        _extend(db, article, past.latest, look, decision, digest)
    kinds = _changes(db, article, past, decision, version_id, recorded_at)
    _update_article(db, article, look, decision, site, kinds)
    articles.add_check(
        db,
        {
            "article_id": article["id"],
            "run_id": run_id,
            "version_id": version_id if decision.new_version or decision.extends else None,
            "response_id": kept[0] if kept else None,
            "checked_at": look.seen_at,
            "outcome": decision.outcome,
            "http_status": look.http_status,
            "reason": decision.reason,
            "observation": look.id,
        },
    )
    return decision, kinds


def _keep(db: Database, raws: Iterable[Any]) -> list[int]:
    return [responses.keep(db, raw.url, raw.role, raw.fetched_at, raw.status, raw.headers, raw.body) for raw in raws]


def _past(db: Database, article: dict[str, Any]) -> Past:
    recent = tuple(
        Version(row["id"], row["number"], _fields(row), row["text_hash"], row["last_seen_at"])
        for row in versions.recent(db, article["id"], _REMEMBERED)
    )
    return Past(
        article["state"], recent, article["gone_since"], article["gone_looks"],
        article["variant_version_id"], article["variant_seen_at"], article["moved_to"],
    )  # fmt: skip


def _fields(row: dict[str, Any]) -> Fields:
    return Fields(**{name: row[name] for name in Fields.__struct_fields__})


def _values(content: Fields, digest: str) -> dict[str, Any]:
    """A content's columns in `versions`."""
    values = {name: getattr(content, name) for name in Fields.__struct_fields__}
    metadata = [getattr(content, name) for name in METADATA]
    values["places"] = json.dumps(content.places)
    return {**values, "text_hash": digest, "content_hash": content_hash(digest, metadata)}


def _new_version(
    db: Database, article: dict[str, Any], past: Past, look: Look, decision: Decision, digest: str, kept: list[int]
) -> int:
    assert decision.content is not None
    content = decision.content
    content.body_html, content.body_text = content.body_html or "", content.body_text or ""
    number = past.latest.number + 1 if past.latest else 1
    unmodified = versions.responses_of(db, past.latest.id, look.not_modified) if past.latest else []
    version_id = versions.add_version(
        db,
        look.site,
        look.code,
        {
            "article_id": article["id"],
            "number": number,
            "extractor": EXTRACTOR,
            "first_seen_at": decision.changed_by,
            "last_seen_at": look.seen_at,
            **_values(content, digest),
        },
        [*unmodified, *kept],
    )
    if past.latest:
        articles.rebind_validators(db, article["id"], version_id, look.not_modified)
    _set_validators(db, article["id"], version_id, look)
    article["version_count"] = number
    if content.body_text:
        article["cluster_id"] = article["cluster_id"] or articles.cluster_for(db, article["id"], digest)
    return version_id


def _set_validators(db: Database, article_id: int, version_id: int, look: Look) -> None:
    for raw in look.responses:
        articles.set_validator(
            db, article_id, raw.role, raw.url, version_id, raw.header("ETag"), raw.header("Last-Modified")
        )


def _extend(
    db: Database, article: dict[str, Any], latest: Version, look: Look, decision: Decision, digest: str | None
) -> None:
    versions.see_again(db, latest.id, look.seen_at)
    _set_validators(db, article["id"], latest.id, look)
    if decision.gains and decision.content and digest:
        known = latest.fields
        for name in decision.gains:
            setattr(known, name, getattr(decision.content, name))
            known.places[name] = decision.content.places[name]
            if name == "published_at":
                known.published_precision = decision.content.published_precision
        gained = _values(known, text_hash(known.title, known.body_text or ""))
        versions.gain(db, {"id": latest.id, **gained})


def _changes(
    db: Database, article: dict[str, Any], past: Past, decision: Decision, version_id: int | None, recorded_at: str
) -> list[str]:
    """Write the change rows that a decision asks for; their kinds."""
    kinds = [decision.change] if decision.change else []
    if decision.moved:
        kinds.append("moved")
    for kind in kinds:
        change = {
            "article_id": article["id"],
            "kind": kind,
            "old_version_id": past.latest.id if past.latest else None,
            "new_version_id": None if kind == "removed" else version_id,
            "changed_after": past.latest.last_seen_at if past.latest else None,
            "changed_by": decision.changed_by,
            "recorded_at": recorded_at,
            "severity": "material" if kind == "removed" else None,
            "disclosure": None,
            "reason": decision.reason,
            "fields": json.dumps(decision.changed_fields if kind != "moved" else []),
            "added_chars": 0,
            "removed_chars": 0,
            "summary": "",
        }
        if past.latest and decision.content and decision.changed_fields and kind in ("edited", "restored"):
            change |= _what_changed(past.latest.fields, decision.content, decision.changed_fields, kind)
        versions.add_change(db, article["site"], article["code"], change)
    return kinds


def _what_changed(old: Fields, new: Fields, fields: tuple[str, ...], kind: str) -> dict[str, Any]:
    old_text, new_text = (old.title or "", old.body_text or ""), (new.title or "", new.body_text or "")
    added = removed = 0
    told = []
    for name, before, after in (("title", old_text[0], new_text[0]), ("body", old_text[1], new_text[1])):
        if name in fields:
            operations = diff.compare(before, after)
            plus, minus = diff.counts(operations)
            added, removed = added + plus, removed + minus
            told.append(diff.summary(before, after, operations, limit=240))
    told += [f"{n}: {getattr(old, n) or '—'} → {getattr(new, n) or '—'}" for n in METADATA if n in fields]
    what = {"added_chars": added, "removed_chars": removed, "summary": "; ".join(told)}
    if kind == "edited":
        what["severity"] = severity(list(fields), old_text, new_text, removed)
        what["disclosure"] = disclosure(old_text[1], new_text[1], old.modified_at, new.modified_at)
    return what


def _update_article(
    db: Database, article: dict[str, Any], look: Look, decision: Decision, site: Site, kinds: list[str]
) -> None:
    content = decision.content if decision.new_version or decision.gains else None
    if content is not None:
        names = ("title", "published_precision", *METADATA)
        # What is known stays known: a new version lacks nothing that an older one had.
        article |= {name: value for name in names if (value := getattr(content, name)) is not None}
    if kinds:
        article["last_changed_at"] = decision.changed_by
    if look.moved_to:
        if any(raw.role != "content" and raw.url == look.moved_to for raw in look.responses) and decision.moved:
            article["url"] = look.moved_to
        article["moved_to"] = look.moved_to
    article |= {
        "post_url": look.post_url or article["post_url"],
        "state": decision.state,
        "looks": article["looks"] + 1,
        "last_checked_at": max(look.seen_at, article["last_checked_at"] or ""),
        "gone_since": decision.gone_since,
        "gone_looks": decision.gone_looks,
        "variant_version_id": decision.variant_version_id,
        "variant_seen_at": decision.variant_seen_at,
        "next_check_at": next_check(
            decision.outcome,
            decision.state,
            look.seen_at,
            article["last_changed_at"] or article["first_seen_at"],
            decision.gone_since,
            decision.gone_looks,
            seconds(site.confirm_after),
        ),
    }
    articles.update(db, article)

"""The only writer: from observations to versions and changes.

Recording is idempotent (an observation recorded twice changes nothing) and decided against the database as it is
when it is written, so that two crawls at once write nothing twice.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler import derived
from crawler.config import Site, seconds
from crawler.items import METADATA, FactChange, ListingReading, Look, Raw
from crawler.learning import Learning
from crawler.reextract import Report, content_of, relate, reread_article
from crawler.rules import identity
from crawler.rules.asked import NOARCHIVE, NOINDEX
from crawler.rules.classify import NOTHING_READ
from crawler.rules.dates import later
from crawler.rules.decide import Decision, Past, Version, decide, differences, whole
from crawler.rules.recheck import next_check, regular_gap
from crawler.rules.reread import Layouts
from crawler.rules.text import text_hash
from storage import articles, coverage, incidents, responses, sources, versions
from storage.facts import put_fact_changes

_RESTED = 600  # seconds after a look, from which another title on a listing asks for the next
_REMEMBERED = 5  # versions that a returning content is compared with
_TEXT_SEEN = ("new", "changed", "unchanged", "not_modified")  # looks that say what an article's text is
_MOST_REREAD = 4 * 1024 * 1024  # bytes of an article's kept pages that are read again while others wait to write


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a look came to: the decision, the kinds of change, what is to be said of the article, and the
    changes that were written."""

    decision: Decision
    kinds: list[str]
    notice: str | None = None
    changes: tuple[int, ...] = ()  # their ids


def record_listing(db: Database, source_id: int, site: str, reading: ListingReading, sites: dict[str, Site]) -> None:
    """Who is listed, at which place, under which title. Leaving a listing touches no article."""
    overtaken = (sources.listing_seen_at(db, source_id) or "") > reading.seen_at
    names_redacted = False
    for position, entry in enumerate(reading.entries, 1):
        url = identity.page_url(sites[site], "share", entry.code, entry.url) or entry.url
        articles.add(db, site, entry.code, url, entry.url, entry.title or None, reading.seen_at)
        article = articles.find(db, site, entry.code)
        is_redacted = article is not None and article["state"] == "redacted"
        names_redacted = names_redacted or is_redacted
        if not article or overtaken:
            continue
        title = None if is_redacted else entry.title
        if sources.stay(db, source_id, article["id"], title, position, reading.seen_at):
            rested = later(article["last_read_at"] or article["first_seen_at"], _RESTED)
            articles.hint(db, article["id"], reading.seen_at, max(reading.seen_at, rested))
    if overtaken or reading.broken:  # a listing that may not be whole ends nobody's stay
        return
    sources.end_stays(db, source_id, reading.seen_at)
    links = (len(reading.entries), reading.other_links) if reading.outcome == "read" else None
    sources.listing_read(db, source_id, reading.heading, reading.seen_at, links)
    if sources.snapshot(db, source_id, [e.code for e in reading.entries], reading.seen_at) and reading.response:
        _keep(db, [reading.response], withheld=names_redacted)


def record_look(
    db: Database,
    look: Look,
    site: Site,
    run_id: int | None,
    recorded_at: str,
    learning: Learning,
    layouts: Layouts | None = None,
) -> Recorded | None:
    """Record one look: article, version, changes, links of the chain and check, in the caller's transaction.

    `learning`: what looks teach; the caller writes it. `layouts` are those that the look was read with. Returns None
    where the look was on record already.
    """
    if articles.is_recorded(db, look.id):
        return None
    if look.outcome == "read":
        articles.add(db, look.site, look.code, look.url, look.post_url, None, look.seen_at)
    article = articles.find(db, look.site, look.code)
    if article is None:  # asked for by its code alone and never seen anywhere: there is no article to record
        return Recorded(decide(Past(), look, None, 0, 0, recorded_at), [], f"{look.page or look.url}: {look.reason}")
    if article["state"] == "redacted":
        return None
    past, look = _past_by_the_same_rules(db, article, look, site, layouts or {})
    seen = whole(look, past.latest)
    digest = text_hash(seen.title, seen.body_text or "") if look.outcome == "read" else None
    decision = decide(past, look, digest, seconds(site.confirm_after), seconds(site.variant_window), recorded_at)
    kept = _keep(db, look.responses) if decision.new_version or look.outcome not in ("read", "not_modified") else []
    version_id = past.latest.id if past.latest else None
    if decision.new_version and decision.content:
        version_id = _new_version(db, article, past, look, decision, kept)
    elif decision.extends and past.latest:
        _extend(db, article, past.latest, look, decision)
    written = _changes(db, article, past, look, decision, version_id, recorded_at)
    kinds = list(written)
    if decision.new_version or decision.extends:
        # While it was not found its text was not known.
        gap = 0 if past.gone_since else regular_gap(article["last_checked_at"], article["next_check_at"])
        coverage.looked(db, article["id"], look.seen_at, gap)
    _update_article(db, article, look, decision, site, kinds, learning)
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
    return Recorded(decision, kinds, _incident(db, article, look, decision), tuple(written.values()))


def _past_by_the_same_rules(
    db: Database, article: dict[str, Any], look: Look, site: Site, layouts: Layouts
) -> tuple[Past, Look]:
    """What the record has of an article, read by the rules that read the look where those could tell it otherwise; and
    the look, which says so where the pages for that are no longer kept."""
    past = _past(db, article)
    if not _read_by_other_rules(past.latest, look):
        return past, look
    reread_article(db, article, site, layouts, Report(), _MOST_REREAD)
    past = _past(db, article)
    if _read_by_other_rules(past.latest, look):
        said = "the version before was read by other rules, and its pages are not kept or too long"
        look = msgspec.structs.replace(look, reason="; ".join(filter(None, (look.reason, said))))
    return past, look


def _read_by_other_rules(latest: Version | None, look: Look) -> bool:
    """Whether a difference may be our rules' and not the article's."""
    if latest is None or look.outcome != "read":
        return False
    return latest.extractor != look.extractor and bool(differences(latest.fields, whole(look, latest)))


def _incident(db: Database, article: dict[str, Any], look: Look, decision: Decision) -> str | None:
    """Note that an article cannot be read, or can be again; what is to be said of it when that begins or ends."""
    subject = {"site": article["site"], "article_id": article["id"], "source_id": None}
    page = look.page or look.url
    if decision.outcome in NOTHING_READ:
        began = incidents.failed(db, subject, decision.outcome, decision.reason, look.seen_at)
        return f"{page}: {decision.outcome}: {decision.reason}" if began else None
    if decision.outcome not in (*_TEXT_SEEN, "gone"):
        return None
    over = incidents.ended(db, subject, look.seen_at)
    again = "read again" if decision.outcome in _TEXT_SEEN else "no longer there"
    return f"{page}: {again}; {over['outcome']} since {over['began_at']}" if over else None


def _keep(db: Database, raws: Iterable[Raw], withheld: bool = False) -> list[int]:
    return [
        responses.keep(db, raw.url, raw.role, raw.fetched_at, raw.status, raw.headers, raw.body, withheld)
        for raw in raws
    ]


def _past(db: Database, article: dict[str, Any]) -> Past:
    recent = tuple(
        Version(row["id"], row["number"], content_of(row), row["text_hash"], row["last_seen_at"], row["extractor"])
        for row in versions.recent(db, article["id"], _REMEMBERED)
    )
    remembered = (
        "gone_since", "gone_firmly_since", "gone_looks", "gone_seen_at", "variant_version_id", "variant_seen_at",
        "moved_to",
    )  # fmt: skip
    return Past(article["state"], recent, **{name: article[name] for name in remembered})


def _new_version(
    db: Database, article: dict[str, Any], past: Past, look: Look, decision: Decision, kept: list[int]
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
            **derived.columns(content, look.extractor),
            "article_id": article["id"],
            "number": number,
            "first_seen_at": decision.changed_by,
            "last_seen_at": look.seen_at,
        },
        [*unmodified, *kept],
    )
    if past.latest:
        articles.rebind_validators(db, article["id"], version_id, look.not_modified)
    _set_validators(db, article["id"], version_id, look)
    article["version_count"] = number
    stated = derived.write_facts(db, version_id, content)
    relate(db, article, content, stated, look.seen_at)
    return version_id


def _set_validators(db: Database, article_id: int, version_id: int, look: Look) -> None:
    for raw in look.responses:
        articles.set_validator(
            db,
            {
                "article_id": article_id,
                "role": raw.role,
                "url": raw.url,
                "version_id": version_id,
                "etag": raw.header("ETag"),
                "last_modified": raw.header("Last-Modified"),
                "body_hash": responses.body_hash(raw.body),
            },
        )


def _extend(db: Database, article: dict[str, Any], latest: Version, look: Look, decision: Decision) -> None:
    versions.see_again(db, latest.id, look.seen_at)
    _set_validators(db, article["id"], latest.id, look)
    if decision.gains and decision.content:
        known = latest.fields
        for name in decision.gains:
            setattr(known, name, getattr(decision.content, name))
            known.places[name] = decision.content.places[name]
            if name == "published_at":
                known.published_precision = decision.content.published_precision
        versions.derive(db, {**derived.columns(known, latest.extractor), "id": latest.id})
        versions.gained(db, latest.id, decision.gains)
        if "title" in decision.gains:
            derived.write_facts(db, latest.id, known)


def _changes(
    db: Database,
    article: dict[str, Any],
    past: Past,
    look: Look,
    decision: Decision,
    version_id: int | None,
    recorded_at: str,
) -> dict[str, int]:
    """Write the change rows that a decision asks for; kind -> id."""
    written: dict[str, int] = {}
    kinds = [decision.change] if decision.change else []
    if decision.moved:
        kinds.append("moved")
    for kind in kinds:
        became: list[FactChange] = []
        change: dict[str, Any] = {
            **derived.NO_DETAILS,
            "article_id": article["id"],
            "kind": kind,
            "old_version_id": past.latest.id if past.latest else None,
            "new_version_id": None if kind == "removed" else version_id,
            "changed_after": _last_seen_before(article, past, kind),
            "changed_by": decision.changed_by,
            "recorded_at": recorded_at,
            "reason": f"permanent redirect to {look.moved_to}" if kind == "moved" else decision.reason,
        }
        if kind == "removed":
            change["severity"] = "material"
        if kind == "moved":
            change["summary"] = f"{look.moved_from} → {look.moved_to}"
        elif decision.changed_fields and past.latest and decision.content and version_id:
            became = derived.fact_changes(db, past.latest.id, version_id)
            change |= derived.details(kind, past.latest.fields, decision.content, decision.changed_fields, became)
        change["fields"] = json.dumps(change["fields"])
        change_id = versions.add_change(db, article["site"], article["code"], change)
        put_fact_changes(db, change_id, map(msgspec.structs.asdict, became))
        written[kind] = change_id
    return written


def _last_seen_before(article: dict[str, Any], past: Past, kind: str) -> str | None:
    """When the state before a change was last seen."""
    if kind == "restored":
        return str(article["gone_seen_at"])
    return past.latest.last_seen_at if past.latest else None


def _asked(known: str, look: Look) -> dict[str, Any]:
    """What an article's pages ask for, each as it was read last."""
    if not look.robots:
        return {}
    asks = {**json.loads(known), **look.robots}
    told = {word for words in asks.values() for word in words}
    stated = {role: list(words) for role, words in asks.items() if words}
    return {"robots": json.dumps(stated), **{word: int(word in told) for word in (NOARCHIVE, NOINDEX)}}


def _update_article(
    db: Database,
    article: dict[str, Any],
    look: Look,
    decision: Decision,
    site: Site,
    kinds: list[str],
    learning: Learning,
) -> None:
    if decision.content is not None:
        names = ("title", *METADATA) if decision.new_version else decision.gains
        names = (*names, "published_precision") if "published_at" in names else names
        told = {name: getattr(decision.content, name) for name in names}
        # What is known stays known, but for what its page was seen to have dropped.
        article |= {name: value for name, value in told.items() if value is not None or name in look.vanished}
    if kinds:
        article["last_changed_at"] = decision.changed_by
    article |= _asked(article["robots"], look)
    if look.moved_to and (decision.moved or look.site_moved or decision.outcome == "new"):
        if look.moved_from == article["url"]:
            article["url"] = look.moved_to
        article["moved_to"] = look.moved_to
    article |= {
        "post_url": article["post_url"] or look.post_url,
        "state": decision.state,
        "looks": article["looks"] + 1,
        "last_checked_at": max(look.seen_at, article["last_checked_at"] or ""),
        "gone_since": decision.gone_since,
        "gone_firmly_since": decision.gone_firmly_since,
        "gone_seen_at": look.seen_at if decision.outcome in ("pending", "gone") else article["gone_seen_at"],
        "gone_looks": decision.gone_looks,
        "variant_version_id": decision.variant_version_id,
        "variant_seen_at": decision.variant_seen_at,
    }
    article["next_check_at"] = _next_check(article, look, decision, site, kinds, learning)
    articles.update(db, article)


def _next_check(
    article: dict[str, Any], look: Look, decision: Decision, site: Site, kinds: list[str], learning: Learning
) -> str | None:
    """When the next look is due: by what was learned, or by what this one could not settle."""
    if decision.state == "live" and decision.outcome in _TEXT_SEEN:
        return learning.looked(article, site, bool(kinds) and decision.outcome != "new", look.seen_at)
    return next_check(
        decision.outcome,
        decision.state,
        look.seen_at,
        article["last_changed_at"] or article["first_seen_at"],
        decision.gone_firmly_since,
        decision.gone_looks,
        seconds(site.confirm_after),
    )

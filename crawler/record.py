"""The only writer: from observations to versions and changes.

Recording is idempotent (an observation recorded twice changes nothing) and decided against the database as it is
when it is written, so that two crawls at once write nothing twice.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from crawler.config import Site, seconds
from crawler.items import METADATA, Fields, ListingReading, Look
from crawler.rules import diff, identity
from crawler.rules.decide import Decision, Past, Version, decide, whole
from crawler.rules.extract import EXTRACTOR
from crawler.rules.revisit import next_check
from crawler.rules.severity import disclosure, severity
from crawler.rules.text import content_hash, text_hash
from storage import articles, responses, sources, versions

_REMEMBERED = 5  # versions that a returning content is compared with


def record_listing(db: Database, source_id: int, site: str, reading: ListingReading, sites: dict[str, Site]) -> None:
    """Who is listed, at which place, under which title. Leaving a listing touches no article."""
    overtaken = (sources.listing_seen_at(db, source_id) or "") > reading.seen_at
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
        return decide(Past(), look, None, 0, 0, recorded_at), []
    if article["state"] == "redacted":
        return None
    past = _past(db, article)
    seen = whole(look, past.latest)
    digest = text_hash(seen.title, seen.body_text or "") if look.outcome == "read" else None
    decision = decide(past, look, digest, seconds(site.confirm_after), seconds(site.variant_window), recorded_at)
    kept = _keep(db, look.responses) if decision.new_version or look.outcome == "not_found" else []
    version_id = past.latest.id if past.latest else None
    if decision.new_version and decision.content and digest:
        version_id = _new_version(db, article, past, look, decision, digest, kept)
    elif decision.extends and past.latest:
        _extend(db, article, past.latest, look, decision, digest)
    kinds = _changes(db, article, past, look, decision, version_id, recorded_at)
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
    db: Database,
    article: dict[str, Any],
    past: Past,
    look: Look,
    decision: Decision,
    version_id: int | None,
    recorded_at: str,
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
            "changed_after": _last_seen_before(article, past, kind),
            "changed_by": decision.changed_by,
            "recorded_at": recorded_at,
            "severity": "material" if kind == "removed" else None,
            "disclosure": None,
            "reason": f"permanent redirect to {look.moved_to}" if kind == "moved" else decision.reason,
            "fields": json.dumps(decision.changed_fields if kind != "moved" else []),
            "added_chars": 0,
            "removed_chars": 0,
            "summary": f"{look.moved_from} → {look.moved_to}" if kind == "moved" else "",
        }
        if past.latest and decision.content and decision.changed_fields and kind in ("edited", "restored"):
            change |= _what_changed(past.latest.fields, decision.content, decision.changed_fields, kind)
        versions.add_change(db, article["site"], article["code"], change)
    return kinds


def _last_seen_before(article: dict[str, Any], past: Past, kind: str) -> str | None:
    """When the state before a change was last seen."""
    if kind == "restored":
        return str(article["gone_seen_at"])
    return past.latest.last_seen_at if past.latest else None


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
    if decision.content is not None:
        names = ("title", *METADATA) if decision.new_version else decision.gains
        names = (*names, "published_precision") if "published_at" in names else names
        # What is known stays known: a new version lacks nothing that an older one had.
        article |= {name: value for name in names if (value := getattr(decision.content, name)) is not None}
    if kinds:
        article["last_changed_at"] = decision.changed_by
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
        "gone_seen_at": look.seen_at if look.outcome == "not_found" else article["gone_seen_at"],
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

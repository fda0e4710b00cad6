"""What a look means for an article: what is new, what changed, what waits for another look.

Pure: the record's past and one normalized look go in, a `Decision` comes out.
"""

from dataclasses import dataclass, field
from typing import Any

from crawler.items import MEDIA, METADATA, ROLES, Fields, Look
from crawler.rules.classify import NOT_FOUND
from crawler.rules.dates import later
from crawler.rules.text import comparison_form

# Looks that may be overtaken -> their outcome then.
_LATE = {"read": "unchanged", "not_modified": "not_modified", "not_found": "gone"}
COMPARED = ("title", "body", *METADATA, *MEDIA)
_WEAK_LOOKS, _WEAK_SPAN = 3, 86400  # looks in a row, over so many seconds, that make a removal of weak findings


@dataclass(frozen=True, slots=True)
class Version:
    """A recorded version, as far as decisions need it."""

    id: int
    number: int
    fields: Fields
    text_hash: str
    last_seen_at: str
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """An article as the record has it; `versions` are its last five, newest first."""

    state: str = "unknown"
    versions: tuple[Version, ...] = ()
    gone_since: str | None = None
    gone_firmly_since: str | None = None
    gone_looks: int = 0
    gone_seen_at: str | None = None
    variant_version_id: int | None = None
    variant_seen_at: str | None = None
    moved_to: str | None = None

    @property
    def latest(self) -> Version | None:
        return self.versions[0] if self.versions else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to record. `changed_by` is when the new state was first seen."""

    outcome: str
    state: str
    changed_by: str
    change: str | None = None  # kind
    changed_fields: tuple[str, ...] = ()
    content: Fields | None = None  # of the new version, or what the latest one gains without changing
    new_version: bool = False
    extends: bool = False  # the latest version was seen again
    moved: bool = False
    gone_since: str | None = None
    gone_firmly_since: str | None = None
    gone_looks: int = 0
    variant_version_id: int | None = None
    variant_seen_at: str | None = None
    reason: str | None = None
    gains: tuple[str, ...] = field(default=())


def decide(
    past: Past, look: Look, text_hash: str | None, confirm_after: int, variant_window: int, recorded_at: str
) -> Decision:
    """The meaning of a look. `text_hash` is that of the content with what the look did not see filled in;
    `confirm_after` and `variant_window` are seconds; `recorded_at` is now."""
    latest = max(past.latest.last_seen_at, past.gone_seen_at or "") if past.latest else ""
    if look.seen_at < latest <= recorded_at and look.outcome in _LATE:
        # Another crawl looked later and recorded sooner: what this one saw is older than what is known.
        return _standing(past, look, _LATE[look.outcome], "a later look is on record")
    if look.outcome == "not_found" or (look.outcome == "soft_404" and look.absence):
        return _not_found(past, look, confirm_after)
    if look.outcome == "not_modified":
        return _not_modified(past, look)
    if look.outcome != "read":
        return _nothing_seen(past, look)
    if past.latest is None:
        return Decision(
            "new", "live", look.seen_at, "first_seen", content=look.fields, new_version=True, reason=look.reason
        )
    if look.not_modified and past.latest.number != look.version:
        return _overtaken(past, look)
    return _read(past, past.latest, look, text_hash or "", variant_window)


def whole(look: Look, latest: Version | None) -> Fields:
    """The content of a look, with what it did not see (missing, or not modified) as the latest version has it.

    Missing metadata never blanks what is known, unless its page was seen to have dropped it.
    """
    seen = look.fields or Fields(places={})
    if latest is None:
        return seen
    known = latest.fields
    pick = {name: seen if name in seen.places or name in look.vanished else known for name in COMPARED}
    if pick["published_at"] is seen and _same_moment(known, seen):
        pick["published_at"] = known  # told to the second before, to the minute now
    body = pick["body"]
    return Fields(
        title=pick["title"].title,
        outlet=pick["outlet"].outlet,
        author=pick["author"].author,
        published_at=pick["published_at"].published_at,
        published_precision=pick["published_at"].published_precision,
        modified_at=pick["modified_at"].modified_at,
        body_html=body.body_html,
        body_text=body.body_text,
        images=body.images,
        tables=body.tables,
        links=body.links,
        attachments=body.attachments,
        places={**known.places, **seen.places},  # a dropped field keeps its place, so that its return is an edit too
    )


def differences(old: Fields, new: Fields) -> tuple[str, ...]:
    """Fields in which two contents differ; all but the body only where both were read from the same place."""
    return tuple(name for name in COMPARED if _comparable(old, new, name) and _differs(old, new, name))


def _same_moment(old: Fields, new: Fields) -> bool:
    """Whether two times of publication are one, at the coarser of their precisions."""
    if not old.published_at or not new.published_at:
        return old.published_at == new.published_at
    precisions = {old.published_precision, new.published_precision}
    if "day" in precisions and len(precisions) > 1:
        day, moment = (old, new) if old.published_precision == "day" else (new, old)
        start = str(day.published_at)
        return start <= str(moment.published_at) < later(start, 86400)
    if "minute" in precisions:
        return old.published_at[:16] == new.published_at[:16]
    return old.published_at == new.published_at


def _differs(old: Fields, new: Fields, name: str) -> bool:
    return not _same_moment(old, new) if name == "published_at" else _form(old, name) != _form(new, name)


def _comparable(old: Fields, new: Fields, name: str) -> bool:
    place = "body" if name in MEDIA else name
    return name == "body" or (place in new.places and old.places.get(place) == new.places[place])


def _form(fields: Fields, name: str) -> Any:
    if name == "tables":
        return [[[comparison_form(cell) for cell in row] for row in table] for table in fields.tables]
    if name in MEDIA:
        return getattr(fields, name)
    return comparison_form((fields.body_text if name == "body" else getattr(fields, name)) or "")


def gains(old: Fields, new: Fields, read: set[str]) -> tuple[str, ...]:
    """Fields that a later look reads where nothing was known, from a better place, or alike from another place while
    the one that told them, which was `read` too, no longer does."""
    return tuple(name for name in ("title", *METADATA) if name in new.places and _supersedes(old, new, read, name))


def _supersedes(old: Fields, new: Fields, read: set[str], name: str) -> bool:
    before, now = old.places.get(name), new.places[name]
    if before is None or ROLES.index(now) < ROLES.index(before):
        return True
    return now != before and before in read and _form(old, name) == _form(new, name)


def _read(past: Past, latest: Version, look: Look, text_hash: str, variant_window: int) -> Decision:
    seen = whole(look, latest)
    changed = differences(latest.fields, seen)
    if past.state in ("removed", "expired"):
        return Decision(
            "changed", "live", look.seen_at, "restored", changed, seen, bool(changed), not changed,
            moved=_moved(past, look), reason=look.reason,
        )  # fmt: skip
    if not changed:
        return _seen_again(past, latest, look, seen)
    older = _older_like(past, seen, text_hash)
    if older is None:
        return _edited(past, look, changed, seen, look.seen_at, look.reason)
    if older.id == past.variant_version_id and past.variant_seen_at:
        reason = look.reason or "an older content came back, seen at two looks in a row"
        return _edited(past, look, changed, seen, past.variant_seen_at, reason)
    if look.seen_at <= later(older.last_seen_at, variant_window) and variant_window > 0:
        reason = f"equals version {older.number}; waits for a second look"
        return Decision(
            "variant", "live", look.seen_at,
            variant_version_id=older.id, variant_seen_at=look.seen_at, reason=reason,
        )  # fmt: skip
    return _edited(past, look, changed, seen, look.seen_at, look.reason)


def _edited(
    past: Past, look: Look, changed: tuple[str, ...], seen: Fields, changed_by: str, reason: str | None
) -> Decision:
    moved = _moved(past, look)
    return Decision("changed", "live", changed_by, "edited", changed, seen, True, moved=moved, reason=reason)


def _older_like(past: Past, seen: Fields, text_hash: str) -> Version | None:
    return next((v for v in past.versions[1:] if v.text_hash == text_hash and not differences(v.fields, seen)), None)


def _seen_again(past: Past, latest: Version, look: Look, seen: Fields) -> Decision:
    outcome = "not_modified" if look.not_modified and not look.responses and not look.same_bytes else "unchanged"
    return Decision(
        outcome, "live", look.seen_at,
        content=seen, extends=True, moved=_moved(past, look), reason=look.reason,
        gains=gains(latest.fields, look.fields or Fields(places={}), {raw.role for raw in look.responses}),
    )  # fmt: skip


def _not_modified(past: Past, look: Look) -> Decision:
    latest = past.latest
    if latest is None or latest.number != look.version:
        return _overtaken(past, look)
    change = "restored" if past.state in ("removed", "expired") else None
    outcome = "unchanged" if look.same_bytes else "not_modified"
    return Decision(outcome, "live", look.seen_at, change, extends=True, moved=_moved(past, look))


def _overtaken(past: Past, look: Look) -> Decision:
    """Another crawl recorded a newer version meanwhile: a 304 says nothing of that one."""
    return _standing(past, look, "not_modified", "answered for a version that is no longer the latest")


def _moved(past: Past, look: Look) -> bool:
    return look.moved_to is not None and look.moved_to != past.moved_to and not look.site_moved


def _not_found(past: Past, look: Look, confirm_after: int) -> Decision:
    since, looks = past.gone_since or look.seen_at, past.gone_looks + 1
    firmly = past.gone_firmly_since or (None if look.absence in ("soft", "quarantined") else look.seen_at)
    if past.latest is None or past.state in ("removed", "expired"):
        return Decision(
            "gone", past.state, look.seen_at,
            gone_since=since, gone_firmly_since=firmly, gone_looks=looks, reason=look.reason,
        )  # fmt: skip
    if _is_confirmed(past, look, confirm_after, looks):
        expired = look.absence == "expired"
        return Decision(
            "gone", "expired" if expired else "removed", since, None if expired else "removed",
            gone_since=since, gone_firmly_since=firmly, reason=_not_available(past, past.latest, look),
        )  # fmt: skip
    return Decision(
        "pending", past.state, look.seen_at,
        gone_since=since, gone_firmly_since=firmly, gone_looks=looks, reason=look.reason,
        variant_version_id=past.variant_version_id, variant_seen_at=past.variant_seen_at,
    )  # fmt: skip


def _is_confirmed(past: Past, look: Look, confirm_after: int, looks: int) -> bool:
    """Whether an article that was not found before may now be said to be gone."""
    if past.gone_since is None or look.absence == "quarantined":
        return False
    if looks >= _WEAK_LOOKS and look.seen_at >= later(past.gone_since, _WEAK_SPAN):
        return True
    firm = past.gone_firmly_since
    return look.absence != "soft" and firm is not None and look.seen_at >= later(firm, confirm_after)


def _not_available(past: Past, latest: Version, look: Look) -> str:
    """A removal, worded as what was seen."""
    url = look.responses[0].url if look.responses else look.url
    answer = str(look.http_status) if look.http_status in NOT_FOUND else f"says so itself: {look.reason}"
    times = "twice" if past.gone_looks == 1 else f"{past.gone_looks + 1} times"
    return f"Not available at {url} since {past.gone_since} ({answer} {times}); last read {latest.last_seen_at}"


def _nothing_seen(past: Past, look: Look) -> Decision:
    return _standing(past, look, look.outcome, look.reason)


def _standing(past: Past, look: Look, outcome: str, reason: str | None) -> Decision:
    """Everything stays as it was; the look itself is on record."""
    return Decision(
        outcome, past.state, look.seen_at,
        gone_since=past.gone_since, gone_firmly_since=past.gone_firmly_since, gone_looks=past.gone_looks, reason=reason,
        variant_version_id=past.variant_version_id, variant_seen_at=past.variant_seen_at,
    )  # fmt: skip

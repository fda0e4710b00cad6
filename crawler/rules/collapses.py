"""Whether articles that collapsed in one run did so by themselves, or all show one page that is none of them."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from crawler.items import Look
from crawler.rules.classify import notices
from crawler.rules.decode import decode
from crawler.rules.text import comparison_form

_FEWEST_ALIKE = 3  # articles that show the same words
_FEWEST, _TOO_MANY = 4, 0.5  # articles, and their part of those that the run read, that collapse at once


def judge(looks: Sequence[Look], read: int) -> tuple[list[Look], str | None]:
    """The looks that found a confirmed collapse, as they are to be recorded, and why the run is quarantined.

    `read`: how many articles the run read. Articles that turned into the same words at once were not read: a notice
    stands in their place; nor was one that lost its words beside a notice that the rest is for who logs in. Where over
    half of a run collapses, the site's pages or our reading of them have changed.
    """
    looks = [_unread(look, "login", f"says “{said[:80]}”") if (said := _wall(look)) else look for look in looks]
    walled, looks = [look for look in looks if not look.collapsed], [look for look in looks if look.collapsed]
    found, cause = _judged(looks, read)
    return [*walled, *found], cause


def _judged(looks: Sequence[Look], read: int) -> tuple[list[Look], str | None]:
    alike: defaultdict[str, list[Look]] = defaultdict(list)
    for look in looks:
        alike[comparison_form((look.fields.body_text if look.fields else None) or "")].append(look)
    groups = [group for group in alike.values() if len({look.code for look in group}) >= _FEWEST_ALIKE]
    same = {look.id for group in groups for look in group}
    if same:
        said = f"{len(same)} articles turned into the same words at once"
        return [_unread(look, "blocked", said) if look.id in same else look for look in looks], said
    collapsed = {look.code for look in looks}
    if len(collapsed) >= _FEWEST and len(collapsed) > _TOO_MANY * read:
        said = f"{len(collapsed)} of {read} articles lost most of what they were at once"
        cause = f"{said}; the site's pages, or our reading of them, may have changed"
        return [_unread(look, "variant", said) for look in looks], cause
    return list(looks), None


def _wall(look: Look) -> str | None:
    """What the page that a body was read from says of readers who may read on; None where it lost no words."""
    role = look.fields.places.get("body") if look.fields else None
    raw = next((raw for raw in look.responses if raw.role == role), None)
    if raw is None or role == "content" or not (look.reason or "").startswith("the body shrank"):
        return None
    return notices.wall(decode(raw.body, raw.header("Content-Type"))[0])


def _unread(look: Look, outcome: str, said: str) -> Look:
    reason = "; ".join(filter(None, (said, look.reason)))
    return msgspec.structs.replace(look, outcome=outcome, reason=reason, fields=None, collapsed=False)

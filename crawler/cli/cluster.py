"""`newstrail cluster`: who carries a story, who changed what in it and when, and who has not."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from crawler import lookup
from crawler.cli.output import json_option, print_json, print_records, printable
from crawler.rules.text import comparison_form
from storage import clusters, redactions

_READABLE = ("live", "unknown")  # what was read last may still stand there
_DAY_ENDS = "T23:59:59Z"
_WORDINGS = {
    "newest": "the newest wording",
    "earlier": "an earlier wording",
    "own": "a wording of its own",
}


@click.command()
@click.argument("code")
@json_option
@click.pass_obj
def cluster(config_path: str | None, code: str, as_json: bool) -> None:
    """Who else carries an article's story, side by side. CODE is its code, its URL or its number."""
    settings, db = lookup.opened(config_path)
    article = lookup.article(settings, db, code)
    lookup.readable(settings, db, article, code)
    found = _read(db, article["cluster_id"]) if article["cluster_id"] is not None else None
    if as_json:
        print_json(
            {"site": article["site"], "code": article["code"], "cluster": article["cluster_id"], **(found or {})}
        )
    elif found is None:
        click.echo(f"{printable(article['code'])}: no other article on record carries this story")
    else:
        _print(found, lookup.zone_of(settings, article["site"]))
        for gone in found["redacted"]:
            click.echo(printable(f"{_name(gone)}: {lookup.tombstone_line(settings, gone)}"))


def _read(db: Database, cluster_id: int) -> dict[str, Any]:
    """What `--json` prints of a cluster."""
    members = sorted(clusters.members(db, cluster_id), key=_published)
    edits = clusters.edits(db, cluster_id)
    _mark_wordings(members, edits, clusters.earlier_texts(db, cluster_id))
    old_figures = _old_figures(members, edits, clusters.current_facts(db, cluster_id))
    apart = ("id", "version_id", "body_text", "article_id", "old_version_id", "new_version_id")
    return {
        "published_first": _named(next((m for m in members if m["published_at"]), members[0])),
        "seen_first": _named(min(members, key=lambda member: (member["first_seen_at"], member["id"]))),
        "members": [_without(member, apart) for member in members],
        "edits": [{"change": edit["id"], **_without(edit, apart)} for edit in edits],
        "old_figures": old_figures,
        "redacted": [_without(gone, ("article_id",)) for gone in redactions.of_cluster(db, cluster_id)],
    }


def _without(record: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in names}


def _named(member: dict[str, Any]) -> dict[str, str]:
    return {"site": member["site"], "code": member["code"]}


def _name(member: dict[str, Any]) -> str:
    return f"{member['code']} ({member['site']})"


def _published(member: dict[str, Any]) -> tuple[str, str, int]:
    """In the order of publication; a date without a time may be any of its day, so it comes after its times, and a
    minute after its seconds."""
    published = member["published_at"] or member["first_seen_at"]
    if member["published_precision"] == "day":
        published = published[:10] + _DAY_ENDS
    elif member["published_precision"] == "minute":
        published = f"{published[:17]}59Z"
    return published, member["first_seen_at"], member["id"]


def _mark_wordings(members: list[dict[str, Any]], edits: list[dict[str, Any]], earlier: list[dict[str, Any]]) -> None:
    """Set each member's `wording`: the text that the last edit of one of them brought (where none was edited, the
    first one's text), one that was edited away, or its own."""
    edited = [edit["article_id"] for edit in edits if "body" in edit["fields"]]
    newest_of = edited[-1] if edited else members[0]["id"]
    newest = next(comparison_form(member["body_text"]) for member in members if member["id"] == newest_of)
    given_up = {comparison_form(text["body_text"]) for text in earlier}
    for member in members:
        form = comparison_form(member["body_text"])
        member["wording"] = "newest" if form == newest else "earlier" if form in given_up else "own"


def _old_figures(
    members: list[dict[str, Any]], edits: list[dict[str, Any]], facts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Each fact that an edit replaced, and the members whose text, as it was read last, still states the old one."""
    stated = {(fact["article_id"], *_fact(fact, "")) for fact in facts}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for edit in edits:
        for change in edit["facts"]:
            if change["old_text"] is None or change["new_text"] is None:
                continue
            old, new = _fact(change, "old_"), _fact(change, "new_")
            still = [
                _named(member)
                for member in members
                if member["state"] in _READABLE
                and (member["id"], *old) in stated
                and (member["id"], *new) not in stated
            ]
            told = {name: change[name] for name in ("type", "role", "old_text", "new_text")}
            found.setdefault((*old, *new), {**told, "changed_by": []})["still_at"] = still
            found[(*old, *new)]["changed_by"].append(_named(edit))
    return list(found.values())


def _fact(fact: dict[str, Any], side: str) -> tuple[Any, ...]:
    """What makes two facts one: what they say, however it is written."""
    value = fact[f"{side}value"]
    return fact["type"], fact["role"], fact[f"{side}text"] if value is None else value


# ── For people ──────────────────────────────────────────────────────────────────────────────────────────────────


def _print(found: dict[str, Any], zone: ZoneInfo) -> None:
    members, edits = found["members"], found["edits"]
    first = f"published first: {_name(found['published_first'])}; seen first: {_name(found['seen_first'])}"
    click.echo(f"{len(members)} articles carry this story; {printable(first)}\n")
    columns = {
        "site": "site", "code": "code", "outlet": "outlet", "published": f"published ({zone})", "seen": "first seen",
        "version_count": "versions", "changed": "last change", "state": "state", "says": "says", "title": "title",
    }  # fmt: skip
    print_records([_shown(member, zone) for member in members], columns, False)
    if edits:
        click.echo("\nedits:")
        columns = {
            "when": f"seen by ({zone})",
            "code": "code",
            "severity": "severity",
            "what": "what",
            "figures": "figures",
        }
        print_records([_shown_edit(edit, zone) for edit in edits], columns, False)
    lines = [*_figure_lines(found["old_figures"]), *_gone_lines(members, zone)]
    if lines:
        click.echo("\n" + "\n".join(printable(line) for line in lines))


def _shown(member: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    published = lookup.local(member["published_at"], zone)
    changed = (
        f"{member['last_change']} {lookup.local(member['last_changed_at'], zone)}" if member["last_change"] else ""
    )
    return {
        **member,
        "published": published[:10] if member["published_precision"] == "day" else published,
        "seen": lookup.local(member["first_seen_at"], zone),
        "changed": changed,
        "says": _WORDINGS[member["wording"]],
    }


def _shown_edit(edit: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    figures = (f"{fact['old_text'] or '—'} → {fact['new_text'] or '—'}" for fact in edit["facts"])
    return {
        **edit,
        "when": lookup.local(edit["changed_by"], zone),
        "what": edit["summary"],
        "figures": "; ".join(figures),
    }


def _figure_lines(old_figures: list[dict[str, Any]]) -> Iterable[str]:
    for figure in old_figures:
        if figure["still_at"]:
            where = ", ".join(map(_name, figure["still_at"]))
            yield f"{figure['old_text']} → {figure['new_text']}: when read last, {where} had {figure['old_text']}"


def _gone_lines(members: list[dict[str, Any]], zone: ZoneInfo) -> Iterable[str]:
    for member in members:
        if member["removed_since"]:
            since, last = lookup.local(member["removed_since"], zone), lookup.local(member["last_read_at"], zone)
            yield f"{_name(member)}: not available at {member['url']} since {since}; last read {last}"

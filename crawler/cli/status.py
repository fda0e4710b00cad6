"""`newstrail status`."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from crawler import figures, lookup
from crawler.cli import schedule
from crawler.cli.output import json_option, print_json, print_records, printable
from crawler.rules.dates import utc_text
from storage import health, history, incidents, outbox

_SHOWN = 20  # articles that cannot be read
_SOURCES = {
    "key": "source", "name": "name", "last_run": "last run ({zone})", "last_outcome": "outcome",
    "listed": "listed", "articles": "articles", "due": "due", "next_run": "next run", "next_check": "next look",
    "last_reason": "reason",
}  # fmt: skip
_NOISE = {
    "key": "source", "false": "false changes", "variant": "variant", "blocked": "blocked", "pending": "pending",
    "waiting": "waiting now", "open_incidents": "incidents", "bytes": "MB a day", "versions": "versions a day",
    "looks": "looks a day",
}  # fmt: skip


@click.command()
@click.option(
    "--schedule",
    "of_schedule",
    is_flag=True,
    help="When each source is read, what was learned of its edits, and the budget.",
)
@json_option
@click.pass_obj
def status(config_path: str | None, of_schedule: bool, as_json: bool) -> None:
    """Sources, their last runs, what is due, what went wrong, and how much of what is recorded is noise."""
    settings, db = lookup.opened(config_path)
    now = utc_text(datetime.now(UTC))
    if of_schedule:
        sites, planned = schedule.of_sites(db, settings, now), schedule.of_sources(db, settings)
        if as_json:
            print_json({"sites": sites, "sources": planned})
        else:
            schedule.print_schedule(sites, planned, lookup.zone_of(settings))
        return
    sources = history.sources_status(db, now)
    for source in sources:
        source["watched"] = source["key"] in settings.sources
    warnings = figures.measure(db, sources, now)
    totals, troubles, messages = history.totals(db), health.incidents(db, _SHOWN), outbox.counts(db)
    if as_json:
        failed = history.failed_looks(db, _SHOWN)
        told = {"totals": totals, "sources": sources, "failed_looks": failed, "incidents": troubles}
        print_json({**told, "warnings": warnings, "notify": messages})
        return
    zone = lookup.zone_of(settings)
    click.echo("  ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items()) + "\n")
    _print_sources(sources, zone)
    for warning in warnings:
        click.echo(f"warning: {printable(warning['message'])}")
    for heading, is_quiet in (("cannot be read now:", False), ("nothing new for long:", True)):
        if found := [trouble for trouble in troubles if (trouble["outcome"] == incidents.QUIET) == is_quiet]:
            click.echo(f"\n{heading}")
            _print_incidents(found, zone)
    if messages:
        click.echo("\nnot delivered (newstrail notify --retry tries what is parked again):")
        _print_messages(messages, zone)


def _print_sources(sources: list[dict[str, Any]], zone: ZoneInfo) -> None:
    for source in sources:
        source["last_run"] = lookup.local(source["last_run_at"], zone)
        source["next_run"] = "paused" if source["paused_at"] else lookup.local(source["next_run_at"], zone)
        source["next_check"] = lookup.local(source["next_check_at"], zone)
    columns = {key: heading.format(zone=zone) for key, heading in _SOURCES.items()}
    print_records(sources, columns, False, empty="no source was crawled yet")
    if sources:
        click.echo("\nnoise and growth, over the last 7 days (false changes: of all on record):")
        print_records([_noise(source) for source in sources], _NOISE, False)


def _print_messages(messages: list[dict[str, Any]], zone: ZoneInfo) -> None:
    for message in messages:
        message["since"] = lookup.local(message["waiting_since"], zone)
    columns = {"channel": "channel", "waiting": "waiting", "since": f"since ({zone})", "parked": "parked"}
    print_records(messages, columns | {"error": "last error"}, False)


def _print_incidents(incidents: list[dict[str, Any]], zone: ZoneInfo) -> None:
    for incident in incidents:
        incident["since"] = lookup.local(incident["began_at"], zone)
        incident["what"] = incident["code"] or incident["source"] or f"{incident['site']} (all of it)"
    columns = {"what": "article, source or site", "outcome": "outcome", "since": f"since ({zone})"}
    print_records(incidents, columns | {"looks": "looks", "reason": "reason", "url": "url"}, False)


def _noise(source: dict[str, Any]) -> dict[str, Any]:
    """A source's figures as a row of the table."""
    growth = source["growth_per_day"]
    return {
        **source,
        "false": f"{source['marked_false']} of {source['changes']} ({figures.percent(source['false_rate'])})",
        **{name: figures.percent(source[f"{name}_rate"]) for name in figures.SHARES},
        "bytes": f"{growth['bytes'] / 1e6:.2f}",
        **{name: f"{growth[name]:g}" for name in ("versions", "looks")},
    }

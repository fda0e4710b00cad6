"""`newstrail notify`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from crawler import config, lookup
from crawler import notify as delivering
from crawler.cli.output import json_option, print_records, printable
from crawler.config.model import did_you_mean
from crawler.errors import NotFoundError, UsageError
from crawler.rules.dates import utc_text
from storage import outbox
from storage.database import open_database, open_readonly, transaction, usable

_NONE = "no [[notify]] is configured"
_COLUMNS = {
    "channel": "channel", "sent": "sent", "waiting": "waiting", "next": "next ({zone})", "parked": "parked",
    "error": "last error",
}  # fmt: skip


@click.command()
@click.argument("names", nargs=-1, metavar="[CHANNEL]...")
@click.option("--test", "is_test", is_flag=True, help="Send a test message, and say whether it was taken.")
@click.option("--retry", is_flag=True, help="Put back what was given up, and try it again.")
@json_option
@click.pass_obj
def notify(config_path: str | None, names: tuple[str, ...], is_test: bool, retry: bool, as_json: bool) -> None:
    """Send what is due on these channels (default: all), as `newstrail daemon` does by itself."""
    settings = config.load(config_path)
    channels = [_channel(settings, name) for name in dict.fromkeys(names)] or list(settings.channels.values())
    if is_test:
        _test(settings, channels, as_json)
        return
    open_readonly(settings.database).close()  # opening to write would make a database that is not there
    db = open_database(settings.database)
    if retry:
        with usable(settings.database), transaction(db):
            outbox.retry(db, [channel.name for channel in channels], utc_text(datetime.now(UTC)))
    turns = delivering.deliver(db, settings, channels)
    zone = lookup.zone_of(settings)
    records = [_record(db, turn, None if as_json else zone) for turn in turns]
    print_records(records, {key: name.format(zone=zone) for key, name in _COLUMNS.items()}, as_json, empty=_NONE)


def _channel(settings: config.Config, name: str) -> config.Channel:
    if name in settings.channels:
        return settings.channels[name]
    there_are = ", ".join(settings.channels) or "none"
    raise UsageError(
        f"{settings.path}: no [[notify]] named {name!r}; there are: {there_are}{did_you_mean(name, settings.channels)}"
    )


def _record(db: Database, turn: delivering.Turn, zone: ZoneInfo | None) -> dict[str, Any]:
    """What came of a channel; the time of its next message in `zone`, or as in the record."""
    name = turn.channel.name
    left = next((row for row in outbox.counts(db) if row["channel"] == name), {})
    due = delivering.next_due(db, turn.channel)
    return {
        "channel": name,
        "sent": turn.sent,
        "waiting": left.get("waiting", 0),
        "next": lookup.local(due, zone) if zone else due,
        "parked": left.get("parked", 0),
        "error": turn.error or left.get("error"),
    }


def _test(settings: config.Config, channels: Sequence[config.Channel], as_json: bool) -> None:
    said = delivering.send_test(settings, channels)
    records = [{"channel": name, "delivered": error is None, "error": error} for name, error in said.items()]
    if as_json:
        print_records(records, {}, True)
    elif not records:
        click.echo(_NONE)
    for record in () if as_json else records:
        click.echo(printable(f"{record['channel']}: {record['error'] or 'delivered'}"))
    if failed := [name for name, error in said.items() if error]:
        raise NotFoundError(f"not delivered: {', '.join(failed)}")

"""`newstrail verify`: is the record what was recorded?"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import track

from crawler import anchors, evidence, lookup
from crawler.cli.output import json_option, print_json, printable
from crawler.errors import NewstrailError
from crawler.rules.dates import utc_text
from storage import evidence as stored
from storage.database import usable

_MOST_SHOWN = 20


@click.command()
@click.option("--anchor", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Check the chain's heads that this file has, and add today's.")  # fmt: skip
@click.option("--deep", is_flag=True, help="Read the kept responses again, and compare texts and facts with them.")
@json_option
@click.pass_obj
def verify(config_path: str | None, anchor: Path | None, deep: bool, as_json: bool) -> None:
    """Recompute hashes, the chain, numbers, references and the index; name what was altered, removed or put in.

    Exit code 1 where anything was. Pruned responses and redacted versions are counted, not failed.
    """
    settings, db = lookup.opened(config_path)
    heads = anchors.read(anchor) if anchor else []
    with usable(settings.database), stored.reading(db):
        report = evidence.verify(db, settings, deep, _track)
        report.findings[:0] = anchors.findings(db, heads, settings)
        head = stored.head(db)
    db.conn.close()
    warning = None
    if anchor and head and not report.findings:
        warning = anchors.add(anchor, head, heads, settings, utc_text(datetime.now(UTC)))
    if as_json:
        print_json(_as_json(report, head, warning))
    else:
        _print(report, head, len(heads), deep)
    if report.findings:
        raise NewstrailError(f"{settings.database}: not as it was recorded; first: {report.findings[0].line()}")
    if warning:
        raise NewstrailError(warning)


def _track(rows: Iterable[Any], what: str, total: int) -> Iterable[Any]:
    console = Console(stderr=True)
    return track(rows, what, total, console=console, disable=not sys.stderr.isatty(), transient=True)


def _as_json(report: evidence.Report, head: tuple[int, str] | None, warning: str | None) -> dict[str, Any]:
    findings = [msgspec.to_builtins(finding) | {"line": finding.line()} for finding in report.findings]
    counted = {name: getattr(report, name) for name in ("pruned_bodies", "redacted_versions", "reread", "unread")}
    last = {"number": head[0], "link": head[1]} if head else None
    return {"ok": not findings, "head": last, "rows": report.counts, **counted, "findings": findings,
            "timestamp_error": warning}  # fmt: skip


def _print(report: evidence.Report, head: tuple[int, str] | None, heads: int, deep: bool) -> None:
    for finding in report.findings[:_MOST_SHOWN]:
        click.echo(printable(finding.line()))
    if len(report.findings) > _MOST_SHOWN:
        click.echo(f"… and {len(report.findings) - _MOST_SHOWN} more (--json tells all)")
    counts = report.counts
    click.echo(
        f"{counts['versions']} versions, {counts['changes']} changes, {counts['bodies']} raw responses,"
        f" {counts['chain']} links gone through: "
        + (f"{len(report.findings)} findings" if report.findings else "whole")
    )
    if report.pruned_bodies or report.redacted_versions:
        click.echo(
            f"not there to be checked: {report.pruned_bodies} raw responses that were pruned or redacted,"
            f" {report.redacted_versions} versions that are redacted"
        )
    if deep:
        click.echo(f"read again from their responses: {report.reread} versions; {report.unread} could not be")
    if heads:
        click.echo(f"{heads} heads of the anchor file checked")
    if head:
        click.echo(f"head of the chain: number {head[0]}, {head[1]}")

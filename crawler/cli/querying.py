"""`newstrail sql`."""

import csv
import sys

import click

from crawler import config, searching
from crawler.cli.output import print_json, print_table, printable
from crawler.export.lines import safe_cell
from storage import sql as queries


@click.command()
@click.argument("query")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=30.0, show_default=True, help="Seconds before it is stopped."
)
@click.pass_obj
def sql(config_path: str | None, query: str, form: str | None, timeout: float) -> None:
    """Run QUERY over the record, read-only: a table, --json or --csv."""
    names, rows = queries.run(config.load(config_path).database, query, timeout, searching.FUNCTIONS)
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    elif form == "json":
        print_json([dict(zip(names, map(_plain, row), strict=True)) for row in rows])
    else:
        print_table([names, *([printable(_plain(cell)) for cell in row] for row in rows)])


def _plain(cell: object) -> object:
    return f"<{len(cell)} bytes>" if isinstance(cell, bytes) else cell

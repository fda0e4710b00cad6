"""How records are printed: a table for people, JSON for programs, and no page text as markup or control codes."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from crawler.rules.text import printable

__all__ = ["console", "json_option", "print_json", "print_records", "print_table", "printable", "progress_bars"]
_PIPE_WIDTH = 100_000  # columns; nothing is folded or cut where no terminal sets a width
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def console() -> Console:
    """Standard output: coloured and folded on a terminal, plain and whole in a pipe."""
    is_terminal = sys.stdout.isatty()
    width = None if is_terminal else _PIPE_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=not is_terminal)


def print_json(value: Any) -> None:
    """One JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_records(
    records: Sequence[Mapping[str, Any]], columns: Mapping[str, str], as_json: bool, empty: str = "nothing"
) -> None:
    """Records as a table of these columns (key -> heading), or whole as a JSON list."""
    if as_json:
        print_json([dict(record) for record in records])
    elif not records:
        click.echo(empty)
    else:
        print_table([list(columns.values()), *([printable(r.get(key)) for key in columns] for r in records)])


def print_table(lines: Sequence[Sequence[str]]) -> None:
    """A table whose first line is its head."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for heading in lines[0]:
        table.add_column(Text(heading), overflow="fold")
    for line in lines[1:]:
        table.add_row(*(Text(cell) for cell in line))
    out = console()
    with out.capture() as captured:
        out.print(table)
    click.echo("\n".join(row.rstrip() for row in captured.get().splitlines()), color=sys.stdout.isatty())


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """On a terminal, a progress bar for each thing that is done: what, how far, of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        bars: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what)
            progress.update(bars[what], completed=done, total=total)

        yield told

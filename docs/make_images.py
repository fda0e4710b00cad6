"""Makes docs/images/diff.svg from the demo's record: `.venv/bin/python docs/make_images.py`."""

import html
import io
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI

from crawler.cli.diffview import render

CODE = "NW202411222276085533"
GOAL = Path(__file__).parent / "images" / "diff.svg"
_EDIT = "SELECT old_title, new_title, old_body_text, new_body_text FROM edits WHERE code = ?"
_SPAN = re.compile(r'(<text class="[^"]*-r\d+"[^>]*) textLength="[^"]*"([^>]*>)([^<]*)')
_CELL = 12.2  # width of a column in rich's SVG


def picture(old_title: str, new_title: str, old_body: str, new_body: str) -> str:
    """The diff as `newstrail diff` draws it on a terminal of 88 columns, as SVG."""
    console = Console(record=True, width=88, file=io.StringIO(), force_terminal=True)
    console.print(render(old_title, new_title, old_body, new_body, has_marks=False))
    svg = console.export_svg(title=f"newstrail diff {CODE}", theme=DIMMED_MONOKAI, unique_id="diff")
    return _SPAN.sub(_true_width, svg)


def _true_width(span: re.Match[str]) -> str:
    """rich counts a Chinese character as one column wide where it says how long a text is; it takes two."""
    width = cell_len(html.unescape(span[3])) * _CELL
    return f'{span[1]} textLength="{width:g}"{span[2]}{span[3]}'


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "crawler", "demo", "--dir", folder], check=True, capture_output=True)
        edit = sqlite3.connect(Path(folder) / "newstrail.db").execute(_EDIT, (CODE,)).fetchone()
    GOAL.parent.mkdir(exist_ok=True)
    GOAL.write_text(picture(*edit), encoding="utf-8")
    print(f"wrote {GOAL}")


if __name__ == "__main__":
    main()

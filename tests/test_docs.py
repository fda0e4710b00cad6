"""The documentation names all there is, and what it shows works."""

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from crawler import config
from crawler.cli import COMMANDS, cli
from crawler.commands.crawl import _ARGUMENTS
from crawler.config import (
    Channel,
    CrawlSettings,
    DaemonSettings,
    Retention,
    Site,
    Source,
    VerifySettings,
    WebSettings,
)
from docs.make_images import CODE, GOAL, picture
from storage.database import open_database

ROOT = Path(__file__).parents[1]
PAGES = [*(ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:)([^)\s]+)\)")
_VOLATILE = re.compile(r"127\.0\.0\.1:\d+|\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


def blocks(*languages: str, but: str = "") -> list[Any]:
    """Code blocks in these languages in all pages, `but` one, as test parameters."""
    return [
        pytest.param(code, id=f"{page.name}-{number}")
        for page, text in TEXTS.items()
        for number, (language, code) in enumerate(_BLOCK.findall(text), 1)
        if language in languages and page.name != but  # tests/test_queries.py asks those
    ]


def shell_lines(program: str) -> list[list[str]]:
    """What follows a program's name where the pages show it called."""
    called = re.compile(rf"(?:^|[\s/]){program} ([^#>\n]*?)\s*(?:#|\d?>|$)", re.MULTILINE)
    found = [line for block in blocks("sh", "console", "cron") for line in called.findall(block.values[0])]
    return [shlex.split(line) for line in sorted(set(found))]


def sections(page: str) -> dict[str, str]:
    """Heading -> the text below it, up to the next heading."""
    pieces = re.split(r"^#+ (.*)$", TEXTS[ROOT / page], flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@pytest.fixture(scope="session")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's record."""
    return shutil.copytree(demo_folder, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)


def run(arguments: list[str], code: int = 0) -> str:
    command = [sys.executable, "-m", "crawler", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


# ── Nothing is left out ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_command_and_option_is_documented() -> None:
    told = "\n".join(TEXTS.values())
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None and f"`newstrail {name}" in told, name
        for parameter in (*command.params, *cli.params):
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert re.search(rf"`[^`]*{option}\b", told), f"newstrail {name} {option}"


def test_every_scrapy_argument_is_documented() -> None:
    told = "\n".join(map(shlex.join, shell_lines("scrapy")))
    for spider, names in _ARGUMENTS.items():
        for name in names:
            assert re.search(rf"crawl {spider} .*-a {name}=", told), f"{spider} {name}"


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("Top level", ("database",)),
        ("`[crawl]`: how requests are made", CrawlSettings.__struct_fields__),
        ("`[site.NAME]`: how a site looks", Site.__struct_fields__),
        ("`[[source]]`: a listing that is watched", Source.__struct_fields__),
        ("`[daemon]`: what `newstrail daemon` may use", DaemonSettings.__struct_fields__),
        ("`[retention]`: what is dropped in time", Retention.__struct_fields__),
        ("`[web]`: where the pages are, and what they show", WebSettings.__struct_fields__),
        ("`[verify]`: who puts a time to the chain", VerifySettings.__struct_fields__),
        ("`[[notify]]`: who hears of what", Channel.__struct_fields__),
    ],
)
def test_every_key_is_documented_with_its_default(heading: str, keys: tuple[str, ...]) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", sections("docs/configuration.md")[heading], re.MULTILINE)
    assert sorted(rows) == sorted(keys)


@pytest.mark.parametrize("kind", [CrawlSettings, Site, DaemonSettings, WebSettings, Channel])
def test_defaults_are_as_documented(kind: type[msgspec.Struct]) -> None:
    text = TEXTS[ROOT / "docs/configuration.md"]
    for field in msgspec.structs.fields(kind):
        told = re.search(rf"^\| `{field.name}` \| [^|]* \| ([^|]*) \|", text, re.MULTILINE)
        assert told is not None
        if field.default not in (None, msgspec.NODEFAULT, config.PLACEHOLDER_AGENT):
            value = list(field.default) if isinstance(field.default, tuple) else field.default
            assert told[1] == f"`{json.dumps(value)}`", field.name


def test_every_table_and_column_is_documented(tmp_path: Path) -> None:
    db = open_database(tmp_path / "empty.db").conn
    told = sections("docs/data.md")
    names = db.execute(
        "SELECT m.name, t.name FROM pragma_table_list t JOIN sqlite_master m ON m.name = t.name"
        " WHERE t.type IN ('table', 'view', 'virtual') AND m.name NOT LIKE 'sqlite%' AND m.name != '_sqlite_migrations'"
    ).fetchall()
    assert len(names) > 20
    for name, _ in names:
        (section,) = (text for heading, text in told.items() if f"`{name}`" in heading)
        for (column,) in db.execute("SELECT name FROM pragma_table_info(?)", (name,)):
            assert f"`{column}`" in section, f"{name}.{column}"


def test_every_value_of_a_column_is_documented() -> None:
    schema = (ROOT / "storage/schema.sql").read_text(encoding="utf-8")
    for values in re.findall(r"IN \(\s*('.*?')\)", schema, re.DOTALL):
        for value in re.findall(r"'(\w+)'", values):
            assert f"`{value}`" in TEXTS[ROOT / "docs/data.md"] + TEXTS[ROOT / "docs/operations.md"] or value in (
                "reviewed",
                "false",
            ), value


# ── What is shown works ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", blocks("sql", but="queries.md"))
def test_queries_run_and_find_something(query: str, demo: Path) -> None:
    assert json.loads(run(["--config", str(demo / "newstrail.toml"), "sql", "--json", query]))


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code: str, demo: Path) -> None:
    assert code.startswith("# runnable")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=demo, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_chain_as_documented_finds_tampering(demo: Path, tmp_path: Path) -> None:
    (code,) = (block.values[0] for block in blocks("python") if "every link fits" in block.values[0])
    with sqlite3.connect(demo / "newstrail.db") as source, sqlite3.connect(tmp_path / "newstrail.db") as copy:
        source.backup(copy)
    copy.execute("UPDATE versions SET first_seen_at = '2000-01-01T00:00:00Z' WHERE id = 7")
    copy.commit()
    copy.close()
    source.close()
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "does not fit" in done.stderr


@pytest.mark.parametrize("text", blocks("toml"))
def test_configuration_examples_are_valid(text: str) -> None:
    site = '\n[site.finews]\nlisting = "https://a.example/"\narticle = "(?P<code>x)"\n'
    site += 'share = "https://a.example/{code}"\ntimezone = "UTC"\n'
    config.parse(text + site * ("[[source]]" in text and "[site" not in text), Path("newstrail.toml"))


@pytest.mark.parametrize("words", shell_lines("newstrail"), ids=" ".join)
def test_shell_lines_parse(words: list[str]) -> None:
    name, *arguments = words[2:] if words[0] == "--config" else words
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, arguments)


@pytest.mark.parametrize("block", blocks("console"))
def test_what_the_program_prints_is_what_it_prints(block: str, demo: Path) -> None:
    lines = [_VOLATILE.sub("*", line) for line in block.splitlines()]
    if lines[0].startswith("$ newstrail"):
        words = shlex.split(block.splitlines()[0])[2:]
        words[words.index("newstrail-demo/newstrail.toml")] = str(demo / "newstrail.toml")
        assert lines[1:] == [_VOLATILE.sub("*", line) for line in run(words).splitlines()]
    else:
        printed = (demo / "printed").read_text(encoding="utf-8").splitlines()
        assert {line.rpartition(" ")[0] for line in lines} <= {
            line.rpartition(" ")[0] for line in printed
        }  # but for the seconds


def test_the_picture_is_what_the_program_draws(demo: Path) -> None:
    edit = sqlite3.connect(demo / "newstrail.db").execute(
        "SELECT old_title, new_title, old_body_text, new_body_text FROM edits WHERE code = ?", (CODE,)
    )
    assert GOAL.read_text(encoding="utf-8") == picture(*edit.fetchone()), "run: .venv/bin/python docs/make_images.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(TEXTS[page]):
        path, _, anchor = link.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.is_file(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings], link

"""`newstrail demo`: the whole journey on the built-in replica, offline."""

import os
import sys
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from crawler import config, jobs, lookup
from crawler.cli.comparing import print_diff
from crawler.cli.crawling import finish, now, run_with_progress
from crawler.cli.output import printable
from crawler.demo.script import Round, rounds
from crawler.demo.site import Replica, newstrail_toml
from crawler.errors import UsageError
from storage import history
from storage.database import open_database

_SUGGESTED = (
    ("changes", "what happened, newest first"),
    ("log {code}", "one article's versions"),
    ("diff {code}", "what was changed in it"),
    ("blame {code}", "which version each paragraph came from"),
    ("search 采购", "which articles say so"),
    ("web --open", "the same as pages"),
    ('sql "SELECT code, old_title, new_title FROM edits"', "any question at all"),
)


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("newstrail-demo"),
    show_default=True, help="Folder for the configuration and the database.",
)  # fmt: skip
@click.pass_obj
def demo(config_path: str | None, folder: Path) -> None:
    """See it work, offline: a small news site is crawled, edits its articles, and is crawled again."""
    toml, database = _prepare(folder)
    script = rounds()
    with Replica() as site:
        click.secho(f"A small news site is up at {site.base}.", bold=True)
        for number, chapter in enumerate(script, 1):
            chapter.apply(site)
            if number == 1:
                toml.write_text(newstrail_toml(site.base, database.name, site.sources), encoding="utf-8")
            _tell(number, chapter)
            _crawl(config.load(toml), recheck=number > 1)
            if number > 1:
                _show_changes(toml, chapter)
    _suggest(folder, script)


def _prepare(folder: Path) -> tuple[Path, Path]:
    """Paths of configuration and database in an empty demo folder; a former demo's are replaced, nobody else's."""
    toml, database = folder / "newstrail.toml", folder / "newstrail.db"
    if toml.exists() and "[site.replica]" not in toml.read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{toml}: is not a demo's; name another folder with --dir")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in (database, folder / "newstrail.db-wal", folder / "newstrail.db-shm"):
            file.unlink(missing_ok=True)
        toml.write_text("# the demo is running\n[site.replica]\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from None
    return toml, database


def _tell(number: int, chapter: Round) -> None:
    click.secho(f"\n{number}. {chapter.title}", bold=True)
    for step in chapter.steps:
        click.echo(f"   · {step.sentence}")
    click.echo()


def _crawl(settings: config.Config, recheck: bool) -> None:
    db = open_database(settings.database)
    results = []
    for key in settings.sources:
        job = jobs.category_job(db, settings, key, now(), recheck)
        results.append(run_with_progress(db, settings, job, key, None))
    finish(results, as_json=False)


def _show_changes(toml: Path, chapter: Round) -> None:
    """The diff of each article that the chapter edited, and what was seen of those that went or came back."""
    settings, db = lookup.opened(str(toml))
    for kind, codes in chapter.expected.items():
        for code in codes if kind != "first_seen" else ():
            _show_change(db, settings, lookup.article(settings, db, code))


def _show_change(db: Database, settings: config.Config, article: dict[str, Any]) -> None:
    zone = lookup.zone_of(settings, article["site"])
    change = history.changes(db, article_id=article["id"], limit=1)[0]
    severity = f", {change['severity']}" if change["severity"] else ""
    click.secho(f"\n{change['kind']}{severity}: {printable(article['title'])}", fg="cyan", nl=False)
    click.echo(f"  ({article['code']})")
    if change["old_version"] == change["new_version"] or change["new_version"] is None:
        click.echo(lookup.localized(change["reason"], zone) or "the same content as before is back")
        return
    versions = {version["number"]: version for version in history.versions_of(db, article["id"])}
    print_diff(versions[change["old_version"]], versions[change["new_version"]], zone)


def _suggest(folder: Path, script: list[Round]) -> None:
    code = script[1].expected["edited"][0]
    click.secho(f"\nThe record stays in {folder / 'newstrail.db'}. Ask it:", bold=True)
    program = os.path.relpath(sys.argv[0]) if Path(sys.argv[0]).name == "newstrail" else "newstrail"
    for command, what in _SUGGESTED:
        click.echo(f"  {program} --config {folder / 'newstrail.toml'} {command.format(code=code)}")
        click.echo(f"      {what}")

"""`newstrail init` and `newstrail sources`."""

from importlib import resources
from pathlib import Path

import click

from crawler import config
from crawler.cli.output import json_option, print_records
from crawler.errors import UsageError
from crawler.rules import identity
from storage import sources as on_record
from storage.database import open_readonly


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def init(config_path: str | None, file: Path | None) -> None:
    """Write a commented newstrail.toml (or FILE) that tracks the first site; never overwrites."""
    file = file or config.find(config_path)
    text = resources.files("crawler").joinpath("newstrail.toml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(f"{file}: is there already; it is left as it is") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from None
    click.echo(f"wrote {file}; set crawl.user_agent in it, then: newstrail crawl")


@click.command()
@json_option
@click.pass_obj
def sources(config_path: str | None, as_json: bool) -> None:
    """List the watched listings as the configuration means them."""
    settings = config.load(config_path)
    paused = _paused(settings)
    records = [
        {
            "key": source.key,
            "name": source.name,
            "site": source.site,
            "category": source.category_name,
            "schedule": source.schedule,
            "paused_at": paused.get(source.key),
            "timezone": settings.sites[source.site].timezone,
            "listing": identity.listing_url(settings.sites[source.site], source.category_name),
            "content": "endpoint" if settings.sites[source.site].content else "share page",
        }
        for source in settings.sources.values()
    ]
    if not as_json:
        for record in records:
            record["schedule"] = f"paused ({record['schedule']})" if record["paused_at"] else record["schedule"]
    columns = {
        "key": "key",
        "name": "name",
        "site": "site",
        "schedule": "schedule",
        "content": "content",
        "listing": "listing",
    }
    print_records(records, columns, as_json, empty=f"{settings.path}: no [[source]] yet")


def _paused(settings: config.Config) -> dict[str, str]:
    """Key -> since when, of the sources that are paused; none where there is no database yet."""
    if not settings.database.exists():
        return {}
    return on_record.paused(open_readonly(settings.database))

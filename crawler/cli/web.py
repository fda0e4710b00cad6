"""`newstrail web`."""

import webbrowser

import click

from crawler import config, logs, searching
from crawler.errors import UsageError
from storage.database import open_readonly


@click.command()
@click.option("--address", metavar="HOST:PORT", help="Where to answer (default: [web] address of the configuration).")
@click.option("--open", "opens", is_flag=True, help="Open it in a browser.")
@click.pass_obj
def web(config_path: str | None, address: str | None, opens: bool) -> None:
    """Show the record as pages, read-only, until stopped: changes, articles, diffs, search, sources, tables, SQL."""
    settings = config.load(config_path)
    if (place := config.host_and_port(address or settings.web.address)) is None:
        raise UsageError(f"--address {address}: write HOST:PORT, such as 127.0.0.1:8400 or [::1]:8400")
    try:
        from crawler.web import serve
    except ModuleNotFoundError as error:
        raise UsageError(f"the pages need {error.name}: pip install 'newstrail[web]'") from None

    def told(url: str) -> None:
        click.echo(f"the record is at {url} (Ctrl-C stops it)", err=True)
        if opens:
            webbrowser.open(url)

    logs.configure(False)
    searching.ready(open_readonly(settings.database), settings.database)
    serve.run(settings, *place, told)

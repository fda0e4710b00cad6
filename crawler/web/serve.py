"""The server: Datasette over the record's file, with our plugin, until it is stopped."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from crawler.config import Config
from crawler.errors import UsageError
from crawler.web import page, plugin
from crawler.web.record import Record
from crawler.web.showing import showing
from storage.database import open_readonly

_HERE = Path(__file__).parent
_SECONDS = 5.0  # that a page's queries, or a reader's own, may take
_GIVES_WAY = 5  # by which a reader's page is less urgent than a crawl: what was not read in time is lost
_LIMITS = {
    "sql_time_limit_ms": int(_SECONDS * 1000),
    "max_returned_rows": 1000,
    "num_sql_threads": 4,
    "cache_size_kb": 32_000,  # for each of them; the index that the stream is read by fits
    "suggest_facets": False,  # it would try out every column of every table
    "allow_csv_stream": True,
    "max_csv_mb": 100,
    "truncate_cells_html": 200,
    "template_debug": False,
}


def application(settings: Config, host: str = "127.0.0.1") -> Datasette:
    """Datasette over the configuration's database, with our pages in front; `host` is where it is to be reached.

    Raises `StorageError` where there is no record.
    """
    open_readonly(settings.database).close()
    if not pm.is_registered(plugin):
        pm.register(plugin, "newstrail")
    datasette = Datasette(
        template_dir=str(_HERE / "templates"),
        static_mounts=[("assets", str(_HERE / "static"))],
        settings=_LIMITS,
    )
    datasette.newstrail = page.Newstrail(settings, showing(settings, host), _SECONDS)
    datasette.add_database(Record(datasette, path=str(settings.database)), name=page.NAME)
    return datasette


@contextmanager
def serving(settings: Config, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread while the block runs; the address of the front page."""
    with _socket(host, port) as bound:
        server = _server(settings, host)
        thread = Thread(target=server.run, kwargs={"sockets": [bound]}, name="web")
        thread.start()
        try:
            yield _url(host, bound.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def run(settings: Config, host: str, port: int, told: Any) -> None:
    """Serve until SIGINT or SIGTERM; `told` is called with the address once it answers."""
    os.nice(_GIVES_WAY)
    with _socket(host, port) as bound:
        server = _server(settings, host)
        told(_url(host, bound.getsockname()[1]))
        asyncio.run(server.serve(sockets=[bound]))


def _server(settings: Config, host: str) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            application(settings, host).app(),
            log_level="warning",
            lifespan="on",
            server_header=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=3,
            proxy_headers=False,
        )
    )


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise UsageError(f"{_url(host, port)}: cannot be served there: {error.strerror or error}") from None
    # asyncio sets it only on sockets that were made for TCP by name; without it every answer waits 40 ms for an ACK.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

"""Every page, feed and table of a record whose every text is hostile: nothing of it runs, breaks out or goes along."""

import csv
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from lxml import html

from crawler import config
from crawler.web.serve import serving
from tests.web import hostile
from tests.web.conftest import Tabs

_P = quote(hostile.PAYLOADS[0])
PAGES = [
    "", "?kind=all", f"?kind=all&words={_P}", f"?outlet={_P}&since=2020-01-01", f"?source={_P}", f"?kind={_P}",
    "article/1", "article/1/version/1", "article/1/diff/1/2", "article/1/diff/1/2?view=side", "sources",
    f"search?q={_P}", f"?words={_P}&lang=zh", f"no/such/{quote(hostile.PAYLOADS[1])}", f"?since={_P}",
]  # fmt: skip
TABLES = [
    "articles",
    "versions",
    "changes",
    "facts",
    "fact_changes",
    "sources",
    "listings",
    "responses",
    "runs",
    "latest",
]
DATASETTE = [
    "record", *(f"record/{table}?_size=20" for table in TABLES), "record/articles/1", "record/versions/1",
    "record/changes/1", "record/versions?_facet=title&_facet=outlet", "record/articles?_facet=url",
    f"record?sql=select+{quote(chr(39) + hostile.PAYLOADS[0] + chr(39))}+as+x", f"record?sql={_P}",
    "record?sql=select+a.title,a.url,a.outlet+from+versions+join+articles+a+on+a.id=article_id",
    f"record/articles?_search={_P}", f"record/articles?title={_P}", f"record/{quote(hostile.PAYLOADS[1])}",
]  # fmt: skip
FEEDS: list[str] = ["feed.json", "changes.json?after=0"]
_OURS = ("/assets/", "/-/static/", "/-/static-plugins/")


@pytest.fixture(scope="module")
def server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    for file in demo_folder.glob("newstrail.*"):
        shutil.copy(file, folder)
    hostile.fill(folder / "newstrail.db")
    with serving(config.load(folder / "newstrail.toml")) as url:
        yield url


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=30, follow_redirects=True) as one:
        yield one


def test_every_text_is_there_and_is_hostile(client: httpx.Client) -> None:
    """Else the rest of this proves nothing."""
    told = client.get("/?kind=all").text
    assert "&lt;script&gt;" in told and "{{7*7}}" in told


@pytest.mark.parametrize("path", [*PAGES, *DATASETTE])
def test_no_text_becomes_markup(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/{path}")
    assert answer.status_code in (200, 400, 404), path
    assert_headers_are_ours(answer)
    assert "root:x" not in answer.text
    tree = html.document_fromstring(answer.content)
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"nonce-([\w-]+)", policy)
    for script in tree.iter("script"):
        if nonce is None:
            assert str(script.get("src")).startswith(_OURS), html.tostring(script)
        else:
            assert script.get("nonce") == nonce[1] or "alert(1)" not in html.tostring(script, encoding="unicode")
    for element in tree.iter(html.etree.Element):
        for name, value in element.attrib.items():
            assert not name.startswith("on"), f"{path}: {html.tostring(element)[:300]!r}"
            if name in ("href", "src", "action", "formaction", "xlink:href"):
                assert re.match(r"(/(?!/)|\?|#|https?://|data:image/|[\w.]+(\?|$))", value), f"{path}: {name}={value!r}"
    assert not [
        image.get("src") for image in tree.iter("img", "iframe", "object", "embed", "svg") if image.get("onload")
    ]
    assert not tree.xpath("//img[@src='x']")


def assert_headers_are_ours(answer: httpx.Response) -> None:
    assert "x-pwned" not in answer.headers and "pwned" not in answer.headers.get("set-cookie", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", TABLES)
def test_cells_start_no_formula(client: httpx.Client, name: str) -> None:
    csv.field_size_limit(10_000_000)
    answer = client.get(f"/record/{name}.csv?_size=50")
    assert answer.status_code == 200
    assert_headers_are_ours(answer)
    for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"), newline="")):
        for cell in row:
            assert not re.match(r"[=@+\t\r]|-(?![\d.]+$)", cell), f"{name}: {cell[:60]!r}"


@pytest.mark.parametrize("path", [f"record/{name}.json?_size=20" for name in TABLES] + FEEDS)
def test_json_is_no_page(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/{path}")
    assert answer.headers["content-type"].startswith(("application/json", "application/feed+json"))
    assert_headers_are_ours(answer)
    json.loads(answer.content)


def test_nothing_runs_in_a_browser(tabs: Tabs, server: str) -> None:
    refused = ("no/", "?kind=%", "?since=%", "?source=%", "record?sql=%", "record/%")  # a browser's console says so
    for path in [path for path in (*PAGES, *DATASETTE) if not path.startswith(refused)]:
        page = tabs.open(server + path)
        assert page.evaluate("window.pwned") is None, path
        page.evaluate(
            "for (const one of document.querySelectorAll('*')) for (const name of ['mouseover', 'focus', 'click'])"
            " if (one.getAttribute('on' + name)) throw new Error(one.outerHTML)"
        )
        page.context.close()


def test_pages_of_one_article_whose_code_is_hostile(client: httpx.Client, demo_folder: Path) -> None:
    with closing(sqlite3.connect(demo_folder / "newstrail.db")) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM articles LIMIT 8")]
    for number in ids:
        assert_headers_are_ours(client.get(f"/record/articles/{number}"))

"""The replica over real HTTP: it must be the site that its articles and its script say; all other tests build on it."""

import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest

from crawler.config import parse
from crawler.demo.articles import first_articles, later_articles
from crawler.demo.generate import generate
from crawler.demo.script import rounds
from tests.origin import FAULTS, Answer, Replica, newstrail_toml

CODE = "NW202411222276088016"
ENDPOINT = f"/NewsData/GetNewsText.do?id={CODE}"
SHARE = f"/html_News/NewsShare.html?infoCode={CODE}"
POST = f"/caijingkuaixun/2024/11/22/{CODE}.html"
LISTING = "/category/caijingkuaixun.html"
PLACES = (ENDPOINT, SHARE, POST)


class Client:
    """One connection that is kept, as a crawler keeps it."""

    def __init__(self, origin: Replica) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(origin.base).netloc, timeout=5)

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, headers=named)
        response = self.connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def status(self, path: str, **headers: str) -> int:
        return self.get(path, **headers)[0]

    def text(self, path: str) -> str:
        return self.get(path)[2].decode()


@pytest.fixture
def origin() -> Iterator[Replica]:
    with Replica(first_articles()) as replica:
        yield replica


@pytest.fixture
def client(origin: Replica) -> Iterator[Client]:
    client = Client(origin)
    yield client
    client.connection.close()


def words(html: str) -> str:
    """The words of a page or a fragment, without markup and white space."""
    return re.sub(r"\s+", "", unescape(re.sub(r"<!--.*?-->|<style.*?</style>|<[^>]+>", "", html, flags=re.S)))


def test_what_a_page_holds(origin: Replica, client: Client) -> None:
    article = origin.article(CODE)
    assert json.loads(client.text(ENDPOINT)) == {
        "text": article.body_html, "title": article.title, "showTime": "2024-11-22 14:02:09", "source": "云舟财经",
    }  # fmt: skip
    post = client.text(POST)
    assert (
        "<small>(GMT+8, Asia/Shanghai, CST) 2024-11-22 14:02:09</small>\n<h1>澜川电气拿下4.2亿元储能订单</h1>" in post
    )
    assert f'<p><a href="{origin.base}{SHARE}">{origin.base}{SHARE}</a></p>' in post
    assert "<small>tags: <em>云舟财经新闻</em></small>" in post
    assert words(article.body_html) in words(post)
    assert "储能" not in client.text(SHARE)
    assert f'<li><a href="{POST}">{article.title}</a></li>' in client.text(LISTING)
    assert '<h2 id="云舟财经新闻">云舟财经新闻</h2>' in client.text(LISTING)
    assert 'href="/category/zhengfucaigou.html"' in client.text("/")
    assert client.text("/robots.txt").startswith("User-agent: *")


def test_newest_first_and_also_where_else_it_is_listed(client: Client) -> None:
    listed = {name: re.findall(r'<li><a href="(.*?)"', client.text(f"/category/{name}.html")) for name in
              ("zhengfucaigou", "caijingkuaixun", "difangchanye")}  # fmt: skip
    dates = [path.split("/")[2:5] for path in listed["caijingkuaixun"]]
    assert dates == sorted(dates, reverse=True)
    both = {path.rsplit("/", 1)[1] for path in listed["caijingkuaixun"]} & {
        path.rsplit("/", 1)[1] for path in listed["difangchanye"]
    }
    assert both == {"NW202411202276047715.html"}
    assert all(client.status(path) == 200 for paths in listed.values() for path in paths)


@pytest.mark.parametrize("path", [*PLACES, LISTING, "/"])
def test_conditional_requests(origin: Replica, client: Client, path: str) -> None:
    status, headers, body = client.get(path)
    etag, modified = headers["etag"], headers["last-modified"]
    assert (status, int(headers["content-length"])) == (200, len(body))
    assert client.get(path, If_None_Match=f'"other", W/{etag}')[::2] == (304, b"")
    assert client.status(path, If_None_Match="*") == 304
    assert client.status(path, If_Modified_Since=modified) == 304
    assert client.status(path, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT") == 200
    assert client.status(path, If_Modified_Since="not a date") == 200
    assert client.status(path, If_None_Match='"other"', If_Modified_Since=modified) == 200, "the ETag goes first"
    head = client.get(path, "HEAD")
    assert (head[0], head[1]["content-length"], head[2]) == (200, str(len(body)), b"")
    origin.validators = False
    status, headers, _ = client.get(path, If_None_Match=etag, If_Modified_Since=modified)
    assert status == 200 and not {"etag", "last-modified"} & headers.keys()


def test_an_edit_moves_both_validators_at_once(origin: Replica, client: Client) -> None:
    before = {path: client.get(path)[1] for path in (ENDPOINT, POST, LISTING)}
    origin.edit(CODE, title="澜川电气：储能订单4.2亿元")
    for path, old in before.items():
        assert client.status(path, If_None_Match=old["etag"]) == 200
        assert client.status(path, If_Modified_Since=old["last-modified"]) == 200


def test_removed_unlisted_restored(origin: Replica, client: Client) -> None:
    origin.unlist(CODE)
    assert CODE not in client.text(LISTING)
    assert {client.status(path) for path in PLACES} == {200}
    origin.remove(CODE)
    assert {client.status(path) for path in PLACES} == {404}
    assert client.get(ENDPOINT)[1]["content-type"].startswith("text/html")
    assert CODE not in origin.codes()
    origin.restore(CODE, title="又来了")
    assert {client.status(path) for path in PLACES} == {200}
    assert "又来了" in client.text(LISTING)


def test_a_template_changes_bytes_and_no_word(origin: Replica, client: Client) -> None:
    def served(article_code: str) -> str:
        answer = json.loads(client.text(f"/NewsData/GetNewsText.do?id={article_code}"))
        return str(answer.get("text") or answer["content"])

    before = {code: served(code) for code in origin.codes()}
    posts = client.text(POST)
    for template in (1, 2):
        origin.template = template
        for code, html in before.items():
            assert served(code) != html
            assert words(served(code)) == words(html)
        assert client.text(POST) != posts and words(client.text(POST)) == words(posts)
    origin.template = 0
    assert client.text(POST) == posts


def test_what_an_old_listing_answers(origin: Replica, client: Client) -> None:
    origin.clock = datetime(2024, 11, 22, 12, tzinfo=UTC)
    everything = client.text(LISTING).count("<li>")
    origin.listing_days = 3
    assert 0 < client.text(LISTING).count("<li>") < everything
    origin.clock += timedelta(days=9)
    assert client.get(LISTING)[0] == 200 and "<ul>" in client.text(LISTING) and "<li>" not in client.text(LISTING)
    origin.empty_listing_is_404 = True
    assert client.status(LISTING) == 404
    assert client.status("/category/meiyou.html") == 404


def test_categories_as_jekyll_has_them(origin: Replica, client: Client) -> None:
    article = origin.article(CODE)
    origin.publish(replace(article, code="NW1", category="21bao 21caijingAPP"))
    origin.publish(replace(article, code="NW2", category="Anxin(xianggang)"))
    assert client.status("/21bao/21caijingapp/2024/11/22/NW1.html") == 200
    assert "<li>" not in client.text("/category/21bao%2021caijingAPP.html")
    path = "/anxin(xianggang)/2024/11/22/NW2.html"
    assert f'href="{path}"' in client.text("/category/Anxin(xianggang).html")
    assert client.status(path) == 200


def test_the_log_and_the_overrides(origin: Replica, client: Client) -> None:
    origin.override(ENDPOINT, Answer(503), times=2)
    origin.override(ENDPOINT, lambda request: Answer(200, {}, request.headers["x-who"].encode()), times=1)
    assert [client.status(ENDPOINT), client.status(ENDPOINT)] == [503, 503]
    assert client.get(ENDPOINT, X_Who="me")[2] == b"me"
    assert client.status(ENDPOINT) == 200
    assert [(request.method, request.path, request.status) for request in origin.log] == [
        ("GET", ENDPOINT, status) for status in (503, 503, 200, 200)
    ]
    assert origin.log[2].headers["x-who"] == "me"
    assert origin.log[0].at <= origin.log[1].at <= monotonic()
    origin.override(ENDPOINT, Answer(500))
    origin.clear_overrides()
    assert client.status(ENDPOINT) == 200


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset", ConnectionResetError),
        ("cut", http.client.IncompleteRead),
        ("cut chunked", http.client.IncompleteRead),
        ("not HTTP", http.client.BadStatusLine),
        ("silent", TimeoutError),
        ("drip", TimeoutError),
    ],
)
def test_faults_on_the_wire(origin: Replica, client: Client, fault: str, error: type[Exception]) -> None:
    client.connection.timeout = 0.2
    origin.override(POST, FAULTS[fault]())
    with pytest.raises(error):
        client.get(POST)


def test_faults_with_an_answer(origin: Replica, client: Client) -> None:
    on_the_wire = {"reset", "cut", "cut chunked", "not HTTP", "silent", "drip", "endless", "endless header"}
    for name, fault in FAULTS.items():
        if name not in on_the_wire:
            origin.override(POST, fault())
            assert client.status(POST) == origin.log[-1].status == fault().sent_status, name


def test_an_endless_body_goes_on_until_the_client_has_enough(origin: Replica, client: Client) -> None:
    origin.override(POST, FAULTS["endless"]())
    client.connection.request("GET", POST)
    with client.connection.getresponse() as response:
        assert len(response.read(3_000_000)) == 3_000_000
    client.connection.close()
    assert client.status(ENDPOINT) == 200


def test_the_script_says_what_it_does() -> None:
    with Replica() as origin:
        client, seen = Client(origin), dict[str, tuple[str, str] | None]()
        for number, part in enumerate(rounds(), 1):
            part.apply(origin)
            now = {code: read(client, origin, code) for code in {*seen, *origin.codes()}}
            found: dict[str, set[str]] = {}
            for code, content in now.items():
                if kind := change(code in seen, seen.get(code), content):
                    found.setdefault(kind, set()).add(code)
            assert found == {kind: set(codes) for kind, codes in part.expected.items()}, f"round {number}"
            seen = now
        client.connection.close()
    assert [part.counts for part in rounds()] == [
        {"first_seen": 40},
        {"edited": 5, "removed": 2},
        {"restored": 2, "removed": 1, "first_seen": 1, "edited": 1},
    ]


def read(client: Client, origin: Replica, code: str) -> tuple[str, str] | None:
    """Title and words of an article, None where its endpoint has it no more."""
    status, _, body = client.get(f"/NewsData/GetNewsText.do?id={code}")
    if status == 404:
        return None
    answer, post = json.loads(body), client.text(origin.article(code).post_path())
    title = answer.get("title") or unescape(re.findall(r"<h1>(.*?)</h1>", post)[-1])
    return title, words(answer.get("text") or answer["content"])


def change(known: bool, old: tuple[str, str] | None, new: tuple[str, str] | None) -> str | None:
    """The kind of change from one look to the next."""
    if not known:
        return "first_seen"
    if old == new:
        return None
    return "removed" if new is None else "restored" if old is None else "edited"


def test_the_articles_are_as_many_and_as_various_as_they_should_be() -> None:
    articles = first_articles()
    assert len({article.code for article in [*articles, *later_articles()]}) == 41
    assert all(article.body_html.endswith(f"（文章来源：{article.outlet}）</p>") for article in articles)
    assert all(2 <= article.body_html.count("<p") <= 9 for article in articles)
    assert {len(article.endpoint_fields) for article in articles} == {0, 1, 2, 3}
    twins = [words(article.body_html) for article in articles if article.code.endswith("202411192275810017")]
    assert len(twins) == 2 and twins[0] == twins[1]


def test_generated_articles_are_always_the_same_and_of_the_size() -> None:
    some = generate(50)
    assert some == generate(50)
    assert all(12_000 <= len(article.body_html.encode()) < 14_000 for article in some)
    assert len({article.code for article in some}) == 50


def test_the_configuration_is_one(origin: Replica) -> None:
    text = newstrail_toml(origin.base, "demo.db", origin.sources)
    config = parse(text, Path("newstrail.toml"))
    assert list(config.sources) == ["zhengfucaigou", "caijingkuaixun", "difangchanye"]
    assert config.sources["caijingkuaixun"].name == "云舟财经新闻"
    match = config.sites["replica"].article_pattern.search(POST)
    assert match and match["code"] == CODE

"""Who may ask for the pages, how, and what they give away."""

import re
import shutil
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from crawler import config
from crawler.web.serve import serving
from tests.conftest import Desk
from tests.origin import Replica

SENTINEL = "这一段从来没有改过只有全文里才有。"
PHONE, IDENTITY = "13912345678", "110101199003078515"
_LEAKS = (
    "-/settings",
    "-/plugins",
    "-/databases",
    "-/versions",
    "-/metadata",
    "-/threads",
    "-/actor",
    "-/permissions",
    "-/allow-debug",
    "-/patterns",
    "-/messages",
    "-/logout",
    "-/auth-token",
    "record",
    "record.json",
    "record.db",
    "record/versions",
    "record/versions/1",
    "record/versions.json",
    "record/versions.csv",
    "record/bodies",
    "_memory",
    "_memory?sql=select+1",
    "_internal",
    ".json",
    "%72ecord/versions",
    "assets/../record/versions.json",
    "assets/..%2f..%2frecord/versions.json",
)


@contextmanager
def _asking(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture
def client(demo: str) -> Iterator[httpx.Client]:
    with _asking(demo) as one:
        yield one


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]"])
def test_other_names_are_refused(client: httpx.Client, host: str) -> None:
    """Against DNS rebinding: a page elsewhere that makes its own name lead here reads nothing."""
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421 and "<" not in answer.text
    assert client.get("/", headers={"Host": "localhost:1"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["", "record", "-/messages", "-/permissions"])
def test_nothing_can_be_sent(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, f"/{path}", content=b"x=1")
    assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing",
        "?kind=odd",
        "record",
        "record.json",
        "record/versions.csv",
        "assets/newstrail.css",
        "-/static/app.css",
        "-/settings",
        "record?sql=drop+table+articles",
    ],
)
def test_each_answer_says_what_may_run(client: httpx.Client, path: str) -> None:
    answers = [client.get(f"/{path}"), client.get(f"/{path}")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
        assert "unsafe-eval" not in policy and "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
    nonces = [re.findall(r"nonce-([\w-]{16,})", answer.headers["content-security-policy"]) for answer in answers]
    assert nonces[0] == [] or nonces[0] != nonces[1], "a nonce was used twice"


@pytest.mark.parametrize(
    "path",
    [
        "assets/../guard.py",
        "assets/..%2fguard.py",
        "assets/%2e%2e/guard.py",
        "-/static/..%2f..%2fapp.py",
        "assets//etc/passwd",
        "assets/%2fetc%2fpasswd",
        "assets/..\\guard.py",
    ],
)
def test_files_stay_in_their_folder(demo: str, path: str) -> None:
    status, _, body = _raw(demo, f"GET /{path} HTTP/1.1")
    assert status in (400, 403, 404), body[:200]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/",
        "//evil.example/%2f..",
        "/\\evil.example/",
        "///evil.example/",
        "/%2fevil.example/",
        "/-/config/..//evil.example/",
        "/:memory://evil.example",
        "/record//evil.example/",
    ],
)
def test_it_sends_nobody_elsewhere(demo: str, path: str) -> None:
    _, headers, _ = _raw(demo, f"GET {path} HTTP/1.1")
    target = urljoin(demo, headers.get("location", "/"))
    assert urlsplit(target.replace("\\", "/")).netloc == urlsplit(demo).netloc, headers


def _raw(url: str, line: str, host: str | None = None) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of a request that no client would mend first."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(f"{line}\r\nHost: {host or parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode("utf-8", "replace")
    head, _, body = answer.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    return int(first.split()[1]), {k.lower(): v.strip() for k, _, v in (x.partition(":") for x in lines)}, body


@pytest.mark.parametrize("path", ["", "record", "assets/newstrail.css", "nothing"])
def test_head_is_get_without_a_body(client: httpx.Client, path: str) -> None:
    head, get = client.head(f"/{path}"), client.get(f"/{path}")
    assert head.status_code == get.status_code and not head.content


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "nothing/at/all",
        "record/nothing",
        "record/articles/99999999",
        "?kind=odd",
        "?since=someday",
        "record?sql=selec",
        "record?sql=select+writefile(1)",
        "%00",
        "%ff%fe",
    ],
)
def test_what_is_wrong_is_said_without_the_program(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/{path}", follow_redirects=True)
    assert answer.status_code in (400, 403, 404), answer.status_code
    assert "Traceback" not in answer.text and ".py" not in answer.text and str(Path.cwd()) not in answer.text


def test_a_query_without_end_is_stopped(client: httpx.Client) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    began = time.monotonic()
    answer = client.get("/record.json", params={"sql": endless})
    assert answer.status_code == 400 and time.monotonic() - began < 15


@pytest.mark.parametrize(
    "wanted, language",
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en;q=0.9,zh;q=0.1", "en"), ("fr", "en"), ("", "en"), ("zh;q=x" * 999, "en")],
)
def test_it_speaks_what_is_asked_for(client: httpx.Client, wanted: str, language: str) -> None:
    answer = client.get("/", headers={"Accept-Language": wanted})
    assert f'<html lang="{language}"' in answer.text and "Accept-Language" in answer.headers["vary"]


def test_slow_readers_hold_up_nobody(demo: str) -> None:
    parts = urlsplit(demo)
    with ExitStack() as open_ones, _asking(demo) as client:
        for _ in range(60):
            slow = open_ones.enter_context(socket.create_connection((parts.hostname, parts.port)))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        began = time.monotonic()
        assert client.get("/").status_code == 200
        assert time.monotonic() - began < 10


@pytest.fixture
def public(trail: Desk, site: Replica) -> Iterator[httpx.Client]:
    """A record shown to others, of an article with a paragraph that never changed and numbers that are a person's."""
    body = f"<p>预算3.5亿元，联系人{PHONE}，身份证{IDENTITY}。</p><p>{SENTINEL}电话{PHONE}。</p>"
    site.edit("NW1", body_html=body)
    trail.newstrail("crawl")
    body = f"{body.replace('3.5亿元', '35亿元')}<table><tr><td>电话</td><td>{PHONE}</td></tr></table>"
    site.edit("NW1", body_html=body, title=f"江州市采购项目公示，电话{PHONE}")
    trail.newstrail("crawl", "--recheck")
    with trail.toml.open("a", encoding="utf-8") as file:
        file.write('\n[web]\nurl = "https://news.example"\n')
    with serving(config.load(trail.toml)) as url, _asking(url) as client:
        yield client


@pytest.mark.parametrize("asked", ["/search?q=1391234*", f"/search?q={PHONE}", f'/search?q="{PHONE}"'])
def test_others_find_nothing_by_what_is_hidden(public: httpx.Client, asked: str) -> None:
    assert "No article on record says so." in public.get(asked).text
    assert "/article/1" in public.get("/search?q=江州").text
    assert public.get(f"/feed.atom?q={PHONE[:7]}*").status_code == 400
    assert public.get(f"/changes.json?kind=all&words={PHONE[:7]}").json()["changes"] == []
    assert public.get("/changes.json?kind=all&words=江州").json()["changes"]
    assert "/article/1" not in public.get(f"/?kind=all&words={PHONE[:7]}").text


def test_others_see_what_changed_and_no_more(public: httpx.Client) -> None:
    pages = dict(
        _everything(
            public,
            "/",
            "/?kind=all&lang=zh",
            "/feed.atom",
            "/feed.json",
            "/changes.json",
            "/search?q=江州",
            "/article/1",
        )
    )
    assert "35亿元" in pages["/"].text
    for path, answer in pages.items():
        assert SENTINEL not in answer.text and SENTINEL[:12] not in answer.text, path
        assert PHONE not in answer.text and IDENTITY not in answer.text, path
        assert "noindex" in answer.headers["x-robots-tag"], path
        assert answer.status_code < 500, path


def _everything(client: httpx.Client, *starts: str) -> Iterator[tuple[str, httpx.Response]]:
    """Every page that can be reached by links, from these on."""
    waiting, seen = deque(starts), set(starts)
    while waiting and len(seen) < 400:
        path = waiting.popleft()
        answer = client.get(path)
        yield path, answer
        for target in re.findall(r'(?:href|src)="([^"]+)"', answer.text):
            there = urlsplit(urljoin(str(client.base_url.join(path)), target.replace("&amp;", "&")))
            further = f"{there.path}?{there.query}" if there.query else there.path
            if there.netloc == urlsplit(str(client.base_url)).netloc and further not in seen:
                seen.add(further)
                waiting.append(further)


def test_others_see_no_tables_and_nothing_of_the_program(public: httpx.Client) -> None:
    for path in _LEAKS:
        status, headers, body = _raw(str(public.base_url), f"GET /{path} HTTP/1.1")
        assert status in (302, 400, 403, 404), f"{path}: {status}"
        assert "noindex" in headers["x-robots-tag"], path
        assert not re.search(r"(?i)sqlite|\.db\b|/home/|/tmp/|datasette \d", body), path


def test_the_name_that_was_given_is_answered(public: httpx.Client) -> None:
    assert public.get("/", headers={"Host": "news.example"}).status_code == 200
    assert public.get("/", headers={"Host": "other.example"}).status_code == 421


def test_the_record_is_not_written(demo_folder: Path, tmp_path: Path) -> None:
    for file in demo_folder.glob("newstrail.*"):
        shutil.copy(file, tmp_path)
    before = (tmp_path / "newstrail.db").read_bytes()
    writes = (
        "insert into marks values (1, 'false', '')",
        "attach 'x.db' as x",
        "pragma user_version = 9",
        "select load_extension('x')",
        "vacuum into 'x.db'",
    )
    with serving(config.load(tmp_path / "newstrail.toml")) as url, _asking(url) as client:
        for sql in writes:
            assert client.get("/record.json", params={"sql": sql}).status_code in (400, 403), sql
    assert (tmp_path / "newstrail.db").read_bytes() == before and not (tmp_path / "x.db").exists()

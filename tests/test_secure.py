"""Each line of the secure block in crawler/settings.py, attacked; and the one way out to the network."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler import network
from crawler.config import Channel
from crawler.sending import Message, NotSentError, send
from tests.crawling import ROOT
from tests.origin import HTML, Answer, Replica, page, redirect

OURS = ["--allow", "127.0.0.1"]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="all of 127.0.0.0/8 is loopback only there")


def probe(*arguments: str, **environment: str) -> dict[str, Any]:
    """What comes of asking for these URLs, by newstrail's settings."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.probe", *arguments], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


class Canary:
    """Listens where nothing may connect to, and counts who does."""

    def __init__(self, context: ssl.SSLContext | None = None, address: str = "127.0.0.66") -> None:
        self.host = address
        self._socket = socket.create_server((address, 0))
        self._context = context
        self.port: int = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self.heard.append(b"")
                speaking = self._context.wrap_socket(connection, server_side=True) if self._context else connection
                self.heard[-1] = speaking.recv(4096)
                speaking.sendall(self.answer)
                speaking.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


@pytest.fixture
def site() -> Iterator[Replica]:
    with Replica() as replica:
        yield replica


@contextmanager
def self_signed(folder: Path) -> Iterator[Canary]:
    """An https origin on 127.0.0.1 whose certificate nobody vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    pem = folder / "origin.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listening = Canary(context, "127.0.0.1")
    yield listening
    listening.close()


def test_only_http_and_https_are_asked_for(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    urls = [f"file://{secret}", "data:text/plain,secret", "ftp://127.0.0.1/secret", "s3://secret/secret"]
    for way in ((), ("--bare",)):  # by all that a request passes, and by what opens connections alone
        for status, why in probe(*urls, *way)["found"]:
            assert status is None and "only http and https are fetched" in why, why


def test_a_redirect_leads_to_no_file_and_no_endless_chain(site: Replica) -> None:
    for scheme in ("file:///etc/hostname", "data:text/html,x", "ftp://127.0.0.1/", "javascript:alert(1)"):
        site.override(f"/{scheme[:4]}", redirect(scheme))
    site.override("/loop", lambda _: redirect("/loop"))
    urls = [f"{site.base}/{name}" for name in ("file", "data", "ftp:", "java", "loop")]
    found = probe(*urls, *OURS)["found"]
    assert [status for status, _ in found] == [302, 302, 302, None, None], found
    assert sum(request.path == "/loop" for request in site.log) == 6


def test_no_spelling_of_a_private_address_is_connected_to(site: Replica, canary: Canary) -> None:
    spellings = [
        "127.0.0.66", "2130706498", "0x7f000042", "0177.0.0.0102", "127.66", "[::ffff:127.0.0.66]", "[::ffff:7f00:42]",
        "127.0.0.66.", "①②⑦.0.0.66", "0x7f.0.0.0x42",
    ]  # fmt: skip
    for number, spelling in enumerate(spellings):
        site.override(f"/{number}", redirect(f"http://{spelling}:{canary.port}/"))
    confusing = [
        f"http://user@127.0.0.66:{canary.port}/", f"http://127.0.0.1\\@127.0.0.66:{canary.port}/",
        f"http://127.0.0.66:{canary.port}\\@127.0.0.1/", f"http://127.0.0.1%00@127.0.0.66:{canary.port}/",
        f"http://127.0.0.1:80@127.0.0.66:{canary.port}/", f"http://127.0.0.66:{canary.port}#@127.0.0.1/",
    ]  # fmt: skip
    for number, url in enumerate(confusing, len(spellings)):
        site.override(f"/{number}", redirect(url))
    urls = [f"{site.base}/{number}" for number in range(len(spellings) + len(confusing))]
    direct = [f"http://{spelling}:{canary.port}/" for spelling in spellings]
    found = probe(*urls, *direct, *OURS)["found"]
    assert [status for status, _ in found] == [None] * len(found), found
    assert not canary.heard
    assert "127.0.0.66, which crawl.allow_private does not name" in found[0][1]
    assert "written ambiguously" in found[len(spellings)][1]  # by whom the host is read differently is not tried out


def test_robots_txt_leads_to_no_private_address_either(site: Replica, canary: Canary) -> None:
    site.override("/robots.txt", redirect(f"http://127.0.0.66:{canary.port}/robots.txt"))
    ((status, why),) = probe(f"{site.base}/", *OURS)["found"]
    assert status is None and "robots.txt" in why and not canary.heard


def test_an_allowed_network_or_name_is_connected_to(canary: Canary) -> None:
    for allowed in ("127.0.0.64/26", "127.0.0.66"):
        assert probe(f"http://127.0.0.66:{canary.port}/", "--allow", allowed)["found"] == [[200, "secret"]]


def test_a_name_that_turns_to_another_address_is_connected_to_where_it_was_checked(
    site: Replica, canary: Canary, tmp_path: Path
) -> None:
    """The network, not newstrail, answers each look-up of the name differently: what is allowed first, private then."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "real, asked = socket.getaddrinfo, []\n"
        "def getaddrinfo(host, *more, **named):\n"
        "    if host != 'turning.example':\n"
        "        return real(host, *more, **named)\n"
        "    asked.append(host)\n"
        "    return real('127.0.0.1' if len(asked) == 1 else '127.0.0.66', *more, **named)\n"
        "socket.getaddrinfo = getaddrinfo\n"
    )
    port = site.base.rpartition(":")[2]
    site.override("/", page("asked for"))
    first, second = probe(
        f"http://turning.example:{port}/", f"http://turning.example:{canary.port}/", "--allow", "127.0.0.1/32",
        PYTHONPATH=str(tmp_path),
    )["found"]  # fmt: skip
    assert first == [200, "asked for"]
    assert second[0] is None and not canary.heard


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Apprise
def test_what_connects_by_itself_is_guarded_too(canary: Canary) -> None:
    """Also by the forms of an address that hide another one; and not beyond the block."""
    with network.guarded(["127.0.0.1"]):
        for host in ("127.0.0.66", "::ffff:127.0.0.66"):
            with pytest.raises(network.RefusedAddressError, match=r"127\.0\.0\.66"):
                socket.create_connection((host, canary.port), 5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            for say in (lambda to: datagrams.sendto(b"x", to), lambda to: datagrams.sendmsg([b"x"], [], 0, to)):
                with pytest.raises(network.RefusedAddressError, match=r"127\.0\.0\.66"):
                    say(("127.0.0.66", canary.port))
        with pytest.raises(NotSentError, match="Apprise could not deliver it"):
            message = Message("1", "a title", "a text", {})
            send(Channel(name="x", url=f"json://127.0.0.66:{canary.port}/"), message, ("127.0.0.1",), 0)
    assert not canary.heard
    socket.create_connection((canary.host, canary.port), 5).close()


def test_no_proxy_of_the_environment_is_used_and_a_named_one_is(site: Replica, canary: Canary) -> None:
    site.override("/", page("asked for"))
    environment = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), f"http://127.0.0.66:{canary.port}")
    assert probe(f"{site.base}/", *OURS, **environment)["found"] == [[200, "asked for"]]
    assert not canary.heard
    named = ["--proxy", f"http://127.0.0.66:{canary.port}"]
    assert probe(f"{site.base}/", *OURS, *named)["found"][0][0] is None  # its address is checked like any other
    assert not canary.heard
    (found,) = probe(f"{site.base}/", *OURS, *named, "--allow", "127.0.0.66")["found"]
    assert found == [200, "secret"] and canary.heard[0].startswith(b"GET http://127.0.0.1:")


def test_a_certificate_that_nobody_vouches_for_is_an_error(tmp_path: Path) -> None:
    with self_signed(tmp_path) as origin:
        ((status, why),) = probe(f"https://127.0.0.1:{origin.port}/", *OURS)["found"]
    assert status is None and "certificate" in why.lower(), why
    assert origin.heard[0] == b""  # nothing was asked


def test_no_cookie_no_referrer_and_no_refresh(site: Replica) -> None:
    cookies = {"Set-Cookie": "a=1; Path=/; Domain=127.0.0.1", "Content-Type": HTML}
    site.override("/first", Answer(200, cookies, b'<meta http-equiv="refresh" content="0; url=/third">'))
    site.override("/second", Answer(302, cookies | {"Location": "/fourth"}))
    site.override("/fourth", page("the end"))
    assert probe(f"{site.base}/first", f"{site.base}/second", *OURS)["found"][1] == [200, "the end"]
    assert [request.path for request in site.log] == ["/robots.txt", "/first", "/second", "/fourth"]
    for request in site.log:
        assert not {"cookie", "referer", "authorization"} & request.headers.keys()


def test_nothing_listens_while_a_crawl_runs() -> None:
    assert probe("data:,")["listening"] == []


@pytest.mark.parametrize("size", [8 * 1024 * 1024 - 1, 8 * 1024 * 1024 + 1])
def test_a_body_is_bounded(site: Replica, size: int) -> None:
    site.override("/", Answer(200, {"Content-Type": HTML}, b"x" * size))
    ((status, _),) = probe(f"{site.base}/", *OURS)["found"]
    assert (status == 200) is (size <= 8 * 1024 * 1024)

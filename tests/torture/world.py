"""Where the hostile origins stand: a host for each group of articles, one for each answer that is met elsewhere."""

import datetime
import ipaddress
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.demo import pages
from crawler.demo.server import Server
from tests.origin import HTML, Answer, Request, redirect, status
from tests.torture import answers
from tests.torture.answers import Path as Way
from tests.torture.answers import Place
from tests.torture.origins import Row

OTHER = "127.0.0.7"  # takes notifications, and has what redirects may lead to
SECURE, UNSIGNED, WRONG = "127.0.0.8", "127.0.0.9", "127.0.0.10"  # by their certificates
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """A row on one path (`link`: its URL stands on a listing), and the host that answers where that is another one."""

    row: Row
    way: Way | str
    number: int
    host: str

    def code(self, kind: str) -> str:
        """The article that was read before (K), one that was not (N), and a plain one behind both (P)."""
        return f"{kind}{self.number:03}"

    def __str__(self) -> str:
        return f"row {self.row.number} ({self.row.name}) by {self.way}"


@dataclass
class Group:
    """Cases on one listing, which one process reads; `hostile`: whether they are by now."""

    key: str
    way: str
    host: str
    cases: Sequence[Case]
    hostile: bool = False

    def toml(self, port: int) -> str:
        """Its site and its source."""
        base = f"http://{self.host}:{port}"
        lead = "://.*" if self.way == "link" else ""
        content = f'content = "{base}/NewsData/GetNewsText.do?id={{code}}"\n'
        return (
            f'\n[site.{self.key}]\nlisting = "{base}/category/{{category}}.html"\n'
            f"article = '{lead}/(?P<category>[^/]+)/(?P<date>\\d{{4}}/\\d{{2}}/\\d{{2}})/(?P<code>[^/]+)\\.html$'\n"
            f'share = "{base}/html_News/NewsShare.html?infoCode={{code}}"\n'
            f"{'' if self.way in ('share', 'post', 'link') else content}"
            'timezone = "Asia/Shanghai"\nconfirm_after = "10m"\nvariant_window = "1h"\n'
            f'\n[[source]]\nkey = "{self.key}"\nsite = "{self.key}"\ncategory = "yaowen"\nname = "要闻"\n'
        )


@dataclass
class World:
    """All hosts. What was asked for that should not have been is in `strays`."""

    groups: Sequence[Group]
    canary: int
    strays: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock, self._looks = threading.Lock(), Counter[str]()
        cases = [(group, case) for group in self.groups for case in group.cases]
        self._by_code = {case.code(kind): (group, case) for group, case in cases for kind in "KNP"}
        self._by_host = {case.host: (group, case) for group, case in cases if case.way in ("robots", "listing")}
        self._listings = {group.host: group for group in self.groups}
        hosts = {*self._listings, *(case.host for _, case in cases)}
        self.plain = Server(self._respond, hosts=(OTHER, *sorted(hosts - {OTHER})))
        self.hosts = sorted({*hosts, OTHER, SECURE, UNSIGNED, WRONG})
        self._tls: dict[str, Server] = {}

    @contextmanager
    def served(self, folder: Path) -> Iterator["World"]:
        """Serve until the end of the block; `folder` takes the certificates."""
        signer = _signer()
        for host, key in ((SECURE, signer), (UNSIGNED, None), (WRONG, signer)):
            name = "127.0.0.99" if host == WRONG else host
            self._tls[host] = Server(self._respond, hosts=(host,), tls=_context(folder, host, name, key))
        (folder / "ca.pem").write_bytes(signer[1].public_bytes(serialization.Encoding.PEM))
        servers = [self.plain, *self._tls.values()]
        for server in servers:
            server.start()
        try:
            yield self
        finally:
            for server in servers:
                server.stop()

    def hook(self, code: str, case: Case) -> None:
        """From now on what is posted to `/hook/CODE` is answered as this case does."""
        with self._lock:
            self._by_code[code] = (self.groups[0], case) if self.groups else (Group("", "", "", [case]), case)

    @property
    def connections(self) -> int:
        """That are open now."""
        return sum(len(server.connections) for server in (self.plain, *self._tls.values()))

    def place(self, case: Case, way: Way, code: str, host: str) -> Place:
        """Where an answer is served."""
        secure, unsigned, wrong = (f"https://{name}:{server.port}" for name, server in self._tls.items())
        base = f"http://{host}:{self.plain.port}"
        return Place(way, code, base, self.canary, secure, unsigned, wrong, self._looks[f"{way}:{code}"])

    def _respond(self, request: Request) -> Answer:
        host = request.headers.get("host", "").rpartition(":")[0]
        with self._lock:
            if {"cookie", "referer", "authorization"} & request.headers.keys() or "/calendar/" in request.path:
                self.strays.append(f"{host}{request.path}: {request.headers}")
            return self._answer(host, request.path)

    def _answer(self, host: str, target: str) -> Answer:
        parts = urlsplit(target)
        if parts.path == "/robots.txt":
            return self._robots(host)
        if parts.path.startswith("/category/"):
            return self._listing(host)
        way, code = _asked(parts.path, parse_qs(parts.query))
        group, case = self._by_code.get(code, (None, None))
        if way == "webhook" and case is not None:
            return self._hostile(case, "webhook", code, host)
        if way is None:
            return status(404)
        if case is None or group is None or parts.path.startswith("/down/"):  # where a listing's or a host's links lead
            plain = f"http://{OTHER}:{self.plain.port}/plain/{code}"
            return redirect(plain) if parts.path.startswith("/down/") else self._plain(way, code, host)
        hostile = group.hostile and code[0] in "KN"
        if parts.path.startswith(("/loop/", "/on/")):
            return self._hostile(case, case.way, code, host)  # type: ignore[arg-type]
        if way == "content" and case.way in ("redirect", "robots") and code[0] in "KN":
            return redirect(f"http://{case.host}:{self.plain.port}/c/{code}")
        if way == "share" and case.way in ("post", "link"):
            return Answer(200, {"Content-Type": HTML}, pages.share(0))
        return self._hostile(case, way, code, host) if hostile and way == case.way else self._plain(way, code, host)

    def _hostile(self, case: Case, way: Way, code: str, host: str) -> Answer:
        place = self.place(case, way, code, host)
        self._looks[f"{way}:{code}"] += 1
        return case.row.answer(place)

    def _plain(self, way: Way, code: str, host: str) -> Answer:
        at = Place(way, code, f"http://{host}:{self.plain.port}", self.canary)
        return answers.ok(at, answers.text(at, body=f"<p>第{code}号的原文。</p>{answers.BODY}"))

    def _robots(self, host: str) -> Answer:
        group, case = self._by_host.get(host, (None, None))
        if case is not None and group is not None and case.way == "robots" and group.hostile:
            return self._hostile(case, "robots", case.code("N"), host)
        return Answer(200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /\n")

    def _listing(self, host: str) -> Answer:
        group = self._listings.get(host)
        if group is None:
            return status(404)
        case = group.cases[0]
        if group.way == "listing" and group.hostile:
            return self._hostile(case, "listing", case.code("N"), host)
        links = "".join(f'<li><a href="{url}">{answers.TITLE}</a></li>\n' for url in self._links(group))
        return Answer(200, {"Content-Type": HTML}, f"<html><body><h2>要闻</h2><ul>{links}</ul></body></html>".encode())

    def _links(self, group: Group) -> Iterator[str]:
        for case in group.cases:
            place = self.place(case, "post", case.code("N"), group.host)
            yield f"/yaowen/2024/11/22/{case.code('K')}.html"
            if group.hostile:
                yield case.row.url_at(place) if group.way == "link" else place.post
                yield f"/yaowen/2024/11/22/{case.code('P')}.html"


def _asked(path: str, query: dict[str, list[str]]) -> tuple[Way | None, str]:
    """On which path which article is asked for."""
    if path == "/NewsData/GetNewsText.do":
        return "content", query.get("id", [""])[0]
    if path == "/html_News/NewsShare.html":
        return "share", query.get("infoCode", [""])[0]
    segments = path.strip("/").split("/")
    if segments[0] in ("c", "loop", "on", "down", "plain") and len(segments) > 1:
        return "redirect", segments[1]
    if segments[0] == "hook":
        return "webhook", segments[-1]
    return ("post", unquote(segments[-1]).removesuffix(".html")) if segments[0] == "yaowen" else (None, "")


def allowed(hosts: Iterable[str]) -> str:
    """The configuration's `allow_private` for exactly these."""
    return "allow_private = [" + ", ".join(f'"{host}/32"' for host in hosts) + "]"


# --- certificates ----------------------------------------------------------------------------------------------------

Signer = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _signer() -> Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "newstrail's tests")])
    made = _begun(name, key).issuer_name(name).add_extension(x509.BasicConstraints(True, None), critical=True)
    return key, made.sign(key, hashes.SHA256())


def _begun(name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).public_key(key.public_key())
    return made.serial_number(x509.random_serial_number()).not_valid_before(now - _DAY).not_valid_after(now + _DAY)


def _context(folder: Path, host: str, named: str, signer: Signer | None) -> ssl.SSLContext:
    """What a host speaks, with a certificate for `named`; signed by itself where there is no signer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, named)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(named))])
    made = _begun(name, key).issuer_name(signer[1].subject if signer else name).add_extension(names, critical=False)
    certificate = made.sign(signer[0] if signer else key, hashes.SHA256())
    file = folder / f"{host}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context

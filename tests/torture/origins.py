"""The table of hostile origins: what each answers, on which paths it is met, and what has to come of it.

Sitemaps and feeds are no paths here: newstrail does not fetch any yet. A row whose number has letters is one of several
ways to the same end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.origin import HTML, captcha, login, soft_404
from tests.torture import answers
from tests.torture.answers import ARTICLE, BODY, EVERY, FETCHED, MIB, PAGES, Make, Path, Place, led, page, robots, to

Kind = Literal["network", "transport", "parse", "text", "content"]
Expected = tuple[tuple[str, ...], str]  # outcomes, of which it is one; a pattern that its reason has

READ = ("new",)
ERROR = ("error",)
CUT = ("partial", "error")
EITHER = ("new", "error")
_PRIVATE = r"private address|cannot be resolved|ambiguous"
_JSON: tuple[Path, ...] = ("content", "redirect")
_HTML: tuple[Path, ...] = ("share", "post", "listing")


@dataclass(frozen=True)
class Row:
    """One hostile origin. `outcomes` and `reason` are of a look at an article never read before; of a listing, anything
    but READ means that it could not be read; `differ` says what is expected of a path where that is something else."""

    number: str
    kind: Kind
    name: str
    answer: Make
    outcomes: tuple[str, ...] = ERROR
    reason: str = ""
    paths: tuple[Path, ...] = PAGES
    differ: Mapping[Path, Expected] = field(default_factory=dict)
    shows: str = ""  # words that title or text have, where it is read
    url: str = ""  # that a link on a listing leads to, and a notification is sent to
    is_heavy: bool = False  # may end the process that reads it
    edits: int = 0  # that it may come to when it is looked at again
    needs: Literal["", "namespace", "certificates"] = ""

    def expected(self, path: Path) -> Expected:
        """What a look on this path comes to."""
        return self.differ.get(path, (self.outcomes, self.reason))

    def url_at(self, at: Place) -> str:
        """The URL that it leads to, from there."""
        return led(self.url, at)


def _leads(number: str, name: str, host: str, needs: Literal["", "namespace"] = "", **values: object) -> Row:
    """A host that is not to be connected to: linked, redirected to, and sent notifications to."""
    url = f"http://{host}/yaowen/2024/11/22/{{code}}.html"
    return Row(number, "network", name, to(url), ERROR, _PRIVATE, EVERY, url=url, needs=needs, **values)  # type: ignore[arg-type]


def _network() -> Iterator[Row]:
    yield _leads("1", "a redirect to 127/8", "127.0.0.66:{canary}")
    yield _leads("1b", "to the end of 127/8", "127.255.255.254:{canary}")
    yield _leads("1c", "to localhost", "localhost:{canary}")
    yield _leads("2", "to 169.254.169.254", "169.254.169.254:{canary}")
    yield _leads("3", "to 10/8", "10.0.0.7:{canary}")
    yield _leads("3b", "to 172.16/12", "172.31.255.1:{canary}")
    yield _leads("3c", "to 192.168/16", "192.168.0.1:{canary}")
    yield _leads("4", "to 100.64/10", "100.64.0.1:{canary}")
    yield _leads("5", "to ::1", "[::1]:{canary}")
    yield _leads("5b", "to fc00::/7", "[fd00::7]:{canary}")
    yield _leads("6", "to ::ffff:127.0.0.1", "[::ffff:127.0.0.1]:{canary}")
    yield _leads("6b", "the same in hexadecimal", "[::ffff:7f00:42]:{canary}")
    yield _leads("7", "6to4 around 127.0.0.66", "[2002:7f00:42::1]:{canary}")
    yield _leads("7b", "Teredo around 127.0.0.66", "[2001:0:4136:e378:8000:63bf:80ff:ffbd]:{canary}")
    yield _leads("7c", "NAT64 around 127.0.0.66", "[64:ff9b::7f00:42]:{canary}")
    yield _leads("7d", "IPv4-compatible", "[::7f00:42]:{canary}")
    yield _leads("8", "0.0.0.0", "0.0.0.0:{canary}")
    yield _leads("8b", "::", "[::]:{canary}")
    yield _leads("9", "a decimal address", "2130706498:{canary}")
    yield _leads("9b", "octal", "0177.0.0.0102:{canary}")
    yield _leads("9c", "hexadecimal", "0x7f000042:{canary}")
    yield _leads("9d", "two parts", "127.66:{canary}")
    yield _leads("9e", "a dot behind it", "127.0.0.66.:{canary}")
    either: dict[Path, Expected] = dict.fromkeys(FETCHED, (("error", "gone", "empty", "blocked"), ""))
    for number, looks in (("10", 1), ("10b", 2), ("10c", 3)):
        yield _leads(
            number, f"a name that leads to 127.0.0.66 from look-up {looks + 1} on",
            f"{{code}}-after-{looks}.rebind.test:{{canary}}", "namespace", differ=either,
        )  # fmt: skip
    yield _leads("11", "public and private records mixed", "{code}.mixed.test:{canary}", "namespace")
    yield _leads("11b", "a public A and a private AAAA record", "{code}.dual.test:{canary}", "namespace")
    yield _leads("12", "a backslash in the authority", r"127.0.0.66:{canary}\@news.example")
    yield _leads("12b", "the other way round", r"news.example:80\@127.0.0.66:{canary}")
    yield _leads("12c", "userinfo", "news.example@127.0.0.66:{canary}")
    nowhere: dict[Path, Expected] = dict.fromkeys(FETCHED, (("error", "gone", "soft_404"), ""))
    yield _leads("12d", "a password and a hash", "u:p#news.example@127.0.0.66:{canary}", differ=nowhere)
    yield _leads("12e", "a tab in the host", "127.0.0\t.66:{canary}")
    yield _leads("12f", "full-width digits", "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.66:{canary}")
    for number, url in (
        ("13", "file:///etc/hostname"), ("13b", "data:text/html,<h1>x</h1><p>%E6%B1%9F%E5%B7%9E</p>"),
        ("13c", "ftp://127.0.0.66:{canary}/x"), ("13d", "javascript:alert(1)"), ("13e", "s3://bucket/x"),
        ("13f", "gopher://127.0.0.66:{canary}/_x"),
    ):  # fmt: skip
        name = f"a redirect to {url.partition(':')[0]}:"
        yield Row(number, "network", name, to(url), ERROR, "HTTP 302|http and https|scheme", EVERY,
                  differ={"robots": (("robots", "error"), "robots.txt")})  # fmt: skip
    yield Row("14", "network", "a redirect loop", to("{base}/loop/{code}"), ERROR, "redirect", FETCHED)
    yield Row("14b", "network", "redirects without end", lambda at: to(f"{{base}}/on/{at.code}/{at.looks}")(at), ERROR,
              "redirect", FETCHED)  # fmt: skip
    yield Row("15", "network", "a Location of 9 KB", to("{base}/" + "x" * 9000), ERROR, "URL of more than", EVERY)
    yield Row("15b", "network", "a Location of 1 MB", to("{base}/" + "x" * MIB), ERROR,
              "URL|headers", EVERY)  # fmt: skip
    secure = "https and http"
    yield Row("16", "network", secure, to("{secure}/down/{code}"), EITHER, "", _JSON, needs="certificates")
    yield Row("16b", "network", "a certificate that nobody vouches for", to("{unsigned}/c/{code}"), ERROR,
              "certificate", FETCHED, needs="certificates")  # fmt: skip
    yield Row("16c", "network", "another host's certificate", to("{wrong}/c/{code}"), ERROR,
              "certificate", FETCHED, needs="certificates")  # fmt: skip


def _transport() -> Iterator[Row]:
    slow, big, broken = r"in time", r"larger|maxsize|MAXSIZE|exceed", r"cut short|connection|stops in the middle"
    cut_robots: dict[Path, Expected] = {"robots": (("error", "robots"), "robots.txt")}
    yield Row("17", "transport", "one byte a second", answers.drip, ERROR, slow, EVERY)
    yield Row("18", "transport", "accepts and says nothing", answers.silent, ERROR, slow, EVERY)
    yield Row("19", "transport", "endless headers", answers.endless_header, ERROR, "headers", EVERY)
    yield Row("19b", "transport", "one header without end", answers.one_long_header, ERROR, "headers", EVERY)
    yield Row("19c", "transport", "200,000 headers", answers.many_headers, ERROR, "headers", EVERY)
    yield Row("20", "transport", "a flood of 1xx", answers.interim, ERROR, f"{slow}|headers", EVERY)
    heavy = {"is_heavy": True}
    for number, encoding in (("21", "gzip"), ("21b", "deflate"), ("22", "br"), ("22b", "zstd")):
        yield Row(number, "transport", f"a bomb in {encoding}", answers.bomb(encoding), ERROR, big, FETCHED, **heavy)  # type: ignore[arg-type]
    yield Row("23", "transport", "a bomb in two layers", answers.bomb("gzip", 2), ERROR, big, FETCHED, **heavy)  # type: ignore[arg-type]
    yield Row("23b", "transport", "packed 200 times", answers.stacked(200), ERROR, "codings", FETCHED)
    yield Row("24", "transport", "plain, and said to be gzip", answers.said_to_be("gzip"), EITHER, "", FETCHED)
    yield Row("24b", "transport", "plain, and said to be br", answers.said_to_be("br"), EITHER, "", FETCHED)
    yield Row("24c", "transport", "gzip that is broken", answers.said_to_be("gzip", b"\x1f\x8b\x08" + b"x" * 99),
              ("error", "empty"), "", PAGES)  # fmt: skip
    yield Row("24d", "transport", "a coding that nobody knows", answers.said_to_be("rot13"), EITHER, "", FETCHED)
    yield Row("25", "transport", "a Content-Length that is too short", answers.short_length, CUT, broken, PAGES)
    yield Row("25b", "transport", "one that is too long", answers.long_length, CUT, broken, FETCHED, differ=cut_robots)
    yield Row("26", "transport", "a broken chunk", answers.broken_chunk, CUT, broken, FETCHED, differ=cut_robots)
    yield Row("26b", "transport", "no last chunk", answers.no_last_chunk, CUT, broken, FETCHED, differ=cut_robots)
    yield Row("27", "transport", "a close-delimited body, cut", answers.cut, CUT, broken, PAGES)
    yield Row("28", "transport", "a body without end", answers.endless, ERROR, big, FETCHED)
    yield Row("29", "transport", "a reset in the body", answers.reset_inside, CUT, broken, FETCHED, differ=cut_robots)
    yield Row("30", "transport", "cookies, some for a public suffix", answers.cookies(50), READ, "", EVERY)
    yield Row("30b", "transport", "a flood of cookies", answers.cookies(20_000), ERROR, "headers", EVERY)


def _parse() -> Iterator[Row]:
    def row(number: str, name: str, answer: Make, *expected: object, **more: object) -> Row:
        return Row(number, "parse", name, answer, *expected, is_heavy=True, **more)  # type: ignore[arg-type]

    too_deep = "nested|deep|depth|parser"
    yield row("31", "200,000 attributes on a tag", answers.attributes(200_000), ERROR, "attributes")
    yield row("32", "nested 2,100 deep", answers.nested("div", 2_100), ERROR, too_deep)
    yield row("32b", "nested 200,000 deep", answers.nested("span", 200_000), ERROR, too_deep)
    yield row("33", "300,000 unclosed <b>", answers.nested("b", 300_000, closed=False), ERROR, too_deep)
    yield row("33b", "300,000 unclosed <p>", page(body="<p>江" * 300_000), EITHER)
    yield row("33c", "100,000 tables in each other", answers.nested("table", 100_000, closed=False), EITHER)
    dear = "memory|CPU|SIG"  # it takes more than a process may: one error, and another goes on
    for number, piece in (("33d", "a<br>"), ("33e", "<td>a"), ("33f", "<a href=x>a")):
        much = page(body=piece * (7 * MIB // len(piece)))
        yield row(number, f"7 MB of {piece}", much, ("error", "new", "partial"), f"{dear}|stops in the middle", edits=1)
    yield row("34", "a text node of 10 MB", page(body=f"<p>{'长' * (10 * MIB // 3)}</p>"), ERROR, "larger|exceed")
    yield row("34b", "one of 6 MB", page(body=f"<p>{'长文。' * (6 * MIB // 9)}</p>"), EITHER, "", edits=1)
    yield row("35", "entities, external ones too", answers.entities, EITHER)
    refresh = '<meta http-equiv="refresh" content="0; url={}">'
    for number, url in (("36", "file:///etc/hostname"), ("36b", "http://127.0.0.66:1/")):
        yield row(number, f"a meta refresh to {url}", page(head=refresh.format(url)), READ, paths=_HTML)
    yield row("37", "HTML as image/png", lambda at: answers.ok(at, Content_Type="image/png"), ERROR, "image/png",
              differ={"listing": (EITHER, "")})  # fmt: skip
    yield row("38", "binary as HTML", answers.binary, ERROR, "binary|not HTML|not JSON|encoding|0 articles")
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", {{{</script>'
    yield row("39", "malformed JSON-LD", page(head=broken), READ, paths=_HTML)
    nested = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    yield row("39b", "JSON-LD nested 100,000 deep", page(head=nested), READ, paths=_HTML)
    for number, opening, closing in (("40", "[", "]"), ("40b", '{"a":', "1}")):
        deep = opening * 100_000 + (closing * 100_000 if closing == "]" else "1" + "}" * 100_000)
        yield row(number, f"JSON of {opening} nested 100,000 deep", answers.loose_json(f'"x": {deep}'), ERROR,
                  "not JSON", paths=_JSON)  # fmt: skip
    yield row("40c", "a number of 1 GB", answers.endless_number, ERROR, "larger", paths=_JSON)
    yield row("40d", "a number of 7 MB", answers.loose_json('"n": ' + "9" * 7_000_000), ERROR, "not JSON", paths=_JSON)
    yield row("40e", "a fraction of 7 MB", answers.loose_json('"n": 0.' + "9" * 7_000_000), READ, paths=_JSON)
    yield row("40f", "duplicate keys", answers.loose_json(f'"text": {BODY!r}'.replace("'", '"')), READ, paths=_JSON)


def _text() -> Iterator[Row]:
    def row(number: str, name: str, answer: Make, shows: str = "预算3.5亿元", **more: object) -> Row:
        return Row(number, "text", name, answer, READ, shows=shows, **more)  # type: ignore[arg-type]

    encoded, rare = answers.encoded, "镕䶮㐂\U00020164"
    yield row("41", "GBK, header UTF-8, meta gb2312", encoded("gbk", "utf-8", "gb2312"))
    yield row("41b", "GBK, header ISO-8859-1, meta gbk", encoded("gbk", "iso-8859-1", "gbk"), paths=_HTML)
    yield row("41c", "UTF-8, header gbk, meta big5", encoded("utf-8", "gbk", "big5"))
    yield row("41d", "UTF-8, header rot13, meta unicode_escape", encoded("utf-8", "rot13", "unicode_escape"))
    yield row("41e", "GBK, header zlib_codec", encoded("gbk", "zlib_codec"))
    yield row("42", "four-byte GB18030 as gb2312", encoded("gb18030", "gb2312", "gb2312", words=rare), shows=rare)
    yield row("43", "UTF-7 in the header", encoded("utf-8", "utf-7", words="+ADw-script+AD4-"), "+ADw-script+AD4-")
    yield row("43b", "UTF-7 in the meta", encoded("gbk", None, "utf-7", words="+ADw-script+AD4-"), "+ADw-script+AD4-",
              paths=_HTML)  # fmt: skip
    yield row("44", "a BOM of UTF-8, header gbk", encoded("utf-8", "gbk", "gbk", b"\xef\xbb\xbf"))
    yield row("44b", "a BOM of UTF-16, header UTF-8", encoded("utf-16-le", "utf-8", "utf-8", b"\xff\xfe"))
    yield row("45", "NUL", page(title="江\x00州", body=f"<p>采\x00购</p>{BODY}"), "采购")
    alone = page(title="江\ud800州", body=f"<p>采\udfff购</p>{BODY}")
    yield row("46", "lone surrogates, as JSON has them", alone, "采购", paths=_JSON)
    yield row("46b", "&#xD800;", page(title="江&#xD800;州", body=f"<p>采&#xD800;购</p>{BODY}"))
    yield row("46c", "a key that is a lone surrogate", lambda at: answers.ok(at, '{"\\ud800": 1, "\\u0000": 2}'),
              paths=_JSON, differ=dict.fromkeys(_JSON, (ERROR, "no body in the JSON")))  # fmt: skip
    marks = "采\u202e购\u200b项\u2066目\ufeff"
    yield row("47", "bidi overrides and zero-width", page(title=marks, body=f"<p>{marks}。</p>{BODY}"), marks)
    huge = {"showTime": 2**63, "source": 10**30, "author": -(2**64)}
    yield row("48", "integers over 2^63", lambda at: answers.ok(at, answers.text(at, **huge)), paths=_JSON)  # type: ignore[arg-type]
    yield row("48b", "NaN and infinity", answers.loose_json('"title": NaN, "source": -Infinity, "author": 1e999'),
              paths=_JSON)  # fmt: skip
    for number, time in (("49", "0000-01-01 00:00:00"), ("49b", "0001-01-01 00:00:00"), ("49c", "9999-12-31 23:59:59"),
                         ("49d", "2024-02-30 10:00:00"), ("49e", "Mon, 01 Jan 0001 00:00:00 GMT")):  # fmt: skip
        yield row(number, f"a time of {time}", page(time=time), reason="published_at", paths=ARTICLE)


def _content() -> Iterator[Row]:
    def row(number: str, name: str, answer: Make, outcomes: tuple[str, ...] = READ, **more: object) -> Row:
        return Row(number, "content", name, answer, outcomes, **more)  # type: ignore[arg-type]

    shown, expected = "为预算而写的说明", {"shows": "预算3.5亿元"}
    yield row("50", "a calendar without end", answers.calendar, **expected)
    yield row("51", "session ids in every link", answers.sessions, paths=("listing",))
    yield row("52", "a captcha with 200", lambda at: captcha(), ("blocked",), reason="验证|访问")
    yield row("53", "a soft 404", lambda at: soft_404(), ("soft_404", "gone"), reason="不存在|删除")
    yield row("54", "a wall to log in", lambda at: login(), ("login",), reason="登录|login")
    yield row("55", "variants in turn", answers.variants, edits=1, paths=ARTICLE, **expected)
    for number, title in (
        ("56", "<script>alert(1)</script>"), ("57", "=cmd|' /C calc'!A0"), ("57b", "@SUM(1+1)*cmd"),
        ("57c", "\t=1+1"), ("57d", "\r=1+1"), ("58", "{{7*7}} ${7*7} {% raw %}"), ("58b", "../../etc/passwd"),
        ("58c", "@everyone <@&1> [x](http://127.0.0.66/)"),
    ):  # fmt: skip
        written = title.replace("&", "&amp;").replace("<", "&lt;")
        make = lambda at, plain=title, html=written: answers.ok(  # noqa: E731
            at, answers.text(at, body=BODY + f"<p>{html}</p>", title=plain if at.path in _JSON else html)
        )
        yield row(number, f"the title {title!r}", make, shows=" ".join(title.split()))
    for number, code in (
        ("59", "x" * 10_000), ("59b", "%2F"), ("59c", "."), ("59d", ".."), ("59e", "..%2F..%2Fetc%2Fpasswd"),
        ("59f", "%00"), ("59g", "{code}{{7*7}}"), ("59h", "%ED%A0%80"), ("59i", "a%0D%0AX-Injected:%201"),
    ):  # fmt: skip
        links = lambda at, named=code: iter([f"/yaowen/2024/11/22/{named}.html"])  # noqa: E731
        yield row(number, f"the code {code[:30]}", answers.numbered_listing(links), paths=("listing",))
    itself = answers.numbered_listing(lambda at: iter([f"{at.base}/category/{at.code}.html", f"{at.base}/"]))
    yield row("60", "an article that lists itself", itself, paths=("listing",))
    foreign = "http://127.0.0.66:{canary}/yaowen/2024/11/22/"
    others = answers.numbered_listing(lambda at: (led(f"{foreign}o{number}.html", at) for number in range(9)))
    yield row("61", "another site's articles", others, paths=("listing",))
    yield row("62", "a robots.txt of 10 MB", robots(b"# x\n" * (10 * MIB // 4)), EITHER, paths=("robots",))
    yield row("62b", "one that is HTML", robots(f"<html><p>{shown}</p></html>", HTML), paths=("robots",))
    yield row("62c", "one of 400 KB that disallows everything at its end",
              robots("# x\n" * 100_000 + "User-agent: *\nDisallow: /\n"), ("robots",), paths=("robots",))  # fmt: skip
    yield row("62d", "one that redirects to a private address", to("http://10.0.0.7:{canary}/robots.txt"), ERROR,
              reason="robots.txt.*private", paths=("robots",))  # fmt: skip
    yield row("62e", "one of patterns that take long to compare",
              robots("User-agent: *\n" + f"Disallow: /{'*a' * 400}$\n" * 200), ("new", "robots", "error"),
              paths=("robots",), is_heavy=True)  # fmt: skip


ROWS: tuple[Row, ...] = (*_network(), *_transport(), *_parse(), *_text(), *_content())
assert EVERY

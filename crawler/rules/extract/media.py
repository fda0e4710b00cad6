"""What a body holds besides words, by what identifies it: images, tables, links, attached files."""

import base64
import binascii
import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlencode, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.rules import page
from crawler.rules.extract import marks

_LAZY = (
    "data-original data-src data-lazy-src data-actualsrc data-original-src data-lazyload data-lazy data-url"
    " data-echo data-real-src data-file zoomfile file original lazyload data-srcset data-lazy-srcset"
).split()
_PLACEHOLDER = re.compile(
    r"(?:^|[/_-])(?:blank|loading|lazy(?:load)?|placeholder|spacer|grey|gray|pixel|transparent|1x1|default_?img|none|empty|qr_?code|erweima|ewm)"
    r"(?:[_-]?\w{0,12})?\.(?:gif|png|jpe?g|svg|webp)$",
    re.IGNORECASE,
)
_FILE_ICON = re.compile(
    r"icon|file_?type|attach|/ext[_/]|/(?:pdf|docx?|xlsx?|pptx?|zip|rar|txt|unknown|file)\.(?:gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
_SMALLEST_DATA = 100  # bytes; a smaller image is a placeholder
_SMALLEST_SVG = 400
# Pictures that are drawn anew at each request.
_LIVE = re.compile(
    r"^(?:webquote|quote|kline|chart|hqpic|hq|pifm)[a-z\d]*\.|getpic\.aspx|/newchart/|/kline/|^image\.sinajs\.", re.I
)
_LIVE_QUERY = frozenset(("imagetype", "nid"))
# Parameters that name a size, a format, a moment or a right to see, never a picture.
_PASSING = frozenset(
    """
    w h width height q quality t ts time timestamp token sign signature sig expires expire auth auth_key authkey key
    x-oss-process x-image-process imageview2 imagemogr2 imageslim format fmt wx_fmt tp usepicprefix wx_lazy wx_co from
    v ver version rand random rnd r _ _t nonce size crop resize dpr auto fit ixlib ossaccesskeyid e st cache nocache
    sw sh strip ssl zoom quality fit type watermark wxfrom tk at
    """.split()
)
_TRACKING = frozenset(
    """
    spm from source_from share_token sharetoken timestamp _t jsessionid sid phpsessid sessionid session_id token
    scene isappinstalled fbclid gclid msclkid ref_src share share_from share_source wxshare _r rand random nsukey
    chksm srcid share_id track_id trackid bdchannel scm pvid
    """.split()
)
_IMAGE_END = re.compile(r"(\.(?:jpe?g|png|gif|webp|bmp|avif))(?:[@!~,_;].*|/.*|\.(?:webp|avif))$", re.IGNORECASE)
_HAS_IMAGE_END = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif|svg)$", re.IGNORECASE)
_SIZE_IN_NAME = re.compile(r"(?:[-_]\d{2,4}x\d{2,4}|@\dx|-scaled)(?=\.\w{3,4}$)")
# The widths in which servers keep copies of a picture.
_WIDTHS = "240|320|480|624|640|720|750|768|800|960|976|1024|1080|1200|1280|1440|1536|1600|1920|2048"
_SIZE_IN_PATH = re.compile(
    r"/(?:(?:w|h|q|width|height|quality|format)/\w{1,6}(?=/))|/(?:\d{2,4}x\d{2,4}|fit-in|[wh]_\d{2,4}(?:,[\w,]{1,40})?|resize,[\w,]{1,40})(?=/)"
    rf"|/(?:{_WIDTHS})(?=/)"
)
_TPLV = re.compile(r"~tplv-.*$|/(?:0|640|300)$")
_SHARD = re.compile(r"(?<=[a-z])-?\d{1,3}$")
_WORDPRESS = re.compile(r"^i\d\.wp\.com$")
_INNER_KEYS = ("url", "u", "src", "image", "img", "image_url", "imgurl")
_FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|csv|txt|ofd|wps|et|dps|rtf|ceb|tar|gz|odt|ods|epub|caj)$", re.IGNORECASE
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sessionid|sid)=[^/;]*", re.IGNORECASE)
_LONGEST = 4000  # characters of a URL


def images(nodes: list[HtmlElement], base: str | None = None) -> list[str]:
    """What identifies each static image: host and path, or the hash of its bytes where they stand in the page."""
    return [name for node in nodes if (name := image(node, base))]


def image(node: HtmlElement, base: str | None = None) -> str | None:
    """What identifies an image; None for a placeholder, a tracking pixel, a live chart."""
    if _is_pixel(node):
        return None
    given = [_first_of_set(value) for name in _LAZY if (value := node.get(name))]
    given += [node.get("src") or "", _first_of_set(node.get("srcset") or "")]
    found = [name for url in given if url.strip() and (name := image_name(url.strip(), base))]
    return found[0] if found else None


def is_file_icon(node: HtmlElement) -> bool:
    """Whether an image is by its path the icon of a kind of file."""
    return _FILE_ICON.search((node.get("src") or "")[:_LONGEST]) is not None


def base_of(root: HtmlElement, url: str | None) -> str | None:
    """What a page's relative URLs start from: its own URL, or what its `<base>` says."""
    said = next((b.get("href") for b in root.iter("base") if b.get("href")), None)
    return whole(said, url) if said else url


def whole(url: str, base: str | None) -> str:
    """A URL, resolved where it is relative and the page's is known.

    >>> whole("../a.jpg", "http://www.example.com/x/y.html"), whole("a.jpg", None)
    ('http://www.example.com/a.jpg', 'a.jpg')
    """
    if base is None:
        return url
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _is_pixel(node: HtmlElement) -> bool:
    sizes = [(node.get(name) or "").strip().removesuffix("px") for name in ("width", "height")]
    return all(size in ("0", "1") for size in sizes)


def _first_of_set(value: str) -> str:
    """The first URL of a srcset; a lone URL is itself."""
    value = value.strip()
    return value if value.startswith("data:") else value.split(" ")[0].rstrip(",")


@lru_cache(maxsize=1024)
def image_name(url: str, base: str | None = None) -> str | None:
    """Host and path of an image, without what changes while the picture does not.

    >>> image_name("https://img2.example.com/a/b.jpg?x-oss-process=image/resize,w_640&t=1700000000")
    'img.example.com/a/b.jpg'
    >>> image_name("//i0.wp.com/www.example.com/b-300x200.jpg?ssl=1"), image_name("http://www.example.com/b.jpg!w640")
    ('www.example.com/b.jpg', 'www.example.com/b.jpg')
    """
    if url.startswith("data:"):
        return _data_name(url)
    for _ in range(3):
        inner = _inside(url)
        if inner is None:
            break
        url = inner
    try:
        parts = urlsplit(whole(url[:_LONGEST], base))
        host, path = (parts.hostname or ""), parts.path
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or not (host or path) or _PLACEHOLDER.search(path):
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=None)
    if _LIVE.search(host + path) or {key.lower() for key, _ in pairs} >= _LIVE_QUERY:
        return None
    path = _bare_path(path, host)
    kept = [] if _HAS_IMAGE_END.search(path) else sorted(p for p in pairs if not _is_passing(p[0]))
    return _unsharded(host) + path + (f"?{urlencode(kept)}" if kept else "")


def _is_passing(key: str) -> bool:
    key = key.lower()
    return key in _PASSING or key.startswith(("x-", "imageview", "imagemogr", "utm_")) or not key


def _bare_path(path: str, host: str) -> str:
    path = _IMAGE_END.sub(r"\1", _SIZE_IN_PATH.sub("", path))
    path = _SIZE_IN_NAME.sub("", path)
    return _TPLV.sub("", path) if "~tplv" in path or host.endswith("qpic.cn") else path


def _unsharded(host: str) -> str:
    """A host less the numbers of its shards: `img3.example.com` is `img.example.com`."""
    labels = host.split(".")
    if len(labels) < 3 or all(label.isdigit() for label in labels):
        return host
    return ".".join([*(_SHARD.sub("", label) for label in labels[:-2]), *labels[-2:]])


def _inside(url: str) -> str | None:
    """The URL that a proxy or a converter was given; None for none."""
    try:
        parts = urlsplit(url[:_LONGEST])
    except ValueError:
        return None
    if _WORDPRESS.match(parts.hostname or ""):
        return "//" + parts.path.lstrip("/")
    path = unquote(parts.path) if "%3A" in parts.path or "%3a" in parts.path else parts.path
    at = max(path.rfind("/http://"), path.rfind("/https://"))
    if at >= 0:
        return path[at + 1 :]
    if "=http" in parts.query or "=%2" in parts.query or "=/" in parts.query:
        said = dict(parse_qsl(parts.query))
        return next((v for k in _INNER_KEYS if (v := said.get(k, "")).startswith(("http://", "https://", "/"))), None)
    return None


def _data_name(url: str) -> str | None:
    head, _, data = url.partition(",")
    try:
        content = base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        return None
    if len(content) <= (_SMALLEST_SVG if "svg" in head else _SMALLEST_DATA):
        return None
    return f"data:sha256:{hashlib.sha256(content).hexdigest()}"


def tables(nodes: list[HtmlElement], dropped: frozenset[HtmlElement] = frozenset()) -> list[list[list[str]]]:
    """The words of each table's cells, by rows; empty rows and empty tables are left out."""
    found = [[cells for row in table.iter("tr") if any(cells := _cells(row))] for table in nodes]
    return [rows for rows in found if rows]


def _cells(row: HtmlElement) -> list[str]:
    return [" ".join(page.text(cell).split()) for cell in row if cell.tag in ("td", "th")]


def is_file(link: HtmlElement) -> bool:
    """Whether a link leads to a document or an archive."""
    href = link.get("href")
    if not href:
        return False
    if link.get("download") is not None:
        return True
    path = re.split(r"[?#]", href.strip()[:_LONGEST], maxsplit=1)[0]
    return _FILES.search(_without_session(path)) is not None or _names_a_file(href)


def _without_session(path: str) -> str:
    """A path less the parameter that servers put behind it for readers without cookies."""
    return _SESSION.sub("", path) if ";" in path else path


def _names_a_file(href: str) -> bool:
    """Whether a query says the name of a file: `download.jsp?name=a.pdf`."""
    query = href.partition("?")[2][:_LONGEST]
    return "." in query and any(_FILES.search(value) for _, value in parse_qsl(query))


def is_automatic(link: HtmlElement) -> bool:
    """Whether the site's own machinery set this link on a word."""
    class_ = link.get("class")
    return class_ is not None and not marks.AUTOMATIC.isdisjoint(class_.lower().split())


def link_name(href: str, base: str | None = None) -> str | None:
    """Where a link leads, without scheme, fragment and what tells one reader or moment from another.

    >>> link_name("https://example.com/a;jsessionid=1F?utm_source=x&id=7#top"), link_name("javascript:void(0)")
    ('example.com/a?id=7', None)
    """
    href = "".join(href.split())[:_LONGEST]
    if href.startswith("#"):
        return None
    try:
        parts = urlsplit(whole(href, base))
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    path = _without_session(parts.path)
    kept = [part for part in parts.query.split("&") if part and not _tracks(part)]
    name = host + (path if path != "/" or not host else "") + (f"?{'&'.join(kept)}" if kept else "")
    return name or None


def _tracks(part: str) -> bool:
    key = part.partition("=")[0].lower().removeprefix("amp;")
    return key in _TRACKING or key.startswith("utm_")

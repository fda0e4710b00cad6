"""What passes the seam: a `Job` goes into a crawl, `Observation`s come out.

Both are plain values (MessagePack between processes). Times are UTC text `YYYY-MM-DDTHH:MM:SSZ`.
"""

from typing import Literal

import msgspec

from crawler.config import CrawlSettings, Site

Role = Literal["content", "share", "post", "listing"]
ROLES: tuple[Role, ...] = ("content", "share", "post", "listing")  # what one lacks, the next fills in
METADATA = ("outlet", "author", "published_at", "modified_at")
MEDIA = ("images", "tables", "links", "attachments")  # what a body holds besides words


class Validator(msgspec.Struct, frozen=True):
    """What to ask "has it changed since?" with, at one URL (RFC 9110, 8.8)."""

    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str = ""  # of the response that they came with


class Known(msgspec.Struct, frozen=True):
    """What the record knows of an article that has a version, as far as a crawl needs it."""

    version: int
    title: str | None
    names: dict[str, str]  # of outlet and author, as far as told
    body_length: int  # characters of its text
    has_replacement: bool  # U+FFFD already stands in it
    places: dict[str, str]  # field -> role it was read from
    validators: dict[str, Validator]  # role -> validators that came with this very version
    recent_hashes: tuple[str, ...]  # text hashes of the last five versions, newest first
    removed: bool = False
    moved_to: str | None = None  # where a permanent redirect led before


class Target(msgspec.Struct, frozen=True):
    """An article to look at."""

    site: str
    code: str
    url: str
    post_url: str | None = None
    known: Known | None = None
    full: bool = False  # fetch without conditions, and read every page again
    listed_title: str | None = None


class ListingTask(msgspec.Struct, frozen=True):
    """The listing that a category crawl reads."""

    source: str
    site: str
    category: str
    url: str
    seen_before: bool
    links_before: tuple[int, int] | None = None  # that led to its articles, and that did not, when it was last read


class Layout(msgspec.Struct, frozen=True):
    """Where the body stands on a site's pages, as learned from them."""

    body: str  # what tells its container from the page's other elements
    apart: tuple[str, ...] = ()  # what tells the elements in it that are the template's, not the article's


class LearnedLayout(msgspec.Struct, frozen=True):
    """A layout and its number in the record."""

    number: int
    layout: Layout


class HostWish(msgspec.Struct, frozen=True):
    """What is on record of a host: from when on it may be asked (None: now), why, its failures in a row, and when that
    was noted."""

    not_before: str | None
    reason: str | None
    failures: int
    seen_at: str


class RobotsCopy(msgspec.Struct, frozen=True):
    """A robots.txt as far as it is read; empty allows everything."""

    fetched_at: str
    status: int
    rules: bytes


class Job(msgspec.Struct, frozen=True):
    """One crawl, as a value: everything that it needs to know and may do."""

    run: str  # unique; the ids of its observations begin with it
    spider: Literal["category", "share"]
    crawl: CrawlSettings
    sites: dict[str, Site]
    targets: tuple[Target, ...] = ()
    listing: ListingTask | None = None
    known_codes: frozenset[str] = frozenset()  # of the listing's site: looked at only where they are targets
    layouts: dict[str, dict[str, LearnedLayout]] = {}  # site -> role -> where the body stands on its pages
    hosts: dict[str, HostWish] = {}  # of hosts that asked for patience or failed last
    robots: dict[str, RobotsCopy] = {}  # scheme://host -> what need not be fetched again


class Raw(msgspec.Struct, frozen=True):
    """A response as it was received, after content decoding."""

    role: Role
    url: str
    fetched_at: str
    status: int
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((v for k, v in self.headers.items() if k.lower() == name.lower()), None)


class Fields(msgspec.Struct):
    """An article's content: as extracted before the pipelines, normalized after them."""

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published_at: str | None = None
    published_precision: str | None = None
    modified_at: str | None = None
    body_html: str | None = None
    body_text: str | None = None
    images: list[str] = []  # what identifies each static image, in order
    tables: list[list[list[str]]] = []  # tables of rows of cells
    links: list[str] = []  # URLs that the body links to, in order
    attachments: list[str] = []  # URLs of attached files, in order
    places: dict[str, Role] = {}


class Fact(msgspec.Struct, frozen=True):
    """What a text states. `value` is in the base unit `unit`, a plain decimal or an ISO 8601 date or time."""

    type: str
    text: str  # as written
    role: str | None = None
    value: str | None = None
    unit: str | None = None
    approximate: bool = False


class FactChange(msgspec.Struct, frozen=True):
    """What became of a fact in an edit; one side is None where a fact came or went."""

    type: str
    role: str | None = None
    old_text: str | None = None
    new_text: str | None = None
    old_value: str | None = None
    new_value: str | None = None
    unit: str | None = None


# soft: a page that says so with 200, while the site's other articles are read; quarantined: with too many others to be
# believed; expired: with everything of its age.
Absence = Literal["soft", "quarantined", "expired"]


class Look(msgspec.Struct, tag="look"):
    """One look at one article."""

    id: str
    site: str
    code: str
    url: str
    seen_at: str
    outcome: Literal[
        "read", "not_modified", "not_found", "variant", "blocked", "login", "soft_404", "partial", "empty", "robots",
        "error",
    ]  # fmt: skip
    attempt: int = 1  # 2: the confirmation in the same crawl
    post_url: str | None = None
    page: str | None = None  # URL of the page that decided the outcome
    http_status: int | None = None
    reason: str | None = None
    fields: Fields | None = None
    collapsed: bool = False  # the words differ, and so much else that it was confirmed by a second fetch
    vanished: tuple[str, ...] = ()  # metadata that its page used to tell and no longer does, confirmed
    extractor: str = ""  # name and version of the rules that read it
    version: int | None = None  # the version that the job knew
    not_modified: tuple[str, ...] = ()  # roles that answered 304, or the same bytes: their fields are that version's
    same_bytes: bool = False  # at least one of them was fetched whole
    responses: tuple[Raw, ...] = ()
    moved_from: str | None = None
    moved_to: str | None = None  # where permanent redirects led, if they did not before
    site_moved: bool = False  # with all its articles: the site's move, not this article's
    absence: Absence | None = None  # what not finding it means, judged by the whole run
    robots: dict[str, tuple[str, ...]] = {}  # role of a page that was read -> what it asks: noarchive, noindex


class Entry(msgspec.Struct, frozen=True):
    """An article as a listing shows it."""

    code: str
    url: str
    title: str


class ListingReading(msgspec.Struct, tag="listing"):
    """One reading of a listing."""

    id: str
    source: str
    url: str
    seen_at: str
    outcome: Literal["read", "gone", "error"]  # gone: 404 of a listing that was read before
    reason: str | None = None
    heading: str | None = None
    entries: tuple[Entry, ...] = ()
    other_links: int = 0  # on the page, that led to none of its articles
    broken: str | None = None  # why it is not believed to be the whole listing
    response: Raw | None = None


class Ending(msgspec.Struct, tag="ending"):
    """How a crawl ended; the last observation of every crawl that was not killed."""

    id: str
    seen_at: str
    interrupted: bool = False
    reason: str | None = None
    requests: int = 0
    not_modified: int = 0
    left: tuple[str, ...] = ()  # of each host that was asked no more: why, until when, and what was not looked at


class HostNote(msgspec.Struct, tag="host", frozen=True):
    """What is to be on record of a host from now on; `HostWish` says what it means."""

    id: str
    host: str
    seen_at: str
    not_before: str | None
    reason: str | None
    failures: int


class RobotsNote(msgspec.Struct, tag="robots", frozen=True):
    """A robots.txt that was fetched; `origin` is scheme://host."""

    id: str
    origin: str
    copy: RobotsCopy


Observation = Look | ListingReading | Ending | HostNote | RobotsNote


class Begun(msgspec.Struct, tag="begun", frozen=True):
    """A page is about to be read. Where that ends the process, `what` goes on record, with why."""

    what: Look | ListingReading


class Pulse(msgspec.Struct, tag="pulse", frozen=True):
    """No page holds the process up; what it asked so far."""

    requests: int = 0
    not_modified: int = 0


Message = Observation | Begun | Pulse  # what a crawl's process tells

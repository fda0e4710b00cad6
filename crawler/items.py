"""What passes the seam: a `Job` goes into a crawl, `Observation`s come out.

Both are plain values (MessagePack between processes). Times are UTC text `YYYY-MM-DDTHH:MM:SSZ`.
"""

from typing import Literal

import msgspec

from crawler.config import CrawlSettings, Site

Role = Literal["content", "share", "post", "listing"]
ROLES: tuple[Role, ...] = ("content", "share", "post", "listing")  # what one lacks, the next fills in
METADATA = ("outlet", "author", "published_at", "modified_at")


class Validator(msgspec.Struct, frozen=True):
    """What to ask "has it changed since?" with, at one URL (RFC 9110, 8.8)."""

    url: str
    etag: str | None
    last_modified: str | None


class Known(msgspec.Struct, frozen=True):
    """What the record knows of an article that has a version, as far as a crawl needs it."""

    version: int
    title: str | None
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


class Job(msgspec.Struct, frozen=True):
    """One crawl, as a value: everything that it needs to know and may do."""

    run: str  # unique; the ids of its observations begin with it
    spider: Literal["category", "share"]
    crawl: CrawlSettings
    sites: dict[str, Site]
    targets: tuple[Target, ...] = ()
    listing: ListingTask | None = None
    known_codes: frozenset[str] = frozenset()  # of the listing's site: looked at only where they are targets


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
    places: dict[str, Role] = {}


class Look(msgspec.Struct, tag="look"):
    """One look at one article."""

    id: str
    site: str
    code: str
    url: str
    seen_at: str
    outcome: Literal["read", "not_modified", "not_found", "variant", "empty", "partial", "soft_404", "robots", "error"]
    attempt: int = 1  # 2: the confirmation in the same crawl
    post_url: str | None = None
    page: str | None = None  # URL of the page that decided the outcome
    http_status: int | None = None
    reason: str | None = None
    fields: Fields | None = None
    version: int | None = None  # the version that the job knew
    not_modified: tuple[str, ...] = ()  # roles that answered 304: their fields are that version's
    responses: tuple[Raw, ...] = ()
    moved_from: str | None = None
    moved_to: str | None = None  # where permanent redirects led, if they did not before
    site_moved: bool = False  # with all its articles: the site's move, not this article's


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
    response: Raw | None = None


class Ending(msgspec.Struct, tag="ending"):
    """How a crawl ended; the last observation of every crawl that was not killed."""

    id: str
    seen_at: str
    interrupted: bool = False
    reason: str | None = None
    requests: int = 0
    not_modified: int = 0


Observation = Look | ListingReading | Ending

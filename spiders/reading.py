"""One look at one article, while its pages come in: what was read so far, and the `Look` it makes."""

import hashlib
from dataclasses import dataclass, field

from scrapy.http import Response

from crawler.config import Site
from crawler.items import METADATA, Fields, Look, Raw, Role, Target
from crawler.rules import classify, extract, identity, text
from crawler.rules.asked import asked
from crawler.rules.classify import wholeness
from crawler.rules.classify.garbled import garbled
from crawler.rules.decode import decode
from crawler.rules.normalize import normalize
from crawler.rules.reread import Layouts, extractor, fields_of

_PERMANENT = (301, 308)  # RFC 9110, 15.4.2 and 15.4.9
_SHRUNK_TO = 0.4  # a body that keeps less than this has collapsed
_REPLACEMENT = "\ufffd"


@dataclass
class Reading:
    """The pages of one look. `take` reads one, `look` says what all of them came to."""

    target: Target
    site: Site
    layouts: Layouts = field(default_factory=dict)
    agent: str = ""  # who fetches its pages
    fields: Fields = field(default_factory=lambda: Fields(places={}))
    responses: list[Raw] = field(default_factory=list)
    refused: list[Raw] = field(default_factory=list)  # responses that could not be read
    not_modified: list[Role] = field(default_factory=list)
    same_bytes: bool = False
    collapsed: bool = False
    remarks: list[str] = field(default_factory=list)
    robots: dict[str, tuple[str, ...]] = field(default_factory=dict)  # role -> what that page asks
    dropped: set[str] = field(default_factory=set)  # fields that their page no longer tells, confirmed
    moved_from: str | None = None
    moved_to: str | None = None
    status: int | None = None
    page: str | None = None

    def take(self, role: Role, response: Response, seen_at: str, anew: bool = False) -> classify.Verdict | None:
        """Read one page, `anew` even where its bytes are known; a verdict where it cannot be read."""
        if self.status is None:
            self.status, self.page = response.status, next(iter(response.meta.get("redirect_urls", [])), response.url)
        if response.status == 304 and self.vouches(role, response):
            self.not_modified.append(role)
            return None
        raw = as_raw(role, response, seen_at)
        if not anew and self._is_the_same(raw):
            self.same_bytes = True
            self.not_modified.append(role)
            return None
        markup, _ = decode(raw.body, raw.header("Content-Type"))
        asked_for = next(iter(response.meta.get("redirect_urls", [])), None)
        try:
            verdict = (
                classify.answer(raw, response.flags, asked_for, markup)
                or self._led_astray(role, response)
                or self._read(role, raw, markup)
            )
        except extract.ExtractionError as error:  # not to be parsed at all
            verdict = "error", str(error)
        if verdict is None:
            tags = [tag.decode("latin-1") for tag in response.headers.getlist("X-Robots-Tag")]
            self.robots[role] = asked(tags, "" if role == "content" else markup, self.agent)
        (self.responses if verdict is None or verdict[0] == "not_found" else self.refused).append(raw)
        return verdict

    def _is_the_same(self, raw: Raw) -> bool:
        """Whether the very bytes came that showed the known version last: then nothing needs to be read."""
        known = None if self.target.full or self.target.known is None else self.target.known.validators.get(raw.role)
        return known is not None and raw.status == 200 and known.body_hash == hashlib.sha256(raw.body).hexdigest()

    def vouches(self, role: Role, response: Response) -> bool:
        """Whether a 304 answers the condition that this very URL's validator made."""
        known, request = self.target.known, response.request
        asked = request is not None and {b"If-None-Match", b"If-Modified-Since"} & request.headers.keys()
        return bool(asked and known and role in known.validators and known.validators[role].url == response.url)

    def _read(self, role: Role, raw: Raw, markup: str) -> classify.Verdict | None:
        try:
            page = fields_of(raw, self.site, self.layouts, markup)
        except extract.NotFoundAnswer as error:
            return "not_found", f"the answer says {error}"
        except extract.EmptyAnswer as error:
            return "empty", str(error)
        except extract.ExtractionError as error:
            is_cut = wholeness.is_cut_json(markup)
            return ("partial", "the JSON stops in the middle") if is_cut else ("error", str(error))
        if garbled(f"{page.title or ''}{page.body_text or ''}"):
            return "error", "the encoding flipped: the words are another encoding's"
        if page.published_at and self.fields.published_at and extract.date_missing(self.fields, self.site.zone):
            self.remarks.append(f"published_at not understood: {self.fields.published_at.strip()[:60]!r}")
            del self.fields.places["published_at"]
        for name, place in (self.target.known.places if self.target.known else {}).items():
            if place != role and place in self.not_modified:  # the page that tells it still says the same
                page.places.pop(name, None)
        extract.fill(self.fields, page)
        return None

    def _led_astray(self, role: Role, response: Response) -> classify.Verdict | None:
        """A further page that redirects elsewhere may be another article's: nothing is taken from it."""
        is_further = bool(self.responses or self.not_modified)
        return self._elsewhere(response) if is_further and not self._is_its_own(role, response) else None

    def _is_its_own(self, role: Role, response: Response) -> bool:
        """Whether redirects, if any, led to a URL that names the article or that its pages led to before."""
        known = self.target.known
        usual = known is not None and role in known.validators and known.validators[role].url == response.url
        redirected = bool(response.meta.get("redirect_urls"))
        return not redirected or usual or identity.leads_to_same_article(response.url, self.target.code)

    def _elsewhere(self, response: Response) -> classify.Verdict:
        return "error", f"redirected to {response.url}, which is not known to be this article"

    def follow(self, role: Role, response: Response) -> classify.Verdict | None:
        """Judge where redirects led: a verdict where that is not known to be this article."""
        hops, known = response.meta.get("redirect_urls", []), self.target.known
        if not hops:
            return None
        says_the_same = role in self.not_modified or (known is not None and self.text_hash() == known.recent_hashes[0])
        if known and not self._is_its_own(role, response) and not says_the_same:
            return self._elsewhere(response)
        permanent = all(reason in _PERMANENT for reason in response.meta.get("redirect_reasons", []))
        same_address = identity.code_of(self.site, response.url) == self.target.code
        if permanent and not same_address and response.url != (known.moved_to if known else None):
            self.moved_from, self.moved_to = hops[0], response.url
        return None

    def has_body(self) -> bool:
        known = self.target.known
        return self.fields.body_html is not None or (known is not None and known.places["body"] in self.not_modified)

    def text_hash(self) -> str:
        known = self.target.known
        title = self.fields.title or (known.title if known else None)
        return text.text_hash(text.one_line(title or ""), text.kept(self.fields.body_text or ""))

    def says_otherwise(self) -> bool:
        """Whether its words are none of the last versions'."""
        return self.target.known is not None and self.text_hash() not in self.target.known.recent_hashes

    def vanished(self, role: Role) -> list[str]:
        """Fields that this page used to tell, and that no page read so far tells."""
        known = self.target.known.places if self.target.known else {}
        told = set(self.fields.places)
        if extract.outlet_in(self.fields.body_text or ""):
            told.add("outlet")
        return [name for name, place in known.items() if place == role and name not in told]

    def shows_the_same(self, other: "Reading") -> bool:
        """Whether two readings of one page tell the same words, the same names and the same fields."""
        same_words = self.text_hash() == other.text_hash() and self.names() == other.names()
        return same_words and self.fields.places.keys() == other.fields.places.keys()

    def names(self) -> dict[str, str]:
        """Outlet and author, as they would be kept."""
        told = Fields(outlet=self.fields.outlet, author=self.fields.author, places={})
        fields, _ = normalize(told, self.site.zone)
        return {name: value for name in ("outlet", "author") if (value := getattr(fields, name)) is not None}

    def renamed(self, role: Role) -> list[str]:
        """Fields in which this page told another name before."""
        known = self.target.known
        if known is None:
            return []
        told = self.names()
        return [n for n, name in known.names.items() if known.places.get(n) == role and told.get(n, name) != name]

    def collapse(self, role: Role) -> str | None:
        """What about a page is so unlike what it was before that it is confirmed first; None for nothing."""
        known, body = self.target.known, self.fields.body_text
        if known is None or body is None:
            return None
        gone = self.vanished(role)
        self.dropped.update(gone)
        if len(body) < known.body_length * _SHRUNK_TO:
            return f"the body shrank from {known.body_length} to {len(body)} characters"
        if not known.has_replacement and _REPLACEMENT in body + (self.fields.title or ""):
            return "U+FFFD appeared"
        if renamed := self.renamed(role):
            return f"another {' and '.join(renamed)} told"
        return f"{', '.join(gone)} no longer told" if gone else None

    def lacks(self) -> bool:
        """Whether a further page may tell something that is missing."""
        fields = self.fields
        named = fields.outlet or extract.outlet_in(fields.body_text or "")
        return fields.title is None or not named or extract.date_missing(fields, self.site.zone)

    def look(self, id: str, seen_at: str, verdict: classify.Verdict | None = None, attempt: int = 1) -> Look:
        """The look that this reading came to."""
        known = self.target.known
        outcome, reason = verdict or ("read", None)
        if verdict is None and self.not_modified and not self.fields.places:
            outcome = "not_modified"
        read = outcome == "read"
        extract.fill_outlet_from_body(self.fields)
        reasons = [r for r in (reason, *(self.remarks if verdict is None else ())) if r]
        return Look(
            id=id,
            site=self.target.site,
            code=self.target.code,
            url=self.target.url,
            seen_at=seen_at,
            outcome=outcome,  # type: ignore[arg-type]
            attempt=attempt,
            post_url=self.target.post_url,
            page=self.page,
            http_status=self.status,
            reason=text.storable("; ".join(reasons)) or None,
            fields=self.fields if read else None,
            collapsed=read and self.collapsed,
            vanished=tuple(name for name in METADATA if read and name in self.dropped - self.fields.places.keys()),
            extractor=extractor(self.site, self.layouts),
            version=known.version if known else None,
            not_modified=tuple(self.not_modified),
            same_bytes=self.same_bytes,
            responses=tuple(self.responses if read or outcome == "not_found" else [*self.responses, *self.refused]),
            moved_from=self.moved_from,
            moved_to=self.moved_to,
            robots=self.robots if read else {},
        )


def as_raw(role: Role, response: Response, seen_at: str) -> Raw:
    """A response as it is kept; repeated headers are joined (RFC 9110, 5.3)."""
    headers = {
        name.decode("latin-1"): ", ".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.items()
    }
    return Raw(role, response.url, seen_at, response.status, headers, response.body)

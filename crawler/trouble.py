"""A source's troubles: begun and ended in the record, and told of once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from crawler import announce
from crawler.config import Channel
from crawler.rules.silence import REMEMBERED, silence
from storage import incidents, sources


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose trouble it is, and who hears of it. `source` None: the whole site's, of no one listing.

    Every method takes times as UTC text (`at`: when it was seen, `now`: when it is recorded), writes in the caller's
    transaction, and returns what is to be said now: nothing while a trouble goes on.
    """

    db: Database
    channels: Sequence[Channel]
    site: str
    source: str | None
    source_id: int | None
    name: str  # the listing's address, or the site

    @property
    def _values(self) -> dict[str, Any]:
        return {"site": self.site, "source_id": self.source_id, "article_id": None}

    def began(self, outcome: str, reason: str, at: str, now: str) -> list[str]:
        """It could not be read, or is quiet."""
        is_new = incidents.failed(self.db, self._values, outcome, reason, at)
        lasting = incidents.lasting(self.db, self._values, outcome == incidents.QUIET)
        if lasting:
            keys = [self.source] if self.source else sources.keys_of_site(self.db, self.site)
            announce.troubled(self.db, self.channels, lasting["id"], keys, now)
        return [reason] if is_new else []

    def ended(self, said: str, at: str, now: str, is_quiet: bool = False) -> list[str]:
        """It was read again, or (`is_quiet`) brought something new."""
        over = incidents.ended(self.db, self._values, at, is_quiet)
        if over is None:
            return []
        announce.recovered(self.db, self.channels, over["id"], now)
        return [f"{self.name}: {said}; {over['outcome']} since {over['began_at']}"]

    def listed(self, at: str, now: str) -> list[str]:
        """Its listing was read: whether it has been quiet for too long."""
        assert self.source_id is not None
        quiet = silence(sources.found_times(self.db, self.source_id, REMEMBERED), at)
        if quiet is None:
            return self.ended("something new", at, now, is_quiet=True)
        usual = _span(quiet.usual)
        said = f"{self.name}: nothing new since {quiet.since}, where something usually comes every {usual}"
        return self.began(incidents.QUIET, said, at, now)


def _span(seconds: int) -> str:
    """Seconds as a person would say them.

    >>> _span(40), _span(5400), _span(200_000)
    ('40 seconds', '90 minutes', '56 hours')
    """
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"

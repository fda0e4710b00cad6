"""What a crawl is still to look at: by its listing, and after what it has seen."""

from collections.abc import Collection

import msgspec

from crawler.items import Entry, Job, ListingReading, Target
from crawler.rules import identity


def of_listing(job: Job, reading: ListingReading) -> list[Target]:
    """New articles of the listing and the job's own targets, in the listing's order."""
    due = {target.code: target for target in job.targets}
    found = []
    for entry in reading.entries:
        if entry.code in due:
            found.append(_listed(job, due.pop(entry.code), entry))
        elif entry.code not in job.known_codes:
            found.append(_listed(job, None, entry))
    return found + list(due.values())


def _listed(job: Job, target: Target | None, entry: Entry) -> Target:
    """The target with what the listing says of it."""
    assert job.listing is not None, "a category job has a listing"
    name = job.listing.site
    url = identity.page_url(job.sites[name], "share", entry.code, entry.url) or entry.url
    return Target(
        site=name,
        code=entry.code,
        url=target.url if target else url,
        post_url=(target.post_url if target else None) or entry.url,  # two listings may link to two pages of it
        known=target.known if target else None,
        full=target.full if target else False,
        listed_title=entry.title or None,
    )


def after(job: Job, reading: ListingReading | None, seen: Collection[tuple[str, str]], number: int) -> Job:
    """The job of the process that goes on where another one ended: without the articles that were `seen` (site, code),
    and without the listing where it was read. `number`: how many ended so far."""
    targets = of_listing(job, reading) if job.listing and reading else job.targets
    left = tuple(target for target in targets if (target.site, target.code) not in seen)
    bounds = msgspec.structs.replace(job.crawl, most_looks=max(0, job.crawl.most_looks - len(seen)))
    rest = msgspec.structs.replace(job, run=f"{job.run}.{number}", targets=left, crawl=bounds)
    return msgspec.structs.replace(rest, spider="share", listing=None) if reading else rest

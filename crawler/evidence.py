"""Is the record what was recorded? Recomputed from the rows: hashes, the chain, numbers, references, the index."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from sqlite_utils import Database

from crawler import derived, jobs
from crawler.chain import Finding, chain_findings
from crawler.config import Config
from crawler.items import METADATA, Raw
from crawler.reextract import content_of
from crawler.rules import facts
from crawler.rules.reread import extractor, reread
from crawler.rules.text import content_hash, text_hash
from storage import evidence, responses
from storage.errors import StorageError

Track = Callable[[Iterable[Any], str, int], Iterable[Any]]  # rows, what is done, how many there are
_MEDIA = ("images", "tables", "links", "attachments")


@dataclass
class Report:
    """What was gone through, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    pruned_bodies: int = 0
    redacted_versions: int = 0
    reread: int = 0  # versions read again from their responses, `deep` only
    unread: int = 0  # those that could not be: other rules, pruned responses, site not configured


def verify(db: Database, settings: Config, deep: bool, track: Track) -> Report:
    """Recompute the whole record, in the caller's read transaction. `deep`: read kept responses again, too."""
    report = Report(counts=evidence.counts(db))
    with evidence.file_check(settings.database) as file_faults:
        for table, faults in _row_faults(db, settings, deep, track, report).items():
            report.findings += evidence.readable(faults, partial(Finding, table, 0, ""))
        report.findings += [Finding(table, id, "", says) for table, id, says in file_faults.result()]
    index = (Finding(index, id, "", says) for index, id, says in evidence.index_faults(db, deep))
    report.findings += evidence.readable(index, partial(Finding, "articles_fts", 0, ""))
    return report


def _row_faults(
    db: Database, settings: Config, deep: bool, track: Track, report: Report
) -> dict[str, Iterator[Finding]]:
    """What is wrong with the rows of each table, to be gone through one after the other."""
    counts = report.counts
    versions = track(evidence.contents(db), "contents", counts["versions"])
    return {
        "chain": _chain(db, track(evidence.chained(db), "chain", counts["chain"])),
        "articles": _references(db),
        "versions": _contents(db, settings, versions, report, deep),
        "bodies": _bodies(db, track(evidence.bodies(db), "raw responses", counts["bodies"]), report),
    }


def _chain(db: Database, rows: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    yield from chain_findings(rows, evidence.loose(db))


def _references(db: Database) -> Iterator[Finding]:
    yield from (Finding(table, id, of, f"{it}: it {says}") for table, id, of, it, says in evidence.reference_faults(db))


def _of(row: dict[str, Any]) -> str:
    return f"{row['site']} {row['code']}"


def _contents(
    db: Database, settings: Config, rows: Iterable[dict[str, Any]], report: Report, deep: bool
) -> Iterator[Finding]:
    rules = {name: (site, jobs.learned_layouts(db, name)) for name, site in settings.sites.items()} if deep else {}
    for row in rows:
        said = f"version {row['number']}: "
        if row["redacted"]:
            report.redacted_versions += 1
            if row["body_text"] or row["has_html"] or row["title"]:
                yield Finding("versions", row["id"], _of(row), f"{said}its article is redacted, and it has words")
            continue
        faults = _hash_faults(row)
        if deep and not faults:
            faults = _deep_faults(db, row, rules, report)
        for fault in faults:
            yield Finding("versions", row["id"], _of(row), said + fault)


def _hash_faults(row: dict[str, Any]) -> list[str]:
    if row.get("broken"):
        return ["a column cannot be read"]
    digest = text_hash(row["title"], row["body_text"])
    if digest != row["text_hash"]:
        return ["its text_hash does not match its title and body_text"]
    if content_hash(digest, [row[name] for name in (*METADATA, *_MEDIA)]) != row["content_hash"]:
        return [f"its content_hash does not match its text, {', '.join((*METADATA, *_MEDIA))}"]
    return []


def _deep_faults(db: Database, row: dict[str, Any], rules: dict[str, Any], report: Report) -> list[str]:
    """What today's rules read otherwise in the responses of a version that they had read."""
    row["body_html"] = evidence.html_of(db, row["id"])
    site, layouts = rules.get(row["site"], (None, {}))
    fresh = None
    if site is not None and extractor(site, layouts) == row["extractor"]:
        raws = [msgspec.convert(raw, Raw) for raw in _readable(db, row["id"])]
        fresh = reread(raws, content_of(row), row["gained"], site, layouts)
    if fresh is None:
        report.unread += 1
        return []
    report.reread += 1
    columns = derived.columns(fresh, row["extractor"])
    other = sorted(name for name in columns if name in row and columns[name] != row[name])
    faults = [f"its {', '.join(other)} are not what its responses say"] if other else []
    stated = [msgspec.structs.asdict(fact) for fact in derived.read_facts(db, row["id"])]
    found = facts.find(fresh.title or "", fresh.body_text or "", fresh.body_html or "", fresh.tables)
    if not other and stated != [msgspec.structs.asdict(fact) for fact in found]:
        faults.append("its facts are not what its text states")
    return faults


def _readable(db: Database, version_id: int) -> list[dict[str, Any]]:
    try:
        return responses.of_version(db, version_id)
    except StorageError:  # bytes that cannot be unpacked are told with the bodies
        return []


def _bodies(db: Database, rows: Iterable[tuple[str, str | None, bool]], report: Report) -> Iterator[Finding]:
    for digest, fault, dropped in rows:
        if fault is None:
            report.pruned_bodies += dropped
            continue
        used = evidence.user_of(db, digest)
        by = f" (response {used[0]}, {used[1]})" if used else ""
        yield Finding("bodies", 0, "", f"{digest}{by}: {fault}")

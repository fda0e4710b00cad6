"""The trace of real edits, as articles of a site without an endpoint."""

from tests import corpus
from tests.gauntlet.articles import Article
from tests.gauntlet.origin import Entry, Site
from tests.gauntlet.templates import TEMPLATES


def site(template: str) -> Site:
    """A site of that template, without selectors."""
    return Site(f"trace-{template}", next(t for t in TEMPLATES if t.name == template), "page")


def as_article(versions: list[corpus.Line], phase: int) -> Article:
    """The version that a phase serves, as a newsroom has it: a paragraph a line, the first version's time."""
    line = versions[min(phase, len(versions)) - 1]
    blocks = tuple(("p", paragraph) for paragraph in line.text.split("\n"))
    moment = versions[0].t.astimezone(corpus.SHANGHAI)
    return Article(line.code, line.title, moment, "", None, blocks, moment)


def entries(of: Site) -> list[Entry]:
    """Every article of the trace in its first version."""
    return [Entry(code, of, as_article(versions, 1)) for code, versions in corpus.trace().items()]

"""What the pages say is said in both languages."""

import re
from pathlib import Path

from crawler import web
from crawler.rules import standing
from crawler.web import today
from crawler.web.words import CHINESE

ROOT = Path(web.__file__).parent
_SAID = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')\s*\)|choice\("\w+", "([^"]+)", "([^"]+)\"""")


def said() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in (*ROOT.rglob("*.html"), *ROOT.rglob("*.py"))]
    return {word for text in texts for found in _SAID.findall(text) for word in found if word}


def test_every_word_of_a_page_has_its_chinese() -> None:
    values = {value for values in today.CHOICES.values() for value in values} - {
        "none",
        "unknown",
        "notice",
        "updated_time",
    }
    assert len(said()) > 30
    assert not (said() | (values - {"all"}) | set(standing.SENTENCES.values())) - set(CHINESE)


def test_chinese_is_chinese() -> None:
    assert not [word for word in CHINESE.values() if not re.search(r"[\u4e00-\u9fff／]", word)]

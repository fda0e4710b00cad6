"""What is typed into a search: it is understood, or one line says why not, and FTS5 reads whatever comes of it."""

import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.rules import asking, snippets
from storage.words import index_words, phrase

SCHEMA = "CREATE VIRTUAL TABLE t USING fts5 (body, title, content = '', tokenize = \"unicode61 tokenchars '.'\")"
WORDS = ["采购", "中", "15077.38", "3.5%", "a", "café", "２", "𠮷", "source:", "since:2d", "changed:yes"]
SIGNS = ["OR", "NOT", "AND", "NEAR", *"-\"“”()（） ，*{^:+'。", "\x00", "\ud800", "\ue000"]
PIECES = st.sampled_from(WORDS + SIGNS)
TYPED = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES).map(" ".join))
TEXTS = st.text(alphabet="采购中标，。 \n3.5%a-B１５1,2\u3000", max_size=30)


@given(TYPED)
@example("(" * 99)
@example("-a " * 60)
@example("a OR " * 49 + "b")
def test_any_text_is_understood_or_told_in_one_line(text: str) -> None:
    try:
        question = asking.parse(text)
    except UsageError as error:
        assert str(error).startswith("search: ")
        return
    db = sqlite3.connect(":memory:")
    db.execute(SCHEMA)
    assert db.execute("SELECT rowid FROM t WHERE t MATCH ?", (question.match,)).fetchall() == []
    snippets.snippet("采购", snippets.pattern(question.words))
    db.close()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("采购 公告", '"采购" AND "公告"'),
        ("“越来 越”", '"越来 来越"'),
        ("采购 -中标 -a*", '("采购") NOT (("中标") OR ("a" *))'),
        ("(采购 OR 中标) 公告", '(("采购") OR ("中标")) AND ("公告")'),
        ("NOT NOT 采购", '"采购"'),
        ("采购 | 中标", '"采购" AND "中标"'),
        ("中", '"中" *'),
        ("第3号", '"第 3 号" *'),
        ("2024-ZB-001", '"2024 zb 001"'),
        ("１５０７７．３８万元", '"15077.38 万元"'),
    ],
)
def test_expressions(text: str, match: str) -> None:
    assert asking.parse(text).match.replace('("', '"').replace('")', '"') == match.replace('("', '"').replace('")', '"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "give a word"),
        ("，。！", "nothing but punctuation"),
        ('"采购', "quotation mark"),
        ("(采购", "not closed"),
        ("采购)", "no opening one"),
        ("采购 OR", "both sides"),
        ("-采购", "leave out"),
        ("采购 NOT", "needs a word"),
        ("source: 采购", "needs a value"),
        ("(a source:b)", "whole search"),
        ("a since:1d since:2d", "twice"),
        ("a " * 60, "at most 50"),
        ("a" * 1001, "at most 1000"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        asking.parse(text)


def test_filters_are_apart() -> None:
    found = asking.parse('采购 source:a since:"2024-11-20 08:00" source：b changed:yes')
    assert (found.sources, found.since, found.changed) == (("a", "b"), "2024-11-20 08:00", "yes")


@given(TEXTS, st.data())
def test_what_the_index_finds_is_marked_and_nothing_else(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    sought = text[start : start + data.draw(st.integers(1, 5))] if data.draw(st.booleans()) else data.draw(TEXTS)
    match = phrase(sought)
    if match is None:
        return
    db = sqlite3.connect(":memory:")
    db.execute(SCHEMA)
    db.execute("INSERT INTO t (rowid, body, title) VALUES (1, ?, '')", (index_words(text),))
    is_found = bool(db.execute("SELECT rowid FROM t WHERE t MATCH ?", (match,)).fetchall())
    db.close()
    assert bool(snippets.spans(text, snippets.pattern([(sought, False)]))) == is_found

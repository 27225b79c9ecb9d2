"""Word search in an index so large that not every paragraph of a common word can be scored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from assistant.stores.analyzer import asked, encoded, indexed
from assistant.stores.base import Record
from assistant.stores.sqlite import fts
from assistant.stores.sqlite.store import SqliteStore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.setattr(fts, "_VISITS", 40)
    store = SqliteStore(tmp_path / "index.sqlite3")
    texts = [f"The minister of the city number{n} spoke" for n in range(300)]
    for n in range(60):
        texts[n * 5] += " about treaties"
    texts[7] += " and a tsunami"
    texts[205] += " and a tsunami in the city"
    store.replace(
        [
            (
                Record(f"a{n}", {"paragraphs": 1}),
                [
                    TextNode(
                        id_=f"a{n}#p1",
                        text=text,
                        embedding=[1.0, 0.0],
                        metadata={"article_id": f"a{n}", "published": f"20{10 + n // 30}-01-01"},
                    )
                ],
            )
            for n, text in enumerate(texts)
        ]
    )
    yield store
    store.close()


def search(store: SqliteStore, text: str, top: int = 5, **dates: str) -> list[str]:
    operators = {"since": FilterOperator.GTE, "until": FilterOperator.LTE}
    filters: list[Any] = [
        MetadataFilter(key="published", operator=operators[name], value=day) for name, day in dates.items()
    ]
    result = store.query(
        VectorStoreQuery(
            query_str=text,
            mode=VectorStoreQueryMode.TEXT_SEARCH,
            similarity_top_k=top,
            filters=MetadataFilters(filters=filters) if filters else None,
        )
    )
    return [str(node.node_id).removesuffix("#p1") for node in result.nodes or []]


def test_the_rare_word_chooses_and_the_others_rank(store: SqliteStore) -> None:
    assert search(store, "the minister of the tsunami about treaties") == ["a205", "a7"]
    assert search(store, "tsunami") == ["a7", "a205"]


def test_a_filter_holds_where_candidates_are_chosen(store: SqliteStore) -> None:
    assert search(store, "the minister of the tsunami", since="2011-01-01") == ["a205"]
    assert search(store, "the minister of the tsunami", until="2010-12-31") == ["a7"]
    assert search(store, "tsunami", since="2018-01-01") == []


def test_common_words_alone_find_the_newest(store: SqliteStore) -> None:
    found = search(store, "the minister", top=10)
    assert len(found) == 10
    assert all(int(name[1:]) >= 250 for name in found)


def test_a_word_that_becomes_common_is_counted_anew(store: SqliteStore) -> None:
    assert search(store, "the volcano") == []
    for n in range(100):
        node = TextNode(
            id_=f"v{n}#p1", text="A volcano", embedding=[1.0, 0.0], metadata={"article_id": f"v{n}", "published": None}
        )
        store.replace([(Record(f"v{n}", {"paragraphs": 1}), [node])])
    assert len(search(store, "the volcano")) == 5


def test_the_bounded_search_is_the_full_one_where_the_words_are_rare(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded = search(store, "tsunami number17 number250", top=10)
    monkeypatch.setattr(fts, "_VISITS", 10_000)
    assert search(store, "tsunami number17 number250", top=10) == bounded
    assert set(bounded) == {"a7", "a205", "a17", "a250"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Moscow, 2023!", ['"moscow"', '"2023"']),
        ("Moscow moscow", ['"moscow"']),
        ("习近平", ['"习近"', '"近平"']),
        ("习", ['"习"*']),
        ("G20在杭州", ['"g20"', '"在杭"', '"杭州"']),
        ("заявления", ['"заявлен"']),
        ('a"b', ['"a"', '"b"']),
        ("", []),
    ],
)
def test_words_of_a_question(text: str, words: list[str]) -> None:
    assert asked(text) == words


def test_text_in_latin_script_is_left_to_the_engine() -> None:
    assert indexed("The leaders met, signed & left.") == "The leaders met, signed & left."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("статей", "статьи"),
        ("Élan", "elan"),
        ("ＮＡＴＯ", "nato"),
        ("موسكو", "مُوسكو"),
        ("Ёлка", "елка"),
        ("déjà", "de\u0301ja\u0300"),
    ],
)
def test_forms_of_one_word_are_one_word(one: str, other: str) -> None:
    assert encoded(one) == encoded(other)


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    indexed(text)
    assert encoded(text).isascii()
    assert all(word.startswith('"') for word in asked(text))

"""Words as they stand, found through the index of words."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any, Literal

import pytest
from evidence_base_samples import article

from assistant.errors import UsageError
from assistant.library.index import ArticleIndex
from assistant.newsroom.evidence.passages import count_passages, each_article
from assistant.newsroom.search.exact_words import ExactWords, is_quoted, passages_with
from assistant.retrieval.passages import passages_of
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter


def quotes(text: str, *words: str) -> list[str]:
    (passage,) = passages_of(article("a", text))
    return [quote.text for one in words for quote in ExactWords(one).find(passage)]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("joint statement", "A  Joint\nStatement was signed."),
        ("the mayor's", "It was the mayor’s plan."),
        ("“so-called reform”", "The so–called reform failed."),
        ("3.5%", "It rose by 3.5 % in May."),
        ("Café", "The café closed."),
        ("北京", "他昨天到了北京市。"),
        ("サッカー", "昨日サッカーの試合があった。"),
        ("ｻｯｶｰ", "昨日ｻｯｶｰの試合があった。"),
    ],
)
def test_case_white_space_and_typography_are_set_aside(words: str, text: str) -> None:
    assert quotes(text, words) == [text]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("port", "The airport and the ports closed."),
        ("joint statement", "The statement was joint."),
        ("joint statement", "The joint, a statement said, was shut."),
        ("3.5%", "It rose by 3.5 in May."),
        ("Café", "The cafe closed."),
    ],
)
def test_other_words_are_not_these(words: str, text: str) -> None:
    assert quotes(text, words) == []


@pytest.mark.parametrize("words", ["Café Zürich", "ậu", "सहमति", "한국"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_and_their_accents_are_found_in_one_character_or_two(words: str, form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, f"Ä rain fell. The {words}, he said, is shut. Ä rain fell.")
    for written in (words, unicodedata.normalize("NFD", words)):
        assert quotes(text, written) == [text[text.index("The") : text.rindex(" Ä" if form == "NFC" else " A")]]
    assert quotes(text, "Cafe", "सहमत", "au") == []


def test_the_sentence_is_quoted_once_and_words_over_its_end_alone() -> None:
    text = "Rain fell on rain. Snow fell. Then rain."
    assert quotes(text, "rain") == ["Rain fell on rain.", "Then rain."]
    assert quotes(text, "snow fell. then") == ["Snow fell. Then"]


@pytest.mark.parametrize("text", ["%", "“”", " - "])
def test_without_a_word_nothing_is_looked_for(text: str) -> None:
    with pytest.raises(UsageError, match="has no word"):
        ExactWords(text)


@pytest.mark.parametrize("text", ['"a b"', "“a b”", "«a b»", "„a b“"])
def test_quotation_marks_around_all_ask_for_exact_words(text: str) -> None:
    assert is_quoted(text)
    assert ExactWords(text).text == "a b"
    assert not is_quoted(f"{text} c")


def test_every_passage_is_found_oldest_first_and_by_the_filter_alone(tmp_path: Path, embedder: Any) -> None:
    index = ArticleIndex(tmp_path / "index.sqlite3", embedder)
    index.add(
        [
            article("new", "Rain.", "The ferry stops, he said.", day="2021-01-01"),
            article("old", "The ferry stops.", "Nothing.", "Where the ferry stops is a bench."),
            article("stems", "Ferries stopped the."),
            article("heading", "Nothing.", title="The ferry stops"),
        ]
    )
    words = ExactWords("the ferry stops")
    assert index.store.holding(words.text) == {"new", "old", "stems"}

    def found(articles: ArticleFilter) -> list[str]:
        return [passage.paragraph.id for passage, _ in passages_with(index, words, articles)]

    assert found(EVERY_ARTICLE) == ["old#p1", "old#p3", "new#p2"]
    assert found(ArticleFilter(ids=("new", "stems"))) == ["new#p2"]
    assert (count_passages(index, EVERY_ARTICLE), count_passages(index, ArticleFilter(ids=("new",)))) == (7, 2)
    going = each_article(index, EVERY_ARTICLE)
    next(going)
    index.store.remove(["new"])
    assert [passages[0].article_id for passages in going] == ["old", "stems"]

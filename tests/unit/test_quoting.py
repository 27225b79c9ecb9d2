"""The source sentence nearest to a question, by words and by meaning."""

from datetime import date

import pytest

from assistant.quoting import Quoter
from assistant.schema import Paragraph, Passage

DAY = date(2021, 8, 14)


def passage(number, text, *, source="Coast Daily", published=DAY, dateline=0):
    paragraph = Paragraph(f"holm#p{number}", number, text, dateline=dateline)
    return Passage(paragraph, "holm", "A ferry for Holm", source, published)


def by_word(**nearness):
    """A text is as near to any question as the first of these words that it has."""
    return lambda question, texts: [
        next((value for word, value in nearness.items() if word in text), 0.0) for text in texts
    ]


FERRY = passage(1, "The ferry to Holm carries ninety cars. Its captain is Ida Lind.")
BAKERY = passage(2, "A bakery in Vik won a prize. Its bread is dark.")


def test_without_any_sentence_nothing_is_quoted():
    assert Quoter(by_word()).best("Who is the captain?", []) is None


def test_words_alone_find_the_sentence():
    best = Quoter(by_word()).best("Who is the captain?", [BAKERY, FERRY])
    assert best.passage is FERRY
    assert best.quote.text == "Its captain is Ida Lind."
    assert best.support == pytest.approx(0.5)


def test_meaning_alone_finds_the_sentence():
    best = Quoter(by_word(bread=0.8)).best("Which loaf do they sell?", [FERRY, BAKERY])
    assert best.quote.text == "Its bread is dark."
    assert best.support == pytest.approx(0.4)


def test_words_and_meaning_are_weighed_alike():
    question = "Who is the captain?"
    nearer_by_words = Quoter(by_word(bread=0.9)).best(question, [FERRY, BAKERY])
    nearer_by_both = Quoter(by_word(captain=0.6, bread=0.9)).best(question, [FERRY, BAKERY])
    assert (nearer_by_words.passage, nearer_by_words.support) == (FERRY, pytest.approx(0.5))
    assert (nearer_by_both.passage, nearer_by_both.support) == (FERRY, pytest.approx(0.8))


def test_what_has_the_opposite_meaning_is_no_further_than_what_has_none():
    best = Quoter(by_word(captain=-0.9)).best("Who is the captain?", [FERRY])
    assert best.support == pytest.approx(0.5)


def test_outlet_and_date_count_for_every_sentence():
    best = Quoter(by_word()).best("Who is the captain in August 2021, says the Coast Daily?", [FERRY])
    assert best.quote.text == "Its captain is Ida Lind."
    assert best.support == pytest.approx(0.5)


@pytest.mark.parametrize("question", ["Who is the captain?", "How many cars?", "Which bread?", "?", ""])
def test_the_quote_is_the_paragraphs_own_characters(question):
    best = Quoter(by_word()).best(question, [BAKERY, FERRY])
    assert best.passage.paragraph.text[best.quote.start : best.quote.end] == best.quote.text != ""
    assert 0 <= best.support <= 1


def test_the_first_of_equals_is_quoted():
    assert Quoter(by_word()).best("Which loaf?", [BAKERY, FERRY]).passage is BAKERY
    assert Quoter(by_word()).best("Which loaf?", [FERRY, BAKERY]).passage is FERRY


def test_a_dateline_is_never_quoted():
    line = "Holm, August 14: "
    dated = passage(1, f"{line}The ferry carries ninety cars.", dateline=len(line))
    best = Quoter(by_word()).best("What happened in Holm?", [dated])
    assert best.quote.text == "The ferry carries ninety cars."
    assert best.quote.start == len(line)


def test_all_sentences_are_compared_with_the_question_at_once():
    asked = []

    def similarities(question, texts):
        asked.append((question, list(texts)))
        return [0.0] * len(texts)

    Quoter(similarities).best("Who?", [FERRY, BAKERY])
    assert asked == [
        (
            "Who?",
            [
                "The ferry to Holm carries ninety cars.",
                "Its captain is Ida Lind.",
                "A bakery in Vik won a prize.",
                "Its bread is dark.",
            ],
        )
    ]


def test_too_few_similarities_are_an_error():
    with pytest.raises(ValueError, match="zip"):
        Quoter(lambda question, texts: [0.0]).best("Who?", [FERRY])

"""What is read of the paragraphs found: whole short ones, sentences of long ones, within a budget."""

from datetime import date

import pytest

from assistant.query.query import Query
from assistant.retrieval.context import group
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.schema.articles import Paragraph, Passage
from assistant.verification.evidence import EvidenceFinder

DAY = date(2021, 8, 14)
FILLER = [
    f"Filler sentence number {word} says nothing of interest to anybody." for word in "abc def ghi jkl mno".split()
]
CAPTAIN = "The captain of the ferry to Holm is Ida Lind."
CARS = "The ferry carries ninety cars."


def passage(number, *sentences, article="holm", dateline=0):
    paragraph = Paragraph(f"{article}#p{number}", number, " ".join(sentences), dateline=dateline)
    return Passage(paragraph, article, "A ferry for Holm", "Coast Daily", DAY)


def unlike(question, texts):
    """Only words decide."""
    return [0.0] * len(texts)


def cut(question, passages, characters=1500, similarities=unlike, articles=3):
    return ExcerptSelector(similarities, characters=characters, articles=articles).cut(Query.of(question), passages)


SHORT = passage(1, "It rained in Holm.", CARS)
LONG = passage(2, FILLER[0], FILLER[1], CAPTAIN, FILLER[2], FILLER[3], CARS, FILLER[4])
QUESTION = "Who is the captain of the ferry?"


def test_the_long_paragraph_of_these_tests_is_long():
    assert len(SHORT.paragraph.text) <= 350 < len(LONG.paragraph.text)


def test_nothing_found_nothing_read():
    assert cut(QUESTION, []) == cut(QUESTION, [], characters=0)
    assert cut(QUESTION, []).passages == ()
    assert cut(QUESTION, []).texts == {}


def test_what_fits_is_read_whole():
    found = cut(QUESTION, [SHORT, LONG])
    assert found.texts == {"holm#p1": SHORT.paragraph.text, "holm#p2": LONG.paragraph.text}


def test_a_short_paragraph_is_read_whole_or_not_at_all():
    assert cut(QUESTION, [LONG, SHORT], characters=len(CAPTAIN)).texts == {"holm#p2": CAPTAIN}
    with_room = cut("Did it rain in Holm?", [SHORT, LONG], characters=len(SHORT.paragraph.text))
    assert with_room.texts == {"holm#p1": SHORT.paragraph.text}


@pytest.mark.parametrize("length", [350, 351])
def test_only_a_long_paragraph_is_divided(length):
    text = f"{CAPTAIN} {'x' * (length - len(CAPTAIN) - 2)}."
    assert len(text) == length
    read = cut(QUESTION, [passage(1, text)], characters=60).texts["holm#p1"]
    assert read == (text if length == 350 else CAPTAIN)


def test_of_a_long_paragraph_the_nearest_sentence_is_read():
    assert cut(QUESTION, [LONG], characters=len(CAPTAIN)).texts == {"holm#p2": CAPTAIN}


def test_meaning_decides_where_words_do_not():
    def similarities(question, texts):
        return [0.9 if "ninety" in text else 0.0 for text in texts]

    found = cut("What is its capacity?", [LONG], characters=len(CARS), similarities=similarities)
    assert found.texts == {"holm#p2": CARS}


@pytest.mark.parametrize("characters", [90, 120, 200, 300, 600, 5000])
def test_no_more_is_read_than_the_budget_allows(characters):
    passages = [LONG, SHORT, *(passage(number, *FILLER, CAPTAIN) for number in range(3, 9))]
    found = cut(QUESTION, passages, characters=characters)
    sizes = [len(piece) for text in found.texts.values() for piece in text.split(" … ")]
    # What joins two neighbouring sentences is not counted.
    assert 0 < sum(sizes) <= characters + sum(len(p.paragraph.text.split(". ")) for p in passages)
    assert set(found.texts) == {p.paragraph.id for p in found.passages}


def test_something_is_read_even_where_no_sentence_fits():
    assert cut(QUESTION, [LONG], characters=5).texts == {"holm#p2": CAPTAIN}


def test_what_does_not_fit_leaves_room_for_what_does():
    long_winded = "The captain of the ferry is a captain whom no ferry of any captain ever " + "so " * 40 + "had."
    both = passage(1, CAPTAIN, long_winded, *FILLER, CARS)
    read = cut("Is the ferry, whom the captain ever had, so?", [both], characters=len(long_winded) + len(CARS)).texts
    assert read == {"holm#p1": f"{long_winded} … {CARS}"}


def test_sentences_keep_their_order_and_a_gap_is_marked():
    read = cut("Does the captain or the ferry carry ninety cars?", [LONG], characters=len(CAPTAIN) + len(CARS))
    assert read.texts == {"holm#p2": f"{CAPTAIN} … {CARS}"}


def test_neighbours_are_joined_without_a_mark():
    own = passage(1, FILLER[0], CAPTAIN, CARS, *FILLER[1:])
    read = cut("Does the captain or the ferry carry ninety cars?", [own], characters=len(CAPTAIN) + len(CARS))
    assert read.texts == {"holm#p1": f"{CAPTAIN} {CARS}"}


def test_the_better_found_paragraph_is_read_of_equals():
    first, second = passage(1, *FILLER, CAPTAIN), passage(2, *FILLER, CAPTAIN)
    assert set(cut(QUESTION, [first, second], characters=len(CAPTAIN)).texts) == {"holm#p1"}
    assert set(cut(QUESTION, [second, first], characters=len(CAPTAIN)).texts) == {"holm#p2"}


def test_the_rank_of_its_paragraph_outweighs_a_little_nearness():
    first, second = passage(1, *FILLER, CAPTAIN), passage(2, *FILLER, CAPTAIN.replace("is", "was"))

    def read(nearness):
        similarities = lambda _, texts: [nearness if "was" in text else 0.0 for text in texts]  # noqa: E731
        return set(cut(QUESTION, [first, second], characters=50, similarities=similarities).texts)

    assert (read(0.2), read(0.9)) == ({"holm#p1"}, {"holm#p2"})


def test_the_nearest_passage_comes_first():
    assert cut(QUESTION, [SHORT, LONG], characters=5000).passages == (LONG, SHORT)


def test_sentences_are_compared_with_the_question_at_once_and_sixteen_at_most():
    asked = []

    def similarities(question, texts):
        asked.append((question, len(texts)))
        return [0.0] * len(texts)

    cut(QUESTION, [SHORT, LONG], similarities=similarities)
    cut(QUESTION, [passage(number, *FILLER * 4) for number in range(1, 3)], similarities=similarities)
    assert asked == [(QUESTION, 1 + 7), (QUESTION, 16)]


def test_a_dateline_of_a_long_paragraph_is_not_read():
    line = "Holm, August 14: "
    own = Passage(
        Paragraph("holm#p1", 1, line + LONG.paragraph.text, dateline=len(line)), "holm", "T", "Coast Daily", DAY
    )
    assert not cut(QUESTION, [own], characters=5000).texts["holm#p1"].startswith("Holm")


def test_a_report_is_rendered_with_what_is_read_of_it():
    found = cut(QUESTION, [LONG], characters=len(CAPTAIN) + len(CARS))
    (context,) = group(found.passages)
    assert found.of(context).render() == f"[Coast Daily, 14 August 2021: A ferry for Holm]\n{CAPTAIN} … {CARS}"
    assert LONG.paragraph.text in context.render()


def test_a_quote_stands_where_it_stands_in_the_paragraph():
    found = cut(QUESTION, [LONG], characters=len(CAPTAIN))
    (context,) = (found.of(context) for context in group(found.passages))
    assert context.passages == (LONG,)
    start = LONG.paragraph.text.index(CAPTAIN)
    assert start > 0
    (evidence,) = EvidenceFinder(unlike).find("Ida Lind is the captain of the ferry to Holm.", context.passages)
    assert (evidence.quote.start, evidence.quote.end) == (start, start + len(CAPTAIN))
    assert evidence.passage.paragraph.text[start : evidence.quote.end] == evidence.quote.text == CAPTAIN


def test_articles_beyond_those_that_are_read_take_nothing_of_the_budget():
    far = [passage(n, f"The captain of ferry {n} is away.", article=f"far{n}") for n in range(3, 8)]
    chosen = cut(QUESTION, [LONG, *far], articles=2)
    assert len({found.article_id for found in chosen.passages}) == 2
    assert set(chosen.texts) == {found.paragraph.id for found in chosen.passages}


def test_what_is_nearest_comes_first_and_the_rest_further():
    many = [passage(n, *FILLER, CAPTAIN.replace("is", f"is {n}")) for n in range(1, 5)]
    found = cut(QUESTION, many, characters=2000)
    assert 0 < sum(map(len, found.nearest.values())) <= 600 + len(" … ") * len(found.nearest)
    assert found.further
    for key, text in found.texts.items():
        pieces = [*found.nearest.get(key, "").split(" … "), *found.further.get(key, "").split(" … ")]
        assert all(piece in text for piece in pieces)
        assert sum(map(len, pieces)) <= len(text)


def read(question, articles):
    found = cut(question, [LONG, *articles], characters=1500)
    assert {key.partition("#")[0] for key in found.texts} == {key.partition("#")[0] for key in found.nearest}
    return {key.partition("#")[0] for key in found.nearest}


def test_of_each_article_that_comes_as_near_something_is_nearest():
    others = [passage(1, *FILLER, f"The captain of the ferry to Vik is {name}.", article=name) for name in ("Bo", "Ek")]
    assert read(QUESTION, others) == {"holm", "Bo", "Ek"}


def test_an_article_that_is_far_behind_is_not_read():
    others = [passage(1, *FILLER, article=f"other{n}") for n in range(2)]
    assert read(QUESTION, others) == {"holm"}


def test_a_question_that_names_two_times_is_asked_of_every_report():
    others = [passage(1, *FILLER, article=f"other{n}") for n in range(2)]
    asked = "Who was the captain of the ferry in 2019, and who in 2021?"
    assert read(asked, others) == {"holm", "other0", "other1"}

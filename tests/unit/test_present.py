import re
from datetime import date

import pytest

from assistant.present import as_quotation, with_date, with_marks
from assistant.reports import Report
from assistant.schema import Paragraph, Passage, Sentence


def report(published=date(2017, 7, 4), source="IANS"):
    return Report((Passage(Paragraph("a#p1", 1, "Text."), "a", "Title", source, published),), 0)


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("They met.", (1,), "They met [1]."),
        ("They met", (1, 2), "They met [1][2]."),
        ("Did they?", (3,), "Did they [3]?"),
        ("“They met.”", (1,), "“They met.” [1]."),
        ("They met [2].", (1,), "They met [1]."),
        ("They met [2] in Oslo[17].", (1,), "They met in Oslo [1]."),
        ("They met. [1]", (3,), "They met [3]."),
        ("They met at [the] hall [a].", (1,), "They met at [the] hall [a] [1]."),
        (" They\nmet\n\n[2] here.\t", (1,), "They met here [1]."),
    ],
)
def test_marks_stand_before_the_full_stop(text, numbers, expected):
    assert with_marks(Sentence(text, numbers, 1.0)) == expected


@pytest.mark.parametrize("text", ["They met [2].", "[9] They [1][1] met", "They met.\n[2] Coast Daily, 2021-08-14"])
def test_only_our_own_marks_look_like_citations(text):
    assert re.findall(r"\[(\d+)\]", with_marks(Sentence(text, (4, 5), 1.0))) == ["4", "5"]


@pytest.mark.parametrize(
    ("text", "question", "several"),
    [
        ("They will meet later this week.", "Who will meet?", False),
        ("Xi spoke of a shift.", "When did Xi speak of a shift?", False),
        ("They agreed on a plan up to 2030.", "When did they agree on a plan?", False),
        ("Xi met Putin in 2017.", "Who met?", True),
        ("Xi met Putin in 2017.", "When did Xi meet Putin in 2017?", False),
        ("They oppose it.", "What do they oppose now?", False),
        ("They signed two statements.", "What is the latest news?", False),
    ],
)
def test_the_date_is_said_where_it_would_be_unclear(text, question, several):
    assert with_date(text, question, report(), several=several) == f"IANS, 4 July 2017: {text}"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The land was given in 1749.", "When was the land given?"),
        ("Xi met Putin on July 4, 2017.", "When did Xi meet Putin?"),
        ("Xi met Putin.", "Whom did Xi meet?"),
        ("Xi met Putin on 3 July 2017.", "When did Xi meet Putin in 2017?"),
    ],
)
def test_and_not_where_it_is_clear(text, question):
    assert with_date(text, question, report(), several=False) == text


def test_an_outlet_alone_does_not_say_when():
    undated = report(None)
    assert undated.byline
    assert with_date("Xi met Putin.", "When did Xi meet Putin?", undated, several=False) == "Xi met Putin."
    assert with_date("Xi met Putin.", "Whom did Xi meet recently?", undated, several=False) == "Xi met Putin."


def test_an_article_without_date_and_outlet_adds_nothing():
    assert with_date("They met today.", "When?", report(None, None), several=True) == "They met today."


def test_quotation_marks_do_not_nest():
    assert as_quotation("“We agree,” he said.") == "“We agree,’ he said.”"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He also mentioned a shift.", "Xi Jinping: “He also mentioned a shift.”"),
        ("Xi also mentioned a shift.", "“Xi also mentioned a shift.”"),
    ],
)
def test_a_quotation_that_says_only_he_is_given_a_name(text, expected):
    assert as_quotation(text, "Xi Jinping") == expected

"""Questions for what articles are about, and the sentences that answer them."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.overview import asks_overview, leads, topic
from assistant.reports import Report
from assistant.schema import Paragraph, Passage
from assistant.words import stems

LEAD = "The council of Port Ellery approved a new ferry terminal on Monday, after two years of delays."
SECOND = "Work begins in the spring of next year, the mayor told reporters."


def report(*texts, article="a", published=date(2023, 3, 22), source="Coast Daily", title="Ferry", dateline=0):
    passages = tuple(
        Passage(
            Paragraph(f"{article}#p{number}", number, text, dateline=dateline if number == 1 else 0),
            article,
            title,
            source,
            published,
        )
        for number, text in enumerate(texts or (f"{LEAD} {SECOND}", SECOND), 1)
    )
    return Report(passages, 0, lambda: frozenset(stems(" ".join(texts or (LEAD, SECOND)))))


def quoted(question, *reports):
    return [lead.quote.text for _, lead in leads(question, reports)]


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the 2017 article.",
        "Summarize both articles",
        "summarise",
        "Please summarise the report about the ferry.",
        "Can you summarize these stories?",
        "Could you please give me a short summary of the Coast Daily article?",
        "Give me an overview of the news",
        "What's the gist of the report?",
        "What is the summary of this article?",
        "Sum up the news of March 2023.",
        "What are these articles about?",
        "What is the article from Coast Daily about?",
        "What does the 2023 report say?",
        "What do the documents contain?",
        "When was the Coast Daily article published?",
        "When were these reports written?",
        "What is the date of the article about the ferry?",
        "What's the publication date of the report?",
        "Which outlet published the 2023 article?",
        "Who published the story about the ferry?",
        "Which newspaper is the article from?",
    ],
)
def test_what_asks_for_an_overview(question):
    assert asks_overview(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Summarise what Putin said in 2017.",
        "What did the mayor say about the ferry?",
        "What does the article say about the ferry?",
        "What was the third joint statement about?",
        "Who wrote the summary of the report?",
        "Which report did the council summarise?",
        "What is the main point of the mayor's speech?",
        "What did they report?",
        "How does the article describe the mayor?",
        "Who attended the summit?",
        "When was the agreement published?",
        "When did the article's author meet the mayor?",
        "What is the date of the summit?",
        "Who published the statistics?",
        "Which newspaper did the mayor speak to?",
        "On which day did the ferry of the report sink?",
    ],
)
def test_what_does_not(question):
    assert not asks_overview(question)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Summarise the 2017 article.", set()),
        ("Give me a short overview of all the news of March 2023, please", set()),
        ("Summarise the article about the ferry terminal", {"ferri", "termin"}),
        ("What is the Coast Daily report about?", {"coast", "daili"}),
    ],
)
def test_the_topic_is_what_says_which(question, words):
    assert topic(question) == words


def test_the_first_sentence_is_quoted_where_it_stands():
    ((_, lead),) = leads("Summarise the article.", [report()])
    assert lead.quote.text == LEAD == lead.passage.paragraph.text[lead.quote.start : lead.quote.end]
    assert lead.support == 1
    assert lead.passage.paragraph.number == 1


def test_without_the_dateline_and_what_is_too_short_to_say_anything():
    line = "PORT ELLERY, Monday: "
    assert quoted("Summarise it all.", report(f"{line}{LEAD}", dateline=len(line))) == [LEAD]
    assert quoted("Summarise it all.", report("At last.", f"It is done. {LEAD}")) == [LEAD]
    assert quoted("Summarise it all.", report("At last.", "It is done.")) == []


def test_a_date_or_an_outlet_that_is_not_known_is_not_told():
    undated, nameless = report(published=None), report(source=None)
    for question in ("When was the article published?", "What is the date of the article?"):
        assert quoted(question, undated) == []
        assert quoted(question, nameless) == [LEAD]
    assert quoted("Which outlet published the article?", undated) == [LEAD]
    assert quoted("Which outlet published the article?", nameless) == []


def test_paragraphs_are_read_in_their_order():
    own = report()
    assert quoted("Summarise the article.", replace(own, passages=own.passages[::-1])) == [LEAD]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Summarise the article about the ferry.", ["a"]),
        ("Summarise the Coast Daily article.", ["a"]),
        ("Summarise the article about Brexit.", []),
        ("Summarise the article about the ferry and Brexit.", []),
        ("Summarise the article of 2023.", ["a"]),
        ("Summarise the article of 2017.", ["b"]),
        ("Summarise the article of 2019.", []),
        ("Summarise both articles.", ["a", "b"]),
    ],
)
def test_only_reports_of_its_topic_and_its_time(question, found):
    other = report(
        "A storm tore the roofs off forty houses in the hills above the town.",
        article="b",
        published=date(2017, 7, 4),
        source="Hill News",
        title="Storm",
    )
    assert [own.passages[0].article_id for own, _ in leads(question, [report(), other])] == found

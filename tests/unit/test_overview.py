"""Questions for what articles are about, and the sentences that answer them."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.overview import leads, overview
from assistant.reports import Report
from assistant.schema import Paragraph, Passage
from assistant.words import stems

LEAD = "The council of Port Ellery approved a new ferry terminal on Monday, after two years of delays."
SECOND = "Work begins in the spring of next year, the mayor said of the summit of 2015."
STORM = "A storm tore the roofs off forty houses in the hills above the town."


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
    return Report(passages, 0, lambda: frozenset(stems(" ".join(passage.paragraph.text for passage in passages))))


def old(**more):
    return report(
        STORM, **{"article": "b", "published": date(2017, 7, 4), "source": "Hill News", "title": "Storm"} | more
    )


def quoted(question, *reports):
    return [lead.quote.text for _, lead in leads(question, overview(question), reports, complete=True)]


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the 2017 article.",
        "Summarize both articles",
        "summarise",
        "Summarise this.",
        "Please summarise the report about the ferry.",
        "Can you summarize these stories?",
        "Could you please give me a short summary of the Coast Daily article?",
        "Give me an overview of the news",
        "I need a brief summary of all of the articles please",
        "What's the gist of the report?",
        "What is the summary of this article?",
        "What are the main points of the TDI article?",
        "Sum up the news of March 2023.",
        "Summarise the latest article",
        "What are these articles about?",
        "What are the articles about please",
        "What is the article from Coast Daily about?",
        "What does the 2023 report say?",
        "What's in the 2017 report?",
        "When was the Coast Daily article published?",
        "When were these reports written?",
        "When is the article from?",
        "What is the date of the article about the ferry?",
        "What's the publication date of the report?",
        "What year was the article published?",
        "On what date was the report published?",
        "Which outlet published the 2023 article?",
        "Who published the story about the ferry?",
        "Which newspaper is the article from",
        "In which newspaper did the article appear?",
    ],
)
def test_what_asks_for_an_overview(question):
    assert overview(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Summarise what Putin said in 2017.",
        "Summarise what the 2023 article says about Iran.",
        "Can you summarise what Xi said about Korea in the 2017 report?",
        "Summarise how the article describes the mayor.",
        "Summarise the second article.",
        "Summarise this week's articles.",
        "Summarise the first article",
        "Summarise the articles published before 2023.",
        "Summarise the articles from after 2017.",
        "Summarise the article. And what did Putin say?",
        "Summarise the 2023 article. Putin congratulated him. And what did he congratulate Xi on?",
        "When was the TDI report published and what did Putin say?",
        "What did the mayor say about the ferry?",
        "What does the article say about the ferry?",
        "What was the third joint statement about?",
        "What do the two documents signed in Moscow cover?",
        "Who wrote the summary of the report?",
        "Which report did the council summarise?",
        "What is the main point of the mayor's speech?",
        "What did they report?",
        "How does the article describe the mayor?",
        "Who attended the summit?",
        "When was the agreement published?",
        "When was the text of the joint statement released?",
        "When was Toy Story released?",
        "When were the hostages mentioned in the article released?",
        "When did the article's author meet the mayor?",
        "What is the date of the summit?",
        "What is the date of the summit mentioned in the article?",
        "What is the date of birth of the man in the story?",
        "Who published the statistics?",
        "Who ran the news agency?",
        "Who released the Panama Papers?",
        "Which newspaper did the mayor speak to?",
        "On which day did the ferry of the report sink?",
    ],
)
def test_what_does_not(question):
    assert overview(question) is None


@pytest.mark.parametrize(
    ("question", "named", "about"),
    [
        ("Summarise the 2017 article.", set(), set()),
        ("Give me a short overview of all the news of March 2023, please", set(), set()),
        ("Summarise the article about the ferry terminal", set(), {"ferri", "termin"}),
        ("What is the Coast Daily report about?", {"coast", "daili"}, set()),
        ("Summarise the TDI article of 22 March 2023 about Xi", {"tdi"}, {"xi"}),
    ],
)
def test_which_articles_are_meant(question, named, about):
    found = overview(question)
    assert (found.named, found.about) == (named, about)


@given(st.text())
def test_any_text_is_understood_or_not(text):
    overview(text)
    overview(f"Summarise the article about {text}")
    overview(f"What is the {text} article about?")


def test_the_first_sentence_is_quoted_where_it_stands():
    ((_, lead),) = leads("", overview("Summarise the article."), [report()], complete=True)
    assert lead.quote.text == LEAD == lead.passage.paragraph.text[lead.quote.start : lead.quote.end]
    assert lead.support == 1
    assert lead.passage.paragraph.number == 1


def test_without_the_dateline_and_what_is_too_short_to_say_anything():
    line = "PORT ELLERY, Monday: "
    assert quoted("Summarise this.", report(f"{line}{LEAD}", dateline=len(line))) == [LEAD]
    assert quoted("Summarise this.", report("At last.", f"It is done. {LEAD}")) == [LEAD]
    assert quoted("Summarise this.", report("At last.", "It is done.")) == []


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
        ("Summarise the report by Hill News.", ["b"]),
        ("Summarise the article about Brexit.", []),
        ("Summarise the article about the ferry and Brexit.", []),
        ("Summarise the article about the mayor.", []),
        ("When was the UN report published?", []),
        ("When was the ferry report published?", []),
        ("Summarise the article of 2023.", ["a"]),
        ("Summarise the article of 2017.", ["b"]),
        ("Summarise the article of 2015.", []),
        ("Summarise the article of March 2017.", []),
        ("Summarise both articles.", ["a", "b"]),
        ("Summarise the latest article.", ["a"]),
        ("What does the most recent Hill News report say?", ["b"]),
    ],
)
def test_only_reports_that_are_meant_and_of_the_time_that_is_named(question, found):
    reports = [report(), old()]
    meant = leads(question, overview(question), reports, complete=True)
    assert [own.passages[0].article_id for own, _ in meant] == found


def test_when_and_by_whom_the_only_article_was_published_that_mentions_it():
    for question in ("When was the article about the mayor published?", "Who published the article about the mayor?"):
        asked = overview(question)
        assert [own.passages[0].article_id for own, _ in leads(question, asked, [report(), old()], complete=True)] == [
            "a"
        ]
        assert leads(question, asked, [report(), old()], complete=False) == []
        assert leads(question, asked, [report(), report(article="c")], complete=True) == []


def test_an_article_without_a_date_is_of_no_time_and_not_the_newest():
    undated = report(published=None)
    assert quoted("Summarise the article of 2023.", undated) == []
    assert quoted("Summarise the latest article.", undated, old()) == [STORM]
    assert quoted("Summarise the latest article.", undated) == []

"""A sentence is shown only where a paragraph states it."""

from datetime import date

import pytest

from assistant.quoting import Quoter
from assistant.schema import Paragraph, Passage
from assistant.support import Support, quotable

VISIT = date(2023, 3, 22)


def passage(number, text, *, speaker=None, article="tdi", published=VISIT, source="TDI", dateline=0):
    paragraph = Paragraph(f"{article}#p{number}", number, text, dateline=dateline, speaker=speaker)
    return Passage(paragraph, article, "Xi Jinping and Vladimir Putin meet in Moscow", source, published)


BORDER = passage(3, "During the talks, Xi noted, “China and Russia share a long border.”", speaker="Xi")
FASTER = passage(4, "He also mentioned that changes are happening faster.", speaker="Xi")
TERM = passage(
    6,
    "Putin, on his part, congratulated his Chinese counterpart on becoming the President of China for a "
    "second term. Then he expressed its support for China and appreciated its neutral position.",
    speaker="Putin",
)
SIGNED = passage(
    9,
    "Following their discussions, Xi and Putin signed two joint statements: one on coordination and another "
    "on the priorities for economic cooperation leading up to 2030.",
)
OPPOSED = passage(
    9,
    "China and Russia, they stressed, are both opposed to installing the Thaad in South Korea.",
    article="ians",
    published=date(2017, 7, 4),
    source="IANS",
)
ALL = [BORDER, FASTER, TERM, SIGNED]


def check(sentence, passages=ALL, question=""):
    return Support().check(sentence, passages, question)


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("Xi and Putin signed two joint statements.", 9),
        ("They signed 2 joint statements on coordination and economic cooperation.", 9),
        ("Putin congratulated Xi on becoming the President of China for a second term.", 6),
        ("Xi Jinping mentioned that changes are happening faster.", 4),
        ("In March 2023, Xi noted that China and Russia share a long border.", 3),
        ("TDI reported on 22 March 2023 that the two signed joint statements.", 9),
        ("The priorities for economic cooperation lead up to 2030.", 9),
    ],
)
def test_a_stated_sentence_holds_and_cites_the_paragraph_that_states_it(sentence, number):
    evidence = check(sentence)
    assert evidence[0].holds, evidence[0].problems
    assert evidence[0].passage.paragraph.number == number


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("Xi and Putin signed three joint statements.", "'three' is not stated"),
        ("The priorities for economic cooperation lead up to 2035.", "'2035' is not stated"),
        ("The priorities for economic cooperation lead up to 203.", "'203' is not stated"),
        ("In 2017, Xi and Putin signed two joint statements.", "'2017' is not stated"),
        ("Putin congratulated Xi on becoming the President of China for a third term.", "'third' is not stated"),
        ("Xi and Putin did not sign two joint statements.", "one denies what the other states"),
        ("Trump and Putin signed two joint statements.", "'Trump' is not named"),
        ("Xi and Putin signed two joint statements in Berlin.", "'Berlin' is not named"),
    ],
)
def test_a_wrong_number_name_speaker_year_or_negation_never_holds(sentence, problem):
    evidence = check(sentence)
    assert not evidence[0].holds
    assert problem in evidence[0].problems


@pytest.mark.parametrize(
    ("sentence", "own", "speaker"),
    [
        ("Putin mentioned that changes are happening faster.", FASTER, "Xi"),
        ("Putin noted that China and Russia share a long border.", BORDER, "Xi"),
        ("Xi congratulated Putin on becoming the President of China for a second term.", TERM, "Putin"),
    ],
)
def test_swapped_speakers_never_hold(sentence, own, speaker):
    assert not check(sentence)[0].holds
    assert f"it is {speaker} who says so" in check(sentence, [own])[0].problems


def test_a_denial_is_no_support_for_its_opposite():
    evidence = check("China and Russia support installing the Thaad in South Korea.", [OPPOSED])
    assert not evidence[0].holds


def test_invented_words_lower_the_support():
    assert not check("Xi and Putin signed a gas pipeline contract worth billions.")[0].holds


def test_a_denial_elsewhere_in_the_quote_does_not_count():
    both = passage(1, "The ministers met in Oslo, but no journalist was admitted to the hall.")
    assert check("The ministers met in Oslo.", [both])[0].holds


def test_a_sentence_that_joins_two_paragraphs_cites_both():
    first = passage(1, "The minister opened the new bridge over the river.")
    second = passage(2, "Engineers spent seven years on its steel arches.")
    evidence = check(
        "The minister opened the new bridge; engineers spent seven years on its steel arches.", [first, second]
    )
    assert [part.passage.paragraph.number for part in evidence] == [1, 2]
    assert all(part.holds for part in evidence)


def test_paragraphs_of_two_articles_are_never_joined():
    first = passage(1, "The minister opened the new bridge over the river.")
    second = passage(2, "Engineers spent seven years on its steel arches.", article="other")
    evidence = check(
        "The minister opened the new bridge; engineers spent seven years on its steel arches.", [first, second]
    )
    assert len(evidence) == 1
    assert not evidence[0].holds


@pytest.mark.parametrize("sentence", ["Xi and Putin signed two joint statements.", "Changes are happening faster."])
def test_the_quote_is_the_paragraphs_own_characters(sentence):
    part = check(sentence)[0]
    assert part.passage.paragraph.text[part.quote.start : part.quote.end] == part.quote.text


def test_a_dateline_is_never_quoted():
    text = "Moscow, July 4: Xi arrived in Moscow. He met Putin."
    dated = passage(1, text, dateline=len("Moscow, July 4: "))
    assert [text[a:b] for a, b in quotable(dated)] == ["Xi arrived in Moscow.", "He met Putin."]


def test_the_question_decides_between_equal_paragraphs():
    first = passage(1, "Thaad was discussed.")
    second = passage(2, "Syria was discussed.")
    evidence = check("It was discussed.", [first, second], "When was Syria discussed?")
    assert evidence[0].passage.paragraph.number == 2


def test_two_paragraphs_whose_words_add_up_do_not_state_a_sentence():
    first = passage(1, "Trump, Putin and Xi will attend the summit in Germany.")
    second = passage(2, "China and Russia, they stressed, are both opposed to installing the system.")
    assert not check("The summit in Germany opposed installing the system they attend.", [first, second])[0].holds


def test_no_passage_no_evidence():
    assert check("Xi met Putin.", []) == ()


def test_the_closest_sentence_is_quoted_for_a_question():
    quoted = Quoter(lambda _question, texts: [0.0] * len(texts)).best(
        "are China and Russia for Thaad in South Korea?", [OPPOSED, SIGNED]
    )
    assert quoted is not None
    assert quoted.passage is OPPOSED


def test_a_word_from_nowhere_makes_another_story_of_the_same_names():
    talks = passage(
        1, "Xi and Putin agreed to boost ties and strengthen coordination on the peninsula and other issues."
    )
    assert check("Putin and Xi agreed to boost ties and strengthen coordination on other issues.", [talks])[0].holds
    invented = "Putin congratulated Xi on boosting ties and strengthening coordination on the peninsula."
    assert not check(invented, [talks])[0].holds


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("The talks with 3 leaders lasted.", True),
        ("The talks with leaders lasted for 3 hours.", False),
        ("The talks lasted; 3 leaders came.", True),
        ("The three leaders held talks that lasted until 2030.", True),
    ],
)
def test_a_number_counts_the_same_thing(sentence, holds):
    talks = passage(1, "The three leaders came, and the talks lasted for hours with plans until 2030 held.")
    assert check(sentence, [talks])[0].holds is holds


# What stands over a report: its day, its outlet, its place.

OPENED = "The city council of Lund opened a new library in the old harbour."


def opened(*, source="TDI", published=VISIT, via=None):
    return Passage(Paragraph("lund#p1", 1, OPENED), "lund", "A library for Lund", source, published, via)


@pytest.mark.parametrize(
    ("sentence", "source", "problem"),
    [
        ("Xi and Putin signed 22 joint statements.", None, "'22' is not stated"),
        ("The city council of Lund opened 22 new libraries.", "TDI", "'22' is not stated"),
        ("The city council of Lund opened 3 new libraries.", "TDI", "'3' is not stated"),
        ("The city council of Lund opened 7 new libraries.", "Channel 7", "'7' is not stated"),
        ("The city council of Lund opened seven new libraries.", "Channel 7", "'seven' is not stated"),
        ("The new library of Norway opened in the old harbour.", "Norway Post", "'Norway' is not named"),
    ],
)
def test_a_part_of_the_outlets_name_and_of_the_day_states_nothing_else(sentence, source, problem):
    own = [opened(source=source)] if source else ALL
    (evidence,) = check(sentence, own)
    assert not evidence.holds
    assert problem in evidence.problems


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("On 22 March 2023 the city council of Lund opened a new library.", "TDI"),
        ("On March 22 the city council of Lund opened a new library.", "TDI"),
        ("On Mar. 22, 2023, the city council of Lund opened a new library.", "TDI"),
        ("On the 22nd of March, the city council of Lund opened a new library.", "TDI"),
        ("In 2023 the city council of Lund opened a new library.", "TDI"),
        ("According to the Norway Post, the city council of Lund opened a new library.", "Norway Post"),
    ],
)
def test_the_whole_outlet_and_the_day_may_be_said(sentence, source):
    (evidence,) = check(sentence, [opened(source=source)])
    assert evidence.holds, evidence.problems


def test_a_part_of_the_outlets_name_that_opens_the_sentence_is_not_stated_either():
    (evidence,) = check("Norway opened a new library in the old harbour.", [opened(source="Norway Post")])
    assert not evidence.holds


def test_the_agency_cited_may_be_said():
    sentence = "According to the Norway Post, the city council of Lund opened a new library."
    assert check(sentence, [opened(via="Norway Post")])[0].holds
    assert not check(sentence, [opened()])[0].holds


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("On 21 March 2023 the city council of Lund opened a new library.", "'21' is not stated"),
        ("On 22 April 2023 the city council of Lund opened a new library.", "'April' is not named"),
        ("In 2022 the city council of Lund opened a new library.", "'2022' is not stated"),
        ("The Daily Coast reported that the city council of Lund opened a new library.", "'Coast' is not named"),
    ],
)
def test_another_outlet_and_another_day_may_not(sentence, problem):
    (evidence,) = check(sentence, [opened()])
    assert not evidence.holds
    assert problem in evidence.problems


def test_a_report_without_a_day_states_none():
    assert not check("In 2023 the city council of Lund opened a new library.", [opened(published=None)])[0].holds


# Denials.


def denial(sentence, text):
    (evidence,) = check(sentence, [passage(1, text)])
    return evidence


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("The city council of Lund did not open a new library.", f"{OPENED[:-1]}, and none complained."),
        ("The city council of Lund did not open a new library.", f"{OPENED[:-1]}, but nobody came to it."),
        ("The city council of Lund never opened a new library.", f"Without a speech, {OPENED[0].lower()}{OPENED[1:]}"),
        ("The ferry did not carry ninety cars to Holm.", "The ferry carried ninety cars to Holm; no car was lost."),
        ("The ferry carried ninety cars to Holm.", "The ferry did not carry ninety cars to Holm, but it sailed."),
        ("The mayor supports a bridge to Holm.", "The mayor opposes a bridge to Holm."),
    ],
)
def test_a_denial_elsewhere_in_the_quote_allows_no_false_one(sentence, text):
    evidence = denial(sentence, text)
    assert not evidence.holds
    assert "one denies what the other states" in evidence.problems


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("The ferry did not carry ninety cars to Holm.", "The ferry did not carry ninety cars to Holm."),
        ("The ferry never carried cars to Holm.", "The ferry sailed every day, but it never carried cars to Holm."),
        ("No car was lost.", "The ferry carried ninety cars to Holm; no car was lost."),
        ("Nobody in Holm was hurt.", "The ferry sank off the coast, and nobody in Holm was hurt."),
        ("The ferry carried ninety cars to Holm.", "The ferry carried ninety cars to Holm; nobody was hurt."),
        ("The mayor refused to open the bridge.", "The mayor, who came late, refused to open the bridge."),
    ],
)
def test_a_true_denial_holds(sentence, text):
    evidence = denial(sentence, text)
    assert evidence.holds, evidence.problems

"""Which articles are written from and which claims are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from answer_samples import NEW, OLD, context

from assistant.answering.selection import Candidate, select, worth_writing
from assistant.query.query import Query
from assistant.schema.answers import Quote
from assistant.schema.trace import ApartOutcome
from assistant.verification.evidence import Evidence
from assistant.verification.verifier import Claim, Judgements

ANY, NEWEST = Query("Who?"), Query("Who?", newest=True)
DAYS = {"old": OLD, "new": NEW, "undated": None}


def candidate(article: str, answered: float = 0.9) -> Candidate:
    return Candidate(context("They met.", article=article, published=DAYS[article]), answered)


def claim(article: str, confidence: float, *problems: str) -> Claim:
    own = context("They met.", article=article, published=DAYS[article])
    return Claim("They met.", own, (), Judgements(0.9, 0.9, 0.9), confidence, problems)


def order(query: Query, *candidates: Candidate, threshold: float = 0.2) -> list[str]:
    return [kept.context.passages[0].article_id for kept in worth_writing(query, candidates, threshold)]


def outcomes(query: Query, *claims: Claim, threshold: float = 0.5) -> list[ApartOutcome]:
    return select(query, claims, threshold)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ANY, ["old", "new", "undated"]),
        (NEWEST, ["new", "old", "undated"]),
    ],
)
def test_articles_come_by_date_and_newest_first_where_the_present_is_asked(query: Query, expected: list[str]) -> None:
    assert order(query, candidate("undated"), candidate("new"), candidate("old")) == expected
    assert order(query, candidate("old"), candidate("new"), candidate("undated")) == expected


@pytest.mark.parametrize(("answered", "kept"), [(0.2, ["old"]), (0.1999, []), (0.0, [])])
def test_an_article_that_hardly_answers_is_not_written_from(answered: float, kept: list[str]) -> None:
    assert order(ANY, candidate("old", answered)) == kept


@pytest.mark.parametrize(("answered", "kept"), [(0.7, ["old", "new"]), (0.3, ["new"])])
def test_nor_is_one_that_is_far_behind_the_best(answered: float, kept: list[str]) -> None:
    assert order(ANY, candidate("old", answered), candidate("new", 0.96)) == kept


@pytest.mark.parametrize(("answered", "kept"), [(0.5, ["old", "new"]), (0.4999, ["new"])])
def test_one_that_answers_as_likely_as_not_is_written_from_however_sure_the_best(
    answered: float, kept: list[str]
) -> None:
    assert order(ANY, candidate("old", answered), candidate("new", 0.9999)) == kept


def test_of_nothing_nothing_is_chosen() -> None:
    assert order(ANY) == []
    assert outcomes(ANY) == []


@pytest.mark.parametrize(("confidence", "outcome"), [(0.5, ApartOutcome.SHOWN), (0.4999, ApartOutcome.UNLIKELY)])
def test_a_claim_is_shown_from_the_threshold_on(confidence: float, outcome: ApartOutcome) -> None:
    assert outcomes(ANY, claim("new", confidence)) == [outcome]


def test_a_claim_with_a_problem_is_never_shown_and_sets_nothing_aside() -> None:
    bad = claim("new", 1.0, "“7” is not in what is quoted")
    assert outcomes(NEWEST, bad, claim("old", 0.6)) == [ApartOutcome.NOT_STATED, ApartOutcome.SHOWN]
    assert outcomes(ANY, bad, threshold=0.0) == [ApartOutcome.NOT_STATED]


def test_claims_about_as_likely_stand_side_by_side() -> None:
    assert outcomes(ANY, claim("old", 0.8), claim("new", 0.9)) == [ApartOutcome.SHOWN, ApartOutcome.SHOWN]


def test_one_that_is_far_less_likely_does_not_stand_beside_the_better() -> None:
    assert outcomes(ANY, claim("old", 0.55), claim("new", 0.99)) == [ApartOutcome.BETTER, ApartOutcome.SHOWN]


def test_an_older_report_however_sure_takes_nothing_from_the_newest() -> None:
    assert outcomes(NEWEST, claim("new", 0.5), claim("old", 0.99)) == [ApartOutcome.SHOWN, ApartOutcome.OLDER]


def test_where_the_present_is_asked_only_the_newest_that_answers_is_shown() -> None:
    found = outcomes(NEWEST, claim("new", 0.6), claim("old", 0.7), claim("undated", 0.7))
    assert found == [ApartOutcome.SHOWN, ApartOutcome.OLDER, ApartOutcome.OLDER]
    assert outcomes(NEWEST, claim("new", 0.3), claim("old", 0.7)) == [ApartOutcome.UNLIKELY, ApartOutcome.SHOWN]


def test_without_any_date_nothing_is_older() -> None:
    assert outcomes(NEWEST, claim("undated", 0.7)) == [ApartOutcome.SHOWN]


def test_the_same_day_is_not_older() -> None:
    another = replace(claim("new", 0.7), context=context("They met.", article="another", published=NEW))
    assert outcomes(NEWEST, another, claim("new", 0.8)) == [ApartOutcome.SHOWN, ApartOutcome.SHOWN]


def test_of_the_drafts_of_one_article_the_likeliest_is_shown() -> None:
    drafts = [claim("new", 0.7), claim("new", 0.8), claim("new", 0.4), claim("old", 0.6)]
    found = [ApartOutcome.LIKELIER, ApartOutcome.SHOWN, ApartOutcome.UNLIKELY, ApartOutcome.SHOWN]
    assert outcomes(ANY, *drafts) == found
    assert outcomes(ANY, *reversed(drafts)) == found[::-1]


def test_a_quotation_needs_more() -> None:
    quoted = replace(claim("new", 0.6), quoted=True)
    assert outcomes(ANY, quoted) == [ApartOutcome.UNLIKELY]
    assert outcomes(ANY, replace(quoted, confidence=0.8)) == [ApartOutcome.SHOWN]


@pytest.mark.parametrize(
    ("question", "quoted", "outcome"),
    [
        ("Where did they sign in 2016?", "They sign in the library.", ApartOutcome.OTHER_TIME),
        ("Where did they sign in October 2016?", "They sign in the library.", ApartOutcome.OTHER_TIME),
        ("Where did they sign in 2016?", "They sign in the library, and in 2016 in the station.", ApartOutcome.SHOWN),
        ("Where did they sign in 2016 and in 2022?", "They sign in the library.", ApartOutcome.SHOWN),
        ("Where did they sign in 2021?", "They signed in the library last year.", ApartOutcome.SHOWN),
        ("Where did they sign in 2016?", "In ２０１６ they signed in the station.", ApartOutcome.SHOWN),
        ("Where are the papers of 2016 kept now?", "They are kept in the library.", ApartOutcome.SHOWN),
        ("Where have they signed since 2016?", "They sign in the library.", ApartOutcome.SHOWN),
        ("Where did they sign?", "They sign in the library.", ApartOutcome.SHOWN),
    ],
)
def test_what_is_quoted_from_another_year_names_the_year_that_is_asked_for(
    question: str, quoted: str, outcome: ApartOutcome
) -> None:
    then = replace(
        claim("old", 0.9), context=context("They signed there.", article="then", published=date(2016, 10, 13))
    )
    later = context(quoted, article="later", published=date(2022, 10, 19))
    (passage,) = later.passages
    evidence = (Evidence(passage, Quote(quoted, 0, len(quoted))),)
    told = Claim("They signed in the library.", later, evidence, Judgements(0.9, 0.9, 0.9), 0.9)
    query = Query.of(question)
    assert select(query, [then, told], 0.5) == [ApartOutcome.SHOWN, outcome]
    # Where no report of that time answers, this one may tell of it.
    assert select(query, [told], 0.5) == [ApartOutcome.SHOWN]
    unlikely = replace(then, confidence=0.4)
    assert select(query, [unlikely, told], 0.5) == [ApartOutcome.UNLIKELY, ApartOutcome.SHOWN]
    # A report without a day may be of any.
    undated = replace(told, context=context(quoted, article="later", published=None))
    assert select(query, [then, undated], 0.5) == [ApartOutcome.SHOWN, ApartOutcome.SHOWN]


@pytest.mark.parametrize(
    ("surer", "outcome"), [(0.9, ApartOutcome.OTHER_NAME), (0.6, ApartOutcome.SHOWN), (0.4, ApartOutcome.SHOWN)]
)
def test_beside_the_likeliest_nothing_is_shown_of_a_report_without_the_name_that_is_asked_for(
    surer: float, outcome: ApartOutcome
) -> None:
    query = Query.of("Which agency told of the Skerry hall?")
    named = replace(claim("old", surer), context=context("They met in the Skerry hall, Norpress said.", article="old"))
    told = replace(claim("new", 0.8), context=context("The agency told of it.", article="new"))
    first = ApartOutcome.SHOWN if surer >= 0.5 else ApartOutcome.UNLIKELY
    assert select(query, [named, told], 0.5) == [first, outcome]


def test_an_older_report_with_the_name_takes_nothing_from_the_newest() -> None:
    query = Query("Who leads the Skerry hall now?", newest=True)
    named = replace(claim("old", 0.9), context=context("Berg leads the Skerry hall.", article="old", published=OLD))
    told = replace(claim("new", 0.6), context=context("Dahl leads it.", article="new", published=NEW))
    assert select(query, [named, told], 0.5) == [ApartOutcome.OLDER, ApartOutcome.SHOWN]


@pytest.mark.parametrize(
    ("question", "cited_before", "sure", "shown"),
    [
        ("When did they sign?", {"old"}, 0.75, ["old"]),
        ("When did they sign?", {"new"}, 0.75, ["new"]),
        ("When did they sign?", {"old", "new"}, 0.75, ["old", "new"]),
        ("When did they sign?", {"elsewhere"}, 0.75, ["old", "new"]),
        ("When did they sign?", set(), 0.75, ["old", "new"]),
        # It names a time or asks for the present, or the report that was cited gives no likely answer.
        ("When did they sign in 2017 and in 2023?", {"old"}, 0.75, ["old", "new"]),
        ("When do they sign now?", {"old"}, 0.75, ["new"]),
        ("When did they sign?", {"old"}, 0.65, ["old", "new"]),
        ("When did they sign?", {"old"}, 0.4, ["new"]),
    ],
)
def test_a_follow_up_is_answered_by_the_report_that_was_cited_before(
    question: str, cited_before: set[str], sure: float, shown: list[str]
) -> None:
    query = Query.of(question, follow_up=True, cited_before=frozenset(cited_before))
    found = zip(("old", "new"), outcomes(query, claim("old", sure), claim("new", 0.9)), strict=True)
    assert [name for name, what in found if what is ApartOutcome.SHOWN] == shown


def test_a_follow_up_that_names_what_another_report_alone_has_is_answered_by_that_one() -> None:
    query = Query.of("Which agency told of the Skerry hall?", cited_before=frozenset({"new"}))
    named = replace(claim("old", 0.9), context=context("They met in the Skerry hall, Norpress said.", article="old"))
    told = replace(claim("new", 0.8), context=context("The agency told of it.", article="new"))
    assert select(query, [named, told], 0.5) == [ApartOutcome.SHOWN, ApartOutcome.OTHER_NAME]


def test_of_two_times_each_report_may_lack_the_others_names() -> None:
    query = Query.of("What did they sign in the Skerry hall in 2017 and in 2023?")
    named = replace(claim("old", 0.9), context=context("They signed in the Skerry hall.", article="old", published=OLD))
    told = replace(claim("new", 0.8), context=context("They signed in a room.", article="new", published=NEW))
    assert select(query, [named, told], 0.5) == [ApartOutcome.SHOWN, ApartOutcome.SHOWN]

"""What may be shown: exact checks first, then the judge, then the measured confidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_samples import NEW, ScriptedModel, alike, context, passage, prompts_in

from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import Quote
from assistant.verification.evidence import Evidence, EvidenceFinder
from assistant.verification.judge import Judge
from assistant.verification.verifier import Judgements, Verifier, problems_of

QUESTION = "What did Xi and Putin sign?"
SIGNED = "Following their talks, Xi and Putin signed two joint statements on 4 points."
ARTICLE = context("Xi came to Moscow with 300 guests.", SIGNED)


def verifier(folder: Path, model: ScriptedModel) -> Verifier:
    return Verifier(Judge(model, prompts_in(folder)), EvidenceFinder(alike), lambda judged: judged.right / 2)


def test_a_claim_has_its_quote_its_judgements_and_its_confidence(tmp_path: Path) -> None:
    model = ScriptedModel(stated=0.8, right=0.6)
    claim = verifier(tmp_path, model).verify(QUESTION, "They signed two joint statements.", ARTICLE, answered=0.9)
    assert [part.quote.text for part in claim.evidence] == [SIGNED]
    assert claim.judgements == Judgements(0.9, 0.8, 0.6)
    assert (claim.confidence, claim.problems, claim.quoted) == (0.3, (), False)
    assert (claim.text, claim.context) == ("They signed two joint statements.", ARTICLE)
    assert [(kind, text) for kind, _, text in model.asked] == [
        ("STATED", "They signed two joint statements."),
        ("RIGHT", f"{QUESTION} = They signed two joint statements."),
    ]


def test_what_its_writer_said_of_a_draft_is_not_asked_again(tmp_path: Path) -> None:
    model = ScriptedModel(stated=0.8, right=0.6)
    claim = verifier(tmp_path, model).verify(
        QUESTION, "They signed two joint statements.", ARTICLE, answered=0.9, right=0.5
    )
    assert claim.judgements == Judgements(0.9, 0.8, 0.5)
    assert claim.confidence == 0.25
    assert [kind for kind, _, _ in model.asked] == ["STATED"]


@pytest.mark.parametrize(
    ("draft", "number"),
    [
        ("They signed 7 joint statements.", "7"),
        ("They signed two joint statements in 2019.", "2019"),
        ("They signed joint statements on 300 points.", "300"),
        ("They signed fifteen joint statements.", "fifteen"),
    ],
)
def test_a_number_that_is_not_quoted_is_a_problem_and_no_judge_is_asked(
    tmp_path: Path, draft: str, number: str
) -> None:
    model = ScriptedModel(stated=1.0, right=1.0)
    claim = verifier(tmp_path, model).verify(QUESTION, draft, ARTICLE, answered=0.9)
    assert claim.problems == (f"“{number}” is not in what is quoted",)
    assert claim.confidence == 0
    assert claim.judgements == Judgements(0.9, 0.0, 0.0)
    assert model.asked == []


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        (QUESTION, "They signed two joint statements on 22 March 2023."),
        ("What did they sign in 2019?", "They signed two joint statements in 2019."),
        (QUESTION, "They signed two joint statements on four points."),
    ],
)
def test_a_number_of_the_heading_or_of_the_question_is_none(tmp_path: Path, question: str, draft: str) -> None:
    claim = verifier(tmp_path, ScriptedModel()).verify(question, draft, ARTICLE, answered=0.9, figures_from=question)
    assert claim.problems == ()
    assert claim.confidence > 0


def test_where_nothing_can_be_quoted_nothing_is_claimed(tmp_path: Path) -> None:
    model = ScriptedModel()
    bare = ArticleContext((passage("", published=NEW, dateline="MOSCOW: "),), 0)
    claim = verifier(tmp_path, model).verify(QUESTION, "They signed.", bare, answered=0.9)
    assert claim.problems == ("nothing in the article can be quoted for it",)
    assert (claim.evidence, claim.confidence, model.asked) == ((), 0, [])
    assert verifier(tmp_path, model).quotation(QUESTION, "They signed.", bare, answered=0.9) is None


def test_a_quotation_is_the_articles_sentence_and_only_asked_whether_it_answers(tmp_path: Path) -> None:
    model = ScriptedModel(stated=0.0, right=0.8)
    claim = verifier(tmp_path, model).quotation(QUESTION, "They signed 7 statements.", ARTICLE, answered=0.9)
    assert claim is not None
    assert (claim.text, claim.quoted) == (SIGNED, True)
    assert claim.judgements == Judgements(0.9, 1.0, 0.8)
    assert claim.confidence == 0.4
    assert [part.quote.text for part in claim.evidence] == [SIGNED]
    assert [(kind, text) for kind, _, text in model.asked] == [("RIGHT", f"{QUESTION} = {SIGNED}")]


def test_a_quotation_is_one_place_even_where_two_are_near(tmp_path: Path) -> None:
    two = context("Xi came to Moscow.", "It rained all day.", "Putin came to Minsk.")
    claim = verifier(tmp_path, ScriptedModel()).quotation(
        "Did Xi go to Moscow and Putin to Minsk?", "", two, answered=0.9
    )
    assert claim is not None
    assert len(claim.evidence) == 1
    assert claim.text == claim.evidence[0].quote.text


@pytest.mark.parametrize(
    ("paragraph", "quoted"),
    [
        ("Xi came. He spoke of bread with Putin.", "Xi came. He spoke of bread with Putin."),
        ("It rained. Xi came. He ate. He spoke of bread with Putin.", "Xi came. He ate. He spoke of bread with Putin."),
        ("Xi came. He sat. He ate. He spoke of bread with Putin.", "He sat. He ate. He spoke of bread with Putin."),
        ("He spoke of bread with Putin. Xi left.", "He spoke of bread with Putin."),
        ("Xi came. Bread was spoken of with Putin.", "Bread was spoken of with Putin."),
        ("Xi came. Heavy bread was spoken of with Putin.", "Heavy bread was spoken of with Putin."),
    ],
)
def test_a_quotation_that_begins_with_a_pronoun_says_who_is_meant(tmp_path: Path, paragraph: str, quoted: str) -> None:
    model = ScriptedModel(right=0.8)
    article = context("She came to Minsk.", paragraph)
    claim = verifier(tmp_path, model).quotation("Who spoke of bread with Putin?", "", article, answered=0.9)
    assert claim is not None
    assert (claim.text, claim.evidence[0].quote.text) == (quoted, quoted)
    quote = claim.evidence[0].quote
    assert paragraph[quote.start : quote.end] == quoted
    assert [text for _, _, text in model.asked] == [f"Who spoke of bread with Putin? = {quoted}"]


def test_what_the_article_probably_does_not_state_is_asked_about_no_further(tmp_path: Path) -> None:
    model = ScriptedModel(stated=0.3, right=1.0)
    claim = verifier(tmp_path, model).verify(QUESTION, "They signed two joint statements.", ARTICLE, answered=0.9)
    assert claim.confidence == 0
    assert "0.30" in claim.problems[0]
    assert [kind for kind, _, _ in model.asked] == ["STATED"]


@pytest.mark.parametrize(
    ("question", "held"),
    [("What did they sign in 2023?", True), ("What did they sign in 2017, and what in 2023?", False)],
)
def test_a_question_of_two_times_does_not_say_of_which_a_report_tells(question: str, held: bool) -> None:
    figures_from = Query.of(question).figures_from
    report = passage("They signed a treaty.", published=None)
    evidence = [Evidence(report, Quote(report.paragraph.text, 0, len(report.paragraph.text)))]
    read = ArticleContext((report,), 0)
    found = problems_of("They signed a treaty in 2023.", evidence, read, question=question, figures_from=figures_from)
    assert (found == ()) is held


def test_a_name_that_the_article_does_not_have_is_not_shown_and_no_judge_is_asked(tmp_path: Path) -> None:
    model = ScriptedModel(stated=0.99, right=0.99)
    claim = verifier(tmp_path, model).verify(
        QUESTION, "Petr V. Putin signed two joint statements.", ARTICLE, answered=1
    )
    assert claim.problems == ("“Petr” is not in the article", "“V” is not in the article")
    assert (claim.confidence, model.asked) == (0.0, [])

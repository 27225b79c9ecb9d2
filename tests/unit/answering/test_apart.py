"""A question's whole way, with a scripted model and found passages; every other part is the real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from answer_samples import NEW, OLD, ScriptedModel, alike, passage, prompts_in

from assistant.answering.apart import Components, ReadApart, Thresholds
from assistant.answering.pipeline import Pipeline
from assistant.answering.reading import NO_SUPPORT, NOTHING_FOUND
from assistant.errors import ModelError
from assistant.generation.generator import DraftGenerator
from assistant.query.division import Division
from assistant.query.query import Query
from assistant.query.rewrite import QuestionRewriter
from assistant.retrieval.context import ArticleContext, group
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.schema.answers import NOT_STATED, Answer, Question, Turn
from assistant.schema.articles import ArticleFilter, Passage
from assistant.schema.events import Done, Event, Retrieved, SentenceReady, Step, Token
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.judge import Judge
from assistant.verification.verifier import Judgements, Verifier

SIGNED = passage("Following their talks, Xi and Putin signed two joint statements.", 9)
TALKS = passage("Xi Jinping visited Moscow and held talks with Putin.", 1)
OLD_TALKS = passage("Xi Jinping visited Moscow for a state visit.", 1, "old", OLD, "IANS")
DRAFT = "Xi and Putin signed two joint statements."
QUESTION = "What did Xi and Putin sign?"
WHEN = "When did Xi visit Moscow?"
VISITS = {"Title new": "Xi visited Moscow on March 22, 2023.", "Title old": "Xi visited Moscow on July 4, 2017."}


class FakeRetriever:
    """Finds the same passages for every query; `whole`: the library is a small one.

    `undated_articles` are left out where days are given.
    """

    def __init__(self, *passages: Passage, whole: bool = True, undated_articles: int = 0) -> None:
        self.passages = passages
        self.whole = whole
        self.undated_articles = undated_articles
        self.asked: list[Query] = []

    def retrieve(self, query: Query) -> tuple[Passage, ...]:
        self.asked.append(query)
        return self.passages

    def undated(self, chosen: ArticleFilter) -> int:
        return self.undated_articles if chosen.last else 0

    def reads_whole(self) -> bool:
        return self.whole

    def contexts(self, passages: Sequence[Passage]) -> list[ArticleContext]:
        return [replace(context, whole=self.whole) for context in group(passages)]


class Divided:
    """Divides every question into these parts, and counts how often."""

    def __init__(self, parts: Sequence[str], *, partly: bool) -> None:
        self._division = Division(tuple(parts), partly)
        self.asked = 0

    def divided(self, question: str) -> Division:
        self.asked += 1
        return self._division


def weakest(judged: Judgements) -> float:
    """Confidence: no surer than any judgement."""
    return min(judged.answered, judged.stated, judged.right)


Run = Callable[..., list[Event]]
Ask = Callable[..., tuple[Answer, list[Event]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def events(
        text: str,
        retriever: FakeRetriever,
        model: Any,
        second: Any = None,
        parts: Sequence[str] = (),
        partly: bool = True,
        divider: Divided | None = None,
        **more: Any,
    ) -> list[Event]:
        """`second` writes after `model`, and judges nothing; `parts` are what the question is divided into."""
        prompts = prompts_in(tmp_path)
        judge = Judge(model, prompts)
        components = Components(
            retriever,  # type: ignore[arg-type]
            ExcerptSelector(alike, characters=1500, articles=3),
            judge,
            divider or Divided(parts, partly=partly),  # type: ignore[arg-type]
            [DraftGenerator(writer, prompts) for writer in (model, second) if writer],
            Verifier(judge, EvidenceFinder(alike), weakest),
        )
        reading = ReadApart(components, thresholds=Thresholds(answered=0.2, shown=0.5))
        rewriter = QuestionRewriter(model, prompts, exact=True)
        pipeline = Pipeline(rewriter, reading, model_name="scripted")
        return list(pipeline.stream(Question(text, **more)))

    return events


@pytest.fixture
def ask(run: Run) -> Ask:
    """The answer and the events; that they agree and keep the contract is checked here."""

    def answered(text: str, retriever: FakeRetriever, model: Any, **more: Any) -> tuple[Answer, list[Event]]:
        events = run(text, retriever, model, **more)
        assert [isinstance(event, Done) for event in events] == [False] * (len(events) - 1) + [True]
        answer = events[-1].answer  # type: ignore[union-attr]
        hold_the_contract(answer)
        ready = [event for event in events if isinstance(event, SentenceReady)]
        assert tuple(event.sentence for event in ready) == answer.sentences
        by_number = {citation.number: citation for citation in answer.citations}
        for event in ready:
            assert [by_number[number] for number in event.sentence.citations] == list(event.citations)
        return answer, events

    return answered


def hold_the_contract(answer: Answer) -> None:
    used = [number for sentence in answer.sentences for number in sentence.citations]
    assert list(dict.fromkeys(used)) == [citation.number for citation in answer.citations]
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert 0 <= answer.confidence <= 1
    for citation in answer.citations:
        assert citation.text[citation.start : citation.end] == citation.quote != ""
    if answer.refused:
        assert (answer.citations, answer.sentences) == ((), ())
        assert answer.refusal_reason
    else:
        assert all(sentence.citations for sentence in answer.sentences)
        assert (answer.closest, answer.refusal_reason) == ((), None)
    steps = answer.steps.to_dict()
    assert json.loads(json.dumps(steps, allow_nan=False)) == steps
    assert [sentence.outcome for sentence in answer.steps.sentences].count("shown") == len(answer.sentences)


def outcomes(answer: Answer) -> list[tuple[str, str]]:
    return [(sentence.draft, sentence.outcome) for sentence in answer.steps.sentences]


def kinds(events: list[Event]) -> list[object]:
    return [event.name if isinstance(event, Step) else type(event) for event in events]


def test_a_question_as_of_a_day_is_told_so_from_the_start(ask: Ask) -> None:
    model = ScriptedModel({"": "They signed."})
    answer, events = ask("What did they sign as of 1 April 2023?", FakeRetriever(SIGNED, TALKS), model)
    assert answer.as_of == date(2023, 4, 1)
    assert answer.answer.startswith("As of 1 April 2023: They signed")
    assert [event.as_of for event in events if isinstance(event, Retrieved)] == [date(2023, 4, 1)]


def test_a_stated_sentence_is_shown_with_its_citation_and_every_step_is_told(ask: Ask) -> None:
    model = ScriptedModel({"": "They signed."}, answered=0.9, stated=0.8, right=0.7)
    answer, events = ask(QUESTION, FakeRetriever(SIGNED, TALKS), model)
    assert answer.answer == "They signed [1]."
    assert answer.citations[0].paragraph_id == "new#p9"
    assert answer.citations[0].quote == SIGNED.paragraph.text
    assert (answer.sentences[0].support, answer.confidence) == (0.8, 0.7)
    assert kinds(events) == [
        "searching", Retrieved, "judging", "writing", Token, Token, "checking", SentenceReady, Done,
    ]  # fmt: skip
    assert events[1] == Retrieved((SIGNED, TALKS))
    assert model.kinds() == ["ANSWERED", "WRITE", "STATED", "RIGHT"]


def test_with_a_conversation_the_rewriting_comes_first_and_is_what_is_asked(ask: Ask) -> None:
    retriever, model = FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}, rewritten="What did Xi sign?")
    answer, events = ask("And he?", retriever, model, history=(Turn("user", "Whom did Xi meet?"),))
    assert kinds(events)[:2] == ["rewriting", "searching"]
    assert (answer.question, answer.standalone_question) == ("And he?", "What did Xi sign?")
    assert [query.text for query in retriever.asked] == ["What did Xi sign?"]
    assert {text.partition(" =")[0] for kind, _, text in model.asked if kind in ("ANSWERED", "WRITE", "RIGHT")} == {
        "What did Xi sign?"
    }


@pytest.mark.parametrize(
    ("rewritten", "cited_before"),
    [("What did Xi sign?", {"old"}), ("and he?", set()), ("What did Xi sign in 2023?", {"old"})],
)
def test_what_leans_on_an_answer_is_told_which_articles_it_cited_before(
    ask: Ask, rewritten: str, cited_before: set[str]
) -> None:
    retriever, model = FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}, rewritten=rewritten)
    history = (
        Turn("user", "Whom did Putin meet?"),
        Turn("assistant", "Merkel.", ("berlin",)),
        Turn("user", "Whom did Xi meet?"),
        Turn("assistant", "Putin.", ("old",)),
        Turn("user", "Why?"),
        Turn("assistant", "The articles do not say."),
    )
    ask("And he?", retriever, model, history=history)
    assert [query.cited_before for query in retriever.asked] == [cited_before]


def test_the_limits_of_the_question_reach_the_search(ask: Ask) -> None:
    retriever = FakeRetriever(SIGNED)
    ask(QUESTION, retriever, ScriptedModel(), articles=ArticleFilter(since=OLD, until=NEW, ids=("new",)))
    (query,) = retriever.asked
    assert query.articles == ArticleFilter(since=OLD, until=NEW, ids=("new",))


def test_where_no_article_is_likely_to_answer_nothing_is_written_or_cited(ask: Ask) -> None:
    model = ScriptedModel({"": DRAFT}, answered=0.05)
    answer, events = ask(QUESTION, FakeRetriever(SIGNED, TALKS), model)
    assert answer.refused
    assert (answer.refusal_reason, answer.answer) == (NOT_STATED, NOT_STATED)
    assert answer.closest == (SIGNED, TALKS)
    assert answer.confidence == 0.05
    assert model.kinds() == ["ANSWERED"]
    assert not any(isinstance(event, Token | SentenceReady) for event in events)


@pytest.mark.parametrize("draft", [DRAFT, ""])
def test_a_model_that_gives_no_probabilities_has_no_confidence(run: Run, draft: str) -> None:
    model = ScriptedModel({"": draft}, answered=0.95 if draft else 0.05)
    model.has_probabilities = False
    done = run(QUESTION, FakeRetriever(SIGNED), model)[-1]
    assert isinstance(done, Done)
    assert (done.answer.refused, done.answer.confidence) == (not draft, None)


def test_at_most_three_paragraphs_are_named_as_closest(ask: Ask) -> None:
    many = [passage(f"They signed {number}.", number) for number in range(1, 9)]
    answer, _ = ask(QUESTION, FakeRetriever(*many), ScriptedModel(answered=0.0))
    assert answer.closest == tuple(many[:3])


@pytest.mark.parametrize(
    ("undated", "told"),
    [(1, "1 article has no date, and is not read"), (1200, "1,200 articles have no date, and are not read")],
)
def test_a_refusal_tells_of_articles_without_a_date_where_a_day_is_given(ask: Ask, undated: int, told: str) -> None:
    nothing = FakeRetriever(undated_articles=undated)
    answer, _ = ask("What did they sign as of 1 April 2023?", nothing, ScriptedModel())
    assert answer.refusal_reason == f"As of 1 April 2023: {NOTHING_FOUND} {told} where dates are given."
    others = FakeRetriever(SIGNED, undated_articles=undated)
    answer, _ = ask("What did they sign as of 1 April 2023?", others, ScriptedModel(answered=0.0))
    assert told in (answer.refusal_reason or "")
    answer, _ = ask(QUESTION, nothing, ScriptedModel())
    assert answer.refusal_reason == NOTHING_FOUND


def test_where_nothing_is_found_the_model_is_not_asked(ask: Ask) -> None:
    model = ScriptedModel()
    answer, _ = ask(QUESTION, FakeRetriever(), model)
    assert (answer.refusal_reason, answer.confidence, answer.closest) == (NOTHING_FOUND, 0, ())
    assert model.asked == []


@pytest.mark.parametrize(("chance", "refused"), [(0.5, False), (0.4999, True)])
@pytest.mark.parametrize("judgement", ["answered", "stated", "right"])
def test_every_judgement_may_withhold_a_draft(ask: Ask, judgement: str, chance: float, refused: bool) -> None:
    chances: dict[str, Any] = {"right": {"= Following": 0.1}}
    chances[judgement] = chances["right"] | {"": chance} if judgement == "right" else chance
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}, **chances))
    assert answer.refused is refused


# Where a draft does not hold.


@pytest.mark.parametrize(
    ("draft", "outcome"),
    [
        ("Xi and Putin signed 7 joint statements.", "not stated by what it cites"),
        ("Xi and Putin signed a peace treaty.", "not stated by what it cites"),
    ],
)
def test_the_articles_own_words_take_the_place_of_a_draft_that_does_not_hold(
    ask: Ask, draft: str, outcome: str
) -> None:
    model = ScriptedModel({"": draft}, stated={"treaty": 0.1})
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED, TALKS), model)
    assert answer.answer == f"“{SIGNED.paragraph.text}” [1]"
    (sentence,) = answer.sentences
    assert (sentence.quoted, sentence.support) == (True, 1.0)
    assert outcomes(answer) == [(draft, outcome), (SIGNED.paragraph.text, "shown")]


def test_they_take_the_place_of_a_draft_that_was_never_written_too(ask: Ask) -> None:
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": ""}))
    assert outcomes(answer) == [(SIGNED.paragraph.text, "shown")]


def test_a_draft_that_holds_is_not_quoted_over(ask: Ask) -> None:
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}))
    assert outcomes(answer) == [(DRAFT, "shown")]
    assert not answer.sentences[0].quoted


def test_another_writer_is_asked_only_where_the_first_ones_draft_does_not_hold(ask: Ask) -> None:
    wrong = "Xi and Putin signed 7 joint statements."
    for first, written in ((DRAFT, []), (wrong, ["WRITE"])):
        second = ScriptedModel({"": "They signed two joint statements."})
        answer, _ = ask(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": first}), second=second)
        assert second.kinds() == written
    assert answer.answer == "They signed two joint statements [1]."
    assert [outcome for _, outcome in outcomes(answer)] == ["not stated by what it cites", "shown"]


@pytest.mark.parametrize(
    ("right", "written", "shown"),
    [
        ({"They signed": 0.9, "": 0.69}, ["WRITE"], "They signed two joint statements."),
        ({"They signed": 0.6, "": 0.69}, ["WRITE"], DRAFT),
        ({"They signed": 0.9, "": 0.7}, [], DRAFT),
    ],
)
def test_another_writer_is_asked_where_the_first_is_not_sure_and_the_likelier_draft_is_shown(
    ask: Ask, right: Any, written: list[str], shown: str
) -> None:
    second = ScriptedModel({"": "They signed two joint statements."})
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}, right=right), second=second)
    assert second.kinds() == written
    assert [sentence.text for sentence in answer.sentences] == [shown]


def test_a_draft_that_is_written_again_is_not_checked_again(ask: Ask) -> None:
    model, second = (ScriptedModel({"": DRAFT}, right={"= Following": 0.9, "": 0.3}) for _ in range(2))
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), model, second=second)
    assert model.kinds() == ["ANSWERED", "WRITE", "STATED", "RIGHT", "RIGHT"]
    assert outcomes(answer) == [(DRAFT, "unlikely to answer the question"), (SIGNED.paragraph.text, "shown")]


def test_where_neither_holds_nothing_is_shown(ask: Ask) -> None:
    model = ScriptedModel({"": "They signed 7 statements."}, right=0.3)
    answer, events = ask(QUESTION, FakeRetriever(SIGNED), model)
    assert (answer.refusal_reason, answer.answer) == (NO_SUPPORT, NOT_STATED)
    assert (answer.confidence, answer.closest) == (0.3, (SIGNED,))
    assert [outcome for _, outcome in outcomes(answer)] == [
        "not stated by what it cites", "unlikely to answer the question",
    ]  # fmt: skip
    assert not any(isinstance(event, SentenceReady) for event in events)


# Several articles.


def test_two_reports_stand_side_by_side_with_their_bylines_the_older_first(ask: Ask) -> None:
    answer, _ = ask(WHEN, FakeRetriever(TALKS, OLD_TALKS), ScriptedModel(VISITS))
    assert answer.answer == (
        "IANS, 4 July 2017: Xi visited Moscow on July 4, 2017 [1]. "
        "TDI, 22 March 2023: Xi visited Moscow on March 22, 2023 [2]."
    )
    assert [citation.article_id for citation in answer.citations] == ["old", "new"]
    assert [sentence.text for sentence in answer.sentences] == [VISITS["Title old"], VISITS["Title new"]]


def test_one_report_alone_has_no_byline(ask: Ask) -> None:
    answer, _ = ask(WHEN, FakeRetriever(TALKS, OLD_TALKS), ScriptedModel(VISITS, answered={"Title old": 0.1}))
    assert answer.answer == "Xi visited Moscow on March 22, 2023 [1]."
    assert answer.sentences[0].byline is None


def test_where_the_present_is_asked_the_newest_answers_alone_with_its_byline(ask: Ask) -> None:
    model = ScriptedModel(VISITS, right={"2023": 0.7, "2017": 0.8})
    answer, _ = ask("Whom does Xi visit now?", FakeRetriever(OLD_TALKS, TALKS), model)
    assert answer.answer == "TDI, 22 March 2023: Xi visited Moscow on March 22, 2023 [1]."
    assert outcomes(answer) == [(VISITS["Title new"], "shown"), (VISITS["Title old"], "a newer report answers")]
    assert answer.confidence == 0.7


def test_an_article_without_outlet_and_date_has_no_byline(ask: Ask) -> None:
    bare = replace(TALKS, source=None, published=None)
    answer, _ = ask("Whom does Xi visit now?", FakeRetriever(bare), ScriptedModel({"": "Xi visited Moscow."}))
    assert answer.answer == "Xi visited Moscow [1]."
    assert answer.sentences[0].byline is None


def test_a_report_never_gets_the_other_reports_date(ask: Ask) -> None:
    model = ScriptedModel({"": VISITS["Title old"]}, right={"= Xi Jinping": 0.1})
    answer, _ = ask(WHEN, FakeRetriever(TALKS, OLD_TALKS), model)
    assert [citation.article_id for citation in answer.citations] == ["old"]


def test_a_report_that_answers_far_worse_is_not_set_beside_the_better(ask: Ask) -> None:
    model = ScriptedModel(VISITS, answered=0.99, stated=0.99, right={"2023": 0.99, "2017": 0.6})
    answer, _ = ask(WHEN, FakeRetriever(TALKS, OLD_TALKS), model)
    assert answer.answer == "Xi visited Moscow on March 22, 2023 [1]."
    assert ("Xi visited Moscow on July 4, 2017.", "another report answers better") in outcomes(answer)
    assert answer.confidence == 0.99


def test_if_the_likeliest_report_fails_the_next_one_answers(ask: Ask) -> None:
    model = ScriptedModel(VISITS, answered={"Title new": 0.95, "Title old": 0.8}, right={"2023": 0.1, "talks": 0.1})
    answer, _ = ask(WHEN, FakeRetriever(TALKS, OLD_TALKS), model)
    assert answer.answer == "Xi visited Moscow on July 4, 2017 [1]."


def test_three_articles_are_read_at_most(ask: Ask) -> None:
    many = [replace(TALKS, article_id=str(number), published=date(2000 + number, 1, 1)) for number in range(5)]
    model = ScriptedModel(answered=0.1)
    answer, _ = ask(WHEN, FakeRetriever(*many), model)
    assert model.kinds() == ["ANSWERED"] * 3
    assert [article.article_id for article in answer.steps.articles] == ["0", "1", "2"]


# How much of an article is read.

FILLER = "Filler sentence number {} says nothing of interest to anybody who wants to know."
LONG = passage(" ".join([DRAFT, *(FILLER.format(word) for word in "abc def ghi jkl mno pqr stu vwx".split())]))


def contexts(model: ScriptedModel, kind: str) -> list[str]:
    return [context for asked, context, _ in model.asked if asked == kind]


def test_of_a_small_library_the_whole_article_is_read_and_kept(ask: Ask) -> None:
    model = ScriptedModel({"": DRAFT})
    ask(QUESTION, FakeRetriever(LONG), model)
    (context,) = contexts(model, "ANSWERED")
    assert LONG.paragraph.text in context
    assert {call.keep_prefix for call in model.calls} == {True}


def test_of_a_large_one_what_is_nearest_is_read_first_and_that_may_be_enough(ask: Ask) -> None:
    model = ScriptedModel({"": DRAFT}, answered=0.6)
    answer, _ = ask(QUESTION, FakeRetriever(LONG, whole=False), model)
    (context,) = contexts(model, "ANSWERED")
    assert DRAFT in context
    assert FILLER.format("vwx") not in context
    assert contexts(model, "WRITE") == [context]
    assert {call.keep_prefix for call in model.calls} == {False}
    assert answer.citations[0].quote == DRAFT


def test_further_excerpts_are_read_only_where_the_first_hardly_answer(ask: Ask) -> None:
    model = ScriptedModel({"": DRAFT}, answered={"vwx": 0.8, "": 0.59})
    answer, _ = ask(QUESTION, FakeRetriever(LONG, whole=False), model)
    first, second = contexts(model, "ANSWERED")
    assert second.startswith(first)
    assert FILLER.format("vwx") in second
    assert contexts(model, "WRITE") == [second]
    assert answer.steps.articles[0].answered == 0.8


def test_where_there_is_no_more_to_read_an_article_is_judged_once(ask: Ask) -> None:
    model = ScriptedModel(answered=0.1)
    ask(QUESTION, FakeRetriever(SIGNED, whole=False), model)
    assert model.kinds() == ["ANSWERED"]


def test_what_was_read_is_what_is_told_as_found(ask: Ask) -> None:
    far = [passage(FILLER.format(name), 1, f"far{name}") for name in "abc"]
    _, events = ask(QUESTION, FakeRetriever(LONG, *far, whole=False), ScriptedModel({"": DRAFT}))
    (found,) = [event for event in events if isinstance(event, Retrieved)]
    assert found.passages == (LONG,)


# What goes wrong.


@pytest.mark.parametrize("failing", ["ANSWERED", "WRITE", "STATED", "RIGHT"])
def test_a_failing_model_is_an_error_and_no_refusal(run: Run, failing: str) -> None:
    class Broken(ScriptedModel):
        def _understand(self, *given: Any) -> tuple[str, str, str]:
            found = super()._understand(*given)
            if found[0] == failing:
                raise ModelError("model scripted: gone")
            return found

    with pytest.raises(ModelError):
        run(QUESTION, FakeRetriever(SIGNED), Broken({"": DRAFT}))


def test_the_json_contract(ask: Ask) -> None:
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}, stated=0.98765), id=7)
    record = answer.to_dict()
    assert list(record) == [
        "id", "question", "standalone_question", "answer", "refused", "refusal_reason", "as_of", "newest_source",
        "confidence", "sentences", "citations", "closest", "left_out", "model", "timings_ms",
    ]  # fmt: skip
    assert (record["id"], record["model"]) == (7, "scripted")
    assert record["sentences"] == [
        {"text": DRAFT, "citations": [1], "support": 0.9877, "quoted": False, "byline": None, "reckoned": False}
    ]
    assert record["citations"][0]["published"] == record["newest_source"] == "2023-03-22"
    assert {"retrieve", "first_token", "total"} <= set(record["timings_ms"])
    assert json.loads(json.dumps(record)) == record


# A question that asks several things.

BOOST, TERM = "What did Putin say in 2017?", "On what did he congratulate him in 2023?"
BOTH = "What did Putin say in 2017, and on what did he congratulate him in 2023?"
SAID = passage("Putin said that the visit would boost ties.", 4, "old", OLD, "IANS")
CONGRATULATED = passage("Putin congratulated Xi on a second term.", 6)


class Dated(FakeRetriever):
    """Finds the passages of the first year that the question names, all of them where it names none."""

    def retrieve(self, query: Query) -> tuple[Passage, ...]:
        self.asked.append(query)
        years = [period.since.year for period in query.periods][:1]
        return tuple(one for one in self.passages if not years or (one.published and one.published.year in years))


def test_each_part_is_answered_from_what_is_found_for_it(ask: Ask) -> None:
    model = ScriptedModel(
        {"visit": "Putin said it would boost ties.", "term": "Putin congratulated Xi on a second term."},
        right={BOOST: 0.8, TERM: 0.7},
    )
    answer, events = ask(BOTH, Dated(SAID, CONGRATULATED), model, parts=(BOOST, TERM))
    assert answer.answer == (
        "IANS, 4 July 2017: Putin said it would boost ties [1]. "
        "TDI, 22 March 2023: Putin congratulated Xi on a second term [2]."
    )
    assert (answer.confidence, answer.left_out) == (0.7, ())
    assert answer.steps.parts == (BOOST, TERM)
    found = [event.passages for event in events if isinstance(event, Retrieved)]
    # First what may answer it as a whole.
    assert found[1:] == [(SAID,), (CONGRATULATED,)]


def test_a_part_that_is_not_answered_is_named(ask: Ask) -> None:
    model = ScriptedModel({"visit": "Putin said it would boost ties."}, answered={"visit": 0.9, "term": 0.0})
    answer, _ = ask(BOTH, Dated(SAID, CONGRATULATED), model, parts=(BOOST, TERM))
    assert len(answer.sentences) == 1
    assert [(one.text, one.reason) for one in answer.left_out] == [(TERM, "the articles do not say it")]


def test_not_where_the_division_is_unsure(ask: Ask) -> None:
    model = ScriptedModel({"visit": "Putin said it would boost ties."}, answered={"visit": 0.9, "term": 0.0})
    model.chances["RIGHT"] = {BOTH: 0.1, "": 0.9}
    answer, _ = ask(BOTH, Dated(SAID, CONGRATULATED), model, parts=(BOOST, TERM), partly=False)
    assert (answer.refused, answer.left_out) == (True, ())


def test_where_no_part_is_answered_the_question_is_put_as_it_was(ask: Ask) -> None:
    model = ScriptedModel({"": DRAFT}, right={QUESTION: 0.9, "": 0.1})
    answer, _ = ask(QUESTION, FakeRetriever(SIGNED), model, parts=("What did Xi sign?", "What did Putin sign?"))
    assert (answer.answer, answer.left_out) == (f"{DRAFT[:-1]} [1].", ())


def test_a_refusal_does_not_wait_for_a_division(ask: Ask) -> None:
    divider = Divided((BOOST, TERM), partly=True)
    answer, _ = ask(BOTH, Dated(SAID, CONGRATULATED), ScriptedModel(answered=0.0), divider=divider)
    assert (answer.refused, answer.left_out, divider.asked) == (True, (), 0)


def test_where_only_the_parts_are_not_answered_it_is_a_refusal(ask: Ask) -> None:
    model = ScriptedModel({"": DRAFT}, right=0.0)
    answer, _ = ask(BOTH, Dated(SAID, CONGRATULATED), model, parts=(BOOST, TERM))
    assert (answer.refused, answer.left_out) == (True, ())


def test_what_answers_two_parts_is_shown_once(run: Run) -> None:
    parts = ("What did Xi sign?", "What did Putin sign?")
    done = run(QUESTION, FakeRetriever(SIGNED), ScriptedModel({"": DRAFT}), parts=parts)[-1]
    assert isinstance(done, Done)
    assert (done.answer.answer, done.answer.left_out) == (f"{DRAFT[:-1]} [1].", ())

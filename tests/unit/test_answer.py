"""The pipeline with fakes in place of model, index and gate."""

import json
import math
from dataclasses import replace
from datetime import date

import pytest

from assistant.answer import NO_SUPPORT, NOT_STATED, NOTHING_FOUND, Pipeline, Steps
from assistant.errors import ModelError, QuestionError
from assistant.excerpts import Excerpter
from assistant.gate import SentenceSignals, Verdict, coverage, report_signals
from assistant.quoting import Quoter
from assistant.reports import group
from assistant.schema import Done, Paragraph, Passage, Question, Retrieved, SentenceReady, Step, Token, Turn
from assistant.support import Support
from assistant.trail import BETTER, NOT_SUPPORTED, REPEATED, SHOWN, UNLIKELY
from assistant.words import stems

OLD, NEW = date(2017, 7, 4), date(2023, 3, 22)


def passage(number, text, article="new", published=NEW, source="TDI"):
    return Passage(Paragraph(f"{article}#p{number}", number, text), article, f"Title {article}", source, published)


SIGNED = passage(9, "Following their discussions, Xi and Putin signed two joint statements.")
TALKS = passage(1, "Xi Jinping visited Moscow and held talks with Putin.")
OLD_TALKS = passage(1, "Xi Jinping visited Moscow for a state visit.", "old", OLD, "IANS")


class FakeContextualiser:
    """Marks what it was given a history for, and keeps both."""

    def __init__(self):
        self.asked = []

    def standalone(self, question, history):
        self.asked.append((question, tuple(history)))
        return f"{question.removesuffix('?')}, in full?" if history else question


class FakeRetriever:
    """Finds the same passages for every question, or those given for the question that has a word."""

    def __init__(self, *passages, **by_word):
        self.passages = passages
        self.by_word = by_word
        self.asked = []
        self.rest = ()
        self.chosen = None

    def retrieve(self, question, *, since=None, until=None, articles=()):
        self.asked.append((question, since, until))
        return next((found for word, found in self.by_word.items() if word in question), self.passages)

    def reads_whole(self):
        return True

    def reports(self, passages):
        return group(passages)

    def whole(self, report):
        return replace(report, passages=(*report.passages, *self.rest))

    def of_time(self, question, **chosen):
        self.chosen = chosen
        reports = group(self.passages)
        return reports if len(reports) <= chosen["most"] else []


class FakeGate:
    """P by article id; every checked sentence is as likely as its report unless told otherwise."""

    def __init__(self, sentence=None, **by_article):
        self.by_article = by_article
        self.sentence = sentence
        self.judged = []

    def judge(self, question, report):
        article = report.passages[0].article_id
        self.judged.append(article)
        p = self.by_article.get(article, 0.9)
        return Verdict(report, report_signals(question, report, p), p)

    def confirm(self, question, verdict, written):
        quoted = stems(" ".join(part.quote.text for part in written.shown))
        known = dict.fromkeys(SentenceSignals.__slots__, 0.0) | {"quoted": coverage(question, quoted)[0]}
        signals = SentenceSignals(**known)
        if isinstance(self.sentence, dict):
            return next(p for word, p in self.sentence.items() if word in written.draft), signals
        return (verdict.probability if self.sentence is None else self.sentence), signals


class FakeWriter:
    """Writes the given sentences for each article."""

    def __init__(self, **by_article):
        self.by_article = by_article
        self.asked = []

    def write(self, question, report):
        article = report.passages[0].article_id
        self.asked.append(article)
        for sentence in self.by_article.get(article, ()):
            yield Token(sentence)
            yield sentence


class EchoWriter:
    """Writes the sentence given for the word that the question has."""

    def __init__(self, **by_word):
        self.by_word = by_word
        self.asked = []

    def write(self, question, report):
        self.asked.append(question)
        for word, sentence in self.by_word.items():
            if word in question:
                yield Token(sentence)
                yield sentence


def alike(question, texts):
    """Cosine similarity of the sets of stems."""
    asked = stems(question)
    return [len(asked & stems(text)) / math.sqrt(len(asked) * len(stems(text)) or 1) for text in texts]


def run(question, retriever, gate, writer, contextualiser=None, **more):
    steps = Steps(
        contextualiser or FakeContextualiser(),
        retriever,
        gate,
        writer,
        Support(),
        Quoter(alike),
        Excerpter(alike, characters=1500, articles=3),
    )
    return list(Pipeline(steps, threshold=0.5, model_name="fake").stream(Question(question, **more)))


def answer(question, retriever, gate, writer, contextualiser=None, **more):
    events = run(question, retriever, gate, writer, contextualiser, **more)
    assert isinstance(events[-1], Done)
    assert sum(isinstance(event, Done) for event in events) == 1
    result = events[-1].answer
    hold_the_contract(result)
    hold_the_record(result)
    # What was announced is what is shown, and in that order.
    ready = [event for event in events if isinstance(event, SentenceReady)]
    assert tuple(event.sentence for event in ready) == result.sentences
    by_number = {citation.number: citation for citation in result.citations}
    for event in ready:
        assert {citation.number for citation in event.citations} == set(event.sentence.citations)
        assert all(by_number[citation.number] == citation for citation in event.citations)
    return result, events


def hold_the_contract(result):
    assert [citation.number for citation in result.citations] == list(range(1, len(result.citations) + 1))
    used = [number for sentence in result.sentences for number in sentence.citations]
    assert list(dict.fromkeys(used)) == [citation.number for citation in result.citations]
    assert 0 <= result.confidence <= 1
    for citation in result.citations:
        assert citation.text[citation.start : citation.end] == citation.quote != ""
    if result.refused:
        assert not result.citations
        assert not result.sentences
        assert not result.unanswered
        assert result.refusal_reason
    else:
        assert result.sentences
        assert all(sentence.citations for sentence in result.sentences)
        assert not result.closest
        assert result.refusal_reason is None


def hold_the_record(result):
    record = result.steps
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    outcomes = [entry["outcome"] for part in record["parts"] for entry in part["sentences"]]
    assert set(outcomes) <= {SHOWN, NOT_SUPPORTED, UNLIKELY, REPEATED, BETTER}
    assert outcomes.count(SHOWN) == len(result.sentences)


def outcomes(result):
    return [(entry["draft"], entry["outcome"]) for part in result.steps["parts"] for entry in part["sentences"]]


def kinds(events):
    return [event.name if isinstance(event, Step) else type(event) for event in events]


def test_a_stated_sentence_is_shown_with_its_citation():
    result, events = answer(
        "What did they sign?",
        FakeRetriever(SIGNED, TALKS),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    assert result.answer == "Xi and Putin signed two joint statements [1]."
    assert result.citations[0].paragraph_id == "new#p9"
    assert result.confidence == pytest.approx(0.9)
    assert result.unanswered == ()
    assert kinds(events) == [
        "searching", Retrieved, "judging", "writing", Token, "checking", SentenceReady, Done,
    ]  # fmt: skip


def test_with_a_history_the_rewriting_comes_first():
    _, events = answer(
        "And then?", FakeRetriever(SIGNED), FakeGate(), FakeWriter(), history=(Turn("user", "What did Xi sign?"),)
    )
    assert kinds(events)[:2] == ["rewriting", "searching"]


def test_below_the_threshold_nothing_is_written_or_cited():
    writer = FakeWriter(new=["Xi and Putin signed two joint statements."])
    result, events = answer("What did they eat?", FakeRetriever(SIGNED), FakeGate(new=0.05), writer)
    assert result.refused
    assert writer.asked == []
    assert [p.paragraph.id for p in result.closest] == ["new#p9"]
    assert "signed" not in result.answer
    assert result.confidence == pytest.approx(0.05)
    assert not any(isinstance(event, Token | SentenceReady) for event in events)


def test_a_supported_sentence_that_does_not_answer_is_not_shown():
    result, _ = answer(
        "What did they say about Ukraine?",
        FakeRetriever(SIGNED),
        FakeGate(new=0.8, sentence=0.2),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    assert result.refused
    assert result.refusal_reason == NO_SUPPORT
    assert result.confidence == pytest.approx(0.2)
    assert outcomes(result) == [("Xi and Putin signed two joint statements.", UNLIKELY)]


@pytest.mark.parametrize(("confidence", "refused"), [(0.5, False), (0.4999, True)])
def test_confidence_at_the_threshold_is_enough(confidence, refused):
    result, _ = answer(
        "What did they sign?",
        FakeRetriever(SIGNED),
        FakeGate(sentence=confidence),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    assert result.refused is refused


def test_an_unsupported_draft_gives_way_to_the_articles_own_words():
    result, _ = answer(
        "How many joint statements did Xi and Putin sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed seven joint statements."]),
    )
    assert "seven" not in result.answer
    assert "“Following their discussions, Xi and Putin signed two joint statements.”" in result.answer
    draft = "Xi and Putin signed seven joint statements."
    assert outcomes(result) == [(draft, NOT_SUPPORTED), (draft, SHOWN)]
    failed, shown = result.steps["parts"][0]["sentences"]
    assert (failed["quotation"], shown["quotation"]) == (False, True)
    assert "'seven' is not stated" in failed["evidence"][0]["problems"]


def test_an_unsupported_draft_and_nothing_to_quote_is_a_refusal():
    result, _ = answer(
        "Who won the football match on Sunday?", FakeRetriever(SIGNED), FakeGate(), FakeWriter(new=["Spain won 3:1."])
    )
    assert result.refused
    assert outcomes(result) == [("Spain won 3:1.", NOT_SUPPORTED)]


def test_a_draft_that_fails_beside_one_that_holds_is_only_dropped():
    result, _ = answer(
        "What did Xi and Putin sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements.", "Trump signed seven joint statements."]),
    )
    assert result.answer == "Xi and Putin signed two joint statements [1]."
    assert [outcome for _, outcome in outcomes(result)] == [SHOWN, NOT_SUPPORTED]


def test_a_sentence_that_says_the_same_again_is_not_shown_twice():
    result, _ = answer(
        "What did Xi and Putin sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements.", "They signed two joint statements."]),
    )
    assert len(result.sentences) == 2, "'they' is a word of its own"
    result, _ = answer(
        "What did Xi and Putin sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements.", "Putin and Xi signed joint statements."]),
    )
    assert result.answer == "Xi and Putin signed two joint statements [1]."
    assert [outcome for _, outcome in outcomes(result)] == [SHOWN, REPEATED]


def test_two_reports_stand_side_by_side_with_their_dates():
    result, _ = answer(
        "When did Xi visit Moscow?",
        FakeRetriever(TALKS, OLD_TALKS),
        FakeGate(),
        FakeWriter(
            new=["Xi Jinping visited Moscow on March 22, 2023."], old=["Xi Jinping visited Moscow on July 4, 2017."]
        ),
    )
    first, second = result.sentences
    assert first.text == "IANS, 4 July 2017: Xi Jinping visited Moscow on July 4, 2017."
    assert second.text == "TDI, 22 March 2023: Xi Jinping visited Moscow on March 22, 2023."
    assert [citation.article_id for citation in result.citations] == ["old", "new"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [("When did Xi visit Moscow?", ["old", "new"]), ("When does Xi visit Moscow, as of now?", ["new", "old"])],
)
@pytest.mark.parametrize("likelier", ["new", "old"])
def test_citations_are_numbered_in_the_order_of_the_sentences(question, expected, likelier):
    words = ["Xi Jinping visited Moscow."]
    result, _ = answer(
        question,
        FakeRetriever(TALKS, OLD_TALKS),
        FakeGate(**{"new": 0.9, "old": 0.9, likelier: 0.95}),
        FakeWriter(new=words, old=words),
    )
    assert [citation.article_id for citation in result.citations] == expected
    assert [sentence.citations for sentence in result.sentences] == [(1,), (2,)]


def test_the_same_words_about_two_days_are_two_answers():
    words = ["Xi Jinping visited Moscow."]
    result, _ = answer(
        "When did Xi visit Moscow?", FakeRetriever(TALKS, OLD_TALKS), FakeGate(), FakeWriter(new=words, old=words)
    )
    assert [sentence.text.split(":")[0] for sentence in result.sentences] == ["IANS, 4 July 2017", "TDI, 22 March 2023"]


def test_a_second_report_that_answers_worse_is_not_set_beside_the_better():
    result, _ = answer(
        "When did Xi visit Moscow?",
        FakeRetriever(TALKS, OLD_TALKS),
        FakeGate(sentence={"2023": 0.97, "2017": 0.6}),
        FakeWriter(
            new=["Xi Jinping visited Moscow on March 22, 2023."], old=["Xi Jinping visited Moscow on July 4, 2017."]
        ),
    )
    assert result.answer == "Xi Jinping visited Moscow on March 22, 2023 [1]."
    assert dict(outcomes(result)) == {
        "Xi Jinping visited Moscow on March 22, 2023.": SHOWN,
        "Xi Jinping visited Moscow on July 4, 2017.": BETTER,
    }
    assert result.confidence == pytest.approx(0.97)


def test_a_report_never_gets_the_other_reports_date():
    result, _ = answer(
        "When did Xi visit Moscow?",
        FakeRetriever(TALKS, OLD_TALKS),
        FakeGate(),
        FakeWriter(
            new=["Xi Jinping visited Moscow on July 4, 2017."], old=["Xi Jinping visited Moscow on July 4, 2017."]
        ),
    )
    assert result.sentences
    for sentence in result.sentences:
        cited = {citation.number: citation for citation in result.citations}[sentence.citations[0]]
        if cited.article_id == "new":
            assert "2017" not in sentence.text


def test_if_the_likeliest_report_fails_the_next_is_asked():
    writer = FakeWriter(new=["Spain won."], old=["Xi Jinping visited Moscow for a state visit."])
    result, _ = answer(
        "What kind of visit was it?", FakeRetriever(SIGNED, OLD_TALKS), FakeGate(new=0.99, old=0.6), writer
    )
    assert writer.asked == ["new", "old"]
    assert result.citations[0].article_id == "old"


def test_a_report_that_cannot_stand_beside_a_sure_one_is_not_even_judged():
    gate = FakeGate(new=0.97)
    writer = FakeWriter(new=["Xi and Putin signed two joint statements."])
    result, _ = answer("What joint statements did Xi and Putin sign?", FakeRetriever(SIGNED, OLD_TALKS), gate, writer)
    assert gate.judged == writer.asked == ["new"]
    assert len(result.steps["parts"][0]["reports"]) == 1


def test_a_report_that_was_passed_over_is_read_when_the_sure_one_fails():
    gate = FakeGate(new=0.97, old=0.8)
    writer = FakeWriter(new=["Spain won."], old=["Xi Jinping visited Moscow for a state visit."])
    result, _ = answer("What joint statements did Xi and Putin sign?", FakeRetriever(TALKS, OLD_TALKS), gate, writer)
    assert gate.judged[0] == "new"
    assert sorted(gate.judged) == ["new", "old"], "each is judged once"
    assert writer.asked == ["new", "old"]
    assert result.citations[0].article_id == "old"


def test_an_unlikely_report_is_not_asked_even_as_the_last():
    writer = FakeWriter(new=["Spain won."], old=["Xi Jinping visited Moscow for a state visit."])
    result, _ = answer("Which team won the cup?", FakeRetriever(SIGNED, OLD_TALKS), FakeGate(new=0.97, old=0.1), writer)
    assert writer.asked == ["new"]
    assert result.refused


def test_at_most_three_reports_are_judged():
    gate = FakeGate(sentence=0.1)
    found = [passage(1, "Xi visited.", f"a{number}", date(2000 + number, 1, 1)) for number in range(6)]
    result, _ = answer("When did Xi visit?", FakeRetriever(*found), gate, FakeWriter())
    assert gate.judged == ["a0", "a1", "a2"]
    assert result.refused


def test_no_passages_is_a_refusal_that_says_why():
    result, _ = answer("What?", FakeRetriever(), FakeGate(), FakeWriter())
    assert result.refusal_reason == NOTHING_FOUND
    assert "dates" in NOTHING_FOUND
    assert result.confidence == 0
    assert result.closest == ()


def test_of_a_large_library_excerpts_are_read_and_whole_paragraphs_cited():
    class Large(FakeRetriever):
        def reads_whole(self):
            return False

    class Reader(FakeWriter):
        def write(self, question, report):
            self.read = report.render()
            yield from super().write(question, report)

    rest = "The weather was cold and a band played a long march in the square. " * 30
    long = passage(4, f"Xi and Putin signed two joint statements. {rest}")
    writer = Reader(new=["Xi and Putin signed two joint statements."])
    result, _ = answer("What did Xi and Putin sign?", Large(long), FakeGate(), writer)
    assert result.citations[0].text == long.paragraph.text
    assert result.citations[0].quote == "Xi and Putin signed two joint statements."
    assert result.citations[0].quote in writer.read
    assert len(writer.read) < len(long.paragraph.text)


def test_where_the_models_words_stray_the_quote_is_shown():
    strayed = "Two joint statements were signed by Xi and Putin."
    result, _ = answer("What did they sign?", FakeRetriever(SIGNED), FakeGate(), FakeWriter(new=[strayed]))
    assert result.answer == "“Following their discussions, Xi and Putin signed two joint statements.” [1]."
    assert result.sentences[0].support == 1
    (entry,) = result.steps["parts"][0]["sentences"]
    assert (entry["draft"], entry["quotation"]) == (strayed, True)


def test_a_model_that_writes_nothing_is_a_refusal():
    result, _ = answer("What did they sign?", FakeRetriever(SIGNED), FakeGate(), FakeWriter())
    assert result.refusal_reason == NOT_STATED
    assert [p.paragraph.id for p in result.closest] == ["new#p9"]


def test_history_dates_and_id_reach_the_steps():
    retriever = FakeRetriever(SIGNED)
    result, _ = answer(
        "And then?", retriever, FakeGate(), FakeWriter(), id=7, history=("before",), since=OLD, until=NEW
    )
    assert retriever.asked == [("And then, in full?", OLD, NEW)]
    assert result.id == 7
    assert result.standalone_question == "And then, in full?"


# Questions with several parts.

BOTH = "What did Xi and Putin sign and which city did Xi Jinping visit?"
STATED = EchoWriter(sign="Xi and Putin signed two joint statements.", city="Xi Jinping visited Moscow.")


def test_every_part_is_answered_and_its_citations_are_numbered_on():
    retriever = FakeRetriever(sign=(SIGNED,), city=(TALKS,))
    result, events = answer(BOTH, retriever, FakeGate(), STATED)
    assert result.answer == "Xi and Putin signed two joint statements [1]. Xi Jinping visited Moscow [2]."
    assert [citation.paragraph for citation in result.citations] == [9, 1]
    assert result.unanswered == ()
    assert result.question == result.standalone_question == BOTH
    assert [part["question"] for part in result.steps["parts"]] == [asked for asked, _, _ in retriever.asked]
    assert kinds(events).count("searching") == 2
    assert kinds(events).index(SentenceReady) < len(events) - 1 - kinds(events)[::-1].index(Retrieved), (
        "the first part's sentence does not wait for the second part"
    )


def test_one_paragraph_that_answers_both_parts_has_one_number():
    whole = passage(2, "Xi Jinping visited Moscow and signed two joint statements.")
    writer = EchoWriter(
        sign="Xi Jinping visited Moscow and signed two joint statements.",
        city="Xi Jinping visited Moscow and signed two joint statements.",
    )
    result, _ = answer(BOTH, FakeRetriever(whole), FakeGate(), writer)
    assert len(result.citations) == 1
    assert {sentence.citations for sentence in result.sentences} == {(1,)}


def test_a_part_that_the_articles_do_not_answer_is_named():
    result, _ = answer(
        "What did Xi and Putin sign and which team won the cup?",
        FakeRetriever(SIGNED),
        FakeGate(),
        EchoWriter(sign="Xi and Putin signed two joint statements.", cup="Spain won the cup."),
    )
    assert not result.refused
    assert result.answer == "Xi and Putin signed two joint statements [1]."
    assert result.unanswered == ("which team won the cup?",)
    assert result.to_dict()["unanswered"] == ["which team won the cup?"]


def test_an_unanswered_first_part_is_named_as_well():
    result, _ = answer(
        "Which team won the cup and what did Xi and Putin sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        EchoWriter(sign="Xi and Putin signed two joint statements."),
    )
    assert result.unanswered == ("Which team won the cup?",)
    assert result.citations[0].number == 1


def test_if_no_part_is_answered_the_whole_is_refused():
    result, _ = answer(
        "Which team won the cup and who scored the goal?", FakeRetriever(SIGNED, TALKS), FakeGate(new=0.1), FakeWriter()
    )
    assert result.refused
    assert result.answer == NOT_STATED
    assert result.refusal_reason == NOT_STATED
    assert result.unanswered == ()
    assert [p.paragraph.id for p in result.closest] == ["new#p9", "new#p1"]
    assert result.confidence == pytest.approx(0.1)


def test_the_closest_are_those_of_the_first_part_that_found_any():
    result, _ = answer(
        "Which team won the cup and who scored the goal?",
        FakeRetriever(cup=(), goal=(TALKS,)),
        FakeGate(new=0.1),
        FakeWriter(),
    )
    assert result.refusal_reason == NOTHING_FOUND
    assert [p.paragraph.id for p in result.closest] == ["new#p1"]


def test_confidence_is_the_least_likely_answered_parts():
    gate = FakeGate(sentence={"signed": 0.95, "visited": 0.7})
    result, _ = answer(BOTH, FakeRetriever(sign=(SIGNED,), city=(TALKS,)), gate, STATED)
    assert result.confidence == pytest.approx(0.7)


def test_an_unanswered_part_does_not_lower_the_confidence_of_what_is_shown():
    gate = FakeGate(sentence={"signed": 0.95, "visited": 0.3})
    result, _ = answer(BOTH, FakeRetriever(sign=(SIGNED,), city=(TALKS,)), gate, STATED)
    assert result.confidence == pytest.approx(0.95)
    assert result.unanswered == ("which city did Xi Jinping visit?",)
    assert [outcome for _, outcome in outcomes(result)] == [SHOWN, UNLIKELY]


def test_a_refusals_confidence_is_that_of_the_likeliest_part():
    gate = FakeGate(sentence={"signed": 0.2, "visited": 0.4})
    result, _ = answer(BOTH, FakeRetriever(sign=(SIGNED,), city=(TALKS,)), gate, STATED)
    assert result.refused
    assert result.confidence == pytest.approx(0.4)


def test_a_later_part_is_rewritten_with_the_earlier_parts_before_it():
    contextualiser, retriever = FakeContextualiser(), FakeRetriever(SIGNED)
    answer(
        "What did Xi sign and what did Putin say; who met them?",
        retriever,
        FakeGate(),
        FakeWriter(),
        contextualiser,
        history=(Turn("user", "Who came?"), Turn("assistant", "Xi came [1].")),
    )
    whole, second, third = contextualiser.asked
    assert whole[1] == (Turn("user", "Who came?"), Turn("assistant", "Xi came [1]."))
    assert second == ("what did Putin say?", (Turn("user", "What did Xi sign?"),))
    assert third[1] == (Turn("user", "What did Xi sign?"), Turn("user", "what did Putin say?"))
    assert [asked for asked, _, _ in retriever.asked] == [
        "What did Xi sign?",
        "what did Putin say, in full?",
        "who met them, in full, in full?",
    ]


def test_the_dates_asked_for_hold_for_every_part():
    retriever = FakeRetriever(SIGNED)
    answer(BOTH, retriever, FakeGate(), STATED, since=OLD, until=NEW)
    assert [bounds for _, *bounds in retriever.asked] == [[OLD, NEW], [OLD, NEW]]


def test_a_single_question_is_not_rewritten():
    contextualiser = FakeContextualiser()
    answer("What did they sign?", FakeRetriever(SIGNED), FakeGate(), FakeWriter(), contextualiser)
    assert contextualiser.asked == [("What did they sign?", ())]


def test_the_times_of_all_parts_are_counted(monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr("assistant.stopwatch.time.perf_counter", lambda: float(next(ticks)))
    single, _ = answer("What did Xi and Putin sign?", FakeRetriever(SIGNED), FakeGate(), STATED)
    double, _ = answer(BOTH, FakeRetriever(sign=(SIGNED,), city=(TALKS,)), FakeGate(), STATED)
    for step in ("retrieve", "gate", "write"):
        assert double.timings_ms[step] == 2 * single.timings_ms[step], step


# What goes wrong.


@pytest.mark.parametrize("text", ["", "  \n", "x" * 100_000, "What is \ud800?"])
def test_bad_questions(text):
    with pytest.raises(QuestionError):
        run(text, FakeRetriever(), FakeGate(), FakeWriter())


def test_a_failing_model_is_an_error_and_no_refusal():
    class Broken(FakeGate):
        def judge(self, question, report):
            raise ModelError("model fake: gone")

    with pytest.raises(ModelError):
        run("What?", FakeRetriever(SIGNED), Broken(), FakeWriter())


def test_a_model_that_fails_at_the_second_part_is_an_error_too():
    class FailsLater(EchoWriter):
        def write(self, question, report):
            if "city" in question:
                raise ModelError("model fake: gone")
            yield from super().write(question, report)

    with pytest.raises(ModelError):
        run(BOTH, FakeRetriever(SIGNED), FakeGate(), FailsLater(sign="Xi and Putin signed two joint statements."))


def test_the_json_contract():
    result, _ = answer(
        "What did they sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    record = result.to_dict()
    assert list(record) == [
        "id", "question", "standalone_question", "answer", "refused", "refusal_reason", "unanswered", "confidence",
        "sentences", "citations", "closest", "model", "timings_ms",
    ]  # fmt: skip
    assert record["sentences"] == [
        {"text": "Xi and Putin signed two joint statements.", "citations": [1], "support": 1.0}
    ]
    assert record["citations"][0]["published"] == "2023-03-22"
    assert record["unanswered"] == []
    assert {"retrieve", "first_token", "total"} <= set(record["timings_ms"])
    assert json.loads(json.dumps(record)) == record


def test_what_articles_are_about_is_answered_with_their_opening_sentences():
    gate, writer = FakeGate(), FakeWriter()
    result, _ = answer("What are these articles about?", FakeRetriever(TALKS, OLD_TALKS, SIGNED), gate, writer)
    assert [sentence.text for sentence in result.sentences] == [
        "IANS, 4 July 2017: “Xi Jinping visited Moscow for a state visit.”",
        "TDI, 22 March 2023: “Xi Jinping visited Moscow and held talks with Putin.”",
    ]
    assert [citation.quote for citation in result.citations] == [OLD_TALKS.paragraph.text, TALKS.paragraph.text]
    assert (gate.judged, writer.asked) == ([], [])


def test_one_article_alone_has_its_date_as_well():
    result, _ = answer("Summarise the TDI article.", FakeRetriever(TALKS, OLD_TALKS), FakeGate(), FakeWriter())
    assert [sentence.text for sentence in result.sentences] == [
        "TDI, 22 March 2023: “Xi Jinping visited Moscow and held talks with Putin.”"
    ]


def test_only_articles_that_may_be_asked_are_summarised():
    retriever = FakeRetriever(TALKS)
    answer("Summarise it.", retriever, FakeGate(), FakeWriter(), since=OLD, until=NEW, articles=("new",))
    assert retriever.chosen == {"since": OLD, "until": NEW, "articles": ("new",), "most": 3}


MANY = [replace(TALKS, article_id=str(number), published=date(2000 + number, 1, 1)) for number in range(9)]


@pytest.mark.parametrize(
    ("question", "passages"),
    [("Summarise the article about Brexit.", (TALKS,)), ("What are these articles about?", MANY)],
)
def test_what_no_article_or_too_many_are_about_is_asked_like_any_question(question, passages):
    gate = FakeGate()
    answer(question, FakeRetriever(*passages), gate, FakeWriter())
    assert gate.judged


def test_of_many_articles_those_found_are_read_from_their_beginning():
    retriever = FakeRetriever(*(replace(SIGNED, article_id=one.article_id, published=one.published) for one in MANY))
    retriever.rest = (TALKS,)
    result, _ = answer("Summarise the article about talks in Moscow.", retriever, FakeGate(), FakeWriter())
    assert [citation.quote for citation in result.citations] == [TALKS.paragraph.text]

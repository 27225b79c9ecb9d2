"""The pipeline with fakes in place of model, index and gate."""

from datetime import date

import pytest

from assistant.answer import Pipeline, Steps
from assistant.errors import ModelError, QuestionError
from assistant.gate import Verdict, report_signals, sentence_signals
from assistant.reports import group
from assistant.schema import Done, Paragraph, Passage, Question, Retrieved, SentenceReady, Token
from assistant.support import Support

OLD, NEW = date(2017, 7, 4), date(2023, 3, 22)


def passage(number, text, article="new", published=NEW, source="TDI"):
    return Passage(Paragraph(f"{article}#p{number}", number, text), article, f"Title {article}", source, published)


SIGNED = passage(9, "Following their discussions, Xi and Putin signed two joint statements.")
TALKS = passage(1, "Xi Jinping visited Moscow and held talks with Putin.")
OLD_TALKS = passage(1, "Xi Jinping visited Moscow for a state visit.", "old", OLD, "IANS")


class FakeContextualiser:
    def standalone(self, question, history):
        return f"{question} (in full)" if history else question


class FakeRetriever:
    def __init__(self, *passages):
        self.passages = passages
        self.asked = []

    def retrieve(self, question, *, since=None, until=None):
        self.asked.append((question, since, until))
        return self.passages

    def reports(self, passages):
        return group(passages)


class FakeGate:
    """P by article id; every checked sentence is as likely as its report unless told otherwise."""

    def __init__(self, sentence=None, **by_article):
        self.by_article = by_article
        self.sentence = sentence

    def judge(self, question, report):
        p = self.by_article.get(report.passages[0].article_id, 0.9)
        return Verdict(report, report_signals(question, report, p), p)

    def confirm(self, question, verdict, written):
        signals = sentence_signals(question, verdict.signals, written)
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


def answer(question, retriever, gate, writer, **more):
    steps = Steps(FakeContextualiser(), retriever, gate, writer, Support())
    events = list(Pipeline(steps, threshold=0.5, model_name="fake").stream(Question(question, **more)))
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Done)
    return events[-1].answer, events


def hold_the_contract(result):
    assert [citation.number for citation in result.citations] == list(range(1, len(result.citations) + 1))
    used = [number for sentence in result.sentences for number in sentence.citations]
    assert list(dict.fromkeys(used)) == [citation.number for citation in result.citations]
    for citation in result.citations:
        assert citation.text[citation.start : citation.end] == citation.quote
    if result.refused:
        assert not result.citations
        assert not result.sentences
        assert result.refusal_reason
    else:
        assert all(sentence.citations for sentence in result.sentences)
        assert not result.closest


def test_a_stated_sentence_is_shown_with_its_citation():
    result, events = answer(
        "What did they sign?",
        FakeRetriever(SIGNED, TALKS),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    hold_the_contract(result)
    assert result.answer == "Xi and Putin signed two joint statements [1]."
    assert result.citations[0].paragraph_id == "new#p9"
    assert result.confidence == pytest.approx(0.9)
    assert [type(event) for event in events] == [Retrieved, Token, SentenceReady, Done]


def test_below_the_threshold_nothing_is_written_or_cited():
    writer = FakeWriter(new=["Xi and Putin signed two joint statements."])
    result, _ = answer("What did they eat?", FakeRetriever(SIGNED), FakeGate(new=0.05), writer)
    hold_the_contract(result)
    assert result.refused
    assert writer.asked == []
    assert [p.paragraph.id for p in result.closest] == ["new#p9"]
    assert "signed" not in result.answer


def test_a_supported_sentence_that_does_not_answer_is_not_shown():
    result, _ = answer(
        "What did they say about Ukraine?",
        FakeRetriever(SIGNED),
        FakeGate(new=0.8, sentence=0.2),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    hold_the_contract(result)
    assert result.refused
    assert result.confidence == pytest.approx(0.2)


def test_an_unsupported_draft_gives_way_to_the_articles_own_words():
    result, _ = answer(
        "How many joint statements did Xi and Putin sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed seven joint statements."]),
    )
    hold_the_contract(result)
    assert "seven" not in result.answer
    assert "“Following their discussions, Xi and Putin signed two joint statements.”" in result.answer


def test_an_unsupported_draft_and_nothing_to_quote_is_a_refusal():
    result, _ = answer(
        "Who won the football match on Sunday?", FakeRetriever(SIGNED), FakeGate(), FakeWriter(new=["Spain won 3:1."])
    )
    hold_the_contract(result)
    assert result.refused


def test_two_reports_stand_side_by_side_with_their_dates():
    result, _ = answer(
        "When did Xi visit Moscow?",
        FakeRetriever(TALKS, OLD_TALKS),
        FakeGate(),
        FakeWriter(
            new=["Xi Jinping visited Moscow on March 22, 2023."], old=["Xi Jinping visited Moscow on July 4, 2017."]
        ),
    )
    hold_the_contract(result)
    first, second = result.sentences
    assert first.text == "IANS, 4 July 2017: Xi Jinping visited Moscow on July 4, 2017."
    assert second.text == "TDI, 22 March 2023: Xi Jinping visited Moscow on March 22, 2023."
    assert [citation.article_id for citation in result.citations] == ["old", "new"]


def test_the_same_words_about_two_days_are_two_answers():
    words = ["Xi Jinping visited Moscow."]
    result, _ = answer(
        "When did Xi visit Moscow?", FakeRetriever(TALKS, OLD_TALKS), FakeGate(), FakeWriter(new=words, old=words)
    )
    hold_the_contract(result)
    assert [sentence.text.split(":")[0] for sentence in result.sentences] == ["IANS, 4 July 2017", "TDI, 22 March 2023"]


def test_a_report_never_gets_the_other_reports_date():
    result, _ = answer(
        "When did Xi visit Moscow?",
        FakeRetriever(TALKS, OLD_TALKS),
        FakeGate(),
        FakeWriter(
            new=["Xi Jinping visited Moscow on July 4, 2017."], old=["Xi Jinping visited Moscow on July 4, 2017."]
        ),
    )
    for sentence in result.sentences:
        cited = {citation.number: citation for citation in result.citations}[sentence.citations[0]]
        if cited.article_id == "new":
            assert "2017" not in sentence.text


def test_if_the_likeliest_report_fails_the_next_is_asked():
    writer = FakeWriter(new=["Spain won."], old=["Xi Jinping visited Moscow for a state visit."])
    result, _ = answer(
        "What kind of visit was it?", FakeRetriever(SIGNED, OLD_TALKS), FakeGate(new=0.99, old=0.6), writer
    )
    hold_the_contract(result)
    assert writer.asked == ["new", "old"]
    assert result.citations[0].article_id == "old"


def test_no_passages_is_a_refusal_that_says_why():
    result, _ = answer("What?", FakeRetriever(), FakeGate(), FakeWriter())
    hold_the_contract(result)
    assert "dates" in (result.refusal_reason or "")


def test_history_dates_and_id_reach_the_steps():
    retriever = FakeRetriever(SIGNED)
    result, _ = answer(
        "And then?", retriever, FakeGate(), FakeWriter(), id=7, history=("before",), since=OLD, until=NEW
    )
    assert retriever.asked == [("And then? (in full)", OLD, NEW)]
    assert result.id == 7
    assert result.standalone_question == "And then? (in full)"


@pytest.mark.parametrize("text", ["", "  \n", "x" * 100_000])
def test_bad_questions(text):
    with pytest.raises(QuestionError):
        answer(text, FakeRetriever(), FakeGate(), FakeWriter())


def test_a_failing_model_is_an_error_and_no_refusal():
    class Broken(FakeGate):
        def judge(self, question, report):
            raise ModelError("model fake: gone")

    with pytest.raises(ModelError):
        answer("What?", FakeRetriever(SIGNED), Broken(), FakeWriter())


def test_the_json_contract():
    result, _ = answer(
        "What did they sign?",
        FakeRetriever(SIGNED),
        FakeGate(),
        FakeWriter(new=["Xi and Putin signed two joint statements."]),
    )
    record = result.to_dict()
    assert list(record) == [
        "id", "question", "standalone_question", "answer", "refused", "refusal_reason", "confidence",
        "sentences", "citations", "closest", "model", "timings_ms",
    ]  # fmt: skip
    assert record["sentences"] == [
        {"text": "Xi and Putin signed two joint statements.", "citations": [1], "support": 1.0}
    ]
    assert record["citations"][0]["published"] == "2023-03-22"
    assert {"retrieve", "first_token", "total"} <= set(record["timings_ms"])

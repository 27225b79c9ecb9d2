from datetime import date

from assistant.schema.answers import Answer, Citation, Sentence
from assistant.schema.articles import Paragraph, Passage
from assistant.schema.events import Done, Retrieved, SentenceReady, Step, StepName, Token
from assistant.web.jobs.live_answer import LiveAnswer
from assistant.web.views.answer import answer_html

CITATION = Citation(1, "a", "T", "TDI", None, date(2023, 3, 22), 9, "a#p9", "They met.", "They met", 0, 8)
SENTENCE = Sentence("They met.", (1,), 1.0)


def test_it_says_what_is_being_done():
    live = LiveAnswer("Who met?")
    said = [live.doing]
    passage = Passage(Paragraph("a#p1", 1, "They met."), "a", "T", None, None)
    rewriting, searching, judging, checking = (
        Step(name) for name in (StepName.REWRITING, StepName.SEARCHING, StepName.JUDGING, StepName.CHECKING)
    )
    for event in (rewriting, searching, Retrieved((passage,)), judging, Token("They"), checking):
        live.take(event)
        said.append(live.doing)
    assert said == [
        "Searching the articles",
        "Understanding the question",
        "Searching the articles",
        "Reading 1 paragraph",
        "Deciding whether they answer it",
        "Writing",
        "Checking every sentence against its source",
    ]


def test_every_step_is_told_in_words_of_its_own():
    live = LiveAnswer("Who met?")
    said = []
    for name in StepName:
        live.take(Step(name))
        said.append(live.doing)
    assert len(set(said)) == len(StepName)


def test_a_draft_is_replaced_by_the_sentence_that_was_checked():
    live = LiveAnswer("Who met?")
    live.take(Token(" They"))
    live.take(Token(" meet"))
    live.take(Step(StepName.CHECKING))
    assert live.record()["draft"] == "They meet"
    assert live.record()["sentences"] == []
    live.take(SentenceReady(SENTENCE, (CITATION,)))
    record = live.record()
    assert record["draft"] == ""
    assert record["sentences"] == [
        {"text": "They met.", "citations": [1], "support": 1.0, "quoted": False, "byline": None, "reckoned": False}
    ]
    assert record["citations"][0]["published"] == "2023-03-22"


def test_a_draft_that_failed_its_check_goes_with_the_next_step():
    live = LiveAnswer("Who met?")
    live.take(Token("Wrong"))
    live.take(Step(StepName.CHECKING))
    live.take(Step(StepName.WRITING))
    assert live.record()["draft"] == ""


def test_its_record_is_what_the_renderer_takes():
    live = LiveAnswer("Who met?")
    live.take(SentenceReady(SENTENCE, (CITATION,)))
    live.take(Token("And <b>then</b>"))
    html = answer_html(live.record(), live=True)
    assert 'data-citation="1"' in html
    assert "And &lt;b&gt;then" in html


def test_the_answer_is_there_when_it_is_done():
    answer = Answer("Who met?", "Who met?", "They met [1].", False, None, 0.9, (SENTENCE,), (CITATION,), (), "m")
    live = LiveAnswer("Who met?")
    assert live.answer is None
    live.take(Done(answer))
    assert live.answer is answer


def test_when_the_engine_was_started_again_the_answer_begins_anew():
    live = LiveAnswer("Who met?")
    for event in (SentenceReady(SENTENCE, (CITATION,)), Token("They al"), Step(StepName.RESTARTING)):
        live.take(event)
    assert "asked once more" in live.doing
    assert live.record()["sentences"] == live.record()["citations"] == []
    assert live.record()["draft"] == ""

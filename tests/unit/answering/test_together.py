"""Reading together: one draft over all articles, with a scripted model; every other part is the real one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from answer_samples import OLD, alike, passage, prompts_in

from assistant.answering.pipeline import Pipeline
from assistant.answering.reading import NO_SUPPORT, NOTHING_FOUND
from assistant.answering.together import ReadTogether, reading_tokens
from assistant.errors import ModelContextError, ModelError
from assistant.generation.together import JointGenerator
from assistant.query.query import Query
from assistant.query.rewrite import QuestionRewriter
from assistant.schema.answers import NOT_STATED, Answer, Omission, Question, Turn
from assistant.schema.articles import ArticleFilter, Passage
from assistant.schema.events import Done, Event, SentenceReady, Step, Token
from assistant.verification.entailment import BatchEntailment, Entailment, NoEntailment
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.joint import JointVerifier

# Numbers 1 and 2 are of 2017, 3 and 4 of 2023.
FOUND = (
    passage("Xi and Putin discussed Syria and the Korean Peninsula.", 1, "old", OLD, "IANS"),
    passage("Xi will go on to Germany.", 2, "old", OLD, "IANS"),
    passage("Xi and Putin signed two joint statements.", 1),
    passage("Putin praised a deal between Saudi Arabia and Iran.", 2),
)


class Model:
    """Writes a draft, and says of each sentence of it, in order, what it was told; "yes" otherwise."""

    name = "strong"

    def __init__(self, draft: str, *verdicts: str) -> None:
        self.draft = draft
        self.verdicts = iter(verdicts)
        self.said: dict[str, str] = {}
        self.asked: list[str] = []
        self.closed = False

    def stream(self, messages: Sequence[Any], **_: Any) -> Iterator[str]:
        self.asked.append(messages[-1]["content"])
        try:
            yield from re.findall(r"\s*\S+", self.draft)
        finally:
            self.closed = True

    def complete(self, messages: Sequence[Any], max_tokens: int) -> str:
        self.asked.append(messages[-1]["content"])
        listed = self.asked[-1].partition("SENTENCES\n")[2].splitlines()[:-1]
        sentences = [line.partition(" ")[2].partition(" [")[0] for line in listed]
        for sentence in dict.fromkeys(sentences):
            self.said[sentence] = next(self.verdicts, "yes")
        return "\n".join(f"{number}: {self.said[sentence]}" for number, sentence in enumerate(sentences, 1))


class Found:
    """A retriever that found these."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = passages

    def undated(self, chosen: ArticleFilter) -> int:
        return 2 if chosen.last else 0

    def retrieve(self, query: Query) -> tuple[Passage, ...]:
        return self.passages

    def filled(self, passages: Sequence[Passage], tokens: int) -> Sequence[Passage]:
        return passages


def run(
    model: Model,
    tmp_path: Path,
    *,
    found: Sequence[Passage] = FOUND,
    text: str = "What?",
    history: Sequence[Turn] = (),
    entailment: Entailment | None = None,
    tokens: Callable[[], int] = lambda: 10_000,
    warned: list[str] | None = None,
) -> list[Event]:
    prompts = prompts_in(tmp_path)
    entailment = entailment or BatchEntailment(model, prompts)  # type: ignore[arg-type]
    reading = ReadTogether(
        Found(*found),  # type: ignore[arg-type]
        JointGenerator(model, prompts),  # type: ignore[arg-type]
        JointVerifier(EvidenceFinder(alike), entailment),
        tokens=tokens,
        warn=(warned if warned is not None else []).append,
    )
    rewriter = QuestionRewriter(model, prompts, exact=False)  # type: ignore[arg-type]
    return list(Pipeline(rewriter, reading, model_name=model.name).stream(Question(text, history=tuple(history))))


def ask(draft: str, *verdicts: str, tmp_path: Path, **more: Any) -> Answer:
    events = run(Model(draft, *verdicts), tmp_path, **more)
    (done,) = [event for event in events if isinstance(event, Done)]
    answer = done.answer
    ready = [event.sentence for event in events if isinstance(event, SentenceReady)]
    assert tuple(ready) == answer.sentences
    used = [number for sentence in answer.sentences for number in sentence.citations]
    assert list(dict.fromkeys(used)) == [citation.number for citation in answer.citations]
    assert all(citation.text[citation.start : citation.end] == citation.quote != "" for citation in answer.citations)
    assert answer.refused is not bool(answer.sentences)
    assert answer.confidence is None
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    return answer


def test_several_sentences_each_with_what_states_it(tmp_path: Path) -> None:
    answer = ask(
        "In 2017 Xi and Putin discussed Syria and the Korean Peninsula [1].\nThey signed two joint statements [3].",
        tmp_path=tmp_path,
    )
    assert answer.answer == (
        "In 2017 Xi and Putin discussed Syria and the Korean Peninsula [1]. They signed two joint statements [2]."
    )
    assert [citation.paragraph_id for citation in answer.citations] == ["old#p1", "new#p1"]
    assert (answer.left_out, answer.refusal_reason) == ((), None)


def test_it_is_asked_twice_once_to_write_and_once_to_check(tmp_path: Path) -> None:
    model = Model("They signed two joint statements [3].\nXi will go to Germany [2].")
    kinds = [event.name for event in run(model, tmp_path) if isinstance(event, Step)]
    assert kinds == ["searching", "writing", "checking"]
    assert len(model.asked) == 2
    assert "[3] Xi and Putin signed" in model.asked[0]


LONG = (
    "They signed two joint statements [3].\nPutin praised a deal [4].\n"
    "They discussed Syria [1].\nXi will go to Germany [2]."
)


def shown_in_order(events: Sequence[Event]) -> list[str]:
    """The draft's words and, in capitals, the sentences that are shown."""
    told = [
        event.text if isinstance(event, Token) else f"<{event.sentence.text.upper()}>"
        for event in events
        if isinstance(event, Token | SentenceReady)
    ]
    return "".join(told).split("\n")


def test_the_first_sentences_of_a_long_draft_are_shown_while_the_others_are_written(tmp_path: Path) -> None:
    model = Model(LONG)
    events = run(model, tmp_path)
    assert shown_in_order(events) == [
        "They signed two joint statements [3].",
        "Putin praised a deal [4].",
        "<THEY SIGNED TWO JOINT STATEMENTS.><PUTIN PRAISED A DEAL.>They discussed Syria [1].",
        "Xi will go to Germany [2].<THEY DISCUSSED SYRIA.><XI WILL GO TO GERMANY.>",
    ]
    assert len(model.asked) == 3
    names = [event.name for event in events if isinstance(event, Step)]
    assert names == ["searching", "writing", "checking", "writing", "checking"]


def test_of_a_follow_up_they_are_not_since_it_took_a_request_to_be_understood(tmp_path: Path) -> None:
    model = Model(LONG)
    run(model, tmp_path, history=[Turn("user", "When?"), Turn("assistant", "Then.")])
    assert [text.rpartition("\n")[2].partition(" ")[0] for text in model.asked] == ["REWRITE", "TOGETHER", "ENTAILMENT"]


def test_where_a_check_is_no_request_each_is_shown_as_soon_as_the_next_begins(tmp_path: Path) -> None:
    model = Model(LONG)
    assert shown_in_order(run(model, tmp_path, entailment=NoEntailment()))[1:3] == [
        "<THEY SIGNED TWO JOINT STATEMENTS.>Putin praised a deal [4].",
        "<PUTIN PRAISED A DEAL.>They discussed Syria [1].",
    ]
    assert len(model.asked) == 1


def test_where_the_model_cannot_be_asked_while_it_writes_all_is_checked_at_the_end(tmp_path: Path) -> None:
    model = Model(LONG)
    once = BatchEntailment(model, prompts_in(tmp_path), most_batches=1)  # type: ignore[arg-type]
    *_, last = shown_in_order(run(model, tmp_path, entailment=once))
    assert last.count("<") == 4
    assert len(model.asked) == 2


def test_a_check_that_fails_ends_the_writing(tmp_path: Path) -> None:
    model = Model(LONG, "perhaps", "perhaps")
    with pytest.raises(ModelError, match="was not understood"):
        run(model, tmp_path)
    assert model.closed


def test_what_is_written_meanwhile_changes_nothing_of_the_answer(tmp_path: Path) -> None:
    draft = "They discussed:\n- Ukraine [1]\n- Syria [1]\n- the Korean Peninsula [1]\nNOT STATED: when"
    told = [
        [event.answer for event in run(Model(draft, "no"), tmp_path, entailment=entailment) if isinstance(event, Done)]
        for entailment in (None, BatchEntailment(Model(draft, "no"), prompts_in(tmp_path), most_batches=1))  # type: ignore[arg-type]
    ]
    ((first,), (second,)) = told
    assert (first.answer, first.left_out) == (second.answer, second.left_out)
    assert len(first.left_out) == 2


def test_tokens_are_shown_as_they_are_written(tmp_path: Path) -> None:
    events = run(Model("They signed two joint statements [3]."), tmp_path)
    assert (
        "".join(event.text for event in events if isinstance(event, Token)) == "They signed two joint statements [3]."
    )


def test_what_fails_is_left_out_and_said(tmp_path: Path) -> None:
    draft = "They signed two joint statements [3].\nThey signed 14 treaties [3].\nPutin praised Syria [4]."
    answer = ask(draft, "yes", "no", tmp_path=tmp_path)
    assert answer.answer == "They signed two joint statements [1]."
    assert [(one.text, one.reason) for one in answer.left_out] == [
        ("They signed 14 treaties.", "a figure in it is not in what it cites"),
        ("Putin praised Syria.", "what it cites does not state it"),
    ]
    assert [one.outcome for one in answer.steps.sentences] == [
        "shown", "a figure in it is not in what it cites", "what it cites does not state it",
    ]  # fmt: skip


def test_a_list_that_loses_an_item_says_so_and_keeps_its_first_line(tmp_path: Path) -> None:
    draft = "They discussed:\n- Ukraine [1]\n- Syria [1]\n- the Korean Peninsula [1]"
    answer = ask(draft, "no", tmp_path=tmp_path)
    assert answer.answer == "They discussed: Syria [1]. the Korean Peninsula [1]."
    assert answer.left_out == (Omission("They discussed: Ukraine", "what it cites does not state it"),)


def test_lines_that_lists_in_lists_stand_under_are_shown_once_each(tmp_path: Path) -> None:
    draft = "They named:\n- **Places:**\n  - Syria [1]\n  - Germany [2]\n- **Papers:**\n  - two joint statements [3]"
    answer = ask(draft, tmp_path=tmp_path)
    assert answer.answer == "They named: Places: Syria [1]. Germany [2]. Papers: two joint statements [3]."


def test_without_a_verifier_not_stated_in_other_words_is_no_answer_either(tmp_path: Path) -> None:
    answer = ask("The paragraphs do not say which city in Germany.", tmp_path=tmp_path, entailment=NoEntailment())
    assert (answer.sentences, answer.refused) == ((), True)
    answer = ask("They signed two joint statements [3].", tmp_path=tmp_path, entailment=NoEntailment())
    assert answer.answer == "They signed two joint statements [1]."


@pytest.mark.parametrize("draft", ["NOT STATED", "Not stated.", ""])
def test_not_stated_is_a_refusal(draft: str, tmp_path: Path) -> None:
    answer = ask(draft, tmp_path=tmp_path)
    assert (answer.answer, answer.refusal_reason, answer.citations) == (NOT_STATED, NOT_STATED, ())
    assert answer.closest == FOUND[:3]
    assert answer.left_out == ()


@pytest.mark.parametrize("marks", ["", " [1]"])
def test_not_stated_in_other_words_is_a_refusal_too_and_nothing_is_quoted_for_it(marks: str, tmp_path: Path) -> None:
    answer = ask(f"The article does not name the city in Germany{marks}.", "none", tmp_path=tmp_path)
    assert (answer.refusal_reason, answer.citations) == (NOT_STATED, ())
    assert answer.left_out == (
        Omission("The article does not name the city in Germany.", "it says that something is not stated"),
    )


def test_a_part_that_is_not_stated_is_told_beside_the_answer(tmp_path: Path) -> None:
    answer = ask("They signed two joint statements [3].\nNOT STATED: where", tmp_path=tmp_path)
    assert not answer.refused
    assert answer.left_out == (Omission("where", "the articles do not say it", missing=True),)


def test_where_nothing_holds_nothing_is_shown(tmp_path: Path) -> None:
    answer = ask("Xi praised Syria [1].", "no", tmp_path=tmp_path)
    assert (answer.refused, answer.refusal_reason, answer.citations) == (True, NO_SUPPORT, ())
    assert len(answer.left_out) == 1


def test_where_nothing_is_found_the_model_is_not_asked(tmp_path: Path) -> None:
    model = Model("They met [1].")
    done = run(model, tmp_path, found=())[-1]
    assert isinstance(done, Done)
    assert done.answer.refusal_reason == NOTHING_FOUND
    assert model.asked == []


@pytest.mark.parametrize("found", [(), FOUND])
def test_a_refusal_tells_of_articles_without_a_date_where_a_day_is_given(tmp_path: Path, found: Any) -> None:
    done = run(Model("They flew [1].", "no"), tmp_path, found=found, text="Did they fly as of 1 April 2023?")[-1]
    assert isinstance(done, Done)
    assert (done.answer.refusal_reason or "").endswith(
        "2 articles have no date, and are not read where dates are given."
    )


class Short(Model):
    """Holds prompts of so many paragraphs, and says so at the end of a reply to a longer one; `left` follows."""

    def __init__(self, draft: str, most: int, *, after: str = "") -> None:
        super().__init__(draft)
        self.most = most
        self.after = after
        self.left = 100

    def stream(self, messages: Sequence[Any], **more: Any) -> Iterator[str]:
        read = len(re.findall(r"^\[\d+\]", messages[-1]["content"], re.MULTILINE))
        yield from super().stream(messages, **more) if read <= self.most else re.findall(r"\s*\S+", self.after)
        if read > self.most:
            self.left //= 2
            raise ModelContextError("too long")


def test_of_a_prompt_that_is_too_long_less_is_read_and_the_user_is_told(tmp_path: Path) -> None:
    model, warned = Short("They signed two joint statements [3].", 2), list[str]()
    *_, done = run(model, tmp_path, tokens=lambda: model.left, warned=warned)
    assert isinstance(done, Done)
    assert not done.answer.refused
    assert warned == ["too long; it is asked with less"]


def test_what_was_shown_is_not_written_anew(tmp_path: Path) -> None:
    model, warned = Short("", 1, after=LONG), list[str]()
    with pytest.raises(ModelContextError):
        run(model, tmp_path, tokens=lambda: model.left, warned=warned)
    assert list(model.said.values()) == ["yes", "yes"]
    assert warned == []


def test_where_nothing_less_can_be_read_the_error_is_told(tmp_path: Path) -> None:
    model, warned = Short("", 0), list[str]()
    with pytest.raises(ModelContextError):
        run(model, tmp_path, tokens=lambda: max(25, model.left), warned=warned)
    assert len(warned) == 2


@pytest.mark.parametrize(
    ("wanted", "holds", "tokens"),
    [
        (None, None, 8_000),
        (None, 4_000, 3_000),
        (None, 900_000, 32_000),
        (50_000, 900_000, 50_000),
        (50_000, None, 50_000),
        (50_000, 9_000, 8_000),
        (None, 600, 500),
    ],
)
def test_as_much_is_read_as_the_model_holds(wanted: int | None, holds: int | None, tokens: int) -> None:
    assert reading_tokens(wanted, holds) == tokens


def test_a_reckoned_figure_is_marked(tmp_path: Path) -> None:
    answer = ask("About six years passed, or 68 months [1][3].", tmp_path=tmp_path)
    assert answer.answer == "About six years passed, or 68 months (reckoned) [1][2]."
    assert answer.to_dict()["sentences"][0]["reckoned"] is True

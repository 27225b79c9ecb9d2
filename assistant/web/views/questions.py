"""View of saved questions → HTML: what became of each, and the way to ask and remove them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from assistant.newsroom.answers.file import SavedAnswer
from assistant.newsroom.saved_questions.book import Event, Outcome, SavedQuestion
from assistant.query.validate import MAX_QUESTION
from assistant.text.clipping import clip
from assistant.text.dates import in_words
from assistant.text.numbers import counted
from assistant.web.views.html import Exact, tag
from assistant.web.views.icons import icon
from assistant.web.views.quote import cited_html
from assistant.web.views.task import Shown, Told, task_html

_ANSWER_SHOWN = 1_200
_CLASSES = {
    Outcome.NEW: "is-new",
    Outcome.CHANGED: "is-changed",
    Outcome.CONTRADICTS: "is-contradicts",
    Outcome.EARLIER: "is-changed",
    Outcome.NO_LONGER: "is-contradicts",
}

QUESTIONS_HEAD = tag(
    "div",
    tag("h1", "Saved questions"),
    tag(
        "p",
        "They are asked again of the articles that came since, where one comes near; what changed is told.",
        class_="lead",
    ),
    tag(
        "form",
        tag(
            "label",
            "A question to keep",
            tag("input", type="text", name="text", required=True, maxlength=MAX_QUESTION, autocomplete="off"),
        ),
        tag("button", icon("save"), "Save", type="submit"),
        data_submit="question-add",
        data_reset=True,
    ),
    class_="view-head",
)


def outcomes_in_words(events: Sequence[Event]) -> str:
    """ "1 new, 2 contradicts"; "nothing to tell"."""
    counts = [(outcome, sum(event.outcome is outcome for event in events)) for outcome in Outcome]
    return ", ".join(f"{number} {outcome}" for outcome, number in counts if number) or "nothing to tell"


def run_html(run: Shown[Sequence[Event]] | None, questions: int, error: str) -> Markup:
    """The way to ask them now; how far that is. `error`: why it ended early."""
    begin = tag("button", icon("retry"), "Ask them now", type="button", data_action="questions-run")
    if run is None:
        return tag("div", begin, class_="task-status") if questions else Markup("")
    words = f"{run.done:,} of {counted(run.total, 'question')} asked" if run.total else "Looking for what is new"
    if run.is_whole:
        words = f"Asked {counted(run.total, 'question')} that something came near" if run.total else "Nothing came near"
    told = Told(words, "Asking the saved questions", run.done, outcomes_in_words(run.result) if run.total else "")
    return task_html(run, "questions", told, error, begin)


def questions_html(questions: Sequence[SavedQuestion], last: Mapping[str, Event]) -> Markup:
    """The questions, the newest first, each with what was found last (`last`, by its id) and its answer."""
    if not questions:
        words = "No question is saved yet. Write one above, or press “Save the question” under an answer."
        return tag("p", words, class_="empty")
    return tag("ul", [_question(one, last.get(one.id)) for one in reversed(questions)], class_="saved-questions")


def _question(question: SavedQuestion, event: Event | None) -> Markup:
    remove = tag(
        "button",
        "Remove…",
        type="button",
        class_="plain",
        data_dialog="question-remove",
        data_id=Exact(question.id),
        data_title=clip(question.text, 200),
        aria_label=f"Remove “{clip(question.text, 100)}”…",
    )
    ask = tag("button", "Ask in the chat", type="button", class_="plain", data_go="ask", data_text=Exact(question.text))
    return tag(
        "li",
        tag("p", _state(question, event), class_="state"),
        tag("h2", question.text, class_="question", dir="auto"),
        _answer(question.answer) if question.answer else None,
        _before(event),
        tag("div", ask, remove, class_="acts"),
        class_=_CLASSES.get(event.outcome) if event else None,
    )


def _state(question: SavedQuestion, event: Event | None) -> list[Markup | str]:
    if event is None:
        return ["Not asked yet" if question.answer is None else "Unchanged"]
    day = event.at.date()
    return [
        tag("strong", event.outcome.capitalize()),
        ", found on ",
        tag("time", in_words(day), datetime=day.isoformat()),
    ]


def _answer(answer: SavedAnswer) -> Markup:
    sources = [cited_html(one) for one in answer.citations]
    words = clip(answer.refusal_reason or answer.answer if answer.refused else answer.answer, _ANSWER_SHOWN)
    return tag(
        "div",
        tag("p", words, class_="words", dir="auto"),
        tag("ul", sources, class_="quotes") if sources else None,
    )


def _before(event: Event | None) -> Markup | None:
    if event is None or event.earlier is None or event.outcome is Outcome.NOT_STATED:
        return None
    if event.outcome is Outcome.EARLIER:
        return tag("div", tag("span", "An earlier report: ", class_="label"), _answer(event.answer), class_="before")
    return tag(
        "p",
        tag("span", "Before: ", class_="label"),
        tag("span", clip(event.earlier.answer, _ANSWER_SHOWN), dir="auto"),
        class_="before",
    )

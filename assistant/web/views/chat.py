"""Views of the chat → HTML: status, conversations, questions with their answers, what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from markupsafe import Markup

from assistant.schema.articles import scope_of
from assistant.schema.opening import Phase, State
from assistant.text.clipping import clip
from assistant.text.dates import in_words
from assistant.text.numbers import counted
from assistant.web.views.answer import answer_html
from assistant.web.views.html import Exact, join, tag
from assistant.web.views.icons import icon
from assistant.web.views.plain_text import answer_markdown, answer_text
from assistant.web.views.scope import scope_in_words
from assistant.web.views.stale import stale_html

_FAILURE_SHOWN = 160


class Given(Protocol):
    """An answer, and when it was given."""

    @property
    def answer(self) -> Mapping[str, Any]: ...
    @property
    def asked_at(self) -> datetime: ...


class Shown(Protocol):
    """A kept question with its answer, as `ConversationStore` gives it."""

    @property
    def position(self) -> int: ...
    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> Mapping[str, Any]: ...
    @property
    def asked_at(self) -> datetime: ...
    @property
    def earlier(self) -> Sequence[Given]: ...
    @property
    def changes(self) -> Sequence[Mapping[str, str]]: ...


class Listed(Protocol):
    """A conversation as a list shows it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def updated_at(self) -> datetime: ...


def status_html(state: State, model: str, articles: int | None) -> Markup:
    """Which model, how many articles, ready or how far."""
    share = None if state.share is None else f"{state.share:.0%}"
    at_rest = state.phase in (Phase.READY, Phase.FAILED)
    words = (state.phase.value if at_rest else state.doing).capitalize()
    facts = [model if model else None, None if articles is None else counted(articles, "article")]
    if state.phase is Phase.FAILED:
        facts = [clip(state.doing, _FAILURE_SHOWN)]
    bar = tag("progress", value=f"{state.share:.3f}", max="1", aria_label=words) if state.share is not None else None
    return tag(
        "div",
        tag("span", class_="dot", aria_hidden="true"),
        tag("span", f"{words}{f' {share}' if share else ''}", class_="phase"),
        bar,
        tag("span", " · ".join(filter(None, facts)), class_="facts", dir="auto"),
        class_=f"status {state.phase}",
        title=state.doing if state.phase is Phase.FAILED else None,
    )


def conversations_html(conversations: Sequence[Listed], current: str | None, *, searched: bool) -> Markup:
    """The list of conversations, newest first, each with its menu."""
    if not conversations:
        words = "No conversation has these words." if searched else "Your conversations are kept here."
        return tag("p", words, class_="empty")
    return tag("ul", [_conversation(one, one.id == current) for one in conversations], class_="conversations")


def _conversation(one: Listed, current: bool) -> Markup:
    title = clip(one.title.strip() or "Untitled", 120)
    opened = tag(
        "button",
        tag("bdi", title, class_="title"),
        tag("time", in_words(one.updated_at.date()), datetime=one.updated_at.date().isoformat()),
        type="button",
        class_="conversation",
        data_go="open",
        data_id=Exact(one.id),
        aria_current="true" if current else None,
    )
    items = [
        tag("button", "Rename…", type="button", data_dialog="rename", data_id=Exact(one.id), data_title=title),
        tag("button", "Export…", type="button", data_export=Exact(one.id)),
        tag("button", "Delete…", type="button", data_dialog="delete", data_id=Exact(one.id), data_title=title),
    ]
    menu = tag(
        "details",
        tag("summary", icon("more"), aria_label=f"More about {title}", role="button"),
        tag("div", items, class_="menu"),
        class_="more",
    )
    return tag("li", opened, menu, class_="current" if current else None)


def welcome_html(examples: Sequence[str], articles: int | None) -> Markup:
    """What an empty conversation shows."""
    if articles is None:
        lead = "The articles are being opened. You can write your question already."
    elif articles == 0:
        lead = "There are no articles yet. Add some in the library, then ask."
    else:
        lead = (
            f"Ask {counted(articles, 'article')} a question. Every sentence of the answer names the paragraph that "
            "states it; what the articles do not say is not answered."
        )
    buttons = [
        tag("li", tag("button", tag("span", text, dir="auto"), type="button", data_go="ask", data_text=Exact(text)))
        for text in examples
    ]
    tried = [tag("h2", "For example", class_="label"), tag("ul", buttons, class_="examples")] if buttons else None
    return tag("div", tag("h1", "What do the articles say?"), tag("p", lead, class_="lead"), tried, class_="welcome")


def log_html(messages: Sequence[Shown], rated: Mapping[int, str | None], conversation: str) -> Markup:
    """Kept questions with their answers; the last can be asked again and edited."""
    last = len(messages) - 1
    return join(
        [
            _turn(message, _tools(message, conversation, place == last, rated.get(message.position)))
            for place, message in enumerate(messages)
        ]
    )


def unkept_html(answer: Mapping[str, Any]) -> Markup:
    """An answer that could not be kept, after all that is."""
    question = tag("h2", str(answer["question"]), class_="question", dir="auto")
    return tag("section", question, Markup(answer_html(answer, key="unkept")), class_="turn")


def _turn(message: Shown, tools: Markup) -> Markup:
    answer = message.answer
    asked_of = scope_in_words(scope_of(answer.get("scope")))
    return tag(
        "section",
        tag("h2", message.question, class_="question", dir="auto"),
        tag("p", asked_of, class_="asked-of") if asked_of else None,
        stale_html(message.changes, message.position) if message.changes else None,
        _beside_earlier(message) if message.earlier else Markup(answer_html(answer, key=str(message.position))),
        tools,
        class_="turn",
        data_position=message.position,
        aria_label=f"Question {message.position}",
    )


def _beside_earlier(message: Shown) -> Markup:
    """An answer, and beside it those that were given to the same question before, the newest first."""
    answers: list[Given] = [message, *message.earlier]
    columns = [
        tag(
            "section",
            tag("h3", "Answer of " if place == 0 else "Earlier answer, of ", _moment(given.asked_at), class_="label"),
            Markup(answer_html(given.answer, key=f"{message.position}-{place}")),
            class_="given" if place == 0 else "given before",
        )
        for place, given in enumerate(answers)
    ]
    return tag("div", columns[0], tag("div", columns[1:]), class_="beside")


def _moment(moment: datetime) -> Markup:
    words = f"{in_words(moment.date())}, {moment:%H:%M} UTC"
    return tag("time", words, datetime=moment.isoformat(timespec="minutes"))


def _tools(message: Shown, conversation: str, last: bool, verdict: str | None) -> Markup:
    place = str(message.position)
    copied = (("Copy", "copy", answer_text), ("Copy as Markdown", "markdown", answer_markdown))
    buttons = [
        tag("button", icon(name), tag("span", words), type="button", data_copy=Exact(made(message.answer)), title=words)
        for words, name, made in copied
    ]
    buttons.append(
        tag(
            "button",
            icon("export"),
            tag("span", "Export"),
            type="button",
            data_export=Exact(conversation),
            data_answer=place,
            title="Export",
        )
    )
    buttons.append(
        tag(
            "button",
            icon("save"),
            tag("span", "Save", tag("span", " the question", class_="visually-hidden")),
            type="button",
            data_action="question-keep",
            data_position=place,
            title="Save the question",
        )
    )
    if last:
        buttons += [
            tag("button", icon("retry"), tag("span", "Ask again"), type="button", data_go="retry", title="Ask again"),
            tag("button", icon("edit"), tag("span", "Edit"), type="button", data_action="edit", title="Edit"),
        ]
    ratings = [
        tag(
            "button",
            icon(value),
            tag("span", words, class_="visually-hidden"),
            type="button",
            data_dialog="feedback",
            data_position=place,
            data_verdict=value,
            title=words,
            aria_pressed="true" if verdict == value else "false",
            class_="rating",
        )
        for value, words in (("up", "Good answer"), ("down", "Bad answer"))
    ]
    return tag("div", buttons, tag("span", class_="gap"), ratings, class_="tools", role="group", aria_label="Answer")


def live_html(record: Mapping[str, Any], doing: str, share: int) -> Markup:
    """A question while it is answered; `share` counts the questions that are answered before it."""
    if share:
        doing = f"Waiting: {counted(share, 'question')} before yours"
    return tag(
        "section",
        tag("h2", str(record["question"]), class_="question", dir="auto"),
        Markup(answer_html(record, live=True, key="live")),
        tag("p", tag("span", class_="spinner", aria_hidden="true"), doing, " …", class_="doing"),
        class_="turn now",
    )


def notice_html(words: str, kind: str = "error") -> Markup:
    """A line that says what went wrong, or was done; "" for none."""
    if not words:
        return Markup("")
    closing = tag("button", icon("close"), type="button", data_action="dismiss", aria_label="Dismiss")
    return tag(
        "div",
        tag("p", words, dir="auto"),
        closing,
        class_=f"notice {kind}",
        role="alert" if kind == "error" else "status",
    )

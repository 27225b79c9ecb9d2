"""A draft's check → HTML: how far it is, and each sentence with what the library says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from markupsafe import Markup

from assistant.newsroom.drafts.check import CheckedSentence, Verdict
from assistant.text.numbers import counted
from assistant.verification.evidence import Evidence
from assistant.web.views.html import Exact, clip, tag
from assistant.web.views.labels import outlet, time_tag, title

_QUOTE_SHOWN = 900
_CLASSES = {Verdict.STATED: "is-stated", Verdict.OTHERWISE: "is-otherwise", Verdict.NOT_STATED: "is-not-stated"}


class Shown(Protocol):
    """A draft on its way, as `Drafts` keeps it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def total(self) -> int: ...  # noqa: D102
    @property
    def checked(self) -> Sequence[CheckedSentence]: ...  # noqa: D102
    @property
    def is_on(self) -> bool: ...  # noqa: D102
    @property
    def place(self) -> int: ...  # noqa: D102


def counts_in_words(checked: Sequence[CheckedSentence]) -> str:
    """ "3 stated, 1 stated otherwise, 2 not stated"."""
    counts = Counter(one.verdict for one in checked)
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict)


def draft_status_html(draft: Shown, error: str) -> Markup:
    """How far it is, with the way to stop it; at its end what it came to. `error`: why it ended early."""
    done = len(draft.checked)
    words = f"{clip(draft.name, 100)}: {done:,} of {counted(draft.total, 'sentence')} checked"
    if draft.is_on:
        waits = f"; waiting, {counted(draft.place, 'question')} before it" if draft.place else ""
        bar = tag("progress", value=str(done), max=str(draft.total), aria_label="Checking the draft")
        button = tag("button", "Stop", type="button", data_action="draft-stop")
        told = None
    else:
        waits, bar = ("" if done == draft.total or error else "; stopped"), None
        button = tag("button", "Clear", type="button", data_action="draft-clear", class_="plain")
        told = tag("p", f"Not checked to its end: {error}", class_="failed", role="alert") if error else None
    return tag(
        "div",
        tag("p", tag("bdi", f"{words}{waits}")),
        bar,
        button,
        tag("p", counts_in_words(draft.checked), class_="counts") if done else None,
        told,
        class_="draft-status",
    )


def draft_html(checked: Sequence[CheckedSentence]) -> Markup:
    """The sentences in their order, each marked, with the quotes that say so."""
    return tag("ol", [_sentence(one) for one in checked], class_="drafted") if checked else Markup("")


def _sentence(one: CheckedSentence) -> Markup:
    quotes = [_quote(part) for reading in one.readings for part in reading.evidence]
    return tag(
        "li",
        tag(
            "p",
            tag("span", one.verdict.capitalize(), class_="verdict"),
            " ",
            tag("span", one.sentence.text, class_="words", dir="auto"),
        ),
        tag("ul", quotes, class_="quotes") if quotes else None,
        class_=_CLASSES[one.verdict],
    )


def _quote(part: Evidence) -> Markup:
    passage, quote = part.passage, part.quote
    button = tag(
        "button",
        tag("bdi", outlet(passage.source, passage.via)),
        ", ",
        time_tag(passage.published),
        f", paragraph {passage.paragraph.number}: ",
        tag("bdi", title(passage.title)),
        type="button",
        class_="open-source",
        data_article=Exact(passage.article_id),
        data_paragraph=passage.paragraph.number,
        data_start=quote.start,
        data_end=quote.end,
    )
    return tag("li", tag("q", clip(quote.text, _QUOTE_SHOWN), dir="auto"), button)

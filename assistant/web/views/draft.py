"""View of a draft's check → HTML: how far it is, and each sentence with what the library says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from assistant.newsroom.drafts.check import CheckedSentence, Verdict
from assistant.text.clipping import clip
from assistant.text.numbers import counted
from assistant.web.views.html import tag
from assistant.web.views.quote import quote_html
from assistant.web.views.task import Shown, Told, task_html

_CLASSES = {Verdict.STATED: "is-stated", Verdict.OTHERWISE: "is-otherwise", Verdict.NOT_STATED: "is-not-stated"}


def counts_in_words(checked: Sequence[CheckedSentence]) -> str:
    """ "3 stated, 1 stated otherwise, 2 not stated"."""
    counts = Counter(one.verdict for one in checked)
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict)


def draft_status_html(draft: Shown[tuple[CheckedSentence, ...]], error: str) -> Markup:
    """How far it is, with the way to stop it; at its end what it came to. `error`: why it ended early."""
    done = len(draft.result)
    words = f"{clip(draft.name, 100)}: {done:,} of {counted(draft.total, 'sentence')} checked"
    counts = counts_in_words(draft.result) if done else ""
    return task_html(draft, "draft", Told(words, "Checking the draft", done, counts), error)


def draft_html(checked: Sequence[CheckedSentence]) -> Markup:
    """The sentences in their order, each marked, with the quotes that say so."""
    return tag("ol", [_sentence(one) for one in checked], class_="drafted") if checked else Markup("")


def _sentence(one: CheckedSentence) -> Markup:
    quotes = [quote_html(part) for reading in one.readings for part in reading.evidence]
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

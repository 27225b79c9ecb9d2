"""Plain-text and Markdown views of an answer for copying; nothing of an article is markup in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistant.answering.render import NOT_FOUND_IN_ARTICLES, RECKONED, said_as_of, split_end
from assistant.schema.answers import NOT_STATED
from assistant.text.markdown import escape_markdown
from assistant.text.unicode import one_line
from assistant.web.views.html import records_of, text_of, whole_of
from assistant.web.views.labels import day_of, place_of


def answer_text(answer: Mapping[str, Any]) -> str:
    """The sentences with their marks [n], then each citation's quote, outlet, date and title."""
    sentences = _sentences(answer, one_line)
    if not sentences:
        return one_line(text_of(answer, "refusal_reason")) or NOT_STATED
    sentences = said_as_of(day_of(answer, "as_of"), sentences)
    cited = [
        f"[{_number(item)}] “{one_line(text_of(item, 'quote'))}” – {one_line(place_of(item))}: "
        f"{one_line(text_of(item, 'title')) or 'untitled'}"
        for item in records_of(answer, "citations")
    ]
    return "\n".join([sentences, "", *cited]) if cited else sentences


def answer_markdown(answer: Mapping[str, Any]) -> str:
    """The same as Markdown (CommonMark and GitHub's), special characters escaped."""
    sentences = _sentences(answer, escape_markdown)
    if not sentences:
        return f"**No answer.** {escape_markdown(text_of(answer, 'refusal_reason')) or NOT_STATED}"
    sentences = said_as_of(day_of(answer, "as_of"), sentences)
    cited = [
        f"{_number(item)}. **{escape_markdown(text_of(item, 'title')) or 'untitled'}**, "
        f"{escape_markdown(place_of(item))}\n   > {escape_markdown(text_of(item, 'quote'))}"
        for item in records_of(answer, "citations")
    ]
    return "\n\n".join([sentences, *cited])


def _sentences(answer: Mapping[str, Any], written: Callable[[str], str]) -> str:
    """What is stated, and what was asked and is not; "" for a refusal."""
    stated = [_marked(item, written) for item in records_of(answer, "sentences")]
    missing = [
        f"{NOT_FOUND_IN_ARTICLES} {written(text_of(item, 'text'))}"
        for item in records_of(answer, "left_out")
        if item.get("missing") is True
    ]
    return " ".join([*stated, *missing]) if stated else ""


def _number(citation: Mapping[str, object]) -> str:
    return str(whole_of(citation, "number"))


def _marked(sentence: Mapping[str, object], written: Callable[[str], str]) -> str:
    """ "They met [1]."; as `assistant.answering.render.with_marks` has it, from the JSON."""
    numbers = sentence.get("citations")
    known = [number for number in numbers if isinstance(number, int)] if isinstance(numbers, list | tuple) else []
    before = text_of(sentence, "byline")
    text = (f"{before}: " if before else "") + text_of(sentence, "text").rstrip()
    body, end = split_end(text)
    reckoned = RECKONED if sentence.get("reckoned") is True else ""
    marks = "".join(f"[{number}]" for number in known)
    return f"{written(body)}{reckoned}{f' {marks}' if marks else ''}{end}"

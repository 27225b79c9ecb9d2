"""Names in a question, by the capitals of the reports that may answer it."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.retrieval.context import ArticleContext
from assistant.text.calendar_names import folded, month_names, weekday_names
from assistant.text.tokens import Word, fold, words

# Where more of the words within sentences have a capital than in any English report (at most 0.19 of 281 bundled
# ones), capitals tell no names: in German every noun has one (0.36).
_TELLING = 0.25
# What a name may lose as it is inflected: "Mongolia" and "Mongolians", "Russian" and "Russia".
_ENDING, _STEM = 3, 4
# What may stand before a word within a sentence, beside a letter or a figure.
_WITHIN = ",;-–("


def has_others_names(question: str, context: ArticleContext, other: ArticleContext) -> bool:
    """Whether the question has a name of one report that the other lacks, and the other has none that this one lacks.

    Of the second reports of the bundles of news, training's too, this is so of 12 of 574 that answer a question beside
    another, and of 321 of 1,174 that do not.
    """
    asked = {fold(word.written) for word in words(question)}
    return _lacks(other, asked & _names(context)) and not _lacks(context, asked & _names(other))


def _names(context: ArticleContext) -> set[str]:
    """The words that a report writes with a capital within a sentence and never small; no months and weekdays."""
    every: list[tuple[Word, bool]] = []
    for passage in context.passages:
        text = passage.paragraph.text
        every += ((word, _is_within(text, word)) for word in words(text))
    capitals = {fold(word.written) for word, within in every if within and word.is_capitalised}
    if sum(within and word.is_capitalised for word, within in every) > _TELLING * len(every):
        return set()
    small = {fold(word.written) for word, _ in every if not word.is_capitalised}
    return {name for name in capitals - small if folded(name) not in month_names() | weekday_names()}


def _is_within(text: str, word: Word) -> bool:
    before = text[: word.start].rstrip(" ")[-1:]
    return before.isalnum() or (before != "" and before in _WITHIN)


def _lacks(context: ArticleContext, names: set[str]) -> bool:
    there = set(_all_words(context))
    return any(not any(word.startswith(_stem(name)) for word in there) for name in names)


def _stem(name: str) -> str:
    return name[: max(_STEM, len(name) - _ENDING)]


def _all_words(context: ArticleContext) -> Iterator[str]:
    first = context.passages[0]
    for text in (first.title, first.source or "", first.via or "", *(one.paragraph.text for one in context.passages)):
        for word in words(text):
            yield fold(word.written)

"""Digest of a period: a line for each story that its report states, with its quote and who carries it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.api import Assistant
from assistant.generation.generator import generators_of
from assistant.library.index import ArticleIndex
from assistant.llm.scope import QuestionScope
from assistant.newsroom.evidence.base import evidence_base_of
from assistant.newsroom.evidence.passages import passages_there, quote_to_dict
from assistant.newsroom.stories.clusters import stories_of
from assistant.newsroom.stories.report_line import Line, LineWriter, news_of
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import quotable
from assistant.schema.answers import Quote
from assistant.schema.articles import ArticleHeader, Passage, outlets_of
from assistant.util.progress import Progress
from assistant.verification.evidence import Evidence

# What is read of a story: reading is what a line costs on a laptop, and news begins with what matters.
_CHARACTERS = 600
WRITING_SECONDS = 240.0
"""How long lines are written, where nothing else is said; to quote the rest of 200 takes up to a minute more."""


@dataclass(frozen=True, slots=True)
class Story:
    """A story's line, the outlets that carry it, once each, and its articles, that of the line first."""

    line: Line
    outlets: tuple[str, ...]
    articles: tuple[ArticleHeader, ...]


class Digest:
    """Groups articles and has a line written for each group."""

    def __init__(self, index: ArticleIndex, writer: LineWriter, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._index = index
        self._writer = writer
        self._clock = clock

    def stories(
        self,
        headers: Sequence[ArticleHeader],
        progress: Progress,
        *,
        most: int | None = None,
        seconds: float = WRITING_SECONDS,
    ) -> Iterator[Story]:
        """What most outlets carry first, then what most articles tell, then the newest; `most` of them at most.

        Each as soon as it is there. Once `seconds` are over, no line is begun; what is left is quoted. Raises
        `ModelError`.
        """
        end = self._clock() + seconds
        groups = sorted(stories_of(headers, self._index.store.vectors_of), key=_weight)[:most]
        for done, group in enumerate(groups, 1):
            if line := self._line(group[0], write=self._clock() < end):
                yield Story(line, outlets_of(group), tuple(group))
            progress(done, len(groups))

    def _line(self, header: ArticleHeader, *, write: bool) -> Line | None:
        context = beginning(passages_there(self._index, header.id))
        if context is None:
            return None
        made = self._writer.write if write else self._writer.quoted
        return made(news_of(header.title), context) or _first_sentence(context)


def digest_of(
    assistant: Assistant, scope: QuestionScope | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Digest:
    """The digest over an open assistant. One draft a story is written and judged: two requests.

    `scope` cancels what the model is asked; `clock` gives seconds.
    """
    scope = scope or QuestionScope()
    base = evidence_base_of(assistant, scope)
    generators = generators_of(assistant.model.within(scope), assistant.settings)[:1]
    return Digest(assistant.index, LineWriter(generators, base.judge, base.finder), clock=clock)


def beginning(passages: Sequence[Passage]) -> ArticleContext | None:
    """The first paragraphs of an article, as long as they are short together; of a long one its first sentences."""
    texts: dict[str, str] = {}
    left = _CHARACTERS
    for passage in passages:
        spans = quotable(passage)
        ends = [end for start, end in spans if end - spans[0][0] <= left] or [end for _, end in spans[: not texts]]
        if ends:
            texts[passage.paragraph.id] = passage.paragraph.text[: ends[-1]]
            left -= ends[-1]
        if len(ends) < len(spans):
            break
    read = tuple(passage for passage in passages if passage.paragraph.id in texts)
    return ArticleContext(read, 0, excerpts=texts) if read else None


def story_to_dict(story: Story) -> dict[str, Any]:
    """As JSON."""
    return {
        "text": story.line.text,
        "quoted": story.line.quoted,
        "stated": round(story.line.stated, 4),
        "outlets": list(story.outlets),
        "articles": [header.id for header in story.articles],
        "sources": [quote_to_dict(part.passage, part.quote.text) for part in story.line.evidence],
    }


def _weight(group: Sequence[ArticleHeader]) -> tuple[int, int, int]:
    day = group[0].published
    return -len(outlets_of(group)), -len(group), -day.toordinal() if day else 0


def _first_sentence(context: ArticleContext) -> Line | None:
    passage = context.passages[0]
    start, end = quotable(passage)[0]
    quote = Quote(passage.paragraph.text[start:end], start, end)
    return Line(quote.text, context, (Evidence(passage, quote),), 1.0, quoted=True)

"""Numbered context: paragraphs of several articles as one text, so that a sentence can name what states it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.llm.prompts import Prompts
from assistant.retrieval.context import headline
from assistant.schema.articles import Passage
from assistant.text.size import tokens_of

# "[12] " and a line break.
_TOKENS_A_MARK = 5


@dataclass(frozen=True, slots=True)
class NumberedContext:
    """Paragraphs by number, those of an article together in reading order, the oldest article first."""

    passages: tuple[tuple[int, Passage], ...]

    @classmethod
    def of(cls, passages: Iterable[Passage], tokens: int) -> NumberedContext:
        """As many paragraphs as `tokens` hold, at least one; those that come first go before the others."""
        kept: list[Passage] = []
        left = tokens
        headed: set[str] = set()
        for passage in passages:
            size = tokens_of(passage.paragraph.text) + _TOKENS_A_MARK
            if passage.article_id not in headed:
                size += tokens_of(headline(passage))
            if kept and size > left:
                continue
            kept.append(passage)
            headed.add(passage.article_id)
            left -= size
        kept.sort(key=lambda one: (_when(one), one.article_id, one.paragraph.number))
        return cls(tuple(enumerate(kept, 1)))

    @property
    def whole(self) -> bool:
        """False: what is read depends on the question."""
        return False

    def all(self) -> tuple[Passage, ...]:
        """Every passage."""
        return tuple(passage for _, passage in self.passages)

    def cited(self, numbers: Iterable[int]) -> tuple[Passage, ...]:
        """The passages with these numbers; numbers that none has are passed over."""
        known = dict(self.passages)
        return tuple(known[number] for number in dict.fromkeys(numbers) if number in known)

    def only(self, passages: Iterable[Passage]) -> NumberedContext:
        """These passages alone, under the numbers that they have."""
        ids = {passage.paragraph.id for passage in passages}
        return NumberedContext(tuple(pair for pair in self.passages if pair[1].paragraph.id in ids))

    def numbers_of(self, passages: Iterable[Passage]) -> list[int]:
        """The numbers of these passages."""
        ids = {passage.paragraph.id for passage in passages}
        return [number for number, passage in self.passages if passage.paragraph.id in ids]

    def render(self) -> str:
        """Outlet, date and title over each article, a number before each paragraph."""
        lines: list[str] = []
        article = None
        for number, passage in self.passages:
            if passage.article_id != article:
                article = passage.article_id
                lines.append(("\n" if lines else "") + headline(passage))
            # One line a paragraph: no line of an article can pass for one of the prompt's own.
            lines.append(f"[{number}] {' '.join(passage.paragraph.text.split())}")
        return "\n".join(lines)

    def context(self, prompts: Prompts) -> str:
        """What every prompt about these paragraphs begins with."""
        return prompts.render("context", passages=self.render())


def _when(passage: Passage) -> tuple[bool, date]:
    """Undated last."""
    return passage.published is None, passage.published or date.min

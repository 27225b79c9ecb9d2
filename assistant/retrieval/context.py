"""Grouping of passages by the article they come from: each report answers for itself.

One article at a time in a prompt, so that a small model cannot mix two reports of different dates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.llm.prompts import Prompts
from assistant.schema.articles import Passage
from assistant.text.dates import in_words
from assistant.text.tokens import fold, words


@dataclass(frozen=True, slots=True)
class ArticleContext:
    """The retrieved passages of one article, in reading order; `rank` of its best, from 0.

    `excerpts`, by paragraph id, is what is read where the paragraphs are not read whole, and
    `further` what is read after it; `whole`: the passages are the whole article, so that it reads the
    same whatever is asked.
    """

    passages: tuple[Passage, ...]
    rank: int
    excerpts: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False

    @property
    def published(self) -> date | None:
        """The article's date."""
        return self.passages[0].published

    @property
    def outlet_and_day(self) -> str:
        """ "IANS, 4 July 2017"; as much of it as is known."""
        first = self.passages[0]
        day = in_words(first.published) if first.published else None
        return ", ".join(filter(None, (first.source, day)))

    def render(self) -> str:
        """The report as the language model reads it."""
        # One line a paragraph: no line of an article can pass for one of the prompt's own.
        body = "\n".join(" ".join(text.split()) for text in self._texts())
        return f"{headline(self.passages[0])}\n{body}"

    def context(self, prompts: Prompts) -> str:
        """What every prompt about this report begins with, so that the engine reads it once."""
        return prompts.render("context", passages=self.render())

    def folded_words(self) -> frozenset[str]:
        """The words of headline, outlet and all that was found of the article, folded."""
        texts = (headline(self.passages[0]), *(passage.paragraph.text for passage in self.passages))
        return frozenset(fold(word.written) for text in texts for word in words(text))

    def beginning(self) -> ArticleContext:
        """The report with what is read of it first: the engine keeps that when it reads on."""
        return replace(self, further={})

    def _texts(self) -> list[str]:
        if not self.excerpts:
            return [passage.paragraph.text for passage in self.passages]
        ids = [passage.paragraph.id for passage in self.passages]
        return [part[key] for part in (self.excerpts, self.further) for key in ids if key in part]


def headline(passage: Passage) -> str:
    """ "[TDI, 22 March 2023: title]", as it stands over an article in a prompt."""
    outlet = f"{passage.source or 'unknown outlet'}" + (f" citing {passage.via}" if passage.via else "")
    day = in_words(passage.published) if passage.published else "undated"
    return f"[{outlet}, {day}: {' '.join(passage.title.split())}]"


def group(passages: Sequence[Passage]) -> list[ArticleContext]:
    """One report an article, the article of the best passage first."""
    by_article: dict[str, list[Passage]] = {}
    for passage in passages:
        by_article.setdefault(passage.article_id, []).append(passage)
    return [
        ArticleContext(tuple(sorted(own, key=lambda passage: passage.paragraph.number)), rank)
        for rank, own in enumerate(by_article.values())
    ]

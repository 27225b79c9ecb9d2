"""Search for the direct quotes of a library with their speakers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.newsroom.quotes.attribution import Attributor
from assistant.retrieval.context import ArticleContext
from assistant.schema.articles import Passage
from assistant.text.names import FullNames, NameStatistics
from assistant.util.progress import Progress
from assistant.verification.judge import Judge
from assistant.verification.verifier import STATED


@dataclass(frozen=True, slots=True)
class SpokenQuote:
    """What `speaker` said, without its quotation marks, and where it stands."""

    speaker: str
    text: str
    passage: Passage


class QuoteFinder:
    """Knows how a library writes names, and how it says who spoke: made from all of it."""

    def __init__(
        self, library: Iterable[Sequence[Passage]], articles: int, outlets: Iterable[str], progress: Progress
    ) -> None:
        """`library` are the passages of each of its `articles`, and read once; `outlets` are no speakers."""
        self._statistics = NameStatistics()
        self._attributor = Attributor(self._statistics)
        self._outlets = {outlet.casefold() for outlet in outlets}
        self.speaking: set[str] = set()
        """The ids of the articles in which there is any speech."""
        for done, passages in enumerate(library, 1):
            for passage in passages:
                body = _body(passage)
                self._statistics.read(body)
                if self._attributor.learn(body):
                    self.speaking.add(passage.article_id)
                self._outlets |= {passage.via.casefold()} if passage.via else set()
            progress(done, articles)

    def quotes(self, articles: Iterable[Sequence[Passage]], speaker: str = "") -> Iterator[SpokenQuote]:
        """Those of these articles, in their order; of speakers whose name has all words of `speaker`."""
        wanted = set(speaker.casefold().split())
        for passages in articles:
            for quote in self._of_article(passages):
                if wanted <= set(quote.speaker.casefold().split()):
                    yield quote

    def _of_article(self, passages: Sequence[Passage]) -> Iterator[SpokenQuote]:
        bodies = [(passage, _body(passage)) for passage in passages]
        names = FullNames(name for _, text in bodies for name in self._attributor.names(text))
        for passage, text in bodies:
            for found in self._attributor.attributions(text, names):
                if found.speaker.casefold() not in self._outlets:
                    quoted = text[found.quotation.start + 1 : found.quotation.end - 1].strip()
                    yield SpokenQuote(found.speaker, quoted, passage)


def is_confirmed(judge: Judge, quote: SpokenQuote) -> bool:
    """Whether the judge reads it so too. Raises `ModelError`."""
    return judge.stated(f"{quote.speaker} said: “{quote.text}”", ArticleContext((quote.passage,), 0)) >= STATED


def _body(passage: Passage) -> str:
    return passage.paragraph.text[passage.paragraph.dateline :]

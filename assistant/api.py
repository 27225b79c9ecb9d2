"""`Assistant`: a library of articles that answers questions. The one class other programs need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.answering.apart import MAX_REPORTS, ReadApart, Steps, Thresholds
from assistant.answering.confidence import confidence
from assistant.answering.pipeline import Pipeline
from assistant.answering.reading import Reading
from assistant.answering.together import ReadTogether
from assistant.embeddings.minilm import similarities
from assistant.generation.generator import generators_of
from assistant.generation.together import JointGenerator
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex, FileOutcome, UpdateReport
from assistant.library.library import Library
from assistant.library.location import place_to_ask
from assistant.library.open import ProgressOf, Say, open_collection, open_index
from assistant.llm.client import ChatModel
from assistant.llm.endpoint import resolve_endpoint
from assistant.llm.prompts import Prompts
from assistant.query.query import Query
from assistant.query.rewrite import QuestionRewriter
from assistant.query.validate import check_question
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.retrieval.retriever import Retriever
from assistant.schema import Answer, Article, ArticleHeader, Citation, Done, Event, Passage, Question, Turn
from assistant.settings import Settings
from assistant.stores.base import Filter, Size
from assistant.verification.entailment import Entailment, NoEntailment, verifier_of
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.joint import JointVerifier
from assistant.verification.judge import Judge
from assistant.verification.verifier import Verifier

__all__ = ["Assistant", "FileOutcome", "ProgressOf", "Size", "UpdateReport", "open_collection", "open_index"]


class Assistant:
    """Answers questions from a library of articles; a context manager.

    >>> with Assistant.open("seeds") as assistant:
    ...     print(assistant.ask("What did Xi and Putin sign in Moscow in 2023?").answer)
    """

    def __init__(
        self,
        index: ArticleIndex,
        model: ChatModel,
        settings: Settings,
        update: UpdateReport | None = None,
        *,
        mirror: Path | None = None,
    ) -> None:
        """`update` is what the opening did; `mirror` the folder that the index follows, if it follows one."""
        self.index = index
        self.library = Library(index, mirror)
        self.model = model
        self.settings = settings
        self.update = update or UpdateReport()
        self._verifier: Entailment = NoEntailment()
        rewriter = QuestionRewriter(model, Prompts.of(settings.prompts, taught=model.taught), exact=model.taught)
        self._pipeline = Pipeline(rewriter, self._reading(), model_name=model.name)

    def _reading(self) -> Reading:
        """Together where the model is another than the embedded one, or as the settings say."""
        read = self.settings.read
        if read == "auto":
            read = "apart" if resolve_endpoint(self.settings).url is None else "together"
        return self._together() if read == "together" else self._apart()

    def _apart(self) -> ReadApart:
        settings, similar = self.settings, similarities(self.index.embedder)
        judge = Judge(self.model, Prompts.of(settings.prompts, taught=self.model.taught))
        steps = Steps(
            Retriever(self.index, passages=settings.passages, whole_below=settings.whole_below),
            ExcerptSelector(similar, characters=settings.reading, articles=MAX_REPORTS),
            judge,
            generators_of(self.model, settings),
            Verifier(judge, EvidenceFinder(similar), confidence),
        )
        return ReadApart(steps, thresholds=Thresholds(settings.worth, settings.threshold))

    def _together(self) -> ReadTogether:
        settings = self.settings
        self._verifier = verifier_of(settings, self.model)
        return ReadTogether(
            Retriever(self.index, passages=settings.passages_together, whole_below=settings.reading_together),
            JointGenerator(self.model, Prompts.of(settings.prompts, taught=False)),
            JointVerifier(EvidenceFinder(similarities(self.index.embedder)), self._verifier),
            characters=settings.reading_together,
        )

    @classmethod
    def open(
        cls,
        articles: str | Path | None = None,
        *,
        settings: Settings | None = None,
        progress: ProgressOf | None = None,
        say: Say | None = None,
    ) -> Self:
        """Open a folder of articles, or the library that the settings name; the model starts loading.

        A folder's index is built or brought up to date first, a library answers as it is.
        `progress(what)` returns a function that is told (done, total); `say` hears in a line what is
        waited for. Files that cannot be read are in `update.problems`. Raises `UsageError`,
        `ArticleError`, `IndexStoreError`, `ModelFileError`.
        """
        settings = settings or Settings.load()
        if articles is not None:
            settings = settings.model_copy(update={"articles": Path(articles), "index": None})
        report = progress or _silent
        model = ChatModel(resolve_endpoint(settings), settings)
        place = place_to_ask(settings)
        if place.mirror is not None:
            # Before a gigabyte is joined for nothing.
            list_files(place.mirror)
        try:
            model.start(report("joining the language model"))
            library, update = open_collection(settings, report, say)
        except BaseException:
            model.close()
            raise
        return cls(library.index, model, settings, update, mirror=library.mirror)

    def ask(
        self,
        question: str | Question,
        *,
        history: Sequence[Turn] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> Answer:
        """The answer, or a refusal. Raises `QuestionError` and `ModelError`."""
        asked = _question(question, history, since, until)
        return next(event.answer for event in self.stream(asked) if isinstance(event, Done))

    def stream(
        self,
        question: str | Question,
        *,
        history: Sequence[Turn] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> Iterator[Event]:
        """The same as events, as they happen; the last one is `Done`."""
        asked = _question(question, history, since, until)
        check_question(asked.text)
        return self._pipeline.stream(asked)

    def search(self, question: Question, *, limit: int = 10) -> tuple[Passage, ...]:
        """The at most `limit` passages nearest to the question, best first; no language model is asked.

        Raises `QuestionError`.
        """
        check_question(question.text)
        return Retriever(self.index, passages=limit).retrieve(Query.of(question.text, question))

    def articles(self) -> list[Article]:
        """The indexed articles with their paragraphs, oldest first."""
        return self.index.articles()

    def size(self) -> Size:
        """How many articles, paragraphs and characters the library holds."""
        return self.index.size()

    def headers(
        self,
        *,
        words: str = "",
        source: str | None = None,
        since: date | None = None,
        until: date | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[ArticleHeader]:
        """Articles by date, oldest first, undated last; `words` are looked for in title and outlet."""
        return self.index.headers(Filter(words, source, since, until), limit=limit, offset=offset)

    def count(
        self, *, words: str = "", source: str | None = None, since: date | None = None, until: date | None = None
    ) -> int:
        """How many `headers` would return without a limit."""
        return self.index.store.count(Filter(words, source, since, until))

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return self.index.store.outlets()

    def months(self) -> list[tuple[str, int]]:
        """Months ("2023-03") with their number of articles, oldest first."""
        return self.index.store.months()

    def article(self, article_id: str) -> Article:
        """One article with its paragraphs. Raises `ArticleError` when it is not in the library."""
        return self.index.article(article_id)

    def add_files(self, paths: Sequence[Path], progress: Callable[[int, int], None] | None = None) -> UpdateReport:
        """Copy files beside the index and index them; `outcomes` tells what became of each.

        They can be asked about at once and stay when the library is opened again. Raises `IndexStoreError`.
        """
        return self.library.add_files(paths, progress)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles from the library, not their files; how many there were. Raises `IndexStoreError`."""
        return self.library.remove(ids)

    def resolve(self, citation: Citation) -> str:
        """Whether a saved citation still stands: "unchanged", "changed" or "gone"."""
        return self.index.resolve(citation)

    def refresh(self) -> UpdateReport:
        """Bring the library up to date with its sources. Raises `UsageError`, `IndexStoreError`."""
        return self.library.refresh()

    def close(self) -> None:
        """Stop the model, the verifier's too, and close the index."""
        self._verifier.close()
        self.model.close()
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _silent(_what: str) -> Callable[[int, int], None]:
    return lambda _done, _total: None


def _question(question: str | Question, history: Sequence[Turn], since: date | None, until: date | None) -> Question:
    if isinstance(question, Question):
        return question
    return Question(question, history=tuple(history), since=since, until=until)

"""`Assistant`: a library of articles that answers questions. The one class other programs need."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.answering.apart import MAX_ARTICLES, Components, ReadApart, Thresholds
from assistant.answering.confidence import confidence
from assistant.answering.pipeline import Pipeline
from assistant.answering.reading import Reading
from assistant.answering.telemetry import check_traces, spans_of
from assistant.answering.together import ReadTogether, reading_tokens
from assistant.embeddings.minilm import similarities
from assistant.errors import ModelCancelledError
from assistant.generation.generator import generators_of
from assistant.generation.together import MAX_TOKENS, JointGenerator
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.library import Library
from assistant.library.location import place_to_ask
from assistant.library.open import open_library
from assistant.library.report import UpdateReport
from assistant.llm.chat_model import ChatModel
from assistant.llm.endpoint import resolve_endpoint
from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.llm.recovery import EngineRecovery
from assistant.llm.scope import QuestionScope
from assistant.query.division import QuestionDivider
from assistant.query.query import Query
from assistant.query.rewrite import QuestionRewriter
from assistant.query.validate import check_question
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.retrieval.retriever import Retriever
from assistant.schema.answers import Answer, CitationState, Cited, Question, Turn
from assistant.schema.articles import EVERY_ARTICLE, Article, ArticleFilter, ArticleHeader, Passage
from assistant.schema.events import Done, Event
from assistant.settings import Settings
from assistant.stores.base import Size
from assistant.util.progress import Progress, ProgressOf, Say, unseen
from assistant.verification.entailment import entailment_of, open_verifier
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.joint import JointVerifier
from assistant.verification.judge import Judge
from assistant.verification.verifier import Verifier

__all__ = ["Assistant"]


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
        self._recovery = EngineRecovery(model)
        self._ahead = QuestionScope()
        self._verifier = open_verifier(settings) if self._reads_together() else None
        self._similar = similarities(index.embedder)
        self._prompts = Prompts.of(settings.prompts, taught=model.taught)
        self._untaught_prompts = Prompts.of(settings.prompts, taught=False)
        self._check_prompts = Prompts.of(settings.prompts, taught=(self._verifier or model).taught)
        self._retriever = self._retriever_of(index)
        # Last: what sends them runs from then on.
        self._spans = spans_of(settings)

    def _retriever_of(self, index: ArticleIndex) -> Retriever:
        settings = self.settings
        passages = settings.passages_together if self._reads_together() else settings.passages
        return Retriever(index, passages=passages, whole_below=settings.whole_below)

    def _reads_together(self) -> bool:
        """Where the model is another than the embedded one, or as the settings say."""
        read = self.settings.read
        return read == "together" or (read == "auto" and resolve_endpoint(self.settings).url is not None)

    def _pipeline(self, scope: QuestionScope) -> Pipeline:
        """The steps, with models that are asked within `scope`."""
        model = self.model.within(scope)
        rewriter = QuestionRewriter(model, self._prompts, exact=model.taught)
        if self._reads_together():
            return Pipeline(rewriter, self._together(model, scope), model_name=model.name)
        return Pipeline(rewriter, self._apart(model, rewriter), model_name=model.name)

    def _apart(self, model: ChatModel, rewriter: QuestionRewriter) -> Reading:
        settings = self.settings
        judge = Judge(model, self._prompts)
        components = Components(
            self._retriever,
            ExcerptSelector(self._similar, characters=settings.reading, articles=MAX_ARTICLES),
            judge,
            # To divide is in nothing that was taught: the model as it is does so.
            QuestionDivider(model, self._untaught_prompts, rewriter),
            generators_of(model, settings),
            Verifier(judge, EvidenceFinder(self._similar), confidence),
        )
        return ReadApart(components, thresholds=Thresholds(settings.answered_threshold, settings.threshold))

    def _together(self, model: ChatModel, scope: QuestionScope) -> Reading:
        settings = self.settings
        verifier = self._verifier.within(scope) if self._verifier else None
        entailment = entailment_of(settings, model, verifier, self._check_prompts)
        return ReadTogether(
            self._retriever,
            JointGenerator(model, self._untaught_prompts),
            JointVerifier(EvidenceFinder(self._similar), entailment),
            tokens=lambda: reading_tokens(settings.reading_together, model.prompt_length(MAX_TOKENS)),
            warn=scope.warn,
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
        `ArticleError`, `StorageError`, `ModelFileError`; then nothing is left open.
        """
        settings = settings or Settings.load()
        if articles is not None:
            settings = settings.model_copy(update={"articles": Path(articles), "index": None})
        report = progress or unseen
        check_traces(settings)
        with ExitStack() as opened:
            model = open_model(settings)
            opened.callback(model.close)
            place = place_to_ask(settings)
            if place.mirror is not None:
                # Before a gigabyte is joined for nothing.
                list_files(place.mirror)
            model.start(report("joining the language model"))
            library, update = open_library(settings, report, say)
            opened.callback(library.index.close)
            made = cls(library.index, model, settings, update, mirror=library.mirror)
            opened.pop_all()
        return made

    def on(self, library: Library) -> Self:
        """The same assistant, asked about another library: all else is shared. Close that library, and not this."""
        other = copy.copy(self)
        other.index, other.library = library.index, library
        other._retriever = other._retriever_of(library.index)
        return other

    def ask(
        self,
        question: str | Question,
        *,
        history: Sequence[Turn] = (),
        articles: ArticleFilter = EVERY_ARTICLE,
        scope: QuestionScope | None = None,
    ) -> Answer:
        """The answer, or a refusal; a `Question` has its own history and articles. Raises as `stream`."""
        events = self.stream(question, history=history, articles=articles, scope=scope)
        return next(event.answer for event in events if isinstance(event, Done))

    def stream(
        self,
        question: str | Question,
        *,
        history: Sequence[Turn] = (),
        articles: ArticleFilter = EVERY_ARTICLE,
        scope: QuestionScope | None = None,
    ) -> Iterator[Event]:
        """The same as events, as they happen; the last one is `Done`.

        By `scope` the question can be cancelled from another thread, and what is waited for is told. Raises
        `QuestionError` and `ModelError`.
        After `Step(StepName.RESTARTING)` they begin anew: the embedded engine had ended and was started again.
        """
        asked = Question.of(question, history, articles)
        check_question(asked.text)
        self._ahead.cancel()
        events = self._recovery.stream(lambda: self._pipeline(scope or QuestionScope()).stream(asked))
        return events if self._spans is None else self._spans.follow(asked, events)

    def read_ahead(self) -> None:
        """Let the embedded model read a small library, until a question is put: it waits less. Raises `ModelError`."""
        with suppress(ModelCancelledError):
            if self.model.embedded:
                self._pipeline(self._ahead).read_ahead()

    def search(self, text: str, articles: ArticleFilter = EVERY_ARTICLE, *, limit: int = 10) -> tuple[Passage, ...]:
        """The at most `limit` passages nearest to a text, best first; no language model is asked.

        Raises `QuestionError`.
        """
        check_question(text)
        return Retriever(self.index, passages=limit).retrieve(Query.of(text, articles))

    def articles(self) -> list[Article]:
        """The indexed articles with their paragraphs, oldest first."""
        return self.index.articles()

    def size(self) -> Size:
        """How many articles, paragraphs and characters the library holds."""
        return self.index.size()

    def revision(self) -> str:
        """Tells states of the library apart: another text after every change of it."""
        size = self.size()
        return f"{self.index.store.generation()}.{size.articles}.{size.paragraphs}.{size.characters}"

    def headers(
        self,
        articles: ArticleFilter = EVERY_ARTICLE,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[ArticleHeader]:
        """These articles by date, oldest first, undated last."""
        return self.index.headers(articles, limit=limit, offset=offset)

    def count(self, articles: ArticleFilter = EVERY_ARTICLE) -> int:
        """How many `headers` would return without a limit."""
        return self.index.store.count(articles)

    def outlets(self) -> list[tuple[str, int]]:
        """Outlets with their number of articles, most first."""
        return self.index.store.outlets()

    def months(self) -> list[tuple[str, int]]:
        """Months ("2023-03") with their number of articles, oldest first."""
        return self.index.store.months()

    def article(self, article_id: str) -> Article:
        """One article with its paragraphs. Raises `ArticleError` when it is not in the library."""
        return self.index.article(article_id)

    def add_files(self, paths: Sequence[Path], progress: Progress | None = None) -> UpdateReport:
        """Copy files beside the index and index them; `outcomes` tells what became of each.

        They can be asked about at once and stay when the library is opened again. Raises `StorageError`.
        """
        return self.library.add_files(paths, progress)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles from the library, not their files; how many there were. Raises `StorageError`."""
        return self.library.remove(ids)

    def judge(self, scope: QuestionScope | None = None) -> Judge:
        """What is a matter of meaning, judged by the language model, as it judges answers."""
        return Judge(self.model.within(scope or QuestionScope()), self._prompts)

    def resolve(self, citation: Cited) -> CitationState:
        """Whether a saved citation still stands."""
        return self.index.resolve(citation)

    def refresh(self) -> UpdateReport:
        """Bring the library up to date with its sources. Raises `UsageError`, `StorageError`."""
        return self.library.refresh()

    def close(self) -> None:
        """Stop the model, the verifier's too, and close the index."""
        self._ahead.cancel()
        self._recovery.close()
        if self._verifier is not None:
            self._verifier.close()
        self.model.close()
        self.index.close()
        if self._spans is not None:
            self._spans.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

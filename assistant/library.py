"""`Assistant`: a folder of articles that answers questions. The one class other programs need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.answer import Pipeline, Steps, check_question
from assistant.articles.folder import list_files
from assistant.conversation import Contextualiser
from assistant.embedding import MiniLM, similarities
from assistant.errors import ArticleError
from assistant.excerpts import Excerpter
from assistant.gate import Gate
from assistant.index import ArticleIndex, UpdateReport, index_path
from assistant.llm import ChatModel, resolve_endpoint
from assistant.prompts import Prompts
from assistant.quoting import Quoter
from assistant.retriever import Retriever
from assistant.schema import Answer, Article, Done, Event, Question, Turn
from assistant.settings import Settings
from assistant.support import Support
from assistant.writer import Writer

ProgressOf = Callable[[str], Callable[[int, int], None]]


class Assistant:
    """Answers questions from a folder of articles; a context manager.

    >>> with Assistant.open("seeds") as assistant:
    ...     print(assistant.ask("What did Xi and Putin sign in Moscow in 2023?").answer)
    """

    def __init__(
        self, index: ArticleIndex, model: ChatModel, settings: Settings, update: UpdateReport | None = None
    ) -> None:
        self.index = index
        self.model = model
        self.settings = settings
        self.update = update or UpdateReport()
        prompts = Prompts(settings.prompts)
        similar = similarities(index.embedder)
        steps = Steps(
            Contextualiser(model, prompts),
            Retriever(index, passages=settings.passages, whole_below=settings.whole_below),
            Gate(model, prompts, similar),
            Writer(model, prompts),
            Support(),
            Quoter(similar),
            Excerpter(similar, characters=settings.reading),
        )
        self._pipeline = Pipeline(steps, threshold=settings.threshold, model_name=model.name)

    @classmethod
    def open(
        cls,
        articles: str | Path | None = None,
        *,
        settings: Settings | None = None,
        progress: ProgressOf | None = None,
    ) -> Self:
        """Open a folder: its index is built or brought up to date, the model starts loading.

        `progress(what)` returns a function that is told (done, total). Files that cannot be read
        are in `update.problems`. Raises `UsageError`, `ArticleError`, `IndexStoreError`,
        `ModelFileError`.
        """
        settings = settings or Settings.load()
        if articles is not None:
            settings = settings.model_copy(update={"articles": Path(articles)})
        report = progress or _silent
        model = ChatModel(resolve_endpoint(settings), settings)
        # Before a gigabyte is joined for nothing.
        list_files(settings.articles)
        try:
            model.start(report("joining the language model"))
            index, update = open_index(settings, report)
        except BaseException:
            model.close()
            raise
        return cls(index, model, settings, update)

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

    def articles(self) -> list[Article]:
        """The indexed articles, oldest first."""
        return self.index.articles()

    def close(self) -> None:
        """Stop the model and close the index."""
        self.model.close()
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_index(settings: Settings, progress: ProgressOf | None = None) -> tuple[ArticleIndex, UpdateReport]:
    """The index of `settings.articles`, in step with its files; no language model is needed.

    Raises `UsageError`, `IndexStoreError`, and `ArticleError` when not one file could be read.
    """
    folder = settings.articles
    files = list_files(folder)
    index = ArticleIndex(index_path(settings.home, folder), MiniLM(threads=settings.threads))
    update = index.update(files, (progress or _silent)("indexing articles"))
    if index.is_empty():
        raise ArticleError(f"no article could be indexed: {update.problems[0]}")
    return index, update


def _silent(_what: str) -> Callable[[int, int], None]:
    return lambda _done, _total: None


def _question(question: str | Question, history: Sequence[Turn], since: date | None, until: date | None) -> Question:
    if isinstance(question, Question):
        return question
    return Question(question, history=tuple(history), since=since, until=until)

"""Opener of the library that the settings name, ready to be asked. No language model is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from assistant.embeddings.minilm import MiniLM
from assistant.errors import ArticleError, UsageError
from assistant.library.index import ArticleIndex
from assistant.library.library import Library
from assistant.library.location import INDEX, LibraryLocation, mirror_of, place_to_ask
from assistant.library.moving import move_kept
from assistant.library.report import UpdateReport
from assistant.library.restore import finish_restore
from assistant.settings import Settings, default_articles
from assistant.util.files import keep_private
from assistant.util.progress import Progress, ProgressOf, Say, unseen


def open_library(
    settings: Settings, progress: ProgressOf | None = None, say: Say | None = None
) -> tuple[Library, UpdateReport]:
    """The library that the settings name, ready to be asked, and what was done to make it so.

    Raises `UsageError`, `StorageError`, and `ArticleError` when not one file could be read.
    """
    place = place_to_ask(settings)
    report = (progress or unseen)("indexing articles")
    if place.mirror is None:
        with _opened(place, settings, say) as library:
            if not library.index.is_empty() or library.index.unfinished:
                return library, _as_it_is(library, place, report, say)
        library.index.close()
        if not place.by_default:
            where = place.where
            raise UsageError(f"the library at {where} is empty; fill it with: assistant index --index {where} PATH…")
        place = mirror_of(settings, default_articles())
    with _opened(place, settings, say) as library:
        update = library.refresh(report)
        if library.index.is_empty():
            problem = (
                update.problems[0] if update.problems else "every article was removed; see assistant remove --restore"
            )
            raise ArticleError(f"no article could be indexed: {problem}")
    return library, update


@contextmanager
def _opened(place: LibraryLocation, settings: Settings, say: Say | None) -> Iterator[Library]:
    """The library of a place, which is closed only where something goes wrong meanwhile."""
    with ExitStack() as failed:
        library = open_place(place, settings, say)
        failed.callback(library.index.close)
        yield library
        failed.pop_all()


def open_embedder(settings: Settings) -> MiniLM:
    """The embedding model. Raises `ModelFileError`."""
    return MiniLM(threads=settings.threads, folder=settings.home / "models")


def open_place(
    place: LibraryLocation, settings: Settings, say: Say | None = None, *, beside: ArticleIndex | None = None
) -> Library:
    """The library that lies there, as it is; made empty where there is none. Raises `StorageError`.

    With the embedding model of the index `beside`, where one is open.
    """
    finish_restore(settings.home)
    move_kept(place, say)
    path = place.state / INDEX
    if settings.home in place.state.parents:
        # Articles and uploads. A library that was named, by --index DIR, may be shared on purpose.
        for ours in (place.state, place.kept, *place.state.glob(f"{path.name}*")):
            keep_private(ours)
    embedder = beside.embedder if beside else open_embedder(settings)
    index = ArticleIndex(
        path,
        embedder,
        kept=place.kept,
        address=place.address,
        versions=settings.versions,
        say=say,
    )
    return Library(index, place.mirror)


def _as_it_is(library: Library, place: LibraryLocation, report: Progress, say: Say | None) -> UpdateReport:
    if place.by_default and say:
        say(f"answering from your library, {place.state}")
    # Made anew, or interrupted then: without its sources it would answer from a part of them.
    return library.refresh(report) if library.index.unfinished else UpdateReport()

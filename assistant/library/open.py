"""Opens the library that the settings name, ready to be asked. No language model is needed."""

from __future__ import annotations

from collections.abc import Callable

from assistant.embeddings.minilm import MiniLM
from assistant.errors import ArticleError, UsageError
from assistant.library.index import ArticleIndex, Progress, UpdateReport
from assistant.library.library import Collection
from assistant.library.location import Place, mirror_of, place_to_ask
from assistant.settings import Settings, default_articles

ProgressOf = Callable[[str], Progress]
Say = Callable[[str], None]


def open_index(settings: Settings, progress: ProgressOf | None = None) -> tuple[ArticleIndex, UpdateReport]:
    """The index that the settings name, ready to be asked; no language model is needed.

    Raises `UsageError`, `IndexStoreError`, and `ArticleError` when not one file could be read.
    """
    collection, update = open_collection(settings, progress)
    return collection.index, update


def open_collection(
    settings: Settings, progress: ProgressOf | None = None, say: Say | None = None
) -> tuple[Collection, UpdateReport]:
    """The library that the settings name, ready to be asked, and what was done to make it so.

    Raises `UsageError`, `IndexStoreError`, and `ArticleError` when not one file could be read.
    """
    place = place_to_ask(settings)
    report = (progress or _silent)("indexing articles")
    if place.mirror is None:
        collection = open_place(place, settings, say)
        if not collection.index.is_empty() or collection.index.unfinished:
            return _as_it_is(collection, place, report, say)
        collection.index.close()
        if not place.by_default:
            where = place.address or place.state
            raise UsageError(f"the library at {where} is empty; fill it with: assistant index --index {where} PATH…")
        place = mirror_of(settings, default_articles())
    collection = open_place(place, settings, say)
    update = collection.refresh(report)
    if collection.index.is_empty():
        problem = update.problems[0] if update.problems else "every article was removed; see assistant remove --restore"
        collection.index.close()
        raise ArticleError(f"no article could be indexed: {problem}")
    return collection, update


def open_embedder(settings: Settings) -> MiniLM:
    """The embedding model. Raises `ModelFileError`."""
    return MiniLM(threads=settings.threads, folder=settings.home / "models")


def open_place(place: Place, settings: Settings, say: Say | None = None) -> Collection:
    """The library that lies there, as it is; made empty where there is none. Raises `IndexStoreError`."""
    index = ArticleIndex(place.state / "index.sqlite3", open_embedder(settings), address=place.address, say=say)
    return Collection(index, place.mirror)


def _as_it_is(
    collection: Collection, place: Place, report: Progress, say: Say | None
) -> tuple[Collection, UpdateReport]:
    if place.by_default and say:
        say(f"answering from your library, {place.state}")
    if collection.index.unfinished:
        # Made anew, or interrupted then: without its sources it would answer from a part of them.
        return collection, collection.refresh(report)
    return collection, UpdateReport()


def _silent(_what: str) -> Progress:
    return lambda _done, _total: None

"""Version history of articles: what they said before they were replaced, the newest of each, a file an article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.errors import StorageError
from assistant.schema.articles import Article
from assistant.util.files import replace_file
from assistant.util.hashing import text_sha256


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was until `replaced` (UTC)."""

    article: Article
    replaced: datetime


_VERSIONS = TypeAdapter(list[Version])


class VersionStore:
    """At most `most` earlier versions an article, in `folder`; none are kept where `most` is 0."""

    def __init__(self, folder: Path, most: int, *, now: Callable[[], datetime] | None = None) -> None:
        self._folder = folder
        self._most = most
        self._now = now or (lambda: datetime.now(UTC))

    def keep(self, earlier: Article, later: Article) -> None:
        """Keep what `later` is about to replace, where the two read differently; the oldest goes.

        Raises `StorageError`.
        """
        if not self._most or _read(earlier) == _read(later):
            return
        known = list(self.of(earlier.id))
        if known and _read(known[-1].article) == _read(earlier):
            # A process was killed before it wrote what was to replace it.
            known.pop()
        kept = [*known, Version(earlier, self._now())][-self._most :]
        path = self._path(earlier.id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(path, _VERSIONS.dump_json(kept), mode=0o600)
        except OSError as error:
            raise StorageError(f"{path}: cannot be written ({error.strerror}); check the disk") from error

    def of(self, article_id: str) -> Sequence[Version]:
        """The earlier versions, oldest first. Raises `StorageError` for a damaged file."""
        path = self._path(article_id)
        try:
            return _VERSIONS.validate_json(path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            raise StorageError(f"{path}: cannot be read as an article's versions; move it away") from error

    def forget(self, article_ids: Sequence[str]) -> None:
        """Delete what these articles said. Raises `StorageError`."""
        for path in map(self._path, article_ids):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(f"{path}: cannot be deleted ({error.strerror}); delete it by hand") from error

    def _path(self, article_id: str) -> Path:
        return self._folder / f"{text_sha256(article_id)[:32]}.json"


def _read(article: Article) -> tuple[object, ...]:
    """What a reader sees of it."""
    fields = (article.title, article.source, article.via, article.author, article.published)
    return (*fields, *(paragraph.text for paragraph in article.paragraphs))

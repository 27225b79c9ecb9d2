"""What articles said before they were replaced: the newest versions of each, a file an article."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.errors import IndexStoreError
from assistant.schema.articles import Article
from assistant.util.files import replace_file


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was until `replaced` (UTC)."""

    article: Article
    replaced: datetime


_VERSIONS = TypeAdapter(list[Version])


class VersionStore:
    """At most `most` earlier versions an article, in `folder`; none are kept where `most` is 0."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def keep(self, article: Article) -> None:
        """Keep what is about to be replaced; the oldest goes. Raises `IndexStoreError`."""
        if not self._most:
            return
        known = [version for version in self.of(article.id) if version.article != article]
        kept = [*known, Version(article, datetime.now(UTC))][-self._most :]
        path = self._path(article.id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(path, _VERSIONS.dump_json(kept), mode=0o600)
        except OSError as error:
            raise IndexStoreError(f"{path}: cannot be written ({error.strerror}); check the disk") from error

    def of(self, article_id: str) -> Sequence[Version]:
        """The earlier versions, oldest first. Raises `IndexStoreError` for a damaged file."""
        path = self._path(article_id)
        try:
            return _VERSIONS.validate_json(path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            raise IndexStoreError(f"{path}: cannot be read as an article's versions; move it away") from error

    def _path(self, article_id: str) -> Path:
        return self._folder / f"{hashlib.sha256(article_id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.json"

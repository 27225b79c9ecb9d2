"""Location of a library: a folder that an index mirrors, a library of one's own, or a server."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_data_path

from assistant.errors import SettingsError
from assistant.library.sources import BOOK, UPLOADS, SourceBook
from assistant.settings import Settings, default_articles
from assistant.util.redact import redact_address

USERS = "users"
# Where libraries lie below the home folder.
PLACES = ("library", "indexes/*", "servers/*", f"{USERS}/*")
INDEX = "index.sqlite3"
# Of the digest that an owner is known by, in the names of files.
OWNER_LENGTH = 32


@dataclass(frozen=True, slots=True)
class LibraryLocation:
    """Where a library lies. `state` is the folder of its index, `kept` that of its sources and uploads; `mirror` the
    folder of articles that it follows; `address` the server that holds the index instead of `state`.
    `by_default` is True for the user's own library where nothing was named."""

    state: Path
    kept: Path
    mirror: Path | None = None
    address: str | None = None
    by_default: bool = False

    @property
    def where(self) -> str:
        """Where it is, as it may be told."""
        return redact_address(self.address) if self.address else str(self.mirror or self.state)


def place_to_ask(settings: Settings) -> LibraryLocation:
    """The library to answer from: the named folder or library, else the user's own, else the seeds.

    Raises `SettingsError`.
    """
    if settings.articles is not None:
        return mirror_of(settings, settings.articles)
    if settings.index is not None:
        return named(settings, settings.index)
    own = own_library(settings)
    for folder in (own.kept, own.state):
        if (folder / UPLOADS).is_dir() or SourceBook.load(folder / BOOK).sources:
            return own
    return mirror_of(settings, default_articles())


def place_to_fill(settings: Settings) -> LibraryLocation:
    """The library that `assistant index PATH…` fills: the named one, else the user's own."""
    return named(settings, settings.index) if settings.index is not None else own_library(settings)


def own_library(settings: Settings) -> LibraryLocation:
    """The library that is used where none is named."""
    return _below(settings, "library", by_default=True)


def library_of(settings: Settings, owner: str) -> LibraryLocation:
    """The library of one user of the page's, known by the digest that conversations are kept under."""
    return _below(settings, f"{USERS}/{owner[:OWNER_LENGTH]}")


def mirror_of(settings: Settings, folder: Path) -> LibraryLocation:
    """The index of one folder, below the home folder."""
    return _below(settings, f"indexes/{_key(folder)}", mirror=folder)


def named(settings: Settings, where: str) -> LibraryLocation:
    """The library in a folder, or on a server, whose sources are then noted below the home folder."""
    if "://" in where:
        return _below(settings, f"servers/{hashlib.sha256(where.encode()).hexdigest()[:12]}", address=where)
    if Path(where).is_file():
        raise SettingsError(f"ASSISTANT_INDEX={where!r}: is a file; name a folder or http://host:port")
    return LibraryLocation(Path(where), Path(where))


def _below(settings: Settings, name: str, **more: Any) -> LibraryLocation:
    return LibraryLocation(settings.home / name, kept_in(settings.home) / name, **more)


def kept_in(home: Path) -> Path:
    """Where people's work is kept: `home`, but the user's data folder where that is the default cache.

    What is in a cache folder may be cleared by anybody at any time; an index can be rebuilt, this cannot.
    """
    cache = user_cache_path("news-assistant", appauthor=False)
    return user_data_path("news-assistant", appauthor=False) if home == cache else home


def _key(folder: Path) -> str:
    resolved = folder.resolve()
    digest = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    name = (resolved.name or "root").encode("utf-8", "replace")[:80].decode("utf-8", "ignore")
    return f"{name}-{digest}"

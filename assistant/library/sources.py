"""Sources of a library: folders and files of the user's, and its own uploads."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from assistant.errors import ArticleError, StorageError, UsageError
from assistant.ingest import discover
from assistant.ingest.build import Problem
from assistant.ingest.discover import ArticleFile, list_files
from assistant.ingest.ids import numbered
from assistant.schema.articles import Article
from assistant.util.files import write_whole

UPLOADS = "uploads"  # the folder of uploads
BOOK = "sources.json"


class SourceKind(StrEnum):
    """What a source is: a folder, file or zip; a list of saved pages; the one folder that an index mirrors; uploads."""

    PATH = "path"
    URLS = "urls"
    FOLDER = "folder"
    UPLOADS = UPLOADS


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source; `url` is where it was saved from, when the source knows."""

    file: ArticleFile
    url: str | None = None

    def digest(self) -> str:
        """The hash of its content. Raises `ArticleError`."""
        return self.file.digest()

    def articles(self) -> Iterator[Article | str]:
        """Its articles one by one, and a line for each that cannot be read. Raises `ArticleError`."""
        for item in self.file.articles():
            if isinstance(item, Problem):
                yield item.message
            else:
                yield replace(item, url=self.url) if self.url else item

    @property
    def member(self) -> str:
        """Its path in the zip that holds it, if one does."""
        return str(getattr(self.file, "member", None) or "")


@dataclass(frozen=True, slots=True)
class Source:
    """What was given to be indexed. `name` tells its articles from those of others where ids would be the same."""

    kind: SourceKind
    path: str
    name: str

    @property
    def origin(self) -> str:
        """What its records name as theirs; the same as long as the path is."""
        if self.kind in (SourceKind.UPLOADS, SourceKind.FOLDER):
            return self.kind
        # As the path was given, not as `ids.as_text` has it: indexes hold it, whatever the system's separator.
        return f"{self.kind}:{self.path.encode('utf-8', 'backslashreplace').decode()}"

    def covers(self, path: Path) -> bool:
        """True when `path` is this source or lies in its folder."""
        return self.kind is SourceKind.PATH and (path == Path(self.path) or Path(self.path) in path.parents)

    def files(self) -> tuple[list[SourceFile], list[str]]:
        """Its files, sorted by id, and problems. Raises `ArticleError` when the source itself is gone."""
        path = Path(self.path)
        if not path.exists():
            raise ArticleError(
                f"{path}: does not exist any more; what was indexed from it is kept. "
                f"If it is gone for good: assistant index --forget {path}"
            )
        if self.kind is SourceKind.URLS:
            return _saved_pages(path)
        return [SourceFile(file) for file in files_of(path)], []


@dataclass(slots=True)
class Excluded:
    """An article that was removed and is not to come back with the next update."""

    origin: str
    file: str
    digest: str = ""


@dataclass(slots=True)
class SourceBook:
    """The sources of a library and what was removed from it: kept in a file beside the index.

    So an index that is damaged or of an older format is made anew from its sources.
    """

    path: Path
    sources: list[Source] = field(default_factory=list)
    excluded: dict[str, Excluded] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> SourceBook:
        """The book in this file, empty where there is none. Raises `StorageError` when it is damaged."""
        try:
            stored = json.loads(path.read_text(encoding="ascii"))
            sources = [Source(**source | {"kind": SourceKind(source["kind"])}) for source in stored["sources"]]
            excluded = {key: Excluded(**value) for key, value in stored["excluded"].items()}
        except (FileNotFoundError, NotADirectoryError):
            return cls(path)
        except OSError as error:
            raise StorageError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StorageError(
                f"{path}: is damaged ({error!r}); delete it and name the sources again: assistant index PATH…"
            ) from error
        return cls(path, sources, excluded)

    def save(self) -> None:
        """Write the file, whole or not at all. Raises `StorageError`."""
        stored: dict[str, Any] = {
            "sources": [asdict(source) for source in self.sources],
            "excluded": {key: asdict(value) for key, value in self.excluded.items()},
        }
        write_whole(self.path, json.dumps(stored, indent=1).encode("ascii"))

    def add(self, path: Path, kind: SourceKind = SourceKind.PATH) -> tuple[Source, list[Source]]:
        """The source of `path`, new or known, and the narrower ones that it takes in."""
        path = path.resolve()
        known = next((s for s in self.sources if s.covers(path) or (s.kind, s.path) == (kind, str(path))), None)
        if known is not None and (kind is SourceKind.PATH or known.kind is kind):
            return known, []
        names = {source.name for source in self.sources} | {UPLOADS}
        stem = path.name if path.is_dir() else path.stem
        name = next(name for name in numbered(stem or "root") if name not in names)
        source = Source(kind, str(path), name)
        taken = [other for other in self.sources if other.kind is SourceKind.PATH and source.covers(Path(other.path))]
        self.sources = [other for other in self.sources if other not in taken] + [source]
        return source, taken


def files_of(path: Path) -> list[ArticleFile]:
    """The article files of a file, folder or zip, sorted by id."""
    if path.is_dir():
        try:
            return list_files(path)
        except UsageError:
            return []
    return sorted(discover.files_of(path), key=lambda file: file.id)


def _saved_pages(listing: Path) -> tuple[list[SourceFile], list[str]]:
    """The files of a list of URLs: a line is "URL<TAB>file" or {"url": …, "file": …}."""
    found: dict[str, SourceFile] = {}
    problems = []
    try:
        lines = listing.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise ArticleError(f"{listing}: cannot be read ({error}); write a line URL<TAB>FILE for each page") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            url, name = _page(line)
        except ValueError as error:
            problems.append(f'{listing}:{number}: {error}; write URL<TAB>FILE or {{"url": …, "file": …}}')
            continue
        path = listing.parent / name
        if not path.is_file():
            problems.append(f"{listing}:{number}: {path} does not exist; save the page there or remove the line")
            continue
        for file in files_of(path):
            file_id = _id_in(listing.parent, path, file.id)
            found[file_id] = SourceFile(replace(file, id=file_id), url)
    return [found[key] for key in sorted(found)], problems


def _page(line: str) -> tuple[str, str]:
    if line.lstrip().startswith("{"):
        row = json.loads(line)
        url, name = row.get("url"), row.get("file")
    else:
        url, _, name = line.partition("\t")
    if not (isinstance(url, str) and isinstance(name, str) and url.strip() and name.strip()):
        raise ValueError("names no URL and file")
    return url.strip(), name.strip()


def _id_in(folder: Path, path: Path, file_id: str) -> str:
    try:
        below = path.resolve().relative_to(folder.resolve()).parent.as_posix()
    except ValueError:
        below = hashlib.sha256(os.fsencode(path.parent)).hexdigest()[:8]
    return file_id if below == "." else f"{below}/{file_id}"

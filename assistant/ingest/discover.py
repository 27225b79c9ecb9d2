"""Discovery of articles: files, folders and archives → the article files in them, and each file → its articles."""

from __future__ import annotations

import importlib
import mimetypes
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

from assistant.errors import ArticleError, UsageError
from assistant.ingest import containers
from assistant.ingest.build import Problem, Reading, Story, reading_from
from assistant.ingest.containers import suffix_of, without_suffix
from assistant.ingest.file import RawFile
from assistant.ingest.formats import ARCHIVE, FORMATS, SUFFIXES, TEXT, Format
from assistant.ingest.ids import UniqueKeys, as_text, composed, member_parts
from assistant.ingest.mojibake import mended
from assistant.ingest.rows_day_order import with_sure_days
from assistant.ingest.sniff import sniffed
from assistant.schema.articles import Article

__all__ = ["ArticleFile", "files_of", "list_files"]

_JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
# What a page or a program keeps beside an article; every other file that is not read is named.
_BESIDE = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript")
_BESIDE_SUFFIXES = frozenset(
    {".download", ".map", ".ttf", ".eot", ".db", ".lock", ".part", ".crdownload", ".exe", ".dll", ".so", ".pyc"}
)
_MEDIA_TYPES = mimetypes.MimeTypes()
_KINDS = (
    "text, Markdown, HTML, MHTML, WARC, PDF, DOCX, DOC, ODT, RTF, EPUB, EML, MSG, MBOX, SRT, VTT, JSON, CSV, XML, "
    "zip or tar"
)


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A file, or an archive's member, that may hold articles. `size` in bytes, `modified` in nanoseconds since 1970.

    For a member, `path` and `modified` are its archive's.
    """

    id: str
    path: Path
    size: int
    modified: int
    member: str | None = None
    # What is known to be wrong before the file is opened; reading it raises this.
    trouble: str | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """How messages name it: its path, and in an archive the member's below the archive's."""
        return RawFile(self.path, self.member).label

    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal; the content is never in memory as a whole. Raises `ArticleError`."""
        return self._source().digest(self._format().limit)

    def articles(self) -> Iterator[Article | Problem]:
        """The articles in the file, one after the other, and what of it was not read.

        Where a file holds several, an article's id is the file's, a slash, and the article's
        own id or number. Raises `ArticleError` when the file as a whole cannot be read.
        """
        for found in self._readings(explained=False):
            yield found.article if isinstance(found, Reading) else found

    def readings(self) -> Iterator[Reading | Problem]:
        """The same, each article with what was left out of it. Raises `ArticleError`."""
        return self._readings(explained=True)

    def _readings(self, *, explained: bool) -> Iterator[Reading | Problem]:
        source = self._source(explained=explained)
        kind = sniffed(source, self._format())
        if kind is TEXT:
            from assistant.ingest.readers.encoding import decode
            from assistant.ingest.readers.text import read_articles

            text = mended(decode(source.read(), source.label))
            yield from read_articles(text, article_id=self.id, path=source.label)
            return
        keys, count = UniqueKeys(), 0
        for found in with_sure_days(self._found(source, kind)):
            count += 1
            if isinstance(found, Problem):
                yield found
            elif found.key is None:
                yield reading_from(found, article_id=self.id, path=source.label)
            else:
                key = keys.take(found.key, count)
                try:
                    yield reading_from(found, article_id=f"{self.id}/{key}", path=source.label)
                except ArticleError as error:
                    yield Problem(str(error).replace(f"{source.label}:", f"{source.label}: article {key}:", 1))
        if not count:
            raise ArticleError(f"{source.label}: holds no article; remove it or add one")

    def _found(self, source: RawFile, kind: Format) -> Iterator[Story | Problem]:
        if kind.guarded:
            from assistant.ingest import sandbox

            # What is too large or no file is refused here, without a process.
            with source.open(kind.limit):
                pass
            return sandbox.read(source, kind.module, kind.name)
        found: Iterator[Story | Problem] = importlib.import_module(f"assistant.ingest.{kind.module}").read(source)
        return found

    def _source(self, *, explained: bool = False) -> RawFile:
        if self.trouble:
            raise ArticleError(self.trouble)
        return RawFile(self.path, self.member, explained)

    def _format(self) -> Format:
        suffix = _suffix(self.member or self.path.name)
        return ARCHIVE if suffix in containers.SUFFIXES else FORMATS.get(suffix, TEXT)


def list_files(folder: Path) -> list[ArticleFile]:
    """The article files below `folder`, archives opened, sorted by id. Hidden files and folders are passed over.

    An id is the path below `folder` without its suffix; where two files would share one, the
    later keeps its suffix. Raises `UsageError` when there is no such folder or it holds none.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"articles folder {folder} {what}; name a folder of articles with --articles DIR")
    files = _with_ids(_below(folder))
    if not files:
        raise UsageError(f"articles folder {folder} holds no article; put {_KINDS} files there")
    return files


def files_of(path: Path) -> Iterator[ArticleFile]:
    """The article files that `path` names: itself, or those in the folder or archive that it is.

    Raises `UsageError` when it does not exist or is of no kind that is read.
    """
    if path.is_dir():
        yield from list_files(path)
        return
    shown = as_text(path)
    if not path.exists():
        raise UsageError(f"{shown} does not exist; name a file, a folder or an archive of articles")
    if not path.is_file() or suffix_of(path.name) not in SUFFIXES:
        raise UsageError(f"{shown} is of no kind that is read; name a {_KINDS} file, or a folder of them")
    yield from _with_ids(_expanded(path, PurePosixPath(as_text(Path(path.name))), None))


_Found = tuple[PurePosixPath, ArticleFile]


def _below(folder: Path) -> Iterator[_Found]:
    root = Path(os.path.realpath(folder))
    for path in _walk(folder):
        relative = PurePosixPath(as_text(path.relative_to(folder)))
        yield from _expanded(path, relative, root)


def _walk(folder: Path) -> Iterator[Path]:
    """Files that may hold articles, and links to folders elsewhere, which are not followed: they may lead anywhere."""
    root = Path(os.path.realpath(folder))
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if current == folder:
                raise UsageError(f"articles folder {folder} cannot be read ({error.strerror})") from error
            yield current
            continue
        for entry in found:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif os.path.isdir(entry.path):  # noqa: PTH112
                # What lies in this folder anyway is read where it lies.
                if not Path(os.path.realpath(entry.path)).is_relative_to(root):
                    yield Path(entry.path)
            elif not _is_beside(entry.name):
                yield Path(entry.path)


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in _JUNK


def _expanded(path: Path, relative: PurePosixPath, root: Path | None) -> Iterator[_Found]:
    """The file itself, or the members of the archive that it is; what is wrong with it, it says when it is read."""
    file = _described(path, root)
    if suffix_of(relative.name) not in containers.SUFFIXES or file.trouble:
        yield relative, file
        return
    try:
        members = list(containers.members(path))
    except ArticleError as error:
        yield relative, replace(file, trouble=str(error))
        return
    except OSError as error:
        yield relative, replace(file, trouble=f"{as_text(path)}: cannot be read ({error.strerror})")
        return
    read = 0
    for found in members:
        parts = member_parts(found.name)
        if not parts or _is_beside(parts[-1]) or any(_is_junk(part) for part in parts):
            continue
        label = RawFile(path, found.name).label
        suffix = suffix_of(parts[-1])
        trouble = None
        if found.trouble:
            trouble = f"{label}: {found.trouble}"
        elif suffix not in SUFFIXES:
            trouble = _unread(label)
        elif suffix in containers.SUFFIXES:
            trouble = f"{label}: is an archive in an archive; unpack it and add what is in it"
        read += suffix in SUFFIXES
        member = replace(file, size=found.size, member=found.name, trouble=trouble)
        yield without_suffix(relative).joinpath(*parts), member
    if not read:
        yield relative, replace(file, trouble=f"{as_text(path)}: holds no article; put {_KINDS} files in it")


def _described(path: Path, root: Path | None) -> ArticleFile:
    """The file's size and time. A link out of `root` is not followed: it may name any file of the machine."""
    trouble = None
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode) and path.is_symlink():
            trouble = f"{as_text(path)}: is a link to a folder, which is not followed; add that folder itself"
        elif root and path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
            trouble = f"{as_text(path)}: is a link that leads out of the folder; copy the file there"
        elif stat.S_ISDIR(status.st_mode):
            trouble = f"{as_text(path)}: is a folder that cannot be read; check its permissions"
        elif not stat.S_ISREG(status.st_mode):
            trouble = f"{as_text(path)}: is not a regular file; move it elsewhere"
        elif suffix_of(path.name) not in SUFFIXES:
            trouble = _unread(as_text(path))
    except (OSError, RuntimeError):
        return ArticleFile("", path, 0, 0)
    return ArticleFile("", path, status.st_size, status.st_mtime_ns, trouble=trouble)


def _with_ids(found: Iterable[_Found]) -> list[ArticleFile]:
    # Macs decompose the accents of names; an id is spelt as it is typed.
    composed_names = ((PurePosixPath(composed(relative.as_posix())), file) for relative, file in found)
    listed = sorted(composed_names, key=lambda pair: (pair[0].as_posix(), pair[1].member or ""))
    holding = {relative.parent for relative, _ in listed}
    folders = {folder.as_posix() for parent in holding for folder in (parent, *parent.parents)}
    files: dict[str, ArticleFile] = {}
    for relative, file in listed:
        article_id = without_suffix(relative).as_posix()
        several = FORMATS.get(suffix_of(relative.name), ARCHIVE).several
        # The articles of a.jsonl would be mixed up with those of a folder a.
        if article_id in files or (several and article_id in folders):
            article_id = relative.as_posix()
        count = 2
        while article_id in files:
            article_id, count = f"{relative.as_posix()}-{count}", count + 1
        files[article_id] = replace(file, id=article_id)
    return [files[key] for key in sorted(files)]


def _unread(label: str) -> str:
    return f"{label}: is of a kind that is not read; save it as {_KINDS}, or remove it"


def _is_beside(name: str) -> bool:
    """True for a picture, a style sheet and the like, and for what programs leave behind: no article is in it."""
    return name.endswith("~") or name.lower() in _JUNK or _is_beside_by_suffix(_suffix(name))


@lru_cache(maxsize=1_000)
def _is_beside_by_suffix(suffix: str) -> bool:
    if suffix in SUFFIXES:
        return False
    media_type = _MEDIA_TYPES.guess_type(f"a{suffix}")[0] or ""
    return suffix in _BESIDE_SUFFIXES or media_type.startswith(_BESIDE)


def _suffix(name: str) -> str:
    parts = member_parts(name)
    return suffix_of(parts[-1]) if parts else ""

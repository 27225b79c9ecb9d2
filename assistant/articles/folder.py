"""A folder of article files → `Article` values and the files that could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.articles.text import read_article
from assistant.errors import ArticleError, UsageError
from assistant.schema import Article

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".text"})
MAX_BYTES = 20 * 1024 * 1024
_ENCODINGS_BY_MARK = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A file that may hold an article. `size` in bytes, `modified` in nanoseconds since 1970."""

    id: str
    path: Path
    size: int
    modified: int

    def content(self) -> bytes:
        """The file's bytes. Raises `ArticleError`."""
        if self.size > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            raise ArticleError(f"{self.path}: larger than {limit} MiB, not a news article; move it elsewhere")
        if self.path.exists() and not self.path.is_file():
            raise ArticleError(f"{self.path}: is not a regular file; move it elsewhere")
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise ArticleError(f"{self.path}: cannot be read ({error.strerror}); check its permissions") from error

    def read(self, content: bytes) -> Article:
        """Parse the file's content. Raises `ArticleError`."""
        return read_article(_decode(content, self.path), article_id=self.id, path=_as_text(self.path))


def content_hash(content: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def list_files(folder: Path) -> list[ArticleFile]:
    """The article files below `folder`, sorted by id. Hidden files and folders are passed over.

    An id is the path below `folder` without its suffix; where two files would share one, the
    later keeps its suffix. Raises `UsageError` when there is no such folder or it holds none.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"articles folder {folder} {what}; name a folder of .txt or .md files with --articles DIR")
    files: dict[str, ArticleFile] = {}
    for path in sorted(_walk(folder)):
        relative = path.relative_to(folder)
        article_id = _as_text(relative.with_suffix(""))
        if article_id in files:
            article_id = _as_text(relative)
        try:
            stat = path.stat()
        except OSError:
            size, modified = 0, 0
        else:
            size, modified = stat.st_size, stat.st_mtime_ns
        files[article_id] = ArticleFile(article_id, path, size, modified)
    if not files:
        raise UsageError(f"articles folder {folder} holds no article; put .txt or .md files there, one story a file")
    return [files[key] for key in sorted(files)]


def _as_text(path: Path) -> str:
    """The path with bytes that are no UTF-8 spelt out: no database or terminal takes them raw."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in SUFFIXES and not path.is_dir():
            yield path


def _decode(content: bytes, path: Path) -> str:
    if not content.strip():
        raise ArticleError(f"{path}: is empty; remove it or add the story's text")
    marked = (encoding for mark, encoding in _ENCODINGS_BY_MARK if content.startswith(mark))
    encoding = next(marked, "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16" or b"\x00" in content or _control_share(content) > 0.02:
            raise ArticleError(f"{path}: is not a text file; remove it or save the story as UTF-8 text") from error
        return content.decode("cp1252", errors="replace").replace("\r\n", "\n")
    if "\x00" in text:
        raise ArticleError(f"{path}: is not a text file; remove it or save the story as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _control_share(content: bytes) -> float:
    sample = content[:4096]
    return sum(byte < 32 and byte not in b"\t\n\r\f" for byte in sample) / max(1, len(sample))

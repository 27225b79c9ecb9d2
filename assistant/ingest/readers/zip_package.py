"""Packages that are zip archives inside (DOCX, ODT, EPUB), checked like any other archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import ArticleError
from assistant.ingest import archive, magic
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_BYTES, MAX_CONTAINER_BYTES, MIB


class Package:
    """The parts of one such file."""

    def __init__(self, content: bytes, label: str) -> None:
        self.label = label
        self.content = content
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        archive.check_total(self._archive.infolist(), label, len(content))
        self.names = frozenset(self._archive.namelist())

    def check_parts(self) -> None:
        """Raises `ArticleError` where a part may not be unpacked, for a library that unpacks them all."""
        for info in self._archive.infolist():
            archive.check_member(info, f"{self.label}: {info.filename[:100]}")

    def read(self, name: str) -> bytes:
        """A part's bytes; none for a part that is missing. Raises `ArticleError`."""
        if name not in self.names:
            return b""
        info = self._archive.getinfo(name)
        archive.check_member(info, f"{self.label}: {name[:100]}")
        if info.file_size > MAX_BYTES:
            raise ArticleError(f"{self.label}: its part {name[:100]} is larger than {MAX_BYTES // MIB} MiB; split it")
        return self._archive.read(info)


@contextmanager
def open_package(source: RawFile) -> Iterator[Package]:
    """The file's parts. Raises `ArticleError` when it is damaged, encrypted or unpacks to too much."""
    content = source.read(MAX_CONTAINER_BYTES)
    if not content.strip():
        raise ArticleError(f"{source.label}: is empty; remove it or save it again")
    if content.startswith(magic.OLE):
        raise ArticleError(f"{source.label}: is encrypted or of an older format; save it as .docx without a password")
    try:
        yield Package(content, source.label)
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, zlib.error) as error:
        raise archive.damaged(source.label, error) from error

"""Word documents of before 2007 (.doc) → `Story`, by antiword or catdoc where one of them is installed.

No maintained Python library reads them. What is a page, an RTF or a newer document under this suffix is told
by its first bytes and never comes here.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator

from assistant.errors import ArticleError
from assistant.ingest.build import Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MAX_BYTES, MAX_CONTAINER_BYTES, READ_SECONDS
from assistant.ingest.readers import press_export
from assistant.ingest.readers.html_dom import plain_paragraphs

_PROGRAMS = (
    ("antiword", ["-m", "UTF-8.txt", "-w", "0"]),
    ("catdoc", ["-d", "utf-8", "-w"]),
)
"""Each prints a paragraph a line, as UTF-8; the document is its last argument."""
_SECONDS = READ_SECONDS // 2


def read(source: RawFile, which: Callable[[str], str | None] = shutil.which) -> Iterator[Story]:
    """The document's text, or the articles of an export. Raises `ArticleError`, also where no program reads it.

    `which` finds a program's path by its name.
    """
    found = next(((path, options) for name, options in _PROGRAMS if (path := which(name))), None)
    if found is None:
        raise ArticleError(
            f"{source.label}: is a Word document of before 2007, which is read where antiword or catdoc is installed; "
            "install one of them, or save it as .docx"
        )
    program, options = found
    content = source.read(MAX_CONTAINER_BYTES)
    with tempfile.NamedTemporaryFile(suffix=".doc") as copy:
        copy.write(content)
        copy.flush()
        try:
            done = subprocess.run(
                [program, *options, copy.name],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ArticleError(f"{source.label}: cannot be read by {program} ({error}); save it as .docx") from error
    if len(done.stdout) > MAX_BYTES:
        raise ArticleError(f"{source.label}: holds too much text for a news article; split it")
    texts = plain_paragraphs(done.stdout.decode("utf-8", "replace"))
    if done.returncode or not texts:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:200].replace(copy.name, source.name)
        raise ArticleError(f"{source.label}: cannot be read by {program} ({said or 'no text'}); save it as .docx")
    yield from press_export.stories(texts) or [Story(tuple(texts))]

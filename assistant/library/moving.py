"""Migration of sources and uploads out of the cache folder, where earlier versions kept them."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import StorageError
from assistant.library.location import INDEX, LibraryLocation
from assistant.library.lock import WriterLock
from assistant.library.sources import BOOK, UPLOADS
from assistant.library.uploads import discard, keep_bytes, remove_drafts
from assistant.util.files import write_whole
from assistant.util.progress import Say


def move_kept(place: LibraryLocation, say: Say | None = None) -> None:
    """Move them to `place.kept`, a file at a time: each is whole in its new place before it leaves the old one.

    A kill in between loses nothing; the next time it is gone on with. Raises `StorageError`.
    """
    if place.kept == place.state or not _left(place.state):
        return
    # The lock lies beside the index, where earlier versions look for it too.
    with WriterLock(place.state / INDEX, say).held():
        try:
            for upload in sorted((place.state / UPLOADS).glob("[!.]*")):
                keep_bytes(upload.read_bytes(), upload.name, place.kept / UPLOADS)
                discard(upload)
            remove_drafts(place.kept / UPLOADS)
            if (place.state / UPLOADS).is_dir():
                (place.kept / UPLOADS).mkdir(parents=True, exist_ok=True)
                remove_drafts(place.state / UPLOADS)
                (place.state / UPLOADS).rmdir()
            _move_book(place.state / BOOK, place.kept / BOOK)
        except OSError as error:
            raise StorageError(
                f"{error.filename or place.state}: cannot be moved to {place.kept} ({error.strerror}); "
                "check both folders' permissions and the disk; nothing is lost"
            ) from error


def _left(state: Path) -> bool:
    return (state / UPLOADS).is_dir() or (state / BOOK).is_file()


def _move_book(old: Path, new: Path) -> None:
    if not old.is_file():
        return
    if not new.exists():
        write_whole(new, old.read_bytes())
    # Where there are two, the new one has been used since; the old one is still kept for a person to look at.
    if new.read_bytes() == old.read_bytes():
        discard(old)
    else:
        old.replace(old.with_name(f"{BOOK}.earlier"))

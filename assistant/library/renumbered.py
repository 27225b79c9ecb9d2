"""Report of renumbered paragraphs: what became of those of an index that another version made.

Saved answers cite paragraphs by their ids; of those that are another paragraph now, or none, the user is told.
"""

from __future__ import annotations

from pathlib import Path

from assistant.errors import StorageError
from assistant.text.numbers import counted
from assistant.util.sqlite import rows_of_both

_CHANGED = """
    SELECT count(*), count(now.id IS NULL OR now.text IS NOT old.text OR NULL)
    FROM before.paragraphs AS old LEFT JOIN main.paragraphs AS now ON now.id = old.id
"""


def set_aside(path: Path) -> None:
    """Keep the file of an index until the new one is filled; one that waits for that already stays."""
    kept = _kept(path)
    if kept.exists():
        return
    for suffix in ("", "-wal"):
        file = Path(f"{path}{suffix}")
        if file.exists():
            file.replace(f"{kept}{suffix}")


def what_changed(path: Path) -> str | None:
    """In a line, how the index compares to the one that was set aside, which is deleted; None where there is none."""
    kept = _kept(path)
    if not kept.exists():
        return None
    try:
        ((all_, changed),) = rows_of_both(kept, path, _CHANGED)
    except StorageError:
        # It held no paragraphs as ours do.
        return None
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{kept}{suffix}").unlink(missing_ok=True)
    if not changed:
        return f"the index was made anew by this version; its {counted(all_, 'paragraph')} kept their numbers"
    return (
        f"the index was made anew by this version; of {counted(all_, 'paragraph')} {changed:,} have another number or "
        "text, or are left out; which saved answers that concerns: assistant check-answers"
    )


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}.before")

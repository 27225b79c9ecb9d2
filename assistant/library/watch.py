"""File watcher on the sources of a library: what is written there is searchable a moment later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from assistant.errors import AssistantError
from assistant.library.library import Library
from assistant.library.report import Told, UpdateReport
from assistant.library.sources import Source, SourceKind

_QUIET_MS = 50
_AT_MOST_MS = 400


def watch(
    library: Library,
    told: Told,
    updated: Callable[[UpdateReport], None],
    stop: Event | None = None,
    failed: Callable[[AssistantError], None] | None = None,
) -> None:
    """Update the index whenever a file of a source changes, until interrupted or `stop` is set.

    `told` hears what became of each file that changed, `updated` the report of each update, `failed`
    why one could not be made; the watch goes on.
    """
    from watchfiles import watch as changes_of

    sources = library.sources
    roots = sorted({_root(source) for source in sources if _root(source).is_dir()})
    if not roots:
        return
    changes = changes_of(
        *roots,
        watch_filter=None,
        debounce=_AT_MOST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=200,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    begun = False
    for change in changes:
        paths = [Path(name) for _, name in change]
        # Once the watch stands, everything is looked at: something may have been written before it did.
        touched = [source for source in sources if not begun or any(_concerns(source, path) for path in paths)]
        begun = True
        if not touched:
            continue
        try:
            updated(library.refresh(told=told, only=touched))
        except AssistantError as error:
            if failed:
                failed(error)


def _root(source: Source) -> Path:
    path = Path(source.path)
    return path if path.is_dir() and source.kind is not SourceKind.URLS else path.parent


def _concerns(source: Source, path: Path) -> bool:
    root = _root(source).resolve()
    if root not in path.parents:
        return False
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    single = source.kind is SourceKind.PATH and not Path(source.path).is_dir()
    return not hidden and (not single or path.name == Path(source.path).name)

"""`assistant index`: fill the library, bring it up to date, follow its sources, check it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.commands.common import Commands, add_folder, say_always, settings_of, warn
from assistant.errors import UsageError
from assistant.text.numbers import counted

if TYPE_CHECKING:
    from assistant.library.library import Library
    from assistant.library.report import FileOutcome, UpdateReport
    from assistant.library.sources import Source


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    index = commands.add_parser("index", help="add articles to the library, or bring it up to date")
    index.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, archives, or - for standard input")
    index.add_argument("--urls", type=Path, metavar="FILE", help="a list of saved pages: URL<TAB>FILE a line")
    index.add_argument("--verbose", action="store_true", help="say what was understood of every file")
    index.add_argument("--watch", action="store_true", help="follow the sources until interrupted")
    index.add_argument("--check", action="store_true", help="verify the index against the files and repair it")
    index.add_argument("--dry-run", action="store_true", help="with --check: only say what is wrong")
    index.add_argument("--forget", type=Path, metavar="PATH", help="drop a source and its articles, not its files")
    add_folder(index)
    index.set_defaults(run=_index)


def _index(arguments: argparse.Namespace) -> int:
    from assistant.library.location import mirror_of, place_to_fill
    from assistant.library.open import open_place

    adds = bool(arguments.paths or arguments.urls)
    if arguments.dry_run and not arguments.check:
        raise UsageError("--dry-run goes with --check")
    if arguments.check and (arguments.watch or adds or arguments.forget):
        raise UsageError("--check goes with --dry-run and --verbose alone")
    if arguments.forget and (adds or arguments.watch):
        raise UsageError("--forget goes alone")
    settings = settings_of(arguments)
    if arguments.articles is not None:
        if adds or arguments.forget:
            raise UsageError("--articles DIR follows one folder; add to a library with: assistant index PATH…")
        place = mirror_of(settings, arguments.articles)
    else:
        place = place_to_fill(settings)
    library = open_place(place, settings, say_always)
    try:
        if arguments.check:
            return _check(library, arguments)
        if arguments.forget:
            removed = library.forget(arguments.forget)
            say_always(f"forgot {arguments.forget} and its {counted(removed, 'article')}")
            return 0
        return _update(library, arguments)
    finally:
        library.index.close()


def _update(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars

    only = _add(library, arguments)
    if only is None and not library.sources:
        raise UsageError("the library has no sources yet; name some: assistant index PATH…")
    told = _tell if arguments.verbose else None
    report = library.refresh(progress_bars("indexing articles"), told, only=only)
    warn(report.problems)
    print(_summary(report, library), file=sys.stderr)
    if arguments.watch:
        _watch(library)
    return 1 if report.problems else 0


def _add(library: Library, arguments: argparse.Namespace) -> list[Source] | None:
    """The sources that were named; None where none was: then all are meant."""
    from assistant.library.sources import SourceKind

    paths = [Path(path) for path in arguments.paths if path != "-"]
    if not (arguments.paths or arguments.urls):
        return None
    added = library.add_paths(paths)
    if arguments.urls:
        added += library.add_paths([arguments.urls], kind=SourceKind.URLS)
    if "-" in arguments.paths:
        added.append(library.add_text(sys.stdin.buffer.read()))
    return added


def _watch(library: Library) -> None:
    from assistant.library.report import FileStatus
    from assistant.library.watch import watch

    def told(outcome: FileOutcome) -> None:
        if outcome.status is not FileStatus.UNCHANGED:
            _tell(outcome)

    started: list[bool] = []

    def updated(report: UpdateReport) -> None:
        warn(report.problems if not started else [])
        if not started:
            say_always(f"watching {', '.join(source.path for source in library.sources)} …")
            started.append(True)

    watch(library, told, updated, failed=lambda error: say_always(str(error)))


def _check(library: Library, arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.library.verify import check, repair
    from assistant.text.unicode import one_line

    found = check(library, progress_bars("checking files"))
    for line in found.lines:
        print(one_line(line))
    if not found.lines:
        size = library.index.size()
        print(f"nothing wrong: {counted(size.articles, 'article')}, {size.paragraphs:,} paragraphs")
        return 0
    if arguments.dry_run:
        return 1
    report = repair(library, found, progress_bars("repairing"), _tell if arguments.verbose else None)
    warn(report.problems)
    print(f"repaired; {_summary(report, library)}")
    return 1 if report.problems else 0


def _tell(outcome: FileOutcome) -> None:
    from assistant.text.unicode import one_line

    message = outcome.message.removeprefix(f"{outcome.path}: ")
    told = one_line(outcome.path + (f": {message}" if message else ""))
    print(f"{outcome.status:<9} {told}", flush=True)


def _summary(report: UpdateReport, library: Library) -> str:
    parts = {
        "added": report.added,
        "changed": report.changed,
        "moved": report.moved,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "the same story as another": report.duplicates,
        "not readable": len(report.problems),
    }
    done = ", ".join(f"{number:,} {what}" for what, number in parts.items() if number)
    size = library.index.size()
    holds = f"{counted(size.articles, 'article')}, {size.paragraphs:,} paragraphs"
    return f"{done or 'nothing to do'}; the library holds {holds}"

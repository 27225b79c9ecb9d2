"""`assistant versions`: what an article said before its file was replaced."""

from __future__ import annotations

import argparse
import json
import sys

from assistant.cli.commands.common import Commands, add_folder, say, settings_of, warn


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    versions = commands.add_parser("versions", help="what changed in an article that was replaced")
    versions.add_argument("article", metavar="ARTICLE", help="its id, as assistant articles tells it")
    versions.add_argument("--json", action="store_true", help="one JSON object a replacement, one a line")
    add_folder(versions)
    versions.set_defaults(run=_versions)


def _versions(arguments: argparse.Namespace) -> int:
    from assistant.cli.terminal import progress_bars
    from assistant.library.open import open_collection
    from assistant.newsroom.versions import changes
    from assistant.text.unicode import one_line

    library, update = open_collection(settings_of(arguments), progress_bars, say)
    try:
        article = library.index.article(arguments.article)
        kept = library.index.versions.of(arguments.article)
    finally:
        library.index.close()
    warn(update.problems)
    if not kept:
        print(f"assistant: no earlier version of {arguments.article} is kept", file=sys.stderr)
    for version, later in zip(kept, [*(one.article for one in kept[1:]), article], strict=True):
        replaced = version.replaced.isoformat(timespec="seconds")
        found = changes(version.article, later)
        if arguments.json:
            told = {"article": article.id, "replaced": replaced, "changes": [one.to_dict() for one in found]}
            print(json.dumps(told, ensure_ascii=False))
            continue
        print(f"replaced {replaced}")
        for change in found:
            print(f"  {change.kind}")
            for sign, text in (("-", change.before), ("+", change.after)):
                if text:
                    print(f"    {sign} {one_line(text)}")
    return 1 if update.problems else 0

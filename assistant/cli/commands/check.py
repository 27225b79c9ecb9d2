"""`assistant check`: a draft against the library."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from assistant.cli.commands.common import Commands, add_folder_and_model, print_json, read_text, say, settings_of, warn

if TYPE_CHECKING:
    from assistant.newsroom.drafts.check import CheckedSentence


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    check = commands.add_parser("check", help="check each sentence of a draft against the library")
    check.add_argument("draft", metavar="FILE", help="Markdown or plain text; - for standard input")
    check.add_argument("--json", action="store_true", help="one JSON object a sentence, a line each")
    add_folder_and_model(check)
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from collections import Counter

    from assistant.cli.terminal import progress_bars
    from assistant.newsroom.drafts.check import DraftChecker, Verdict
    from assistant.newsroom.drafts.sentences import sentences_of
    from assistant.newsroom.evidence.base import open_evidence_base

    where = "standard input" if arguments.draft == "-" else f"draft {arguments.draft}"
    markdown = not arguments.draft.lower().endswith((".txt", ".text"))
    text = read_text(arguments.draft, "draft", "Markdown or text").replace("\r\n", "\n")
    sentences = sentences_of(text, where, markdown=markdown)
    counts: Counter[Verdict] = Counter()
    with open_evidence_base(settings_of(arguments), progress_bars, say) as (base, update):
        warn(update.problems)
        for checked in DraftChecker(base).check(sentences, progress_bars("checking", "sentences")):
            counts[checked.verdict] += 1
            if arguments.json:
                print_json(_to_dict(checked))
            else:
                _print(checked)
    if not arguments.json:
        print("\n" + ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    return 1 if counts[Verdict.OTHERWISE] or update.problems else 0


def _print(checked: CheckedSentence) -> None:
    from assistant.cli.terminal import print_quote, printable

    print(f"{checked.verdict}, line {checked.sentence.line}: {printable(checked.sentence.text)}")
    for reading in checked.readings:
        for part in reading.evidence:
            print_quote(part.passage, part.quote.text)


def _to_dict(checked: CheckedSentence) -> dict[str, Any]:
    from assistant.newsroom.evidence.passages import quote_to_dict

    return {
        "line": checked.sentence.line,
        "sentence": checked.sentence.text,
        "verdict": checked.verdict,
        "sources": [
            {**quote_to_dict(part.passage, part.quote.text), "stated": round(reading.signals.stated, 4)}
            for reading in checked.readings
            for part in reading.evidence
        ],
    }

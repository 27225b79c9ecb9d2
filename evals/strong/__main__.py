"""Measure what is shown of a strong model's drafts, some with an error planted (drafts.jsonl).

python -m evals.strong                       # a verifier that says what is so: what the exact checks cost
python -m evals.strong --exact               # no verifier
python -m evals.strong --verifier MODEL      # embedded, ollama:NAME, NAME@URL …
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assistant.cli.main import guarded
from assistant.embeddings.minilm import similarities
from assistant.library.open import open_embedder
from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.settings import Settings
from assistant.verification.entailment import NoEntailment, entailment_of
from assistant.verification.evidence import EvidenceFinder
from evals.report.table import render_table
from evals.strong.drafts import SEEDS, ArticleSets, load_drafts
from evals.strong.measure import EntailmentOf, Perfect, explanations, measure, metrics


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.strong", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--verifier", metavar="MODEL", help="the model that is asked whether a sentence is stated")
    which.add_argument("--exact", action="store_true", help="the exact checks alone")
    return guarded(lambda: _run(parser.parse_args(argv)), program="evals.strong")


def _run(given: argparse.Namespace) -> int:
    settings = Settings.load(model=given.verifier)
    sets = ArticleSets()
    finder = EvidenceFinder(similarities(open_embedder(settings)))
    with _verifier(given, settings, sets) as entailment:
        outcomes = measure(load_drafts(), sets, finder, entailment)
    of_seeds = [one for one in outcomes if one.draft.set == SEEDS]
    others = [one for one in outcomes if one.draft.set != SEEDS]
    print("\n".join(explanations(outcomes)), end="\n\n")
    print(
        render_table({f"{len(of_seeds)} drafts": metrics(of_seeds), f"{len(others)} further drafts": metrics(others)})
    )
    return 0


@contextmanager
def _verifier(given: argparse.Namespace, settings: Settings, sets: ArticleSets) -> Iterator[EntailmentOf]:
    if given.verifier is None:
        yield (lambda draft: NoEntailment()) if given.exact else (lambda draft: Perfect(draft, sets))
        return
    model = open_model(settings)
    try:
        entailment = entailment_of(settings, model, None, Prompts.of(settings.prompts, taught=model.taught))
        yield lambda draft: entailment
    finally:
        model.close()


if __name__ == "__main__":
    sys.exit(main())

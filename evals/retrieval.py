"""How much of what is needed reaches the language model, without asking it anything.

    python -m evals.retrieval --evaldata DIR [--set squad2 …]

For each public set with a corpus: the share of answerable questions with a gold paragraph among
the first five found, the share whose answer is in the excerpts that are read of it, and how many
characters that is, beside five whole paragraphs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from assistant.answer import MAX_REPORTS
from assistant.embedding import MiniLM, similarities
from assistant.excerpts import Excerpter
from assistant.index import ArticleIndex
from assistant.retriever import Retriever
from assistant.schema import Passage
from assistant.settings import Settings
from evals.adapters import SETS, EvalSet, load_set
from evals.matching import states
from evals.schema import Case

_FIRST = 5


@dataclass(frozen=True, slots=True)
class Reach:
    """Of one set: questions counted, three shares in [0, 1] and two mean numbers of characters."""

    questions: int
    found: float
    stated_in_five: float
    stated_in_excerpts: float
    characters_of_five: float
    characters_of_excerpts: float


def measure(question_set: EvalSet, settings: Settings, scratch: Path) -> Reach:
    """Retrieve and cut for every answerable question with gold paragraphs; the corpus is indexed first."""
    embedder = MiniLM(threads=settings.threads)
    index = ArticleIndex(scratch / f"{question_set.name}.sqlite3", embedder)
    index.add(question_set.articles or [])
    retriever = Retriever(index, passages=settings.passages, whole_below=0)
    excerpter = Excerpter(similarities(embedder), characters=settings.reading, articles=MAX_REPORTS)
    rows: list[tuple[float, ...]] = []
    for case in tqdm(question_set.cases, desc=question_set.name, unit="question", file=sys.stderr, leave=False):
        gold = {paragraph for point in case.gold for paragraph in point}
        if case.unanswerable or not gold:
            continue
        question = case.standalone or case.question
        passages = retriever.retrieve(question)
        five = {passage.paragraph.id: passage.paragraph.text for passage in passages[:_FIRST]}
        read = excerpter.cut(question, passages).texts
        rows.append(
            (
                _has_gold(passages[:_FIRST], gold),
                _is_stated(case, gold, five),
                _is_stated(case, gold, read),
                sum(map(len, five.values())),
                sum(map(len, read.values())),
            )
        )
    index.close()
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    return Reach(len(rows), *means)


def _has_gold(passages: Sequence[Passage], gold: set[str]) -> float:
    return float(any(passage.paragraph.id in gold for passage in passages))


def _is_stated(case: Case, gold: set[str], texts: dict[str, str]) -> float:
    """A long answer is taken to be stated where a gold paragraph is read."""
    own = [text for key, text in texts.items() if key in gold]
    if case.long_form:
        return float(bool(own))
    wordings = [wording for point in case.answers for wording in point]
    return float(any(states(text, wording, loose=True) for text in own for wording in wordings))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaldata", type=Path, required=True)
    parser.add_argument("--set", action="append", choices=SETS)
    given = parser.parse_args()
    print(f"{'set':18} {'n':>4} {'found@5':>8} {'in five':>8} {'in excerpts':>12} {'characters':>16}")
    for name in given.set or SETS:
        question_set = load_set(name, given.evaldata)
        if question_set.articles is None:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            reach = measure(question_set, Settings.load(), Path(scratch))
        print(
            f"{name:18} {reach.questions:4} {reach.found:8.2f} {reach.stated_in_five:8.2f} "
            f"{reach.stated_in_excerpts:12.2f} {reach.characters_of_five:7.0f} → {reach.characters_of_excerpts:5.0f}"
        )


if __name__ == "__main__":
    main()

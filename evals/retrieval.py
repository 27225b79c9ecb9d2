"""How much of what is needed reaches the language model, without asking it anything.

    python -m evals.retrieval --evaldata DIR [--set squad2 …]

For each public set with a corpus: the share of answerable questions with a gold paragraph among
the first five found, by meaning alone, by words alone and by both; the share whose answer is in the
excerpts that are read, at first and at most; and how many characters these are, beside five whole
paragraphs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path

from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode
from tqdm import tqdm

from assistant.embeddings.minilm import similarities
from assistant.library.index import ArticleIndex
from assistant.library.open import open_embedder
from assistant.query.query import Query
from assistant.retrieval.excerpt import ExcerptSelector
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from evals.datasets.public import SETS, EvalSet, load_set
from evals.matching.answers import states
from evals.schema import Case

_FIRST = 5
_MEANING, _WORDS = VectorStoreQueryMode.DEFAULT, VectorStoreQueryMode.TEXT_SEARCH


@dataclass(frozen=True, slots=True)
class Reach:
    """Of one set: questions counted, shares in [0, 1] and mean numbers of characters."""

    questions: int
    by_meaning: float
    by_words: float
    by_both: float
    stated_in_five: float
    stated_at_first: float
    stated_at_most: float
    characters_of_five: float
    characters_at_first: float
    characters_at_most: float


def measure(question_set: EvalSet, settings: Settings, scratch: Path) -> Reach:
    """Retrieve and cut for every answerable question with gold paragraphs; the corpus is indexed first."""
    from assistant.answering.apart import MAX_ARTICLES

    embedder = open_embedder(settings)
    index = ArticleIndex(scratch / f"{question_set.name}.sqlite3", embedder)
    index.add(question_set.articles or [])
    retriever = Retriever(index, passages=settings.passages, whole_below=0)
    excerpter = ExcerptSelector(similarities(embedder), characters=settings.reading, articles=MAX_ARTICLES)
    rows: list[tuple[float, ...]] = []
    for case in tqdm(question_set.cases, desc=question_set.name, unit="question", file=sys.stderr, leave=False):
        gold = {paragraph for point in case.gold for paragraph in point}
        if case.unanswerable or not gold:
            continue
        query = Query.of(case.standalone or case.question)
        passages = retriever.retrieve(query)
        five = {passage.paragraph.id: passage.paragraph.text for passage in passages[:_FIRST]}
        excerpts = excerpter.cut(query, passages)
        read = (five, excerpts.nearest, excerpts.texts)
        rows.append(
            (
                *(float(bool(gold & _first(index, query.text, mode))) for mode in (_MEANING, _WORDS)),
                float(bool(gold & set(five))),
                *(_is_stated(case, gold, texts) for texts in read),
                *(sum(map(len, texts.values())) for texts in read),
            )
        )
    index.close()
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    return Reach(len(rows), *means)


def _first(index: ArticleIndex, question: str, mode: VectorStoreQueryMode) -> set[str]:
    query = VectorStoreQuery(
        query_str=question,
        query_embedding=index.embedder.get_query_embedding(question),
        similarity_top_k=_FIRST,
        mode=mode,
    )
    return set(index.store.query(query).ids or ())


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
    print("found@5: a gold paragraph is among the first five; read: the answer is in five paragraphs, excerpts, more")
    print("| set | n | found@5 by meaning | by words | by both | read in 5 | at first | at most | characters |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in given.set or SETS:
        question_set = load_set(name, given.evaldata)
        if question_set.articles is None:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            reach = measure(question_set, Settings.load(), Path(scratch))
        questions, *figures = astuple(reach)
        shares = " | ".join(f"{share:.2f}" for share in figures[:6])
        characters = ", ".join(f"{count:.0f}" for count in figures[6:])
        print(f"| `{name}` | {questions} | {shares} | {characters} |")


if __name__ == "__main__":
    main()

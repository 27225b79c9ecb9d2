"""What a saved question costs where nothing new bears on it: makes a library, measures and prints a table.

    python -m bench.saved_questions                                   # 20,000 articles, 100 questions, 50 new articles
    python -m bench.saved_questions --articles 2000 --turns 5         # smaller

Paragraphs have random vectors of unit length; questions are embedded for real, anew in each turn. The language model
fails where it is asked at all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
from llama_index.core.embeddings import BaseEmbedding
from pydantic import PrivateAttr

from assistant.api import Assistant
from assistant.embeddings.minilm import DIMENSIONS, MiniLM
from assistant.errors import ModelError
from assistant.library.index import ArticleIndex
from assistant.llm.chat_model import ChatModel
from assistant.newsroom.saved_questions.book import QuestionBook
from assistant.newsroom.saved_questions.watch import Watch
from assistant.schema.articles import Article, Paragraph
from assistant.settings import Settings
from assistant.text.numbers import counted
from bench.news import News
from evals.metrics.uncertainty import quartiles

_AT_ONCE = 500


class RandomVectors(BaseEmbedding):
    """Questions embedded for real; paragraphs given random vectors of unit length."""

    _real: MiniLM = PrivateAttr()
    _random: Any = PrivateAttr()

    def __init__(self, seed: int) -> None:
        super().__init__(model_name="random", embed_batch_size=512)
        self._real = MiniLM(threads=1)
        self._random = np.random.default_rng(seed)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        drawn = self._random.normal(size=(len(texts), DIMENSIONS))
        vectors: list[list[float]] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        # Past what it keeps of earlier questions.
        vector: list[float] = self._real.encode([query])[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class NeverAsked:
    """A language model that fails."""

    name = "never asked"
    taught = False
    has_probabilities = True

    def within(self, _scope: object) -> NeverAsked:
        """The same."""
        return self

    def stream(self, *_: object, **_more: object) -> None:
        """Fails."""
        raise ModelError("the model was asked")

    probability_yes = stream
    prompt_length = stream


def main() -> None:
    """Make the library, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--paragraphs", type=int, default=4, help="of each article, at the most")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--new", type=int, default=50, help="articles that come before each run")
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}\n")
    with tempfile.TemporaryDirectory(prefix="bench-questions-") as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Print the table."""
    articles = _articles(options.seed, options.paragraphs)
    index = ArticleIndex(folder / "index.sqlite3", RandomVectors(options.seed))
    for begin in range(0, options.articles, _AT_ONCE):
        index.add(list(islice(articles, min(_AT_ONCE, options.articles - begin))))
    assistant = Assistant(index, cast(ChatModel, NeverAsked()), Settings.load(home=folder, read="apart"))
    print(f"| n = {options.turns}, milliseconds | first quartile | median | third quartile |\n|---|---|---|---|")
    for questions in (options.questions, 1):
        book = QuestionBook(folder / f"{questions}.json")
        watch = Watch(assistant, book)
        watch.run()
        _answered(book, questions)
        times = []
        for _ in range(options.turns):
            index.add(list(islice(articles, options.new)))
            times.append(_milliseconds(watch.run))
        _row(f"a run, {counted(questions, 'question')}, {options.new} new articles in {options.articles:,}", times)
        _row("… for each question", [one / questions for one in times])
        _row("… where no article is new", [_milliseconds(watch.run) for _ in range(options.turns)])
    index.close()


def _articles(seed: int, paragraphs: int) -> Iterator[Article]:
    for number, (title, day, outlet, texts) in enumerate(News(seed).articles(sys.maxsize)):
        key = f"report{number}"
        placed = tuple(Paragraph(f"{key}#p{place}", place, text) for place, text in enumerate(texts[:paragraphs], 1))
        yield Article(key, title, outlet, day, placed)


def _answered(book: QuestionBook, number: int) -> None:
    """Questions that were answered, from an article that stands."""
    for place in range(number):
        book.add(f"Who plays the cello in week {place} at Quenby Abbey's chamber concert?")
    answer = {"question": "Who?", "answer": "Nobody says.", "refused": True, "sentences": [], "citations": []}
    kept = json.loads(book.path.read_bytes())
    kept["questions"] = [{**question, "answer": answer} for question in kept["questions"]]
    book.path.write_text(json.dumps(kept), encoding="utf-8")


def _milliseconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) * 1000


def _row(what: str, times: Sequence[float]) -> None:
    print(f"| {what} | " + " | ".join(f"{value:,.1f}" for value in quartiles(times)) + " |", flush=True)


if __name__ == "__main__":
    main()

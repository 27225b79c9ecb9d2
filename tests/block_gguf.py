"""A GGUF file of some 20 KB, no model, whose tensors hold random blocks of the encodings that models come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType, GGUFWriter

ROWS, WIDTH = 6, 512
FIELDS: dict[str, tuple[Any, GGUFValueType, GGUFValueType | None]] = {
    "general.name": ("Tiny – ein Modell", GGUFValueType.STRING, None),
    "tiny.context_length": (2**31 + 5, GGUFValueType.UINT32, None),
    "tiny.epsilon": (0.5, GGUFValueType.FLOAT32, None),
    "tokenizer.ggml.add_bos_token": (False, GGUFValueType.BOOL, None),
    "tokenizer.ggml.tokens": (["a", "", "Ġdé", "中"], GGUFValueType.ARRAY, GGUFValueType.STRING),
    "tokenizer.ggml.token_type": ([1, -1, 3, 6], GGUFValueType.ARRAY, GGUFValueType.INT32),
    "tiny.small_numbers": ([1, 255], GGUFValueType.ARRAY, GGUFValueType.UINT8),
    "tokenizer.ggml.scores": ([0.25, -1.5], GGUFValueType.ARRAY, GGUFValueType.FLOAT32),
}


def halves(random: np.random.Generator, count: int) -> Any:
    """Scales as models have them, as the bytes of 16-bit floats, shape (count, 2)."""
    return random.uniform(1e-4, 1e-2, count).astype("<f2")[:, None].view(np.uint8)


def q4_k(random: np.random.Generator) -> Any:
    blocks = random.integers(0, 256, (ROWS * WIDTH // 256, 144), np.uint8)
    blocks[:, 0:2], blocks[:, 2:4] = halves(random, len(blocks)), halves(random, len(blocks))
    return blocks.reshape(ROWS, -1)


def q6_k(random: np.random.Generator) -> Any:
    blocks = random.integers(0, 256, (ROWS * WIDTH // 256, 210), np.uint8)
    blocks[:, 208:] = halves(random, len(blocks))
    return blocks.reshape(ROWS, -1)


def write_gguf(path: Path, *, seed: int = 1, alignment: int | None = None) -> Path:
    random = np.random.default_rng(seed)
    writer = GGUFWriter(path, "tiny")
    if alignment:
        writer.add_custom_alignment(alignment)
    for name, (value, kind, inner) in FIELDS.items():
        writer.add_key_value(name, value, kind, sub_type=inner)
    writer.add_tensor("token_embd.weight", q4_k(random), raw_dtype=Type.Q4_K)
    writer.add_tensor("blk.0.attn_norm.weight", random.normal(size=WIDTH).astype(np.float32))
    writer.add_tensor("blk.0.ffn_gate.weight", q4_k(random), raw_dtype=Type.Q4_K)
    writer.add_tensor("blk.0.ffn_down.weight", q6_k(random), raw_dtype=Type.Q6_K)
    writer.add_tensor("blk.0.attn_q.weight", random.normal(size=(ROWS, 34)).astype(np.float16))
    # As mixtures of experts have them: three dimensions.
    writer.add_tensor("blk.0.ffn_up_exps.weight", q4_k(random).reshape(2, ROWS // 2, -1), raw_dtype=Type.Q4_K)
    writer.add_tensor("output.weight", q6_k(random), raw_dtype=Type.Q6_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path

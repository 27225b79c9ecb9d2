"""The language model's GGUF file → tensors to train beside, and its tokenizer.

The weights are those that the product runs: quantised by the file, dequantised here, so that the
adapter learns to correct the model that it will be used with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

# Qwen2's pre-tokenizer (tokenizer.json of Qwen2.5); llama.cpp's "qwen2" is the same.
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CONTROL = 3
LINEAR = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class Shape:
    """The model's sizes, from the file's metadata."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    head: int
    eps: float
    rope_base: float


def read(path: Path, device: str = "cpu") -> tuple[Shape, dict[str, torch.Tensor]]:
    """The sizes, and each tensor by its GGUF name: matrices (out, in) in bfloat16, vectors in float32."""
    reader = GGUFReader(str(path))
    value = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("tokenizer.")}
    name = value["general.architecture"]
    if name != "qwen2":
        raise SystemExit(f"training: {path} holds a {name} model; only qwen2 can be trained here")
    width, heads = value[f"{name}.embedding_length"], value[f"{name}.attention.head_count"]
    shape = Shape(
        layers=value[f"{name}.block_count"],
        width=width,
        heads=heads,
        kv_heads=value[f"{name}.attention.head_count_kv"],
        head=width // heads,
        eps=value[f"{name}.attention.layer_norm_rms_epsilon"],
        rope_base=value[f"{name}.rope.freq_base"],
    )
    tensors = {}
    for tensor in reader.tensors:
        array = torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type)))
        kind = torch.bfloat16 if array.dim() == 2 else torch.float32
        tensors[tensor.name] = array.to(device=device, dtype=kind)
    return shape, tensors


def adapter_of(path: Path, device: str = "cpu") -> dict[str, torch.Tensor]:
    """The adapter of a run's `state.pt`, or of the GGUF file that `training.export` made of one; float32."""
    if path.suffix != ".gguf":
        return dict(torch.load(path, map_location=device)["adapters"])
    found = {}
    for tensor in GGUFReader(str(path)).tensors:
        _, layer, name, _, part = tensor.name.split(".")
        found[f"blk_{layer}_{name}_{part.removeprefix('lora_')}"] = torch.from_numpy(np.array(tensor.data)).float()
    return {name: tensor.to(device) for name, tensor in found.items()}


def mean(adapters: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of adapters of which one was taught from the other, factor by factor.

    What the first could do and the second has unlearnt comes back in part (Wortsman et al. 2022, arXiv 2109.01903).
    """
    return {name: torch.stack([one[name] for one in adapters]).mean(dim=0) for name in adapters[0]}


def mixture(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """As `mean` of two, of which the first counts as `share` in [0, 1]."""
    return {name: torch.lerp(other[name], one[name], share) for name in one}


def tokenizer(path: Path) -> Tokenizer:
    """The byte-level BPE tokenizer that the file describes, special tokens included."""
    reader = GGUFReader(str(path))
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(pair.split(" ")) for pair in reader.fields["tokenizer.ggml.merges"].contents()]
    kinds = reader.fields["tokenizer.ggml.token_type"].contents()
    made = Tokenizer(models.BPE(vocab={token: place for place, token in enumerate(tokens)}, merges=merges))
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(
        [AddedToken(token, special=True) for token, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL]
    )
    return made

"""Qwen2 with low-rank adapters, for tails of prompts that share a beginning.

The beginning (an article) is computed once by the base model, without gradient; the tails
(judgements about it) are computed together, each seeing the beginning and itself only, with the
adapter on (Activated LoRA, arXiv 2504.12397). LoRA: Hu et al., arXiv 2106.09685.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.weights import LINEAR, Shape

KeysValues = list[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Pack:
    """Tails of one prefix in one sequence.

    `tokens` (n,) and `positions` (n,) of all tails, one after another; `mask` (n, p + n) true where
    a tail's token may look; `targets` (m,) the tokens to predict at the places `at` (m,), each
    weighing `weight` (m,), which sums to the number of tails.
    """

    tokens: Tensor
    positions: Tensor
    mask: Tensor
    at: Tensor
    targets: Tensor
    weight: Tensor


def pack(prefix: int, tails: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]], device: str) -> Pack:
    """`tails` are token ids, the reply's included but for its last; `wanted` the reply's ids of each.

    `prefix` is the length of what all tails follow.
    """
    total = sum(map(len, tails))
    mask = torch.zeros(total, prefix + total, dtype=torch.bool)
    mask[:, :prefix] = True
    tokens, positions, at, targets, weight = [], [], [], [], []
    for tail, reply in zip(tails, wanted, strict=True):
        start, size = len(tokens), len(tail)
        mask[start : start + size, prefix + start : prefix + start + size] = torch.ones(size, size).tril().bool()
        tokens += tail
        positions += range(prefix, prefix + size)
        at += range(start + size - len(reply), start + size)
        targets += reply
        weight += [1 / len(reply)] * len(reply)

    def as_tensor(values: Sequence[float], kind: torch.dtype = torch.long) -> Tensor:
        return torch.tensor(values, dtype=kind, device=device)

    return Pack(
        as_tensor(tokens),
        as_tensor(positions),
        mask.to(device),
        as_tensor(at),
        as_tensor(targets),
        as_tensor(weight, torch.float32),
    )


class Adapted(nn.Module):
    """The frozen model and its adapters; only these are parameters."""

    def __init__(self, shape: Shape, weights: Mapping[str, Tensor], *, rank: int, scale: float) -> None:
        super().__init__()
        self.shape = shape
        self.weights = weights
        self.scale = scale
        self.adapters = nn.ParameterDict()
        for layer in range(shape.layers):
            for name in LINEAR:
                out, width = weights[f"blk.{layer}.{name}.weight"].shape
                key = f"blk_{layer}_{name}"
                first = torch.empty(rank, width)
                nn.init.kaiming_uniform_(first, a=5**0.5)
                self.adapters[key + "_a"] = nn.Parameter(first)
                self.adapters[key + "_b"] = nn.Parameter(torch.zeros(out, rank))

    @torch.no_grad()
    def prefix(self, tokens: Tensor) -> KeysValues:
        """Keys and values of a beginning (n,), by the base model: for each layer (kv_heads, n, head)."""
        places = torch.arange(len(tokens), device=tokens.device)
        kept: KeysValues = []
        self._hidden(tokens, places, None, [], adapted=False, keep=kept)
        return kept

    def loss(self, kept: KeysValues, pack: Pack) -> tuple[Tensor, Tensor]:
        """The weighted cross-entropy, summed over the tails, and the logits (m, vocabulary) it is taken from."""
        hidden = self._hidden(pack.tokens, pack.positions, pack.mask, kept, adapted=True)[pack.at]
        normed = self._norm(hidden, "output_norm.weight")
        head = self.weights.get("output.weight", self.weights["token_embd.weight"])
        logits = (normed @ head.T).float()
        losses = functional.cross_entropy(logits, pack.targets, reduction="none")
        return (losses * pack.weight).sum(), logits

    def _hidden(
        self,
        tokens: Tensor,
        positions: Tensor,
        mask: Tensor | None,
        before: KeysValues,
        *,
        adapted: bool,
        keep: KeysValues | None = None,
    ) -> Tensor:
        x = self.weights["token_embd.weight"][tokens]
        cos, sin = self._rotation(positions, x.dtype)
        for layer in range(self.shape.layers):
            block = f"blk.{layer}."
            h = self._norm(x, block + "attn_norm.weight")
            q, k, v = (self._linear(h, layer, name, adapted) for name in LINEAR[:3])
            q = _rotate(self._heads(q, self.shape.heads), cos, sin)
            k = _rotate(self._heads(k, self.shape.kv_heads), cos, sin)
            v = self._heads(v, self.shape.kv_heads)
            if keep is not None:
                keep.append((k, v))
            if before:
                k, v = (torch.cat(pair, dim=1) for pair in zip(before[layer], (k, v), strict=True))
            groups = self.shape.heads // self.shape.kv_heads
            attended = functional.scaled_dot_product_attention(
                q[None],
                k.repeat_interleave(groups, 0)[None],
                v.repeat_interleave(groups, 0)[None],
                attn_mask=mask,
                is_causal=mask is None,
            )[0]
            attended = attended.transpose(0, 1).reshape(len(tokens), -1)
            x = x + self._linear(attended, layer, "attn_output", adapted)
            h = self._norm(x, block + "ffn_norm.weight")
            gate = functional.silu(self._linear(h, layer, "ffn_gate", adapted))
            x = x + self._linear(gate * self._linear(h, layer, "ffn_up", adapted), layer, "ffn_down", adapted)
        return x

    def _linear(self, x: Tensor, layer: int, name: str, adapted: bool) -> Tensor:
        bias = self.weights.get(f"blk.{layer}.{name}.bias")
        y = functional.linear(x, self.weights[f"blk.{layer}.{name}.weight"], None if bias is None else bias.to(x.dtype))
        if not adapted:
            return y
        first, second = (self.adapters[f"blk_{layer}_{name}_{part}"].to(x.dtype) for part in "ab")
        return y + self.scale * functional.linear(functional.linear(x, first), second)

    def _norm(self, x: Tensor, name: str) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.shape.eps)
        return (wide * self.weights[name]).to(x.dtype)

    def _heads(self, x: Tensor, heads: int) -> Tensor:
        return x.view(len(x), heads, self.shape.head).transpose(0, 1)

    def _rotation(self, positions: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor]:
        half = torch.arange(0, self.shape.head, 2, device=positions.device).float() / self.shape.head
        angles = positions.float()[:, None] / self.shape.rope_base ** half[None]
        angles = torch.cat((angles, angles), -1)
        return angles.cos().to(kind), angles.sin().to(kind)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat((-right, left), -1) * sin

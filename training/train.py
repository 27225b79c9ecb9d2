"""Train the adapter: `python -m training.train EXAMPLES.jsonl FOLDER --model FILE.gguf`.

Resumes from FOLDER/state.pt, which is written every few minutes; logs each step to
FOLDER/log.jsonl with the loss and, by task, the accuracy before learning from what was seen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.model import Adapted, KeysValues, pack
from training.weights import adapter_of, mean, read, tokenizer

SYSTEM = (Path(__file__).parent.parent / "prompts" / "system.md").read_text(encoding="utf-8").strip()
RANK, SCALE = 8, 2.0
_TAILS, _PACK_TOKENS, _PACKS_A_STEP = 14, 640, 2
_RATE, _WARM_UP, _CLIP = 2e-4, 0.05, 1.0
_SAVE_EVERY = 300.0
_PREFIXES_KEPT = 512
_BALANCE = 1.15


@dataclass(frozen=True, slots=True)
class Tail:
    """One example in tokens: `tail` ends where what is learnt begins, which is all of the reply or its last word."""

    task: str
    tail: tuple[int, ...]
    reply: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """Tails that follow the same tokens."""

    prefix: tuple[int, ...]
    tails: tuple[Tail, ...]


def tokens_of(example: dict[str, str], encode: Tokenizer, end: int) -> tuple[tuple[int, ...], Tail]:
    """The tokens of the beginning, and the tail's.

    The last token before the invocation belongs to the tail: from there on llama.cpp applies the adapter.
    """
    head = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n"
    ids = encode.encode(head + example["before"], add_special_tokens=False).ids
    given = f"{example['tail']}<|im_end|>\n<|im_start|>assistant\n{example.get('given', '')}"
    tail = encode.encode(given, add_special_tokens=False).ids
    reply = encode.encode(example["reply"], add_special_tokens=False).ids
    # An answer ends with its line, after which its verdict stands.
    if example["task"] == "rewrite":
        reply = [*reply, end]
    return tuple(ids[:-1]), Tail(example["task"], (ids[-1], *tail), tuple(reply))


def packs_of(path: Path, encode: Tokenizer, *, limit: float, seed: int, balance: float = _BALANCE) -> list[Packed]:
    """All examples in packs of one beginning, in random order.

    Within each task at most `balance` times as many of yes or no are kept as of the other; `limit` in (0, 1] keeps
    that share of the packs.
    """
    chance = random.Random(seed)
    end = encode.token_to_id("<|im_end|>")
    by_prefix: dict[tuple[int, ...], list[Tail]] = defaultdict(list)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    examples = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for example in examples:
        counts[example["task"], example["reply"]] += 1
    for example in examples:
        task, reply = example["task"], example["reply"]
        if reply in ("yes", "no"):
            other = counts[task, "no" if reply == "yes" else "yes"]
            if chance.random() > balance * other / counts[task, reply]:
                continue
        prefix, tail = tokens_of(example, encode, end)
        by_prefix[prefix].append(tail)
    packs = []
    for prefix, tails in by_prefix.items():
        chance.shuffle(tails)
        own: list[Tail] = []
        for tail in tails:
            size = sum(len(one.tail) + len(one.reply) for one in own)
            if own and (len(own) == _TAILS or size + len(tail.tail) + len(tail.reply) > _PACK_TOKENS):
                packs.append(Packed(prefix, tuple(own)))
                own = []
            own.append(tail)
        packs.append(Packed(prefix, tuple(own)))
    chance.shuffle(packs)
    return packs[: math.ceil(limit * len(packs))]


class Trainer:
    """One model, one adapter, and the beginnings that were computed already."""

    def __init__(self, model: Adapted, encode: Tokenizer, device: str) -> None:
        self.model = model
        self._device = device
        self._kept: OrderedDict[tuple[int, ...], KeysValues] = OrderedDict()
        self._yes, self._no = (encode.encode(word, add_special_tokens=False).ids[0] for word in ("yes", "no"))

    def loss(self, packed: Packed) -> tuple[torch.Tensor, list[tuple[str, float, bool]]]:
        """The pack's summed loss; for each tail its task, its loss and whether it was right."""
        made = pack(
            len(packed.prefix),
            [(*tail.tail, *tail.reply[:-1]) for tail in packed.tails],
            [tail.reply for tail in packed.tails],
            self._device,
        )
        total, logits = self.model.loss(self._prefix(packed.prefix), made)
        seen, place = [], 0
        for tail in packed.tails:
            own = logits[place : place + len(tail.reply)].detach()
            wanted = torch.tensor(tail.reply, device=own.device)
            losses = torch.nn.functional.cross_entropy(own, wanted)
            if len(tail.reply) == 1:
                right = bool((own[0, self._yes] > own[0, self._no]) == (tail.reply[0] == self._yes))
            else:
                right = bool((own.argmax(-1) == wanted).float().mean() > 0.5)
            seen.append((tail.task, float(losses), right))
            place += len(tail.reply)
        return total, seen

    def _prefix(self, tokens: tuple[int, ...]) -> KeysValues:
        if tokens not in self._kept:
            while len(self._kept) >= _PREFIXES_KEPT:
                self._kept.popitem(last=False)
            self._kept[tokens] = self.model.prefix(torch.tensor(tokens, device=self._device))
        self._kept.move_to_end(tokens)
        return self._kept[tokens]


def by_task(seen: Sequence[tuple[str, float, bool]]) -> dict[str, list[float]]:
    """Of (task, loss, right): for each task how many there were, their mean loss, and how many were right."""
    found = {}
    for task in sorted({task for task, _, _ in seen}):
        losses = [loss for name, loss, _ in seen if name == task]
        rights = [right for name, _, right in seen if name == task]
        found[task] = [len(rights), round(sum(losses) / len(rights), 3), sum(rights)]
    return found


def resume(path: Path, model: Adapted, optimiser: torch.optim.Optimizer, digest: str) -> tuple[int, float]:
    """Restore an interrupted run: packs of these examples seen, and seconds spent."""
    saved = torch.load(path, map_location=next(model.adapters.parameters()).device)
    model.adapters.load_state_dict(saved["adapters"])
    optimiser.load_state_dict(saved["optimiser"])
    if saved["examples"] == digest:
        return saved["packs"], saved["seconds"]
    print("the examples are others than before: all of them from the first on", flush=True)
    return 0, saved["seconds"]


def rate_at(share: float, highest: float) -> float:
    """The learning rate at a share of the run: rises in the first `_WARM_UP` of it, then falls as a cosine.

    Never below a hundredth of the highest.
    """
    return max(highest * min(share / _WARM_UP, 0.5 * (1 + math.cos(math.pi * share))), highest / 100)


@dataclass
class Run:
    """Steps over the packs, logged to `folder`/log.jsonl and kept in `folder`/state.pt."""

    trainer: Trainer
    optimiser: torch.optim.Optimizer
    packs: Sequence[Packed]
    digest: str
    folder: Path

    def train(self, done: int, spent: float, *, highest: float, minutes: float | None) -> None:
        """Go on from pack `done`, `spent` seconds into the run, until all are seen or `minutes` are over."""
        began, last = time.monotonic() - spent, time.monotonic()
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            while done < len(self.packs):
                share = (time.monotonic() - began) / (60 * minutes) if minutes else done / len(self.packs)
                if share >= 1:
                    break
                rate = rate_at(share, highest)
                step = self.packs[done : done + _PACKS_A_STEP]
                seen = self._step(step, rate)
                done += len(step)
                line = {
                    "packs": done,
                    "of": len(self.packs),
                    "seconds": round(time.monotonic() - began, 1),
                    "rate": rate,
                }
                line["tokens"] = sum(len(tail.tail) + len(tail.reply) for one in step for tail in one.tails)
                log.write(json.dumps(line | by_task(seen)) + "\n")
                log.flush()
                if time.monotonic() - last > _SAVE_EVERY:
                    self._save(done, time.monotonic() - began)
                    last = time.monotonic()
        self._save(done, time.monotonic() - began)
        print(f"{done} packs in {time.monotonic() - began:.0f} s")

    def _step(self, packs: Sequence[Packed], rate: float) -> list[tuple[str, float, bool]]:
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        seen: list[tuple[str, float, bool]] = []
        weight = sum(len(one.tails) for one in packs)
        for one in packs:
            total, own = self.trainer.loss(one)
            (total / weight).backward()
            seen += own
        torch.nn.utils.clip_grad_norm_(self.trainer.model.adapters.parameters(), _CLIP)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return seen

    def _save(self, done: int, seconds: float) -> None:
        made = {
            "adapters": self.trainer.model.adapters.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "packs": done,
            "examples": self.digest,
            "seconds": seconds,
        }
        state = self.folder / "state.pt"
        torch.save(made, state.with_suffix(".part"))
        state.with_suffix(".part").replace(state)


def main() -> None:
    """Train until all packs were seen `--passes` times, or `--minutes` are over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("examples", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="the language model's GGUF file")
    parser.add_argument("--passes", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=None, help="plan for so long instead of --passes")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--balance", type=float, default=_BALANCE, help="yes for each no, or no for each yes, at most")
    parser.add_argument(
        "--begin",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="go on from another adapter, a run's state.pt or a GGUF; from the mean of several",
    )
    parser.add_argument("--rate", type=float, default=_RATE, help="the highest learning rate")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    digest = hashlib.sha256(options.examples.read_bytes()).hexdigest()
    encode = tokenizer(options.model)
    packs: list[Packed] = []
    for turn in range(math.ceil(options.passes)):
        limit, seed = min(1.0, options.passes - turn), options.seed + turn
        packs += packs_of(options.examples, encode, limit=limit, seed=seed, balance=options.balance)
    shape, weights = read(options.model, device)
    model = Adapted(shape, weights, rank=RANK, scale=SCALE).to(device)
    optimiser = torch.optim.AdamW(model.adapters.parameters(), lr=_RATE, weight_decay=0.01)
    trainer = Trainer(model, encode, device)
    state = options.folder / "state.pt"
    if state.exists():
        done, spent = resume(state, model, optimiser, digest)
    else:
        done, spent = 0, 0.0
        if options.begin:
            model.adapters.load_state_dict(mean([adapter_of(path, device) for path in options.begin]))
    tails = sum(len(one.tails) for one in packs)
    print(f"{len(packs)} packs, {tails} examples, on {device}; from pack {done}", flush=True)
    run = Run(trainer, optimiser, packs, digest, options.folder)
    run.train(done, spent, highest=options.rate, minutes=options.minutes)


if __name__ == "__main__":
    main()

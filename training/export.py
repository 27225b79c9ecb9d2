"""The trained adapter as a GGUF file: `python -m training.export FOLDER OUT.gguf --model FILE.gguf`.

An activated LoRA of llama.cpp: `adapter.alora.invocation_tokens` are the tokens of `Check:`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFValueType, GGUFWriter

from training import INVOCATION
from training.train import RANK, SCALE
from training.weights import adapter_of, mixture, tokenizer


def write(adapters: dict[str, torch.Tensor], path: Path, invocation: list[int]) -> None:
    """Write float16 tensors `blk.N.NAME.weight.lora_a` (rank, in) and `.lora_b` (out, rank)."""
    writer = GGUFWriter(path, "qwen2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", RANK * SCALE)
    writer.add_key_value("adapter.alora.invocation_tokens", invocation, GGUFValueType.ARRAY, GGUFValueType.UINT32)
    for key, value in adapters.items():
        _, layer, *name, part = key.split("_")
        array = value.float().cpu().numpy().astype(np.float16)
        writer.add_tensor(f"blk.{layer}.{'_'.join(name)}.weight.lora_{part}", array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Export the folder's last state."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument(
        "--with", dest="other", type=Path, metavar="FILE", help="mixed with another adapter, a state.pt or a GGUF"
    )
    parser.add_argument("--share", type=float, default=0.5, help="of that mixture, how much is this run's")
    options = parser.parse_args()
    saved = torch.load(options.folder / "state.pt", map_location="cpu")
    ids = tokenizer(options.model).encode(INVOCATION, add_special_tokens=False).ids
    adapters = saved["adapters"]
    if options.other:
        adapters = mixture(adapters, adapter_of(options.other), options.share)
    write(adapters, options.output, ids)
    print(f"{options.output}: {options.output.stat().st_size} bytes, after {saved['packs']} packs")


if __name__ == "__main__":
    main()

"""all-MiniLM-L6-v2 computed with 8-bit integers, from the weights of its data package.

The package keeps weights as 8-bit integers, but its graph turns them into floats and multiplies those.
This one multiplies integers, which a processor with VNNI does several times as fast. Weights stay as they are;
each token's values are rounded to steps of a 127th of their largest ("vector-wise quantization", Dettmers et
al. 2022, LLM.int8(), section 3), so that a text's vector does not depend on the texts beside it.
Attention and GELU are ONNX Runtime's fused operators (ContribOperators.md).
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from assistant.util.files import file_sha256, replace_file, replacing
from assistant.util.processor import processor_flags

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

_log = logging.getLogger(__name__)
Array = npt.NDArray[Any]
_FORMAT = 1
_FILE_NAME = "all-minilm-l6-v2.integer.onnx"
_LAYERS = 6
_X86 = {"x86_64", "amd64"}
# Without one of these, sums of two products overflow 16 bits.
_VNNI = {"avx512_vnni", "avx_vnni"}
_PATIENCE = 10.0
_PREFIX = "inner."
# Activations are unsigned around 128: the kernels multiply unsigned by signed.
_MODEL = """
<ir_version: 10, opset_import: ["": 21, "com.microsoft": 1, "minilm": 1]>
minilm (int64[N,S] input_ids, int64[N,S] attention_mask) => (float[N,S,384] last_hidden_state) {
  first = Constant<value_ints=[0]>()
  width = Constant<value_ints=[384]>()
  by_token = Constant<value_ints=[-1,384]>()
  shape = Shape(input_ids)
  length = Shape<start=1>(input_ids)
  by_text = Concat<axis=0>(shape, width)
  mask = Cast<to=6>(attention_mask)
  word_integers = Gather(word_weight, input_ids)
  word_floats = Cast<to=1>(word_integers)
  word_scales = Gather(word_scale, input_ids)
  words = Mul(word_floats, word_scales)
  places = Slice(place_weight, first, length)
  placed = Add(words, places)
  tokens = Reshape(placed, by_token)
  x0 = LayerNormalization<epsilon=1e-12>(tokens, norm_weight, norm_bias)
  %(layers)s
  last_hidden_state = Reshape(x%(count)s, by_text)
}
<domain: "minilm", opset_import: ["": 21]>
Rounded (x) => (integers, steps) {
  last = Constant<value_ints=[-1]>()
  tiny = Constant<value_float=1e-9>()
  largest_step = Constant<value_float=127.0>()
  zero = Constant<value=uint8[1] {128}>()
  highest = ReduceMax<keepdims=0>(x, last)
  lowest = ReduceMin<keepdims=0>(x, last)
  below = Neg(lowest)
  farthest = Max(highest, below, tiny)
  step = Div(farthest, largest_step)
  count = Shape(step)
  zeros = Expand(zero, count)
  integers = QuantizeLinear<axis=0>(x, step, zeros)
  steps = Unsqueeze(step, last)
}
<domain: "minilm", opset_import: ["": 21, "com.microsoft": 1]>
Product (integers, steps, weight, scale) => (y) {
  one = Constant<value_float=1.0>()
  zero = Constant<value=uint8 {128}>()
  unscaled = com.microsoft.MatMulIntegerToFloat(integers, weight, one, scale, zero)
  y = Mul(unscaled, steps)
}
"""
_LAYER = """
  x{i}_integers, x{i}_steps = minilm.Rounded(x{i})
  query{i} = minilm.Product(x{i}_integers, x{i}_steps, query{i}_weight, query{i}_scale)
  key{i} = minilm.Product(x{i}_integers, x{i}_steps, key{i}_weight, key{i}_scale)
  value{i} = minilm.Product(x{i}_integers, x{i}_steps, value{i}_weight, value{i}_scale)
  query{i}_by_text = Reshape(query{i}, by_text)
  key{i}_by_text = Reshape(key{i}, by_text)
  value{i}_by_text = Reshape(value{i}, by_text)
  heads{i}_by_text = com.microsoft.MultiHeadAttention<num_heads=12>(
    query{i}_by_text, key{i}_by_text, value{i}_by_text, attention{i}_bias, mask)
  heads{i} = Reshape(heads{i}_by_text, by_token)
  heads{i}_integers, heads{i}_steps = minilm.Rounded(heads{i})
  joined{i}_product = minilm.Product(heads{i}_integers, heads{i}_steps, joined{i}_weight, joined{i}_scale)
  joined{i} = Add(joined{i}_product, joined{i}_bias)
  attended{i}_sum = Add(joined{i}, x{i})
  attended{i} = LayerNormalization<epsilon=1e-12>(attended{i}_sum, attended{i}_weight, attended{i}_bias)
  attended{i}_integers, attended{i}_steps = minilm.Rounded(attended{i})
  wide{i} = minilm.Product(attended{i}_integers, attended{i}_steps, wide{i}_weight, wide{i}_scale)
  active{i} = com.microsoft.BiasGelu(wide{i}, wide{i}_bias)
  active{i}_integers, active{i}_steps = minilm.Rounded(active{i})
  narrow{i}_product = minilm.Product(active{i}_integers, active{i}_steps, narrow{i}_weight, narrow{i}_scale)
  narrow{i} = Add(narrow{i}_product, narrow{i}_bias)
  x{next}_sum = Add(narrow{i}, attended{i})
  x{next} = LayerNormalization<epsilon=1e-12>(x{next}_sum, output{i}_weight, output{i}_bias)
"""
_LINEAR = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "joined": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}
_NORMS = {"attended": "attention.output.LayerNorm", "output": "output.LayerNorm"}


class Int8Model:
    """The graph's file in one folder."""

    def __init__(self, source: Path, folder: Path) -> None:
        """`source` is the data package's model."""
        self.source = source
        self.path = folder / _FILE_NAME
        self._stamp = self.path.with_suffix(".json")

    def ensure(self, agrees: Callable[[Path], bool]) -> Path | None:
        """The file, made first if it is not there or was made of another source; about a second.

        None where it is of no use: the processor is an x86 without VNNI, `agrees(path)`, asked when it is made, found
        other vectors than the source's, or it cannot be made or kept.
        """
        if not multiplies_integers():
            return None
        try:
            known = self._known()
            if known is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with FileLock(f"{self.path}.lock", timeout=_PATIENCE):
                    known = self._known()
                    if known is None:
                        known = self._make(agrees)
        except Exception:
            # Slower without it, and otherwise the same: whatever failed, no reason to stop anyone. What ONNX and its
            # runtime raise has no class in common but this.
            _log.info("the embedding model is computed with floats", exc_info=True)
            return None
        return self.path if known else None

    def _known(self) -> bool | None:
        """What `agrees` said of the file as it is now, on this processor."""
        try:
            said = json.loads(self._stamp.read_text(encoding="utf-8"))
            return bool(said["agrees"]) if said["made"] == self._state() else None
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def _state(self) -> list[int | str]:
        source, made = (file_sha256(path) for path in (self.source, self.path))
        processor = hashlib.sha256(" ".join(sorted(processor_flags())).encode()).hexdigest()
        return [_FORMAT, source, made, processor, version("onnxruntime")]

    def _make(self, agrees: Callable[[Path], bool]) -> bool:
        with replacing(self.path, self.path.with_suffix(".part")) as draft:
            draft.write_bytes(integer_model(self.source).SerializeToString())
            good = agrees(draft)
        replace_file(self._stamp, json.dumps({"made": self._state(), "agrees": good}))
        return good


def multiplies_integers() -> bool:
    """Whether this processor computes ONNX Runtime's integer products without overflow."""
    return platform.machine().lower() not in _X86 or bool(_VNNI & processor_flags())


def integer_model(source: Path) -> ModelProto:
    """The ONNX model with the weights of `source`. Raises `OSError` when that cannot be read, `ValueError` and
    `LookupError` when it is another model."""
    import onnx
    from onnx import numpy_helper, parser

    layers = "".join(_LAYER.format(i=i, next=i + 1) for i in range(_LAYERS))
    model = parser.parse_model(_MODEL % {"layers": layers, "count": _LAYERS})
    weights = _weights(onnx.load(source).graph)
    used = {name for node in model.graph.node for name in node.input}
    model.graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(weights[name]), name) for name in sorted(used & weights.keys())
    )
    onnx.checker.check_model(model)
    return model


def _weights(graph: GraphProto) -> dict[str, Array]:
    from onnx import numpy_helper

    given = {item.name.removeprefix(_PREFIX): numpy_helper.to_array(item) for item in graph.initializer}
    made = {output: node for node in graph.node for output in node.output}
    # The exporter kept the names of biases, and numbered the matrices that they are added to.
    matrices = {
        node.input[1].removeprefix(_PREFIX): made[node.input[0]].input[1]
        for node in graph.node
        if node.op_type == "Add" and node.input[0] in made and made[node.input[0]].op_type == "MatMul"
    }
    embeddings = "embeddings.position_embeddings.weight"
    places = (
        given[f"{embeddings}_q"] * given[f"{embeddings}_scale"] + given["embeddings.token_type_embeddings.weight"][0]
    )
    weights = {
        "word_weight": given["embeddings.word_embeddings.weight_q"],
        "word_scale": given["embeddings.word_embeddings.weight_scale"],
        "place_weight": places.astype(np.float32),
        "norm_weight": given["embeddings.LayerNorm.weight"],
        "norm_bias": given["embeddings.LayerNorm.bias"],
    }
    for i in range(_LAYERS):
        for name, place in _LINEAR.items():
            bias = f"encoder.layer.{i}.{place}.bias"
            weights[f"{name}{i}_weight"] = given[f"{matrices[bias]}_q"]
            weights[f"{name}{i}_scale"] = given[f"{matrices[bias]}_scale"].reshape(-1)
            weights[f"{name}{i}_bias"] = given[bias]
        for name, place in _NORMS.items():
            weights[f"{name}{i}_weight"] = given[f"encoder.layer.{i}.{place}.weight"]
            weights[f"{name}{i}_bias"] = given[f"encoder.layer.{i}.{place}.bias"]
        weights[f"attention{i}_bias"] = np.concatenate(
            [weights[f"{name}{i}_bias"] for name in ("query", "key", "value")]
        )
    return weights

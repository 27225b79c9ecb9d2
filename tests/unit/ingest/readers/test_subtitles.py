"""Subtitles: sentences and their speakers."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_samples import read_bytes, texts

BODY = ["The mill of Birkby burnt down on Monday night.", "The damage is put at 3 million marks."]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:03,000\n<i>The mill of Birkby</i>\nburnt down\n\n2\n00:00:03,100 --> "
         "00:00:05,000\non Monday night.\n\n3\n00:00:06,000 --> 00:00:08,000\n- Who pays?\n"),
        ("a.vtt", "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:03.000 align:start\nThe mill of Birkby\n\n"
         "00:03.100 --> 00:05.000\nburnt down on Monday night.\n\nx\n00:06.000 --> 00:08.000\n- Who pays?\n"),
    ],
)  # fmt: skip
def test_subtitles_are_sentences(tmp_path: Path, name: str, content: str) -> None:
    (article,), _ = read_bytes(tmp_path, name, content)
    assert texts(article) == [BODY[0], "- Who pays?"]


def test_a_speaker_of_subtitles_is_named(tmp_path: Path) -> None:
    content = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ola Berg>It burnt &amp; fell.</v>\n"
    (article,), _ = read_bytes(tmp_path, "a.vtt", content)
    assert texts(article) == ["Ola Berg: It burnt & fell."]

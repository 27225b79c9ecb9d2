"""UTF-8 that was read in an older encoding and saved that way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ftfy import TextFixerConfig, fix_encoding

from assistant.ingest.discover import list_files
from assistant.ingest.mojibake import ENCODINGS, mended
from assistant.schema.articles import Article

STORIES = {
    "cp1252": "L’été, le maire a déclaré : « c’est terminé ».",
    "latin-1": "La señora dijo: mañana será otro día.",
    "cp1251": "Мост через реку открылся в понедельник.",
    "cp1250": "Burmistrz powiedział, że most będzie otwarty później.",
}


@pytest.mark.parametrize(("encoding", "story"), STORIES.items())
def test_a_line_that_was_encoded_twice_is_mended(encoding: str, story: str) -> None:
    garbled = story.encode().decode(encoding, "surrogateescape")
    if any("\udc80" <= char <= "\udcff" for char in garbled):
        pytest.skip("the encoding has no character for a byte of this text")
    assert garbled != story
    assert mended(f"Plain.\n{garbled}\n{story}") == f"Plain.\n{story}\n{story}"


def test_what_is_right_elsewhere_in_its_line_stays() -> None:
    told = "When “CafÃ©” stands on the page, a program has read “Café” wrongly."
    assert mended(told) == told
    for story in STORIES.values():
        assert mended(story) == story


def test_rows_and_texts_are_mended(write_articles: Callable[..., Path]) -> None:
    garbled = {key: value.encode().decode("latin-1") for key, value in (("title", "Café"), ("text", "Il a payé."))}
    folder = write_articles({"a.json": json.dumps(garbled), "b.txt": "L'Ã©tÃ©\n\nLe maire a payÃ© le pont.\n"})
    found = [article for file in list_files(folder) for article in file.articles() if isinstance(article, Article)]
    told = [(article.title, article.paragraphs[-1].text) for article in found]
    assert told == [("Café", "Il a payé."), ("L'été", "Le maire a payé le pont.")]


def test_what_ftfy_would_mend_is_given_to_it() -> None:
    from ftfy.chardata import CHARMAP_ENCODINGS

    assert len(ENCODINGS) == len(CHARMAP_ENCODINGS)
    words = "Über Öl, naïve Œuvre: ça coûte 5 € à l’État – Москва Ελλάδα ščřž ąęłń çğışü 東京 🙂"
    for ours, theirs in zip(ENCODINGS, CHARMAP_ENCODINGS, strict=True):
        for word in words.split():
            garbled = f"{word}x".encode().decode(theirs, "replace")
            if "\ufffd" not in garbled:
                config = TextFixerConfig(decode_inconsistent_utf8=False, replace_lossy_sequences=False)
                assert mended(garbled) == fix_encoding(garbled, config), (ours, garbled)


def test_a_lost_no_break_space_is_mended_with_its_line() -> None:
    garbled = "Il est allÃ© Ã\xa0 la mairie.".replace("\xa0", " ")
    assert mended(garbled) == "Il est allé à la mairie."


def test_ftfy_is_not_asked_about_text_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> str:
        raise AssertionError

    monkeypatch.setattr("ftfy.fix_encoding", asked)
    for story in (*STORIES.values(), "Là-bas, à l’école, l’été fut « chaud »."):
        assert mended(story) == story

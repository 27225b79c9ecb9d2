"""Who says what in an interview or a transcript can be told by the paragraph that is cited."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_samples import read_bytes, texts

from assistant.ingest.speakers import is_speaker, speakers_of

OPEN, PAYS, HALF = "We will open the lock on Friday.", "Who pays for it?", "The county pays half of the repairs."
LEAD = "The council of Vessen met on Tuesday to speak of the lock, which has been closed for eleven weeks."


def read(folder: Path, name: str, content: str) -> list[str]:
    ((article,), problems) = read_bytes(folder, name, content)
    assert problems == []
    return texts(article)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_name_on_its_own_line_begins_what_is_said(tmp_path: Path, gap: str) -> None:
    content = (
        f"Council meeting\n\n{LEAD}\n\nMAYOR LIND:{gap}{OPEN}\n\nCouncillor Bo Roe (Green):{gap}{PAYS}\n\n"
        f"MAYOR LIND:{gap}{HALF}\n"
    )
    ((article,), _) = read_bytes(tmp_path, "a.txt", content)
    assert texts(article) == [
        LEAD,
        f"MAYOR LIND:{gap}{OPEN}",
        f"Councillor Bo Roe (Green):{gap}{PAYS}",
        f"MAYOR LIND:{gap}{HALF}",
    ]
    for paragraph in article.paragraphs:
        assert content[paragraph.offset :].startswith(paragraph.text)


def test_what_was_taken_out_between_name_and_speech_does_not_come_back(tmp_path: Path) -> None:
    content = f"Council meeting\n\n{LEAD}\n\nMAYOR LIND:\n<!-- not for print -->\n\n{OPEN}\n\nROE:\n\n{PAYS}\n"
    assert read(tmp_path, "a.md", content) == [LEAD, "MAYOR LIND:", OPEN, f"ROE:\n\n{PAYS}"]


@pytest.mark.parametrize(
    "talk",
    [
        f"<p><b>MAYOR LIND:</b></p><p>{OPEN}</p><p><b>ROE:</b></p><p>{PAYS}</p><p><b>MAYOR LIND:</b></p><p>{HALF}</p>",
        f"<p>MAYOR LIND: {OPEN}</p><p>ROE: {PAYS}</p><p>MAYOR LIND: {HALF}</p>",
        f"<h3>MAYOR LIND</h3><p>{OPEN}</p><h3>ROE</h3><p>{PAYS}</p><h3>MAYOR LIND</h3><p>{HALF}</p>"
        f"<h3>ROE</h3><p>When did it sign?</p>",
    ],
)
def test_a_pages_speakers_stand_before_their_words(tmp_path: Path, talk: str) -> None:
    page = f"<html><body><article><h1>Council meeting</h1><p>{LEAD}</p>{talk}</article></body></html>"
    assert read(tmp_path, "a.html", page)[:4] == [LEAD, f"MAYOR LIND: {OPEN}", f"ROE: {PAYS}", f"MAYOR LIND: {HALF}"]


def test_sub_headings_that_stand_once_are_no_speakers(tmp_path: Path) -> None:
    talk = f"<h3>The lock</h3><p>{OPEN}</p><h3>The county</h3><p>{HALF}</p><h3>The lock</h3><p>{PAYS}</p>"
    page = f"<html><body><article><h1>Council meeting</h1><p>{LEAD}</p>{talk}</article></body></html>"
    assert read(tmp_path, "a.html", page) == [LEAD, OPEN, HALF, PAYS]


def test_one_line_with_a_colon_announces_what_follows(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", f"Council meeting\n\n{LEAD}\n\nSources:\n\n{HALF}\n")[1:] == ["Sources:", HALF]


@pytest.mark.parametrize(
    "text", ["What was said:", "The council decided:", "At 9:30:", "MAYOR LIND: yes", "He said, again:", "12:"]
)
def test_what_is_no_speaker(text: str) -> None:
    assert not is_speaker(text)


@pytest.mark.parametrize("text", ["Q:", "A:", "Ola Berg:", "**Ola Berg:**", "ПЕТРОВ:", "Jan van der Berg:"])
def test_what_is_a_speaker(text: str) -> None:
    assert is_speaker(text)


def cues(*spoken: str, head: str = "", mark: str = ",") -> str:
    times = (f"00:00:{at:02}{mark}000 --> 00:00:{at + 1:02}{mark}000\n{text}" for at, text in enumerate(spoken))
    return head + "\n\n".join(times) + "\n"


def test_a_tag_parts_the_speakers_of_one_cue(tmp_path: Path) -> None:
    content = cues(
        f"<v Anna Lind>{OPEN}",
        f"<v.loud Bo Roe>{PAYS}</v> <v Anna Lind>The county",
        "<v Anna Lind>pays half of the repairs.",
        "The gavel falls.",
        head="WEBVTT\n\n",
        mark=".",
    )
    assert read(tmp_path, "a.vtt", content) == [
        f"Anna Lind: {OPEN}",
        f"Bo Roe: {PAYS}",
        f"Anna Lind: {HALF}",
        "The gavel falls.",
    ]


def test_labels_and_dashes_part_the_speakers_of_captions(tmp_path: Path) -> None:
    content = cues("LIND: We will open the lock", "on Friday.", f"ROE: {PAYS}\nLIND: {HALF}", "- Since when?\n- May.")
    assert read(tmp_path, "a.srt", content) == [
        f"LIND: {OPEN}",
        f"ROE: {PAYS}",
        f"LIND: {HALF}",
        "- Since when?",
        "- May.",
    ]


def test_a_long_speech_is_under_its_speaker_in_every_paragraph(tmp_path: Path) -> None:
    content = cues(f"LIND: {LEAD}", *[LEAD] * 20)
    found = read(tmp_path, "a.srt", content)
    assert len(found) > 2
    assert all(text.startswith("LIND: The council") for text in found)


def test_a_byline_and_a_date_in_one_group_below_the_headline(tmp_path: Path) -> None:
    content = f"Council meets\n\nBy Ida Holm\n14 May 2024\n\n{LEAD}\n\n{OPEN}\n"
    ((article,), _) = read_bytes(tmp_path, "a.txt", content)
    assert (article.title, article.author, str(article.published)) == ("Council meets", "Ida Holm", "2024-05-14")
    assert texts(article) == [LEAD, OPEN]


def test_the_speaker_of_a_paragraph_is_the_name_that_it_begins_with() -> None:
    talk = [
        "The two met in Stell.",
        "Ida Holm: Who pays?",
        "OLA BERG: The county does.",
        "It always has.",
        "Ida Holm: Why?",
    ]
    assert speakers_of(talk) == [None, "Ida Holm", "OLA BERG", None, "Ida Holm"]
    ranked = ["IDA HOLM: Who pays?", "OLA BERG, COUNTY TREASURER: We do.", "HOLM: Why?", "BERG: We must.", "HOLM: So."]
    assert speakers_of(ranked) == ["IDA HOLM", "OLA BERG, COUNTY TREASURER", "HOLM", "BERG", "HOLM"]
    assert speakers_of(["Q: Who pays?", "A: The county.", "Q: Since when?", "A: 2019."]) == ["Q", "A", "Q", "A"]


@pytest.mark.parametrize(
    "paragraphs",
    [
        [],
        ["Correction: The sum is 4.2 million."],
        ["Length: 240 metres", "Cost: 4.2 million crowns", "Opened: 1911"],
        ["Berg said: We pay.", "Berg said: We do not.", "Holm said: Who pays?"],
        ["Berg: We pay.", "Berg: We do."],
    ],
)
def test_what_is_no_talk_has_no_speakers(paragraphs: list[str]) -> None:
    assert speakers_of(paragraphs) == [None] * len(paragraphs)

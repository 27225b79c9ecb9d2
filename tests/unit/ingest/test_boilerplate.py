"""Sign-offs, pointers to other stories, agencies cited."""

from __future__ import annotations

import pytest

from assistant.ingest.boilerplate import cited_agency, is_furniture, sign_off


@pytest.mark.parametrize(
    "line",
    [
        "Also read: China, Russia to further deepen ties",
        "ALSO READ | Something else",
        "Read more: Something else",
        "Related: Something else",
        "See also: Something else",
        "Related stories",
        "Watch: the video",
        "Advertisement",
        "Subscribe now for more",
        "© 2023 The Daily",
        "Copyright 2023 The Daily",
        "All rights reserved.",
    ],
)
def test_pointers(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Also, the two sides read the statement.",
        "Readers were surprised.",
        "Related talks were held in Berlin.",
        "More than 100 people came: a record.",
        "See you in Moscow, he said.",
        "Copyright law was discussed.",
        "Also read: " + "x" * 300,
        "Also read: one\nand a second line",
    ],
)
def test_sentences_that_are_no_pointers(line: str) -> None:
    assert not is_furniture(line)


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("IANS", "IANS"),
        ("(AFP)", "AFP"),
        ("— Reuters", "Reuters"),
        ("[PTI]", "PTI"),
        ("-IANS", "IANS"),
        ("Xinhua.", "Xinhua"),
        ("PTI ABC XYZ", "PTI"),
        ("BBC", "BBC"),
    ],
)
def test_sign_offs(line: str, agency: str) -> None:
    assert sign_off(line) == agency


@pytest.mark.parametrize(
    "line", ["They left.", "Moscow", "I", "He said no.", "End", "AFP reported on Tuesday that they met."]
)
def test_last_lines_that_are_no_sign_off(line: str) -> None:
    assert sign_off(line) is None


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("after his arrival in Moscow, reports Xinhua news agency.", "Xinhua"),
        ("he said, according to the state-run Anadolu news agency.", "Anadolu"),
        ("The Kyodo news agency reported it.", "Kyodo"),
        ("it happened, according to Reuters.", "Reuters"),
        ("the agency reports nothing", None),
        ("he reports to the news agency", None),
        ("Xinhua is in Beijing", None),
    ],
)
def test_the_agency_a_story_cites(text: str, agency: str | None) -> None:
    assert cited_agency(text) == agency

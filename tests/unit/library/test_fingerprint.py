"""The same story under two mastheads is one; two reports are never."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.library.dedup import near_in_time
from assistant.library.fingerprint import body_of, content_hash, story_hash
from assistant.schema.articles import Article, Paragraph

BODY = [
    "The two presidents met in Moscow on Tuesday and signed a joint statement on trade.",
    "Xi Jinping arrived at the Kremlin at noon, where he was received by Vladimir Putin.",
    "They agreed to raise trade by 15 percent within five years.",
    "“Our friendship has no limits,” said Putin.",
    "China opposes the deployment of the missile shield in South Korea.",
    "Russia will deliver 98 billion cubic metres of gas by 2030.",
    "The talks lasted four hours, an aide said.",
    "No agreement on the pipeline was announced.",
    "Analysts in London called the visit a success for Beijing.",
    "The next meeting is planned for October in Vladivostok.",
]


def article(*texts: str, dateline: int = 0, **more: object) -> Article:
    paragraphs = tuple(
        Paragraph(f"a#p{n}", n, text, dateline=dateline if n == 1 else 0) for n, text in enumerate(texts, start=1)
    )
    return Article("a", "T", "IANS", date(2017, 7, 4), paragraphs, **more)  # type: ignore[arg-type]


def changed(number: int, old: str, new: str) -> list[str]:
    assert old in BODY[number]
    return [text.replace(old, new) if n == number else text for n, text in enumerate(BODY)]


@pytest.mark.parametrize(
    "texts",
    [
        [text.upper() for text in BODY],
        [f"  {text.replace(' ', '  ')} " for text in BODY],
        [text.replace("“", '"').replace("”", '"').replace(",", "") for text in BODY],
        [" ".join(BODY[:5]), *BODY[5:]],
        [*BODY, "IANS"],
        [*BODY, "(With inputs from Xinhua)"],
        ["(Additional reporting by Ada Roe in Stell)", *BODY],
        [*BODY, "Reporting by A. Smith; editing by B. Jones"],
        ["MOSCOW, July 4 (Reuters) - " + BODY[0], *BODY[1:]],
        ["Moscow (Xinhua) — " + BODY[0], *BODY[1:]],
    ],
)
def test_what_a_masthead_changes_is_set_aside(texts: list[str]) -> None:
    assert story_hash(article(*texts)) == story_hash(article(*BODY))


def test_a_dateline_that_the_reader_knows_is_set_aside() -> None:
    lead = "Moscow, July 4: "
    assert story_hash(article(lead + BODY[0], *BODY[1:], dateline=len(lead))) == story_hash(article(*BODY))


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        (2, "15", "16"),
        (2, "15 percent", "1.5 percent"),
        (2, "raise", "cut"),
        (5, "98 billion", "98 million"),
        (5, "98", "9.8"),
        (5, "cubic metres", "barrels"),
        (0, "Tuesday", "Wednesday"),
        (0, "signed", "rejected"),
        (2, "five", "six"),
        (9, "October", "November"),
        (9, "next", "last"),
        (1, "Putin", "Lavrov"),
        (1, "Xi Jinping arrived at the Kremlin at noon, where he was received by Vladimir Putin", "Vladimir Putin "
         "arrived at the Kremlin at noon, where he was received by Xi Jinping"),
        (3, "no limits", "limits"),
        (7, "No agreement", "An agreement"),
        (8, "success", "failure"),
    ],
)  # fmt: skip
def test_one_word_makes_another_report(number: int, old: str, new: str) -> None:
    assert story_hash(article(*changed(number, old, new))) != story_hash(article(*BODY))


@pytest.mark.parametrize("texts", [BODY[:9], BODY[1:], [*BODY, "A dinner followed."], BODY[::-1]])
def test_more_or_less_or_another_order_makes_another_report(texts: list[str]) -> None:
    """An outlet is cited for what it printed: the shorter version did not print the rest."""
    assert story_hash(article(*texts)) != story_hash(article(*BODY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It rose by -5 degrees.", "It rose by 5 degrees."),
        ("It fell to –5 degrees.", "It fell to 5 degrees."),
        ("It cost $5.", "It cost €5."),
        ("It is 1.5.", "It is 15."),
        ("It is 10².", "It is 102."),
        ("It takes ½ hour.", "It takes 1 2 hour."),
        ("It is <5 percent.", "It is >5 percent."),
        ("It is ≤5 percent.", "It is ≥5 percent."),
        ("Shares ▲ 5", "Shares ▼ 5"),
        ("The mayor resigned.", "The mayor resigned?"),
        ("दिन बीता।", "दीन बीता।"),
    ],
)
def test_signs_that_are_read_aloud_are_part_of_what_is_said(one: str, other: str) -> None:
    assert story_hash(article(one)) != story_hash(article(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("With 12 people killed it was the worst year.", "With 2 people killed it was the worst year."),
        ("Reported dead: 12.", "Reported dead: 2."),
        ("More: the toll rose to 12.", "More: the toll rose to 2."),
        ("Source close to the mayor says yes.", "Source close to the mayor says never."),
    ],
)
def test_a_sentence_that_begins_like_a_credit_is_part_of_the_story(one: str, other: str) -> None:
    assert story_hash(article(*BODY, one)) != story_hash(article(*BODY, other))
    assert story_hash(article(one, *BODY)) != story_hash(article(other, *BODY))


def test_other_scripts_are_told_apart() -> None:
    chinese = ["两国元首在莫斯科会晤。", "双方签署了15项协议。"]
    assert story_hash(article(*chinese)) == story_hash(article(*[f" {text} " for text in chinese]))
    assert story_hash(article(*chinese)) != story_hash(article(chinese[0], "双方签署了16项协议。"))


def test_a_story_of_nothing_but_a_sign_off_keeps_it() -> None:
    assert body_of(article("IANS").paragraphs) == ["IANS"]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (date(2017, 7, 4), date(2017, 7, 5), True),
        (date(2017, 7, 4), date(2017, 7, 11), False),
        (date(2017, 7, 4), date(2017, 8, 4), False),
        (date(2017, 7, 4), None, True),
        (None, None, True),
    ],
)
def test_the_same_words_a_week_later_are_another_report(one: date | None, other: date | None, near: bool) -> None:
    assert near_in_time(one, other) is near


def test_the_content_is_all_that_is_indexed_but_id_and_path() -> None:
    known = content_hash(article(*BODY, path="x"))
    assert known == content_hash(article(*BODY, path="y"))
    assert known != content_hash(article(*BODY, url="https://example.org"))
    assert known != content_hash(article(*BODY[:-1]))

"""The same story under two mastheads is one; two reports are never."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.library.fingerprint import body_of, content_hash, near_in_time, repeats, sketch, story_hash
from assistant.schema import Article, Paragraph

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
        (5, "98", "9.8"),
        (0, "Tuesday", "Wednesday"),
        (2, "five", "six"),
        (9, "October", "November"),
        (1, "Putin", "Lavrov"),
        (3, "no limits", "limits"),
    ],
)
def test_one_number_day_name_or_denial_makes_another_report(number: int, old: str, new: str) -> None:
    other = changed(number, old, new)
    assert story_hash(article(*other)) != story_hash(article(*BODY))
    assert not repeats(other, BODY)
    assert not repeats(BODY, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("It rose by -5 degrees.", "It rose by 5 degrees."), ("It cost $5.", "It cost €5."), ("It is 1.5.", "It is 15.")],
)
def test_signs_and_currencies_are_part_of_a_number(one: str, other: str) -> None:
    assert story_hash(article(one)) != story_hash(article(other))


def test_a_shortened_story_repeats_the_whole_one_and_not_the_other_way_round() -> None:
    assert repeats(BODY[:9], BODY)
    assert not repeats(BODY, BODY[:9])
    assert not repeats(BODY[:7], BODY)


def test_a_reworded_paragraph_with_the_same_facts_is_the_same() -> None:
    other = changed(6, "The talks lasted four hours, an aide said.", "An aide said the talks lasted for four hours.")
    assert repeats(other, BODY)
    assert repeats(BODY, other)


def test_two_reports_of_one_event_share_too_little() -> None:
    other = [*BODY[:5], *(f"Something else was said about matter {n} that day." for n in range(5))]
    assert not repeats(other, BODY)


def test_each_having_something_of_its_own_they_are_two() -> None:
    mine = [*BODY[:9], "A dinner with the ministers of both countries followed."]
    assert not repeats(mine, BODY)
    assert not repeats(BODY, mine)


def test_a_paragraph_given_twice_counts_twice() -> None:
    assert not repeats([BODY[0]] * 10, BODY)


@pytest.mark.parametrize("texts", [BODY[:9], changed(6, "four hours", "long"), [*BODY, "One more thing was said."]])
def test_stories_that_share_most_paragraphs_share_a_mark(texts: list[str]) -> None:
    assert set(sketch(article(*texts))) & set(sketch(article(*BODY)))


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
        (date(2017, 7, 4), date(2017, 8, 4), False),
        (date(2017, 7, 4), None, True),
        (None, None, True),
    ],
)
def test_the_same_words_a_month_later_are_another_report(one: date | None, other: date | None, near: bool) -> None:
    assert near_in_time(one, other) is near


def test_the_content_is_all_that_is_indexed_but_id_and_path() -> None:
    known = content_hash(article(*BODY, path="x"))
    assert known == content_hash(article(*BODY, path="y"))
    assert known != content_hash(article(*BODY, url="https://example.org"))
    assert known != content_hash(article(*BODY[:-1]))

"""Which texts state a wording, and which only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.matching.answers import first_stated, stated_rejects, states, token_f1

STATED = [
    ("They signed two joint statements.", "2 joint statements"),
    ("It was on July 4, 2017.", "4 July 2017"),
    ("It was on 4 July 2017.", "July 2017"),
    ("It was on 4 July 2017.", "2017"),
    ("Dated 2017-07-04.", "2017"),
    ("They not only signed two joint statements but also met.", "two joint statements"),
    ("No, they signed two statements.", "two statements"),
    ("No they signed two statements.", "two statements"),
    ("It was not in 2017, but in 2023.", "2023"),
    ("It was not 2017 but 2023.", "2023"),
    ("They did not sign until 2023.", "2023"),
    ("The deal is worth $200bn.", "billion"),
    ("The deal is worth $200bn.", "200 billion dollars"),
    ("The U.S. system", "US"),
    ("Xi did not speak and Putin signed it.", "Putin"),
    ("Putin, who did not attend, signed two statements.", "two statements"),
    ("They signed not fewer than two statements.", "two statements"),
    ("Dr. John Smith came.", "John Smith"),
    ("in St. Petersburg", "St Petersburg"),
    ("It was not Xi. Putin said so.", "Putin"),
    ("The parties are not happy about it.", "not happy"),
    ("There is no doubt that they signed two statements.", "two statements"),
    ("The bank failed on 10 March 2023.", "10 March 2023"),
    ("Three banks failed due to fraud in 2023.", "fraud"),
    ("He failed three tests.", "three"),
    ("The minister denied the claims on Tuesday.", "Tuesday"),
    ("The minister denied the claims on 4 July 2017.", "2017"),
    ("The minister denied on Tuesday that they had signed.", "Tuesday"),
    ("The claims were denied by Putin in Moscow.", "Putin"),
    ("He refused the offer on Tuesday.", "on Tuesday"),
    ("No more than two statements were signed.", "two statements"),
    ("They signed not later than 2017.", "2017"),
    ("They did not fail to sign two statements.", "two statements"),
    ("Nobody denied signing two statements.", "two statements"),
    ("No one except Putin signed.", "Putin"),
    ("Nobody but Putin signed.", "Putin"),
    ("Everyone except Putin signed two statements.", "two statements"),
    ("Everyone but Putin signed two statements.", "two statements"),
]
NOT_STATED = [
    ("They did not sign two joint statements.", "two joint statements"),
    ("They didn't sign two joint statements.", "two joint statements"),
    ("They did not, in 2017, sign two joint statements.", "two joint statements"),
    ("Two joint statements were not signed.", "two joint statements"),
    ("No joint statements were signed.", "joint statements"),
    ("Neither Xi nor Putin signed two statements.", "two statements"),
    ("Xi denied signing two statements.", "two statements"),
    ("They left without two statements.", "two statements"),
    ("It was Xi, not Putin, who said so.", "Putin"),
    ("Xi rather than Putin said so.", "Putin"),
    ("It wasn't 2017.", "2017"),
    ("Xi didn't mention Syria and Iran.", "Iran"),
    ("The bank failed to pay in 2023.", "2023"),
    ("They were unable to sign two statements.", "two statements"),
    ("They did not sign and refused to pay 5 million.", "5 million"),
    ("Xi denied that they signed two statements on Tuesday.", "two statements"),
    ("Xi denied involvement in the 2017 attack.", "2017"),
    ("Xi denied the claims.", "claims"),
    ("He did not say that the bank failed on 10 March.", "10 March"),
    ("Everyone except Putin signed.", "Putin"),
    ("Everyone except Xi and Putin signed.", "Putin"),
    ("Everyone but Putin signed.", "Putin"),
    ("All but two signed.", "two"),
    ("They met every year except in 2017.", "2017"),
    ("All signed, with the exception of Putin.", "Putin"),
    ("There were 12017 of them.", "2017"),
    ("There were 20170 of them.", "2017"),
    ("There were 2,017,000 of them.", "2017"),
    ("It cost 200 billion.", "200"),
    ("Xinhua reports.", "Xi"),
    ("Let us go.", "US"),
    ("Xi's second visit", "two"),
    ("On 4 July they met.", "4"),
    ("On 5 July 2017 they met.", "4 July 2017"),
    ("On July 14, 2017 they met.", "July 4"),
    ("On July 4, 2023 they met.", "July 2017"),
    ("They met in Moscow. Xi left.", "Moscow Xi"),
    ("the G20", "20"),
    ("Mr Williams", "William"),
]


@pytest.mark.parametrize(("text", "wording"), STATED)
def test_stated(text: str, wording: str) -> None:
    assert states(text, wording)


@pytest.mark.parametrize(("text", "wording"), NOT_STATED)
def test_not_stated(text: str, wording: str) -> None:
    assert not states(text, wording)


def test_one_undenied_mention_is_enough() -> None:
    assert states("It was not 2017. It was 2017 indeed.", "2017")


def test_a_question_that_denies_lifts_denials() -> None:
    assert not states("Trump did not attend.", "Trump", question="Who attended?")
    assert states("Trump did not attend.", "Trump", question="Who did not attend?")


def test_empty_wording_is_never_stated() -> None:
    assert not states("They signed.", "…")


LONG = "by early 1980 the band had signed a five-album record deal"


def test_long_wording_matches_by_token_f1() -> None:
    assert states("The band had signed a five-album record deal by early 1980.", LONG, loose=True)
    assert not states("The band had signed a five-album record deal by early 1980.", LONG)


@pytest.mark.parametrize(
    "text",
    [
        "The band had signed a five-album record deal by early 1981.",
        "The band had signed a six-album record deal by early 1980.",
        "The band had not signed a five-album record deal by early 1980.",
    ],
)
def test_long_wording_with_another_number_or_a_denial_does_not_match(text: str) -> None:
    assert not states(text, LONG, loose=True)


def test_long_wording_with_swapped_names_does_not_match() -> None:
    wording = "the envoy said Xi gave Putin several old books"
    assert states("The envoy said that Xi gave Putin some old books.", wording, loose=True)
    assert not states("The envoy said that Putin gave Xi some old books.", wording, loose=True)


def test_short_wording_never_matches_in_part() -> None:
    assert not states("Terminal High Altitude Air Defence", "Terminal High Altitude Area Defence", loose=True)
    assert not states("strategic goals", "strategic long goals", loose=True)


def test_first_stated_is_in_the_order_of_the_wordings() -> None:
    assert first_stated("in July 2017", ["2023", "2017", "July 2017"]) == "2017"
    assert first_stated("in July 2017", ["2023"]) is None


def test_reject_inside_an_allowed_wording_is_no_reject() -> None:
    allowed = ["University of Glasgow"]
    assert stated_rejects("At the University of Glasgow.", ["Glasgow"], allowed=allowed) == []
    assert stated_rejects("In Glasgow, at the University of Glasgow.", ["Glasgow"], allowed=allowed) == ["Glasgow"]


def test_equal_wordings_reject_each_other_only_where_allowed_is_longer() -> None:
    assert stated_rejects("In Glasgow.", ["Glasgow"], allowed=["Glasgow"]) == ["Glasgow"]


def test_token_f1_counts_repeats() -> None:
    assert token_f1(["a", "a", "b"], ["a", "b"]) == pytest.approx(0.8)
    assert token_f1([], ["a"]) == 0


words = st.lists(st.sampled_from(["border", "Moscow", "2017", "two", "joint", "Xi", "treaty"]), min_size=1, max_size=6)


@given(words, words, words)
def test_a_run_of_whole_words_is_always_found(before: list[str], run: list[str], after: list[str]) -> None:
    assert states(" ".join([*before, *run, *after]), " ".join(run))


@given(st.integers(1000, 2999), st.text("0123456789", min_size=1, max_size=3))
def test_a_number_inside_a_longer_one_is_never_found(year: int, digits: str) -> None:
    assert not states(f"There were {digits.strip('0') or '1'}{year} of them.", str(year))
    assert not states(f"There were {year}{digits} of them.", str(year))


@pytest.mark.parametrize(
    ("text", "wording", "references", "stated"),
    [
        ("He had no torch.", "torch", ("He was given no torch.",), True),
        ("He had no torch.", "torch", ("He was given a torch.",), False),
        ("He had no torch.", "torch", ("He was given no torch.", "He had a torch."), False),
        ("He had no torch.", "torch", (), False),
        ("He had no lamp.", "torch", ("He was given no torch.",), False),
        ("It covers 66 days, not 58.", "58", ("66 days, instead of 58.",), True),
    ],
)
def test_what_good_answers_deny_may_be_denied(
    text: str, wording: str, references: tuple[str, ...], stated: bool
) -> None:
    assert bool(first_stated(text, [wording], references=references)) is stated


@pytest.mark.parametrize(
    ("text", "wording", "stated"),
    [
        ("It cost 38.4 million euros.", "38.4", True),
        ("It cost €38.4m.", "38.4", True),
        ("It cost 38.4 million.", "38.4 million", True),
        ("It cost 38.4 million.", "38.4 billion", False),
        ("It cost 38.4 million.", "38", False),
        ("It cost two hundred thousand.", "200", True),
        ("It cost 138 million.", "38", False),
        ("It cost 38.4.", "38.4 million", False),
        ("It did not cost 38.4 million.", "38.4", False),
    ],
)
def test_a_figure_without_its_magnitude(text: str, wording: str, stated: bool) -> None:
    assert states(text, wording, by_figure=True) is stated
    assert bool(stated_rejects(text, [wording], by_figure=True)) is stated


def test_a_figure_is_no_number_of_millions_otherwise() -> None:
    assert not states("It cost 5 million.", "5")
    assert stated_rejects("It cost 5 million.", ["5"]) == []

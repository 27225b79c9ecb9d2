"""Which questions ask several things, and which only look as if they did."""

import pytest

from assistant.compound import parts

_JOINED_CLAUSES = pytest.mark.xfail(strict=True, reason="a second relative clause after “and” is taken for a question")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Xi say and what did Putin say?", ("What did Xi say?", "what did Putin say?")),
        ("What did Xi say, and what did Putin say?", ("What did Xi say?", "what did Putin say?")),
        ("What did Xi say, but what did Putin say?", ("What did Xi say?", "what did Putin say?")),
        ("What did Xi sign; what did Putin sign?", ("What did Xi sign?", "what did Putin sign?")),
        ("What did Xi sign; and what did Putin sign?", ("What did Xi sign?", "what did Putin sign?")),
        ("What did Xi sign? What did Putin sign?", ("What did Xi sign?", "What did Putin sign?")),
        ("Who came to Moscow and why did he come?", ("Who came to Moscow?", "why did he come?")),
        ("who opened it and when did it close", ("who opened it?", "when did it close?")),
        (
            "Which agreement did the leaders sign and in which city?",
            ("Which agreement did the leaders sign?", "in which city?"),
        ),
        ("When did Xi visit Moscow, and for how long?", ("When did Xi visit Moscow?", "for how long?")),
        ("WHAT did Xi sign AND WHAT did Putin sign?", ("WHAT did Xi sign?", "WHAT did Putin sign?")),
    ],
)
def test_two_question_words_ask_two_questions(question, expected):
    assert parts(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did they sign in 2017 and 2023?", ("What did they sign in 2017?", "What did they sign in 2023?")),
        ("What did they sign in 2017 and in 2023?", ("What did they sign in 2017?", "What did they sign in 2023?")),
        ("What happened in both 2017 and 2023?", ("What happened in 2017?", "What happened in 2023?")),
        (
            "What was agreed at the talks of 2017 and of 2023?",
            ("What was agreed at the talks of 2017?", "What was agreed at the talks of 2023?"),
        ),
        (
            "Who won the 2017 and the 2023 elections?",
            ("Who won the 2017 elections?", "Who won the 2023 elections?"),
        ),
        ("Where did Xi go in 2017, and in 2023?", ("Where did Xi go in 2017?", "Where did Xi go in 2023?")),
    ],
)
def test_two_years_side_by_side_ask_of_each(question, expected):
    assert parts(question) == expected


def test_a_second_year_with_a_question_word_leans_on_the_first_part():
    assert parts("What did they sign in 2017 and what in 2023?") == ("What did they sign in 2017?", "what in 2023?")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "What did Xi praise and what did Putin praise and where did they meet?",
            ("What did Xi praise?", "what did Putin praise?", "where did they meet?"),
        ),
        (
            "What did Xi say; where did Putin go; who met them?",
            ("What did Xi say?", "where did Putin go?", "who met them?"),
        ),
        (
            "What did Xi say? Where did Putin go? Who met them?",
            ("What did Xi say?", "Where did Putin go?", "Who met them?"),
        ),
    ],
)
def test_three_parts(question, expected):
    assert parts(question) == expected


def test_at_most_three_parts_are_answered():
    asked = "; ".join(f"who spoke for country{number}" for number in range(9)) + "?"
    assert len(parts(asked)) == 3


@pytest.mark.parametrize(
    "question",
    [
        "What did Xi and Putin sign?",
        "Who said what about Syria?",
        "Who told whom that the talks had failed?",
        "Where and when did Xi meet Putin?",
        "When and where did the talks take place?",
        "How and why did the ceasefire fail?",
        "What did they discuss, and how?",
        "What happened before and after the talks?",
        "Which are both countries opposed to?",
        "What did Xi say about Syria but not about Thaad?",
        "What did they want, and did they get it?",
        "State the position of China and of Russia.",
        "Xi",
        "and?",
    ],
)
def test_one_question_is_left_as_it_is(question):
    assert parts(question) == (question,)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the minister, who opened the bridge?",
        "Who is the minister who opened the bridge?",
        "Which countries, which are members of the UN, opposed it?",
        "In what city, where talks were held, did Xi stay?",
        "What did the man who won say?",
        "Where is the hotel in which they met?",
        "When did she say where it began?",
    ],
)
def test_a_relative_clause_is_no_second_question(question):
    assert parts(question) == (question,)


@pytest.mark.parametrize(
    "question",
    [
        "What was agreed from 2017 to 2023?",
        "What was agreed from 2017 until 2023?",
        "What happened in 2017-2023?",
        "Did it happen in 2017 or 2023?",
        "Did it happen in 2017 or in 2023?",
        "Was it in 2017 and 2023 or earlier?",
        "Was more signed in 2023 than in 2017?",
        "Did more people attend in 2017 and 2023 than before?",
        "How do the talks of 2017 and 2023 compare?",
        "What was new in 2023, as distinct from 2017 and 2018?",
        "What was signed in 2017 rather than in 2023?",
    ],
)
def test_a_range_a_choice_and_a_comparison_are_one_question(question):
    assert parts(question) == (question,)


@pytest.mark.parametrize(
    "question",
    [
        'What does the report "Energy; Trade and Peace" say?',
        "Who wrote War; and Peace?",
        "What is said of the agreement on trade; on energy; on peace?",
    ],
)
def test_a_semicolon_in_a_title_or_a_list_divides_nothing(question):
    assert parts(question) == (question,)


def test_what_stands_before_the_asking_stays_with_the_first_part():
    first, second = parts("Talks feature in both reports. Over which lunch were they held and where did Xi stay?")
    assert first == "Talks feature in both reports. Over which lunch were they held?"
    assert second == "where did Xi stay?"


def test_the_statement_before_a_question_is_not_divided():
    asked = "Xi said what he wanted and who would pay. What did Putin say?"
    assert parts(asked) == (asked,)


@pytest.mark.parametrize(
    "question",
    ["What did Xi say and what did Putin say?", "Who spoke in 2017 and 2023?", "Who came? Who left the talks?"],
)
def test_a_part_is_a_whole_question_and_asks_one_thing(question):
    for part in parts(question):
        assert part.endswith(("?", ".", "!"))
        assert part == part.strip()
        assert parts(part) == (part,)


@pytest.mark.parametrize("question", ["?", ";", "and what and what", "what " * 500, "¿Qué? ¿Y qué?", "2017 and 2023"])
def test_anything_that_can_be_typed_has_at_least_one_part(question):
    found = parts(question)
    assert 1 <= len(found) <= 3
    assert all(part.strip() for part in found)


def test_no_word_of_a_question_is_lost():
    asked = "What did Xi praise in 2017, and which treaty did Putin sign; who met them at the airport?"
    together = " ".join(parts(asked)).lower()
    for word in ("xi", "praise", "2017", "treaty", "putin", "sign", "met", "airport"):
        assert word in together


@pytest.mark.parametrize(
    "question",
    [
        "What was agreed between 2017 and 2023?",
        "How much did trade grow between 2017 and 2023?",
        "What did Putin say about what Xi wants and what Xi needs?",
        "Did Xi say what he wanted and why he came?",
        "Does the article say who paid and who signed?",
        'What is said in "What Putin wants and why it matters"?',
        "What is said in “What Putin wants and why it matters”?",
        "Which company, and which minister, signed?",
        "How many were signed from 2017 and 2023 on?",
        pytest.param("Who is the man who signed and who spoke?", marks=_JOINED_CLAUSES),
        pytest.param("What did the minister who resigned and who was later jailed say?", marks=_JOINED_CLAUSES),
    ],
)
def test_one_question_that_looks_like_two(question):
    assert parts(question) == (question,)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Xi sign? And did Putin agree?", ("What did Xi sign?", "And did Putin agree?")),
        pytest.param(
            "What happened in 2017, 2020 and 2023?",
            ("What happened in 2017?", "What happened in 2020?", "What happened in 2023?"),
            marks=pytest.mark.xfail(strict=True, reason="three years are left together"),
        ),
        pytest.param(
            "What did Xi praise, what did Putin praise and where did they meet?",
            ("What did Xi praise?", "what did Putin praise?", "where did they meet?"),
            marks=pytest.mark.xfail(strict=True, reason="a comma alone divides nothing: it may open a relative clause"),
        ),
    ],
)
def test_several_questions_that_look_like_fewer(question, expected):
    assert parts(question) == expected


def test_of_three_years_none_is_lost():
    (only,) = parts("What happened in 2017, 2020 and 2023?")
    assert only == "What happened in 2017, 2020 and 2023?"

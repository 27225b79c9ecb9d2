"""What a run under load says of what it has seen."""

from __future__ import annotations

import pytest

from bench.clients import answer_of, texts_of
from bench.ferries import asked_about, cars, numbers_in, question, sentence, stated_in, town, write_articles
from bench.load import wrong
from bench.memory import growth
from bench.outcomes import ANSWERED, ERRORS, MIXED_UP, Count, Outcome, is_limit, outcome_of
from bench.rule_model import reply

GOOD = {"answered": 3, "refused": 0, "limited": 9, "mixed_up": 0, "errors": 0}


def said(text):
    return [{"role": "user", "content": text}]


def test_every_client_has_a_town_and_a_number_of_its_own(tmp_path):
    write_articles(tmp_path / "a", 400)
    assert len(list((tmp_path / "a").iterdir())) == 400
    assert len({town(number) for number in range(400)}) == len({cars(number) for number in range(400)}) == 400
    text = (tmp_path / "a" / f"{town(7)}.txt").read_text()
    assert stated_in(text) == [(town(7), cars(7))]
    assert asked_about(question(7)) == town(7)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The ferry carries 1007 cars.", ANSWERED),
        ("It carries 1,007 cars [1]. (1007)", ANSWERED),
        ("1 007 cars, says one; 1008, says another.", MIXED_UP),
        ("The ferry carries 1008 cars.", MIXED_UP),
        ("The ferry carries cars.", ERRORS),
        ("11007 cars, or 10070, or 1.10078.", ERRORS),
    ],
)
def test_whose_number_stands_in_an_answer(text, kind):
    assert outcome_of(text, 7, 50).kind == kind


def test_a_number_of_nobodys_is_no_clients():
    assert numbers_in("in 1999 and 1050", 50) == set()


def test_only_a_stated_limit_is_one():
    assert is_limit("32 questions are waiting already; try again in a while")
    assert not is_limit("model rules: nothing answers there")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"answered": 0}, "nothing was answered"),
        ({"mixed_up": 2}, "2 answers were mixed up"),
        ({"errors": 1}, "1 errors that are no stated limit"),
        ({"refused": 4}, "4 questions were refused that an article answers"),
    ],
)
def test_what_does_not_hold_is_said(changed, says):
    assert wrong(GOOD | changed, refusals=False, memory={}, ended=True) == [says]


def test_a_real_model_may_refuse_and_a_server_must_end():
    assert wrong(GOOD | {"refused": 4}, refusals=True, memory={}, ended=True) == []
    assert wrong(GOOD, refusals=True, memory={}, ended=False) == ["the server did not end when it was told to"]


def test_memory_that_grows_on_is_not_flat():
    flat = growth([(at, 300 + min(at, 20)) for at in range(100)], 0.05)
    assert flat.flat
    assert (flat.start, flat.settled, flat.end, flat.per_thousand) == (300, 320, 320, 0)
    grows = growth([(at, 300 + at) for at in range(100)], 0.05)
    assert grows.flat is False
    assert grows.per_thousand == pytest.approx(1000)
    assert wrong(GOOD, refusals=False, memory={"the server's": flat, "the engine's": grows}, ended=True) == [
        f"the engine's memory grew from {grows.settled} to {grows.end} MiB"
    ]
    assert growth([(0, 300.0), (1, 900.0)], 0.05).flat is None
    with pytest.raises(ValueError, match="no sample"):
        growth([], 0.05)


def test_a_spike_is_no_growth():
    samples = [(at, 900.0 if at % 10 == 9 else 300.0) for at in range(100)]
    assert growth(samples, 0.05).flat


def test_the_model_answers_rewrites_and_judges_by_the_ferry():
    article = f"Paragraph: the {town(3)} ferry carries 1003 cars.\n\n{question(3)}"
    assert reply(said(f"{article}\nAnswer in a sentence.")) == sentence(town(3), 1003)
    assert reply(said(f"{article}\nIs it stated? Answer yes or no.")) == "yes"
    assert reply(said(article.replace(question(3), question(4)) + "\nAnswer yes or no.")) == "no"
    rewrite = (
        f"Rewrite the follow-up question so …\nFollow-up question: Who?\nFollow-up question: {question(3)}\nQuestion:"
    )
    assert reply(said(rewrite)) == question(3)


def test_every_text_of_what_a_page_is_told():
    assert texts_of([{"a": ["x", 1, None, {"b": "y"}]}, "z"]) == ["x", "y", "z"]
    assert "left_out" not in answer_of({"answer": "a", "sentences": [], "citations": [], "left_out": ["1008"]})


def test_questions_are_counted_and_what_is_found_afterwards_is_no_question():
    count = Count()
    for seconds in (1.0, 2.0, 9.0):
        count.add(Outcome(ANSWERED), seconds)
    count.note(Outcome(ERRORS, "2 answers were shown and 1 are kept"))
    figures = count.figures()
    assert (figures["questions"], figures["answered"], figures["errors"], figures["median_s"]) == (3, 3, 1, 2.0)
    assert figures["kinds_of_error"] == {"2 answers were shown and 1 are kept": 1}

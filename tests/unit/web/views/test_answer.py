"""Answers and refusals as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import lxml.html
import pytest
from hostile_texts import HOSTILE, Page
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.confidence import Label, label
from assistant.schema.answers import Answer, Citation, Sentence
from assistant.schema.articles import Paragraph, Passage
from assistant.text.unicode import neutralise
from assistant.web.views.answer import answer_html
from assistant.web.views.labels import CHECKED_WITHOUT_PROBABILITY, NO_PROBABILITY, percent

QUOTE = "Xi and Putin signed two joint statements"
CITATION = Citation(
    number=1,
    article_id="002",
    title="Xi’s visit",
    source="TDI",
    via="Xinhua",
    published=date(2023, 3, 22),
    paragraph=9,
    paragraph_id="002#p9",
    text=f"On Tuesday, {QUOTE}.",
    quote=QUOTE,
    start=12,
    end=52,
    also=("IANS, 2023-03-23",),
)
OTHER = replace(CITATION, number=2, article_id="000", source="IANS", via=None, published=date(2017, 7, 4), paragraph=1)
ANSWER = Answer(
    question="What did they sign?",
    standalone_question="What did they sign?",
    answer="They signed two joint statements [1].",
    refused=False,
    refusal_reason=None,
    confidence=0.97,
    sentences=(Sentence("They signed two joint statements.", (1,), 1.0),),
    citations=(CITATION,),
    closest=(),
    model="fake",
    timings_ms={"retrieve": 4, "total": 2100},
)
REFUSAL = replace(
    ANSWER,
    refused=True,
    refusal_reason="The articles do not say.",
    confidence=0.08,
    sentences=(),
    citations=(),
    closest=(
        Passage(
            Paragraph("002#p3", 3, "They spoke of trade."), "002", "Xi’s visit", "TDI", date(2023, 3, 22),
            score=0.03, dense_score=0.41, bm25_score=2.5,
        ),
    ),
)  # fmt: skip


def tree(answer: Answer | dict[str, Any], **options: Any) -> Any:
    html = answer_html(answer if isinstance(answer, dict) else answer.to_dict(), **options)
    Page(html)
    return lxml.html.fromstring(html)


def one(root: Any, css_class: str) -> Any:
    (found,) = every(root, css_class)
    return found


def every(root: Any, css_class: str) -> list[Any]:
    return [node for node in root.iter() if css_class in (node.get("class") or "").split()]


def test_a_chip_stands_before_the_full_stop_and_knows_its_place_in_the_article() -> None:
    root = tree(ANSWER)
    words = one(root, "words").text_content()
    assert words.startswith("They signed two joint statements1")
    assert words.endswith(".")
    chip = one(root, "chip")
    assert (chip.tag, chip.get("type"), chip.text) == ("button", "button", "1")
    data = {key: chip.get(f"data-{key}") for key in ("citation", "article", "paragraph", "start", "end")}
    assert data == {"citation": "1", "article": "002", "paragraph": "9", "start": "12", "end": "52"}
    assert CITATION.text[12:52] == QUOTE


def test_a_chip_is_described_by_its_card() -> None:
    root = tree(ANSWER)
    chip, card = one(root, "chip"), one(root, "card")
    assert chip.get("aria-describedby") == card.get("id")
    assert card.get("role") == "tooltip"
    shown = card.text_content()
    for part in (
        QUOTE,
        "TDI, citing Xinhua",
        "22 March 2023",
        "Xi’s visit",
        "paragraph 9",
        "Also in: IANS, 2023-03-23",
    ):
        assert part in shown
    assert "TDI, citing Xinhua, 22 March 2023, paragraph 9" in chip.get("aria-label")


def test_a_sentence_says_whether_it_was_verified() -> None:
    def check(support: float, citations: tuple[int, ...] = (1,)) -> Any:
        return one(tree(replace(ANSWER, sentences=(Sentence("They signed.", citations, support),))), "check")

    assert "verified" in check(0.95).get("class").split()
    assert check(0.95).get("title") == "Verified: the cited article states it (estimated probability: 95 %)"
    assert "partly-verified" in check(0.6).get("class").split()
    assert "Probably stated in the cited article" in check(0.6).text_content()
    assert "Hardly verified" in check(0.3).text_content()
    assert "unverified" in check(1.0, ()).get("class").split(), "without a source nothing is verified"
    assert "unverified" in check(1.0, (7,)).get("class").split(), "a number that no citation has is no source"


def test_reports_of_different_dates_stand_side_by_side_without_their_bylines() -> None:
    tdi, ians = "TDI, 22 March 2023", "IANS, 4 July 2017"
    sentences = (
        Sentence("They signed two.", (1,), 1.0, byline=tdi),
        Sentence("They agreed.", (2,), 1.0, byline=ians),
        Sentence("They dined.", (1,), 1.0, byline=tdi),
    )
    answer = replace(ANSWER, sentences=sentences, citations=(CITATION, OTHER)).to_dict()
    older = answer | {"sentences": [without_fields(item) for item in answer["sentences"]]}
    for told in (answer, older):
        hold_side_by_side(tree(told))


def without_fields(sentence: dict[str, Any]) -> dict[str, Any]:
    """The sentence as it was kept before `byline` and `quoted` were fields."""
    return {
        "text": f"{sentence['byline']}: {sentence['text']}",
        "citations": sentence["citations"],
        "support": sentence["support"],
    }


def hold_side_by_side(root: Any) -> None:
    reports = every(root, "report")
    assert [one(report, "as-of").text_content() for report in reports] == [
        "As of 22 March 2023 · TDI, citing Xinhua",
        "As of 4 July 2017 · IANS",
    ]
    assert [len(every(report, "sentence")) for report in reports] == [2, 1]
    assert one(reports[1], "words").text_content().startswith("They agreed2")
    assert len(every(root, "chip")) == 3


def test_one_report_stands_alone_and_keeps_its_byline() -> None:
    met = Sentence("They met today.", (1,), 1.0, byline="TDI, 22 March 2023")
    answer = replace(ANSWER, sentences=(met,)).to_dict()
    for told in (answer, answer | {"sentences": [without_fields(answer["sentences"][0])]}):
        root = tree(told)
        assert every(root, "report") == []
        assert one(root, "words").text_content().startswith("TDI, 22 March 2023: They met today1")


def test_two_reports_of_one_day_are_told_apart_by_their_bylines() -> None:
    sentences = tuple(
        Sentence(f"{what}.", (number,), 1.0, byline=f"{outlet}, 22 March 2023")
        for number, outlet, what in ((1, "TDI", "They met"), (2, "IANS", "They parted"))
    )
    other = replace(OTHER, published=CITATION.published)
    root = tree(replace(ANSWER, sentences=sentences, citations=(CITATION, other)))
    assert [words.text for words in every(root, "words")] == [
        "TDI, 22 March 2023: They met",
        "IANS, 22 March 2023: They parted",
    ]


def test_a_quotation_is_recognisable_as_one() -> None:
    said = Sentence("“They signed two joint statements.”", (1,), 1.0, quoted=True)
    root = tree(replace(ANSWER, sentences=(said, Sentence("They met.", (1,), 0.97))))
    assert [sentence.get("class").split() for sentence in every(root, "sentence")] == [
        ["sentence", "quoted"],
        ["sentence"],
    ]
    check = every(root, "check")[0]
    assert "verified" in check.get("class").split()
    assert check.get("title") == "A quotation: the article’s own words", "what is its own source has no probability"
    assert "A quotation" in one(root, "how").text_content()


def test_a_refusal_looks_like_one_and_cites_nothing() -> None:
    root = tree(REFUSAL)
    assert "refusal" in root.get("class").split()
    assert "stated" not in root.get("class").split()
    assert one(root, "reason").text_content() == "No answer. The articles do not say."
    assert every(root, "chip") == every(root, "card") == every(root, "check") == []
    button = one(one(root, "closest"), "open-source")
    assert button.tag == "button"
    assert button.get("data-citation") is None
    assert [button.get(f"data-{key}") for key in ("article", "paragraph", "start", "end")] == ["002", "3", "0", "20"]
    assert "They spoke of trade." in one(root, "closest").text_content()
    line = one(root, "confidence")
    assert line.text == "Nothing was found that is likely to answer it"
    assert line.get("title") == "Estimated probability that the best answer found is right: 8 %"


def test_a_refusal_without_reading_has_no_empty_list() -> None:
    root = tree(replace(REFUSAL, closest=()))
    assert every(root, "closest") == []


def test_confidence_is_in_words_with_the_number_beside() -> None:
    root = tree(ANSWER)
    line = one(root, "confidence")
    assert line.text == "Likely right"
    assert line.get("title") == "Estimated probability that this is right: 97 %"
    assert "high" in line.get("class").split()


@pytest.mark.parametrize("answer", [ANSWER, REFUSAL], ids=["answer", "refusal"])
def test_where_no_probability_was_to_be_had_it_says_what_was_checked_instead(answer: Answer) -> None:
    root = tree({**answer.to_dict(), "confidence": None})
    words = [shown.text_content() for shown in every(root, "confidence")]
    assert words == ([] if answer.refused else [NO_PROBABILITY])
    assert len(every(root, "how")) == 1


def test_a_sentence_without_a_probability_says_what_was_checked() -> None:
    sentence = {"text": "They met.", "citations": [1], "support": None}
    root = tree({"sentences": [sentence], "citations": [{"number": 1, "quote": "They met."}], "answer": "x"})
    (check,) = every(root, "check")
    assert CHECKED_WITHOUT_PROBABILITY in check.text_content()


def test_what_was_left_out_is_told_with_its_reason() -> None:
    left_out = [{"text": "They <b>fought</b>.", "reason": "what it cites does not state it"}]
    root = tree({"sentences": [], "citations": [], "answer": "x", "left_out": left_out})
    (told,) = every(root, "left-out")
    assert "1 sentence was left out" in told.text_content()
    assert "They <b>fought</b>.: what it cites does not state it" in told.text_content()
    assert every(tree({"sentences": [], "citations": [], "answer": "x", "left_out": []}), "left-out") == []


def test_what_was_asked_and_is_not_stated_is_told_in_the_open() -> None:
    left_out = [{"text": "Who <i>paid</i>?", "reason": "the articles do not say it", "missing": True}]
    root = tree({"sentences": [], "citations": [], "answer": "x", "left_out": left_out})
    (told,) = every(root, "missing")
    assert told.text_content() == "Not found in the articles: Who <i>paid</i>?"
    assert every(root, "left-out") == []


@pytest.mark.parametrize(
    ("confidence", "threshold", "words"),
    [
        (0.0, None, "Nothing was found that is likely to answer it"),
        (0.29, None, "Nothing was found that is likely to answer it"),
        (0.49, None, "Something was found, but it is too uncertain to show"),
        (0.49, 0.6, "Nothing was found that is likely to answer it"),
        (0.2, 0.1, "Something was found, but it is too uncertain to show"),
    ],
)
def test_a_refusals_words_are_of_what_was_found(confidence: float, threshold: float | None, words: str) -> None:
    steps = {} if threshold is None else {"steps": {"threshold": threshold}}
    root = tree({**replace(REFUSAL, confidence=confidence).to_dict(), **steps})
    assert one(root, "confidence").text_content().startswith(words)


@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.5, 0.74, 0.8, 0.8999, 0.95, 1.0])
def test_an_answers_words_and_colour_are_those_of_the_measured_bands(confidence: float) -> None:
    levels = {Label.HIGH: "high", Label.LOW: "low"}
    line = one(tree(replace(ANSWER, confidence=confidence)), "confidence")
    assert line.text_content().startswith(label(confidence).value)
    assert levels[label(confidence)] in line.get("class").split()


def test_figures_are_not_rounded_to_certainty() -> None:
    assert [percent(x) for x in (0, 0.001, 0.5, 0.999, 1, 1.5, -1)] == [
        "0 %", "1 %", "50 %", "99 %", "100 %", "100 %", "0 %",
    ]  # fmt: skip


def test_the_question_as_understood_is_shown_only_where_it_differs() -> None:
    assert every(tree(ANSWER), "understood") == []
    assert every(tree(replace(ANSWER, standalone_question=" What did\nthey sign?")), "understood") == []
    root = tree(replace(ANSWER, standalone_question="What did Xi and Putin sign?"))
    assert "What did Xi and Putin sign?" in one(root, "understood").text_content()


def test_the_steps_unfold_whatever_plain_json_they_are() -> None:
    steps = {
        "rewrite": None,
        "passages": [
            {"paragraph_id": "002#p9", "dense_score": 0.51234567, "bm25_score": 3.2},
            {"paragraph_id": "002#p3", "dense_score": None, "bm25_score": 1},
        ],
        "gate": {"articles": [1, 2.5, "three", True, [], {}], "deep": [[[[[[[["end"]]]]]]]]},
        "sentences": [{"text": "They signed.", "kept": False}],
    }
    root = tree({**ANSWER.to_dict(), "steps": steps})
    details = one(root, "how")
    assert details.tag == "details"
    assert details.get("open") is None
    assert details[0].text == "How was this answered?"
    table = details.find(".//table")
    assert [cell.text_content() for cell in table.iter("th")] == [
        "paragraph id", "meaning score (cosine)", "word score (BM25)",
    ]  # fmt: skip
    assert [cell.text_content() for cell in table.iter("td")][:3] == ["002#p9", "0.5123", "3.2"]
    shown = details.text_content()
    for part in ("retrieve", "2100", "three", "yes", "They signed.", "no", "0.97", "fake", "…"):
        assert part in shown
    assert "end" not in re.findall(r"\w+", shown), "too deep to be read"


def test_a_long_list_of_steps_is_cut_and_says_so() -> None:
    root = tree({**ANSWER.to_dict(), "steps": {"many": list(range(1000))}})
    assert len(one(root, "more").getparent()) == 201
    assert one(root, "more").text_content() == "and 800 more"


def test_a_live_answer_is_busy_and_shows_its_draft_apart() -> None:
    root = tree({**ANSWER.to_dict(), "draft": "They <b>si"}, live=True)
    assert root.get("aria-busy") == "true"
    assert one(root, "draft").text_content() == "They <b>si"
    assert every(root, "how") == every(root, "confidence") == []
    assert len(every(root, "chip")) == 1
    assert "draft" not in tree({**ANSWER.to_dict(), "draft": "x"}).text_content(), "only while it is written"


def test_two_answers_of_a_page_share_no_id() -> None:
    written = answer_html(ANSWER.to_dict(), key="3") + answer_html(ANSWER.to_dict(), key="4")
    assert len(Page(written).ids) == 2
    other = replace(ANSWER, timings_ms={"total": 1})
    Page(answer_html(ANSWER.to_dict()) + answer_html(other.to_dict()))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_gets_out_of_any_text_of_an_answer(text: str) -> None:
    page = Page(answer_html(poisoned({**ANSWER.to_dict(), "steps": STEPS}, text), key=text))
    Page(answer_html(poisoned({**REFUSAL.to_dict(), "steps": STEPS}, text)))
    Page(answer_html({**poisoned(ANSWER.to_dict(), text), "draft": text}, live=True))
    assert neutralise(text.strip())[:100].strip() in page.words, "it is shown as it is, not taken away"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_an_articles_id_comes_back_from_its_attribute_unchanged(text: str) -> None:
    page = Page(answer_html(poisoned(ANSWER.to_dict(), text)))
    expected = text.translate({0: 0xFFFD, **dict.fromkeys(range(55296, 57344), 65533)})
    assert page.values("data-article") == [expected]


STEPS = {"a": [{"b": "x", "c": ["y"]}, {"b": "z", "c": None}]}


def poisoned(value: Any, text: str) -> Any:
    """The same JSON with every text replaced, keys of inner objects of steps included."""
    match value:
        case dict():
            made = {key: poisoned(item, text) for key, item in value.items()}
            return made | ({text: text} if "b" in made else {})
        case list():
            return [poisoned(item, text) for item in value]
        case str():
            return text
        case _:
            return value


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted({*ANSWER.to_dict(), "steps", "draft"})), ODD), st.booleans())
def test_a_damaged_record_is_shown_as_far_as_it_goes(answer: dict[str, Any], live: bool) -> None:
    Page(answer_html(answer, live=live))


@given(st.fixed_dictionaries(dict.fromkeys(("number", "published", "also", "quote", "start", "paragraph"), ODD)))
def test_a_damaged_citation_is_shown_as_far_as_it_goes(citation: dict[str, Any]) -> None:
    answer = ANSWER.to_dict()
    answer["citations"] = [citation, {**answer["citations"][0], **citation, "number": 1}]
    Page(answer_html(answer))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("They met three times.", "They met three times (reckoned)1."),
        ("Они встретились。", "Они встретились (reckoned)1。"),
        ("They “met three times.”", "They “met three times.” (reckoned)1"),
    ],
)
def test_a_figure_that_no_source_prints_is_marked_before_the_full_stop(text: str, shown: str) -> None:
    sentence = Sentence(text, (1,), None, reckoned=True)
    page = lxml.html.fromstring(str(answer_html(replace(ANSWER, sentences=(sentence,)).to_dict())))
    (words,) = page.xpath("//span[@class='words']")
    for card in words.xpath(".//*[contains(@id, '-card')]"):
        card.drop_tree()
    assert words.text_content() == shown

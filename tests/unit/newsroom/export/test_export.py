"""Each format is read back by a library that did not write it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest
from citeproc.source.json import CiteProcJSON
from lxml import html
from markdown_it import MarkdownIt
from newsroom_samples import ACCESSED, ANSWER, FERRY, REFUSAL, TIDE, check, saved
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

from assistant.errors import UsageError
from assistant.newsroom.answers.file import of_answer
from assistant.newsroom.export.fact_check import fact_check
from assistant.newsroom.export.formats import write
from assistant.newsroom.export.kinds import ExportFormat
from assistant.newsroom.provenance.independence import Carriage, Group

FERRY_HASH, TIDE_HASH = (source.sha256 for source in check(ANSWER).sources)


def test_bibtex() -> None:
    entries = parse_string(write(check(ANSWER), "bibtex"), "bibtex").entries
    ferry, tide = entries.values()
    plain = LatexNodes2Text().latex_to_text
    # pylatexenc reads other names of braces than LaTeX has for text.
    title = ferry.fields["title"].replace(r"\textbraceleft", r"\{").replace(r"\textbraceright", r"\}")
    assert plain(title) == FERRY.title
    assert (ferry.fields["journal"], ferry.fields["year"], ferry.fields["day"]) == ("The Skar Post", "2019", "2")
    assert [plain(str(person)) for person in ferry.persons["author"]] == ["Åse Berg and Ola Dahl"]
    assert ferry.fields["url"] == "https://skar.example/a_b?c=1&d=%20%7Bx%7D"
    assert ferry.fields["urldate"] == "2024-05-06"
    assert FERRY_HASH in ferry.fields["note"]
    assert "author" not in tide.persons
    assert "year" not in tide.fields


def test_ris() -> None:
    ferry, tide = parse_string(write(check(ANSWER), "ris"), "ris").entries.values()
    assert ferry.fields["title"] == FERRY.title
    assert ferry.fields["year"] == "2019"
    assert tide.fields["title"] == TIDE.title
    assert "year" not in tide.fields


def test_ris_has_every_quote_as_a_note() -> None:
    lines = write(check(ANSWER), "ris").splitlines()
    assert f"N1  - ferry#p2, SHA-256 {FERRY_HASH}: “stops on Friday, *no* longer”" in lines
    assert f"UR  - {FERRY.url}" in lines
    assert lines.count("ER  - ") == 2


def test_csl_json() -> None:
    items = json.loads(write(check(ANSWER), "csl-json"))
    read = CiteProcJSON(items)
    assert set(read) == {"ferry", "tide/1"}
    assert read["ferry"]["issued"].year == 2019
    assert read["ferry"]["accessed"].day == 6
    assert str(read["ferry"]["container_title"]) == "The Skar Post"
    assert items[0]["author"] == [{"literal": FERRY.author}]
    assert "issued" not in items[1]


def test_claim_review_has_one_review_a_sentence() -> None:
    graph = json.loads(write(check(ANSWER, REFUSAL), "claimreview"))["@graph"]
    assert [review["claimReviewed"] for review in graph] == ["On Friday.", "The tide is two."]
    article = graph[0]["itemReviewed"]["appearance"][0]
    assert (article["url"], article["datePublished"]) == (FERRY.url, "2019-05-02")
    assert article["hasPart"]["text"] == "stops on Friday, *no* longer"
    assert article["hasPart"]["identifier"][1]["value"] == FERRY_HASH


def test_csv_has_a_row_a_source_and_one_for_a_refusal_and_nothing_to_calculate() -> None:
    rows = list(csv.DictReader(io.StringIO(write(check(ANSWER, REFUSAL), "csv"))))
    assert [row["quote"] for row in rows] == ["stops on Friday, *no* longer", "'=1+1 is the tide.", ""]
    assert rows[0]["before"] == "<b>Spring</b> came."
    assert (rows[2]["question"], rows[2]["reason"]) == (REFUSAL.question, "The articles do not say.")
    assert {row["accessed"] for row in rows} == {ACCESSED.astimezone(UTC).isoformat(timespec="seconds")}


def test_html_loads_nothing_and_shows_texts_as_they_are() -> None:
    page = html.fromstring(write(check(ANSWER, REFUSAL), "html"))
    assert page.xpath("//script | //link | //img | //*[@src] | //*[@href] | //b | //i") == []
    assert page.xpath("//mark/text()") == ["stops on Friday, *no* longer", "=1+1 is the tide."]
    shown = page.text_content()
    for text in (
        REFUSAL.question,
        "<b>Spring</b> came.",
        FERRY.url,
        FERRY.author,
        FERRY_HASH,
        "The articles do not say.",
    ):
        assert text in shown


def test_markdown_shows_texts_as_they_are() -> None:
    rendered = html.fromstring(MarkdownIt().render(write(check(ANSWER, REFUSAL), "markdown")))
    shown = rendered.text_content()
    for text in (FERRY.paragraphs[1].text, "<b>Spring</b> came.", FERRY.url, FERRY.author, TIDE_HASH, REFUSAL.question):
        assert text in shown
    assert rendered.xpath("//em | //strong | //b | //a") == []
    assert len(rendered.xpath("//blockquote")) == 2


@pytest.mark.parametrize("form", ["markdown", "html", "csv"])
def test_the_day_that_an_answer_is_as_of_is_told(form: str) -> None:
    assert "2019-06-07" in write(check(replace(ANSWER, as_of=date(2019, 6, 7))), form)
    assert "2019-06-07" not in write(check(ANSWER), form)


@pytest.mark.parametrize("form", ["csl-json", "ris", "bibtex", "claimreview"])
def test_no_list_of_sources_without_one(form: str) -> None:
    with pytest.raises(UsageError, match="cite nothing"):
        write(check(REFUSAL), form)


def test_who_carries_what_is_quoted_is_told_where_it_was_counted() -> None:
    carriage = Carriage((Group(("The Skar Post", "A & <b>"), ("ferry", "a"), "NTB"),))
    answer = of_answer(ANSWER)
    ferry = answer.citations[0]
    made = fact_check([answer], lambda _: FERRY, ACCESSED, {ferry: carriage}.get)
    said = "2 outlets carry it, all from one source: The Skar Post, A & <b> (agency NTB)."
    assert html.fromstring(write(made, "html")).xpath("//dt[.='Independent sources']/following-sibling::dd[1]") != []
    assert said in html.fromstring(write(made, "html")).text_content()
    assert write(made, "markdown").count("Independent sources") == 1
    rows = list(csv.DictReader(io.StringIO(write(made, "csv"))))
    assert [(row["outlets"], row["independent"]) for row in rows] == [("2", "1"), ("", "")]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="choose one of markdown"):
        write(check(ANSWER), "docx")


def test_the_example_in_the_documentation_runs() -> None:
    page = (Path(__file__).parents[4] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    names = {"text": saved(ANSWER), "articles": [FERRY, TIDE]}
    exec(example, names)
    assert "@article{source1," in str(names["bibtex"])
    assert all(f"`{form}`" in page for form in ExportFormat)

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
from newsroom_samples import ACCESSED, ANSWER, FERRY, REFUSAL, TIDE, check, citation, saved
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

from assistant.errors import UsageError
from assistant.newsroom.answers.file import of_answer
from assistant.newsroom.export.fact_check import FactCheck, fact_check
from assistant.newsroom.export.formats import write
from assistant.newsroom.export.kinds import ExportFormat
from assistant.newsroom.provenance.independence import Carriage, Group
from assistant.schema.answers import Omission
from assistant.schema.articles import Paragraph

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


def test_an_article_has_one_bibtex_key_in_every_export() -> None:
    ferry, tide = parse_string(write(check(ANSWER), "bibtex"), "bibtex").entries
    assert ferry.startswith("theskarpost2019-")
    alone = replace(ANSWER, sentences=ANSWER.sentences[1:], citations=ANSWER.citations[1:])
    assert list(parse_string(write(check(alone), "bibtex"), "bibtex").entries) == [tide]


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


NAMED = "The Skar Post, A & <b> (agency NTB); Mail"
CARRIED = f"3 outlets carry it, from 2 independent sources: {NAMED}."


@pytest.fixture
def carried() -> FactCheck:
    """Who carries the ferry is counted, who carries the tide is not."""
    carriage = Carriage((Group(("The Skar Post", "A & <b>"), ("ferry", "a"), "NTB"), Group(("Mail",), ("m",), None)))
    answer = of_answer(ANSWER)
    held = {article.id: article for article in (FERRY, TIDE)}
    return fact_check([answer], held.get, ACCESSED, {answer.citations[0]: carriage}.get)


def test_who_carries_what_is_quoted_is_told_where_it_was_counted(carried: FactCheck) -> None:
    page = html.fromstring(write(carried, "html"))
    assert page.xpath("//dt[.='Independent sources']/following-sibling::dd[1]/text()") == [CARRIED]
    shown = html.fromstring(MarkdownIt().render(write(carried, "markdown"))).xpath("//li")
    assert [item.text_content() for item in shown if "carry" in item.text_content()] == [
        f"Independent sources: {CARRIED}"
    ]
    rows = list(csv.DictReader(io.StringIO(write(carried, "csv"))))
    assert [(row["outlets"], row["independent"], row["carriers"]) for row in rows] == [("3", "2", NAMED), ("", "", "")]


def test_a_reference_notes_who_carries_what_is_quoted(carried: FactCheck) -> None:
    ferry, tide = json.loads(write(carried, "csl-json"))
    assert ferry["note"] == f"ferry#p2, SHA-256 {FERRY_HASH}: “stops on Friday, *no* longer”. {CARRIED}"
    assert tide["note"] == f"tide/1#p1, SHA-256 {TIDE_HASH}: “=1+1 is the tide.”"
    assert f"N1  - {ferry['note']}" in write(carried, "ris").splitlines()
    entry, other = parse_string(write(carried, "bibtex"), "bibtex").entries.values()
    assert CARRIED in LatexNodes2Text().latex_to_text(entry.fields["note"])
    assert "carr" not in other.fields["note"]


def test_columns_are_added_at_the_end() -> None:
    """Whoever reads them by their places finds them where they were."""
    released = (
        "question,as_of,sentence,reason,quote,outlet,via,also,author,published,url,title,article_id,paragraph,"
        "paragraph_id,sha256,before,text,after,state,outlets,independent,accessed,"
    )
    assert write(check(ANSWER), "csv").startswith(released)


def test_what_the_articles_do_not_answer_is_told() -> None:
    """As the answer itself tells it; what was left out for another reason is not told."""
    left_out = (Omission("Who <b>paid</b>?", "the articles do not say it", missing=True), Omission("A guess.", "why"))
    made = check(replace(ANSWER, left_out=left_out))
    line = "Not found in the articles: Who <b>paid</b>?"
    assert html.fromstring(write(made, "html")).xpath("//section/p/text()") == [line]
    assert line in html.fromstring(MarkdownIt().render(write(made, "markdown"))).text_content()
    rows = list(csv.DictReader(io.StringIO(write(made, "csv"))))
    assert [(row["sentence"], row["reason"]) for row in rows[1:]] == [("The tide is two.", ""), ("", line)]
    assert not any("guess" in write(made, form) for form in ("html", "markdown", "csv"))
    assert line not in write(check(replace(REFUSAL, left_out=left_out)), "markdown")


def test_a_figure_that_no_source_prints_is_marked_and_a_byline_told() -> None:
    sentence = replace(ANSWER.sentences[0], byline="Post, 2 May", reckoned=True)
    made = check(replace(ANSWER, sentences=(sentence, ANSWER.sentences[1])))
    heads = ["Post, 2 May: On Friday. (reckoned)", "The tide is two."]
    assert html.fromstring(write(made, "html")).xpath("//h3/text()") == heads
    assert html.fromstring(MarkdownIt().render(write(made, "markdown"))).xpath("//h3/text()") == heads
    rows = list(csv.DictReader(io.StringIO(write(made, "csv"))))
    assert [(row["byline"], row["reckoned"]) for row in rows] == [("Post, 2 May", "yes"), ("", "")]
    ratings = [one["reviewRating"]["alternateName"] for one in json.loads(write(made, "claimreview"))["@graph"]]
    assert [rating.split()[0] for rating in ratings] == ["Follows", "Stated"]


def test_the_quoted_words_are_marked_where_they_were_cited() -> None:
    """Not where they first stand."""
    twice = replace(FERRY, paragraphs=(Paragraph("ferry#p1", 1, "A bus? A bus, says Dahl."),))
    cited = replace(citation(1, twice, 1, "A bus"), start=7, end=12)
    sentences = (replace(ANSWER.sentences[0], citations=(1,)),)
    made = check(replace(ANSWER, sentences=sentences, citations=(cited,)), articles=(twice,))
    assert '<p dir="auto">A bus? <mark>A bus</mark>, says Dahl.</p>' in write(made, "html")
    wrong = check(replace(ANSWER, sentences=sentences, citations=(replace(cited, start=3),)), articles=(twice,))
    assert '<p dir="auto"><mark>A bus</mark>? A bus' in write(wrong, "html")
    nothing = check(replace(ANSWER, sentences=sentences, citations=(replace(cited, quote=""),)), articles=(twice,))
    assert "says Dahl." in write(nothing, "html")


def test_html_shows_a_script_from_right_to_left_so() -> None:
    text = "توقفت العبارة يوم الجمعة."
    arabic = replace(FERRY, title=text, paragraphs=(Paragraph("ferry#p1", 1, text),))
    sentence = replace(ANSWER.sentences[0], text=text, citations=(1,))
    made = replace(ANSWER, question=text, sentences=(sentence,), citations=(citation(1, arabic, 1, text),))
    page = html.fromstring(write(check(made, articles=(arabic,)), "html"))
    holding = {one.tag for one in page.xpath("//*[text()[contains(., 'العبارة')]]") if one.tag not in ("mark", "title")}
    assert holding == {"h2", "h3", "blockquote", "dd"}
    assert page.xpath("//*[text()[contains(., 'العبارة')]][not(ancestor-or-self::*[@dir='auto'])]") == []


def test_a_sentence_that_cites_nothing_is_told_and_not_said_to_be_stated() -> None:
    """No answer of ours has one; a file that was edited may."""
    made = check(replace(ANSWER, sentences=(ANSWER.sentences[0], replace(ANSWER.sentences[1], citations=()))))
    rows = list(csv.DictReader(io.StringIO(write(made, "csv"))))
    assert [(row["sentence"], row["article_id"]) for row in rows] == [("On Friday.", "ferry"), ("The tide is two.", "")]
    graph = json.loads(write(made, "claimreview"))["@graph"]
    assert [review["claimReviewed"] for review in graph] == ["On Friday."]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="choose one of markdown"):
        write(check(ANSWER), "docx")


def test_the_example_in_the_documentation_runs() -> None:
    page = (Path(__file__).parents[4] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    names = {"text": saved(ANSWER), "articles": [FERRY, TIDE]}
    exec(example, names)
    assert "@article{theskarpost2019-" in str(names["bibtex"])
    assert all(f"`{form}`" in page for form in ExportFormat)

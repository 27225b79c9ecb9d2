"""What stands above a story: headline, byline, date lines, labelled lines."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.ingest.build import Reading
from assistant.ingest.head import byline_of
from assistant.ingest.published_line import published_line
from assistant.ingest.readers.text import read_articles

DAY = date(2021, 6, 9)
STORY = "The ferry to Skar sank on Sunday, the harbour master said.\n\nNobody was hurt."


def read(text: str) -> Reading:
    (reading,) = read_articles(text, article_id="a", path="a.txt")
    return reading


def texts(reading: Reading) -> list[str]:
    return [paragraph.text for paragraph in reading.article.paragraphs]


@pytest.mark.parametrize(
    "line",
    [
        "9 June 2021",
        "Wednesday, June 9, 2021 at 7:05 a.m.",
        "Published: 9 June 2021 | Updated: 12 June 2021",
        "Updated 12 June 2021, 10:00 - Published 9 June 2021, 08:00",
        "Veröffentlicht am 09.06.2021 um 7.05 Uhr",
        "Publié le 9 juin 2021 à 7h05",
        "Publicado el 9 de junio de 2021",
        "Publicado em 9 de junho de 2021 às 07h05",
        "Pubblicato: 9 giugno 2021, ore 7:05",
        "Gepubliceerd op 9 juni 2021",
        "Publicerad 9 juni 2021 kl. 07.05",
        "Julkaistu: 9. kesäkuuta 2021",
        "Opublikowano: 9 czerwca 2021, 7:05",
        "Publikováno: 9. června 2021",
        "Yayınlanma: 9 Haziran 2021 - 07:05",
        "Опубликовано 9 июня 2021, 07:05",
        "Опубліковано: 9 червня 2021",
        "Δημοσιεύτηκε: 9 Ιουνίου 2021",
        "פורסם: 9 ביוני 2021",
        "نُشر في 9 يونيو 2021",
        "तारीख: 9 जून 2021",
        "发布时间：2021-06-09 07:05",
        "2021年6月9日 7時5分",
        "입력 2021. 6. 9.",
        "เผยแพร่: 9 มิถุนายน 2564",
        "Megjelent: 2021. június 9.",
        "نُشر في 9 حزيران/يونيو 2021",
        "الأربعاء 9 حزيران / يونيو 2021",
        "Publié le mercredi 9 juin 2021 à 7 h 05",
        "Publié le 9 juin 2021 à 7 h, mis à jour le 12 juin 2021 à 10 h 30",
        "Posted at 7:05 a.m. on June 9, 2021",
        "First published on Wed 9 Jun 2021 07.05 BST",
        "Published 7:05 am Jun 9, 2021 | Updated 10:30 pm Jun 12, 2021",
        "9 June 2021, 7 a.m.",
        "Gepubliceerd op woensdag 9 juni 2021 om 7:05",
        "เผยแพร่ 9 มิถุนายน 2564 เวลา 07:05 น.",
        "2021ko ekainaren 9a, 7:05",
        "09/06/2021 (Wed)",
        "06/09/2021, Wednesday",
    ],
)
def test_a_line_of_dates_dates_the_story_and_is_no_paragraph(line: str) -> None:
    reading = read(f"A ferry sinks\n\n{line}\n\n{STORY}")
    assert (reading.article.title, reading.article.published) == ("A ferry sinks", DAY)
    assert texts(reading) == STORY.split("\n\n")


@pytest.mark.parametrize(
    "line", ["Updated: 12 June 2021", "Aktualisiert am 12.06.2021", "更新：2021-06-12", "Published: 06/09/2021"]
)
def test_the_day_of_an_update_and_an_unsure_day_are_not_the_day_of_publication(line: str) -> None:
    reading = read(f"A ferry sinks\n\n{line}\n\n{STORY}")
    assert reading.article.published is None
    assert texts(reading) == STORY.split("\n\n")


@pytest.mark.parametrize(
    "line",
    [
        "The ferry sank on 9 June 2021.",
        "Paris, 9 June 2021 (AFP): It sank.",
        "It sank on 9 June 2021 with 12 people on board",
        "9 June 2021: the ferry sinks with nobody on board",
        "On 9 June 2021 it sank (the second to do so).",
        "June 2021",
    ],
)
def test_a_line_that_says_more_than_a_date_stays(line: str) -> None:
    assert published_line(line) is None
    assert line in texts(read(f"A ferry sinks\n\n{line}\n\n{STORY}"))


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Ann Berg, Staff Writer", "Ann Berg"),
        ("By Ann Berg and Ola Dahl, Echo correspondents", "Ann Berg and Ola Dahl"),
        ("By Ann Berg for the Skar Echo", "Ann Berg"),
        ("By Ann Berg | 9 June 2021", "Ann Berg"),
        ("Von Ann Berg, Skar", "Ann Berg"),
        ("Par Anne de la Tour", "Anne de la Tour"),
        ("**By Ann Berg**", "Ann Berg"),
    ],
)
def test_bylines_with_or_without_a_headline(line: str, author: str) -> None:
    for above in ("", "A ferry sinks\n\n"):
        reading = read(f"{above}{line}\n\n{STORY}")
        assert reading.article.author == author
        assert not reading.article.title.startswith(line[:3])
        assert texts(reading) == STORY.split("\n\n")


def test_the_agency_of_a_byline_is_the_outlet() -> None:
    assert byline_of("By Ann Berg/Reuters") == {"author": "Ann Berg", "source": "Reuters"}


@pytest.mark.parametrize(
    "line", ["By Sunday, 200 people had left", "By Ann Berg was the book written.", "By and large"]
)
def test_what_only_begins_like_a_byline(line: str) -> None:
    assert byline_of(line) is None


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_labelled_lines(between: str) -> None:
    lines = ["Headline: A ferry sinks", "Publication: Skar Echo", "Date: 9 June 2021", "Section: A4", "By: Ann Berg"]
    reading = read(f"{between.join(lines)}\n\n{STORY}")
    article = reading.article
    assert (article.title, article.source, article.published) == ("A ferry sinks", "Skar Echo", DAY)
    assert article.author == "Ann Berg"
    assert texts(reading) == STORY.split("\n\n")
    assert [left.text for left in reading.left_out] == ["Section: A4"]


def test_labelled_lines_in_another_language() -> None:
    article = read(f"Titel: Fähre gesunken\nQuelle: Skarer Echo\nDatum: 09.06.2021\n\n{STORY}").article
    assert (article.title, article.source, article.published) == ("Fähre gesunken", "Skarer Echo", DAY)


def test_the_turns_of_an_interview_are_no_labelled_lines() -> None:
    text = "BERG: Did it sink?\n\nDAHL: It did, on Sunday.\n\nBERG: Was anybody hurt?"
    assert texts(read(text)) == text.split("\n\n")


def test_headline_byline_and_date_in_one_block() -> None:
    reading = read(f"A ferry sinks\nBy Ann Berg\nJune 9, 2021\n\n{STORY}")
    article = reading.article
    assert (article.title, article.author, article.published) == ("A ferry sinks", "Ann Berg", DAY)
    assert texts(reading) == STORY.split("\n\n")


@pytest.mark.parametrize("day", ["2021-06-09", "June 9, 2021"])
def test_headline_outlet_and_date_in_one_block(day: str) -> None:
    reading = read(f"A ferry sinks\nSkar Echo\n{day}\n\n{STORY}")
    assert (reading.article.title, reading.article.published) == ("A ferry sinks", DAY)
    assert texts(reading) == ["Skar Echo", *STORY.split("\n\n")]


@pytest.mark.parametrize(
    "line", ["The Skar Echo, 9 June 2021", "*The Skar Echo* | June 9, 2021", "Echo of the North · 2021-06-09"]
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_day_beside_a_name_dates_the_story_and_the_name_stays(line: str, between: str) -> None:
    reading = read(f"A ferry sinks{between}{line}\n\n{STORY}")
    assert (reading.article.title, reading.article.published) == ("A ferry sinks", DAY)
    assert texts(reading) == [line, *STORY.split("\n\n")]


@pytest.mark.parametrize("line", ["Anna Berg, born 3 May 1950", "Skar Harbour Archive – taken on 3 May 1950"])
def test_a_day_beside_a_name_that_tells_of_something_else(line: str) -> None:
    assert read(f"A ferry sinks\n\n{line}\n\n{STORY}").article.published is None


def test_a_dateline_comes_before_a_day_beside_a_name() -> None:
    reading = read(f"A ferry sinks\n\nOld Bridge in Skar, 3 May 1950\n\nSKAR, June 9, 2021 (AFP) - {STORY}")
    assert reading.article.published == DAY


def test_lines_of_a_list_are_no_headings() -> None:
    ports = "# Gothenburg\n# Trelleborg\n# Helsingborg"
    reading = read(f"Ports grow\n\nThe largest ports are:\n\n{ports}\n\n{STORY}")
    assert ports in texts(reading)


def test_a_heading_of_markdown_is_a_block_of_its_own() -> None:
    reading = read(f"# A ferry sinks\n9 June 2021\n{STORY}\n## What now\nAn inquiry opens.")
    assert (reading.article.title, reading.article.published) == ("A ferry sinks", DAY)
    assert not any("#" in text for text in texts(reading))


def test_a_dateline_below_a_deck() -> None:
    deck = "Harbour master speaks of luck, inquiry opens"
    reading = read(f"A ferry sinks\n\n{deck}\n\nSKAR, June 9, 2021 (AFP) - It sank.\n\nNobody was hurt.")
    assert (reading.article.source, reading.article.published) == ("AFP", DAY)
    assert texts(reading)[0] == deck
    assert reading.article.paragraphs[1].dateline == len("SKAR, June 9, 2021 (AFP) - ")


def test_a_byline_below_a_deck_which_stays() -> None:
    reading = read(f"A ferry sinks\n\nInquiry opens in Skar\n\nBy Ann Berg\n\n{STORY}")
    assert reading.article.author == "Ann Berg"
    assert texts(reading) == ["Inquiry opens in Skar", *STORY.split("\n\n")]


def test_a_dateline_further_down_the_story_is_not_its_own() -> None:
    reading = read("It sank on Sunday.\n\nSKAR, June 9, 2021 (AFP) - A bus takes its place.")
    assert (reading.article.source, reading.article.published) == (None, None)


@pytest.mark.parametrize(
    "line",
    ["9 มิ.ย. 2564 08:10", "2021. gada 9. jūnijs", "Thứ Ba, ngày 9 tháng Sáu năm 2021",
     "2021. június 9., szerda 10:30 CET",
     "Thứ Tư, 09/06/2021 - 08:10", "9 Haziran 2021 Çarşamba 10:30 CET", "2021 m. birželio 9 d., trečiadienis"],
)  # fmt: skip
def test_lines_of_dates_in_more_languages(line: str) -> None:
    found = published_line(line)
    assert found
    assert found.published == [date(2021, 6, 9)]

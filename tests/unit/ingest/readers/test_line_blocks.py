"""Lines → paragraphs, whatever parts them, and how the work grows."""

from __future__ import annotations

import pytest

from assistant.ingest.build import Reading
from assistant.ingest.readers.line_blocks import blocks_of
from assistant.ingest.readers.text import read_articles

WRAPPED = """\
{0}The ferry to Skar sank on Sunday morning, the harbour
master said, and all of the people on board were taken
off in time.
{0}A bus takes its place from Monday, and the county pays
for it until a new ferry has been bought by the town and
its neighbours.
{0}Nobody was hurt.
{0}An inquiry opens on Friday in the town hall, which the
mayor will lead."""


def blocks(text: str) -> list[str]:
    found = list(blocks_of(text, 0))
    assert all(text[at:].startswith(block) for at, block in found)
    return [block for _, block in found]


def read(text: str, path: str = "a.md") -> Reading:
    (reading,) = read_articles(text, article_id="a", path=path)
    return reading


def texts(reading: Reading) -> list[str]:
    return [paragraph.text for paragraph in reading.article.paragraphs]


@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_filled_lines_are_joined_to_their_paragraphs(indent: str) -> None:
    found = blocks(WRAPPED.format(indent))
    assert [block.split()[0] for block in found] == ["The", "A", "Nobody", "An"]
    assert blocks(WRAPPED.format("").replace("\nA bus", "\n\nA bus")) == blocks(WRAPPED.format(""))


def test_a_line_a_paragraph_with_one_blank_line() -> None:
    lines = ["The ferry sank on Sunday, the harbour master said.", "Nobody was hurt.", "A bus goes.", "It is red."]
    assert blocks("\n".join(lines[:3]) + "\n\n" + lines[3]) == lines


def test_a_break_within_a_sentence_parts_nothing() -> None:
    assert blocks("It sank\non Sunday.\n\nNobody\nwas hurt.") == ["It sank\non Sunday.", "Nobody\nwas hurt."]


@pytest.mark.parametrize("mark", ["\u2029", "\n\n", "\n \t\n", "\u2028\u2028", "\x0b\x0b"])
def test_what_parts_paragraphs(mark: str) -> None:
    assert blocks(f"It sank on Sunday.{mark}Nobody was hurt.{mark}") == ["It sank on Sunday.", "Nobody was hurt."]


def test_a_page_ends_a_paragraph_only_where_it_ends_a_sentence() -> None:
    assert blocks("It sank.\n\n\x0cNobody was hurt.\n\nIt sank in\n\x0cthe harbour.") == [
        "It sank.",
        "Nobody was hurt.",
        "It sank in\n\x0cthe harbour.",
    ]


def test_markup_of_markdown_is_no_paragraph_and_is_shown() -> None:
    text = (
        "A ferry sinks\n=============\n\n![The ferry](a.png)\n\nIt sank.\n\n---\n\n<!-- ask\n\nthe mayor -->\n"
        '{{< video id="1" >}}\nNobody was hurt.\n\n## Background\n\n## Who pays for it?\n\nThe county.\n\n[1]: https://e.org\n'
    )
    reading = read(text)
    assert reading.article.title == "A ferry sinks"
    assert texts(reading) == ["It sank.", "Nobody was hurt.", "Who pays for it?", "The county."]
    assert {left.text for left in reading.left_out} == {
        "![The ferry](a.png)", "---", "<!-- ask\n\nthe mayor -->", '{{< video id="1" >}}', "## Background",
        "[1]: https://e.org",
    }  # fmt: skip
    assert all(text[p.offset :].startswith(p.text) for p in reading.article.paragraphs)


def test_toml_front_matter_and_the_names_of_other_tools() -> None:
    article = read('+++\ntitle = "Tides"\npublishDate = 2021-06-09\nsite_name = "Echo"\n+++\n\nIt rose.').article
    assert (article.title, str(article.published), article.source) == ("Tides", "2021-06-09", "Echo")
    clipped = "source: https://e.org/tides\nauthor:\n  - '[[Ann Berg|Ann]]'\npublished:\ncreated: 2021-06-12"
    article = read(f"---\n{clipped}\n---\nIt rose.").article
    assert (article.url, article.source, article.author) == ("https://e.org/tides", None, "Ann")
    assert article.published is None


@pytest.mark.parametrize("day", ["03/04/2021", "Spring 2021", "true", "yesterday", "2021-02-30"])
def test_a_front_matter_whose_date_is_no_day_loses_no_article(day: str) -> None:
    article = read(f"---\ntitle: Tides\ndate: {day}\n---\nIt rose.").article
    assert (article.title, article.published) == ("Tides", None)


def test_an_export_between_rules_is_one_article_each() -> None:
    entry = (
        "{0}\n\nAuthor: Berg, Ann\n\nFull text: {0} on Sunday.\n\nNobody minded.\n\n"
        "Publication title: Echo; Skar\n\nPublication date: {1}\n"
    )
    text = ("=" * 40 + "\n").join(["", entry.format("It sank", "Jun 9, 2021"), entry.format("It rose", "Jun 10, 2021")])
    found = list(read_articles(text, article_id="a", path="a.txt"))
    assert [(r.article.id, r.article.title, str(r.article.published), r.article.source) for r in found] == [
        ("a/1", "It sank", "2021-06-09", "Echo"),
        ("a/2", "It rose", "2021-06-10", "Echo"),
    ]
    assert texts(found[1]) == ["It rose on Sunday.", "Nobody minded."]


@pytest.mark.parametrize("close", ["ENDS", "(MORE)", "-30-", "###", "* * *", "—ends—", "XYZ"])
def test_a_closing_mark_is_neither_outlet_nor_paragraph(close: str) -> None:
    reading = read(f"It sank on Sunday.\n\nNobody was hurt.\n\n{close}")
    assert reading.article.source is None
    assert texts(reading) == ["It sank on Sunday.", "Nobody was hurt."]
    assert [left.text for left in reading.left_out] == [close]


@pytest.mark.parametrize(
    "line",
    [
        "Signed up for the army in 1940, he fought in Italy.",
        "Image: the suspect seen on CCTV",
        "More on - and off - the pitch, the team struggled.",
        "See: The company's shares fell 5%.",
        "Like her father, she posted it on Facebook.",
        "Correction: An earlier version gave 42 as the number of the injured; it was 4.2 per cent.",
        "This article was amended on 9 June 2021: the ferry was 40 years old, not 14.",
        "Ann Berg is a reporter covering the port who was arrested in May.",
        "By using this route, smugglers avoid cookies and customs",
    ],
)
def test_what_the_story_says_stays_wherever_it_stands(line: str) -> None:
    assert line in texts(read(f"It sank on Sunday.\n\n{line}\n\nNobody was hurt."))
    assert line in texts(read(f"It sank on Sunday.\n\nNobody was hurt.\n\n{line}"))


def test_an_appeal_is_left_out_at_the_end_and_kept_between_paragraphs() -> None:
    line = "Sign up for our newsletter to get five stories a day."
    assert line not in texts(read(f"It sank on Sunday.\n\n{line}"))
    assert line in texts(read(f"It sank on Sunday.\n\n{line}\n\nNobody was hurt."))

"""What a page or a document holds and its article leaves out is told with its place and why; nothing vanishes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from article_samples import file_of

from assistant.ingest.blocks import LeftOut
from assistant.ingest.build import Reading
from assistant.ingest.file import RawFile
from assistant.ingest.readers import html, html_left_out

FIRST = "The mill of Birkby burnt down on Monday night, and nobody was hurt, the town said in a statement."
SECOND = "The damage is put at 3 million marks by the insurer, which will send an expert to the site on Friday."
THIRD = "It had stood at the weir since 1820 and was to become a museum of the town's crafts in the autumn."


def reading(folder: Path, name: str, content: bytes | str) -> Reading:
    (found,) = file_of(folder, name, content).readings()
    assert isinstance(found, Reading)
    return found


def page(*body: str) -> str:
    return f"<html><head><title>Mill burns</title></head><body>{''.join(body)}</body></html>"


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def test_what_a_page_shows_besides_its_article_is_told(tmp_path: Path) -> None:
    content = page(
        "<nav><a href='/'>Front page</a></nav><article><h1>Mill burns</h1><p>By Ida Holm</p>"
        f"<p>{FIRST}</p><figure><img src='a.jpg'><figcaption>The weir in 1911.</figcaption></figure><p>{SECOND}</p>"
        f"<h2>Museum</h2><p>{THIRD}</p></article><aside><p>Ferry stops for good on Sunday.</p></aside>"
        "<footer>Echo Ltd, Birkby</footer><script>var hidden = 'no text';</script><p style='display:none'>Secret.</p>"
    )
    found = reading(tmp_path, "a.html", content)
    assert [p.text for p in found.article.paragraphs] == [FIRST, SECOND, THIRD]
    assert [(one.after, one.text, one.reason) for one in found.left_out] == [
        (0, "Front page", "navigation"),
        (1, "The weir in 1911.", "picture"),
        (2, "Museum", "sub-heading"),
        (3, "Ferry stops for good on Sunday.", "box"),
        (3, "Echo Ltd, Birkby", "footer"),
    ]


BOXES = [
    "<div class='promo'><p>{}</p></div>",
    "<aside>{}</aside>",
    "<div class='comments'><p>{}</p></div>",
    "<blockquote class='twitter-tweet'>{}</blockquote>",
    "<table><tr><td>{}</td><td>3</td></tr></table>",
    "<details><summary>More</summary>{}</details>",
    "<div role='note' class='infobox sidebar'>{}</div>",
    "<dl><dt>Cost</dt><dd>{}</dd></dl>",
    "<h3>{}</h3>",
    "<p>{}<br><br></p>",
    "<span>{}</span>",
    "<center><font>{}</font></center>",
]


@pytest.mark.parametrize("box", BOXES)
def test_a_sentence_of_the_page_is_text_or_left_out_with_a_reason(tmp_path: Path, box: str) -> None:
    sentence = "The council of Stell had warned of the old wiring in a letter of 2019."
    content = page(f"<article><h1>Mill burns</h1><p>{FIRST}</p>{box.format(sentence)}<p>{SECOND}</p></article>")
    found = reading(tmp_path, "a.html", content)
    told = [p.text for p in found.article.paragraphs] + [one.text for one in found.left_out]
    assert sum(letters(sentence) in letters(text) for text in told) == 1


def test_of_a_line_that_is_there_in_part_only_the_rest_is_left_out() -> None:
    shown = html_left_out.Shown([("box", f"{FIRST} Read it here. {SECOND}"), ("footer", "Mill Burns")])
    assert html_left_out.left_out(shown, [FIRST, SECOND], ["Mill burns", None]) == (LeftOut(0, "Read it here.", "box"),)


def test_a_page_of_endless_lines_says_how_many_are_not_shown(tmp_path: Path) -> None:
    menu = "".join(f"<li><a href='/{number}'>Item {number}</a></li>" for number in range(5_000))
    found = reading(tmp_path, "a.html", page(f"<article><p>{FIRST}</p><p>{SECOND}</p></article><nav>{menu}</nav>"))
    assert len(found.left_out) <= 2_001
    match = re.fullmatch(r"… and ([\d,]+) lines more", found.left_out[-1].text)
    assert match
    assert int(match[1].replace(",", "")) + len(found.left_out) - 1 == 5_000


def test_what_a_document_holds_besides_its_text_is_told(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Echo, page 1"
    document.sections[0].footer.paragraphs[0].text = "Printed at Birkby"
    document.add_heading("Mill burns", 1)
    document.add_paragraph(FIRST)
    document.add_paragraph("The weir in 1911", style="Caption")
    document.add_heading("Museum", 2)
    changed = document.add_paragraph()
    changed.add_run("It cost 42 million. ").font.strike = True
    changed.add_run(SECOND)
    changed.add_run(" Nobody may read this.").font.hidden = True
    row = document.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "Founded", "1820"
    row.cells[1].paragraphs[0].add_run(" 1821").font.strike = True
    buffer = io.BytesIO()
    document.save(buffer)
    found = reading(tmp_path, "a.docx", buffer.getvalue())
    assert [p.text for p in found.article.paragraphs] == [FIRST, SECOND, "Founded | 1820"]
    assert [(one.after, one.text, one.reason) for one in found.left_out] == [
        (1, "The weir in 1911", "caption"),
        (1, "Museum", "sub-heading"),
        (2, "It cost 42 million. Nobody may read this.", "deleted, hidden or struck out"),
        (3, "1821", "deleted, hidden or struck out"),
        (3, "Printed at Birkby", "footer"),
        (3, "Echo, page 1", "header"),
    ]


def test_what_is_left_out_is_looked_for_only_where_it_is_asked_for(tmp_path: Path) -> None:
    content = page("<nav><a href='/'>Front page</a></nav>", f"<article><p>{FIRST}</p><p>{SECOND}</p></article>")
    path = tmp_path / "a.html"
    path.write_text(content)
    (quick,), (explained,) = (html.read(RawFile(path, explained=asked)) for asked in (False, True))
    assert quick.left_out == ()
    assert explained == replace(quick, left_out=explained.left_out)
    assert [one.text for one in explained.left_out] == ["Front page"]


def test_the_wish_reaches_every_reader_of_pages(tmp_path: Path) -> None:
    content = page("<nav><a href='/'>Front page</a></nav>", f"<article><p>{FIRST}</p><p>{SECOND}</p></article>")
    saved = f"MIME-Version: 1.0\nSubject: Mill burns\nContent-Type: text/html\n\n{content}"
    found = reading(tmp_path, "a.mhtml", saved)
    assert [one.text for one in found.left_out] == ["Front page"]


def test_a_heading_that_stands_behind_its_time_is_not_left_out(tmp_path: Path) -> None:
    updates = "".join(
        f"<div><time datetime='2021-06-09T{clock}'>{clock}</time><h2>{heading}</h2><p>{text}</p></div>"
        for clock, heading, text in (("11:40", "Roof gone", FIRST), ("10:15", "Fire seen", SECOND))
    )
    found = reading(tmp_path, "a.html", page(f"<article><h1>Mill burns: live</h1>{updates}<h2>Museum</h2></article>"))
    assert [p.text for p in found.article.paragraphs] == ["11:40 Roof gone", FIRST, "10:15 Fire seen", SECOND]
    assert [one.text for one in found.left_out] == ["Museum"]


def test_a_note_of_correction_above_the_story_is_no_dateline(tmp_path: Path) -> None:
    note = "Correction, June 9: An earlier version of this article said that two were hurt."
    content = page(f"<article><h1>Mill burns</h1><p>{note}</p><p>{FIRST}</p><p>{SECOND}</p></article>")
    article = reading(tmp_path, "a.html", content).article
    assert article.paragraphs[0].text == note
    assert article.corrected
    assert [paragraph.dateline for paragraph in article.paragraphs] == [0, 0, 0]

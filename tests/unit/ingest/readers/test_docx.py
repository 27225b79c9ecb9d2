"""What Word documents hold beside plain paragraphs is read, and exports of press databases are taken apart."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from article_samples import docx, read_bytes, texts

from assistant.schema.articles import Article

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def cell(*content: str) -> str:
    return f"<w:tc>{''.join(content)}</w:tc>"


def box(text: str) -> str:
    return f"<w:txbxContent>{paragraph(run(text))}</w:txbxContent>"


def read_body(folder: Path, xml: str) -> list[str]:
    import docx as python_docx
    from docx.oxml import parse_xml

    document = python_docx.Document()
    body = document.element.body
    for element in list(parse_xml(f"<w:body {NAMESPACES}>{xml}</w:body>")):
        body.insert(len(body) - 1, element)
    buffer = io.BytesIO()
    document.save(buffer)
    (article,), problems = read_bytes(folder, "a.docx", buffer.getvalue())
    assert problems == []
    return texts(article)


FIRST = paragraph(run("The mill burnt down on Monday night, the town said."))
COST = "The damage is put at 3 million marks."


@pytest.mark.parametrize(
    "xml",
    [
        f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph(run(COST))}</w:sdtContent></w:sdt>",
        f"<w:sdt><w:sdtContent><w:customXml>{paragraph(run(COST))}</w:customXml></w:sdtContent></w:sdt>",
        paragraph(f"<w:sdt><w:sdtContent>{run(COST)}</w:sdtContent></w:sdt>"),
        f"<w:tbl><w:tr>{cell(f'<w:tbl><w:tr>{cell(paragraph(run(COST)))}</w:tr></w:tbl>')}</w:tr></w:tbl>",
        f"<w:tbl><w:tr><w:sdt><w:sdtContent>{cell(paragraph(run(COST)))}</w:sdtContent></w:sdt></w:tr></w:tbl>",
        paragraph(f"<w:r><w:pict><v:shape><v:textbox>{box(COST)}</v:textbox></v:shape></w:pict></w:r>"),
        paragraph(
            f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><wps:txbx>{box(COST)}</wps:txbx></mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box(COST)}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        ),
    ],
)
def test_text_in_controls_tables_and_boxes_is_read_once(tmp_path: Path, xml: str) -> None:
    assert read_body(tmp_path, FIRST + xml) == ["The mill burnt down on Monday night, the town said.", COST]


def test_a_table_of_figures_is_a_line_a_row_and_a_layout_table_is_paragraphs(tmp_path: Path) -> None:
    figures = "".join(
        f"<w:tr>{cell(paragraph(run(name)))}{cell(paragraph(run(value)))}</w:tr>"
        for name, value in (("Left", "11 seats"), ("Centre", "9 seats"))
    )
    layout = cell(FIRST, paragraph(run(COST))) + cell(paragraph(run("Nobody was hurt, it said.")))
    lead = paragraph(run("The town voted on Monday."))
    assert read_body(tmp_path, f"{lead}<w:tbl>{figures}</w:tbl><w:tbl><w:tr>{layout}</w:tr></w:tbl>") == [
        "The town voted on Monday.",
        "Left | 11 seats",
        "Centre | 9 seats",
        "The mill burnt down on Monday night, the town said.",
        COST,
        "Nobody was hurt, it said.",
    ]


def test_struck_out_figures_are_gone_and_raised_ones_stay_raised(tmp_path: Path) -> None:
    runs = (
        run("It lost "),
        run("30", "<w:strike/>"),
        run("3", '<w:strike w:val="0"/>'),
        run(" · 10"),
        run("6", '<w:vertAlign w:val="superscript"/>'),
        run(" marks on the 1"),
        run("st", '<w:vertAlign w:val="superscript"/>'),
        run(" of May."),
    )
    assert read_body(tmp_path, paragraph(*runs)) == ["It lost 3 · 10⁶ marks on the 1st of May."]


def test_headings_that_state_something_are_text(tmp_path: Path) -> None:
    parts = [
        ("Title", "Mill burns"),
        (
            "Subtitle",
            "The old mill of Birkby burnt down, the third fire in the town within a year, and nobody was hurt",
        ),
        ("Heading 2", "Background"),
        ("Normal", "It was built in 1820, the town says."),
        ("Heading 2", "Who pays?"),
        ("Normal", "The insurer does."),
        ("Heading 2", "3 million marks"),
    ]
    (article,), _ = read_bytes(tmp_path, "a.docx", docx(parts))
    assert texts(article) == [parts[1][1], parts[3][1], "Who pays?", "The insurer does.", "3 million marks"]


def nexis(title: str, day: str, *body: str) -> list[str]:
    return [
        title, "The Birkby Echo", day, "Copyright 2021 Echo Ltd. All Rights Reserved", "Section: HOME; Pg. 2",
        "Length: 91 words", "Byline: Ola Berg", "Highlight: A short summary.", "Body", *body,
        "Classification", "Language: ENGLISH", "Subject: FIRES (90%)", "Load-Date: May 9, 2021", "End of Document",
    ]  # fmt: skip


def facts(articles: list[Article]) -> list[tuple[object, ...]]:
    return [(a.title, a.source, a.published, a.author, texts(a)) for a in articles]


def test_a_nexis_document_is_its_articles(tmp_path: Path) -> None:
    lines = [
        *nexis("Mill burns", "May 4, 2021 Tuesday", "The mill burnt down.", "Correction: It did so on Monday."),
        *nexis("Mill: the day after", "May 5, 2021", "Owner: we will rebuild.", "“Never,” said the mayor."),
    ]
    articles, problems = read_bytes(tmp_path, "Files (2).docx", docx([("Normal", line) for line in lines]))
    assert problems == []
    assert facts(articles) == [
        ("Mill burns", "The Birkby Echo", date(2021, 5, 4), "Ola Berg",
         ["The mill burnt down.", "Correction: It did so on Monday."]),
        ("Mill: the day after", "The Birkby Echo", date(2021, 5, 5), "Ola Berg",
         ["Owner: we will rebuild.", "“Never,” said the mayor."]),
    ]  # fmt: skip


def test_a_nexis_document_of_one_article_keeps_the_files_id(tmp_path: Path) -> None:
    lines = nexis("Mill burns", "May 4, 2021 Tuesday", "The mill burnt down.")
    (article,), _ = read_bytes(tmp_path, "mill.docx", docx([("Normal", line) for line in lines]))
    assert (article.id, article.title) == ("mill", "Mill burns")


@pytest.mark.parametrize("coded", [False, True])
def test_a_factiva_document_is_its_articles(tmp_path: Path, coded: bool) -> None:
    def display(title: str, day: str, key: str, *body: str) -> list[str]:
        return [
            title, "By Ola Berg", "91 words", day, "08:10", "The Birkby Echo", "BIRKE", "English",
            "Copyright 2021. Echo Ltd.", *body, f"Document {key}",
        ]  # fmt: skip

    def codes(title: str, day: str, key: str, *body: str) -> list[str]:
        return [
            f"HD {title}", "BY Ola Berg", "WC 91 words", f"PD {day}", "SN The Birkby Echo", "SC BIRKE", "LA English",
            f"LP {body[0]}", "TD", *body[1:], "NS gfire: Fires", f"AN Document {key}",
        ]  # fmt: skip

    form = codes if coded else display
    lines = [
        *form("Mill burns", "4 May 2021", "BIRKE00020210504eh54000xx", "The mill burnt down.", "Nobody was hurt."),
        *form("The day after", "5 May 2021", "BIRKE00020210505eh55000xy", "It will be rebuilt.", "CO 2 hurt nobody."),
    ]
    articles, _ = read_bytes(tmp_path, "f.docx", docx([("Normal", line) for line in lines]))
    assert facts(articles) == [
        ("Mill burns", "The Birkby Echo", date(2021, 5, 4), "Ola Berg",
         ["The mill burnt down.", "Nobody was hurt."]),
        ("The day after", "The Birkby Echo", date(2021, 5, 5), "Ola Berg",
         ["It will be rebuilt.", "CO 2 hurt nobody."]),
    ]  # fmt: skip
    assert articles[0].id == "f/BIRKE00020210504eh54000xx"


def test_a_proquest_document_is_its_articles(tmp_path: Path) -> None:
    def entry(title: str, day: str, number: int, *body: str) -> list[str]:
        return [
            "_" * 60, f"{title}", "Author: Berg, Ola", "Publication info: The Birkby Echo; 04 May 2021.",
            f"Full text: {body[0]}", *body[1:], "Subject: Fires;", f"Title: {title}",
            "Publication title: The Birkby Echo",
            f"Publication date: {day}", f"ProQuest document ID: {number}",
        ]  # fmt: skip

    lines = [
        *entry("Mill burns", "May 4, 2021", 17, "The mill burnt down.", "Lind: We paid twice."),
        *entry("The day after", "May 5, 2021", 18, "It will be rebuilt."),
        "_" * 60,
    ]
    articles, _ = read_bytes(tmp_path, "p.docx", docx([("Normal", line) for line in lines]))
    assert facts(articles) == [
        (
            "Mill burns",
            "The Birkby Echo",
            date(2021, 5, 4),
            "Berg, Ola",
            ["The mill burnt down.", "Lind: We paid twice."],
        ),
        ("The day after", "The Birkby Echo", date(2021, 5, 5), "Berg, Ola", ["It will be rebuilt."]),
    ]
    assert [article.id for article in articles] == ["p/17", "p/18"]


def test_a_story_that_mentions_documents_is_no_export(tmp_path: Path) -> None:
    lines = ["Document 17 was found on Monday.", "Length: 3 metres, the report says.", "Byline", "End of the document"]
    (article,), _ = read_bytes(tmp_path, "a.docx", docx([("Normal", line) for line in lines]))
    assert texts(article) == lines

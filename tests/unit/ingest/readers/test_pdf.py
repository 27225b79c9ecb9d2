"""Columns, marks at the edges of pages, ligatures and scanned pages of PDF files."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from article_samples import Print, assembled, pdf, read_bytes, texts

from assistant.errors import ArticleError

LEFT = [
    "The mill of Birkby burnt down on Monday night,", "and nobody was hurt, the town said in a note.",
    "The damage is put at 3 million marks by the", "insurer, which will send an expert on Friday.",
    "It had stood at the weir since the year 1820.",
]  # fmt: skip
RIGHT = [
    "It was to become a museum of the town's crafts", "in the autumn, for which the county had given",
    "half a million marks. The mayor said that the", "town would rebuild it, whatever that might cost.",
    "Birkby has lost three houses to fires this year.", "The cause is not known, the police said on Tuesday.",
]  # fmt: skip


def side_by_side(left: list[str], right: list[str], at: int = 320) -> list[Print]:
    lines: list[Print] = [("Mill burns", 60, 780, 22)]
    for number in range(max(len(left), len(right))):
        y = 740 - 12 * number
        lines += [(column[number], x, y, 10) for column, x in ((left, 60), (right, at)) if number < len(column)]
    return lines


@pytest.mark.parametrize("right", [RIGHT[:5], RIGHT])
def test_columns_stored_row_by_row_are_read_one_after_the_other(tmp_path: Path, right: list[str]) -> None:
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([side_by_side(LEFT, right)]))
    assert " ".join(texts(article)) == " ".join([*LEFT, *right])


def test_the_rows_of_a_table_stay_rows(tmp_path: Path) -> None:
    parties = ["Left", "Centre", "Farmers", "Greens", "Others"]
    seats = ["11 seats", "9 seats", "7 seats", "4 seats", "1 seat"]
    rows = [(line, x, y - 100, size) for line, x, y, size in side_by_side(parties, seats, at=200)[1:]]
    lead: list[Print] = [
        ("The town of Birkby voted on Sunday and the Left won, as the county's list shows.", 60, 740, 10)
    ]
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([lead + rows]))
    assert "Left 11 seats" in " ".join(texts(article))
    assert "Centre 9 seats" in " ".join(texts(article))


@pytest.mark.parametrize(
    "marks",
    [
        [("5/9/21, 10:15 PM", 30, 820, 8), ("Mill burns - The Echo", 250, 820, 8),
         ("https://echo.example/mill", 30, 20, 8), ("1/1", 560, 20, 8)],
        [("09.05.2021, 22:15 Mill burns", 30, 820, 8), ("https://echo.example/mill 1/1", 30, 20, 8)],
    ],
)  # fmt: skip
def test_what_a_browser_prints_around_a_page_is_its_address(tmp_path: Path, marks: list[Print]) -> None:
    lines: list[Print] = [("Mill burns", 60, 780, 22), *((text, 60, 740 - 12 * n, 10) for n, text in enumerate(LEFT))]
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([[*lines, *marks]]))
    assert (article.title, article.url, article.published) == ("Mill burns", "https://echo.example/mill", None)
    assert " ".join(texts(article)) == " ".join(LEFT)


def test_pointers_from_page_to_page_are_no_text(tmp_path: Path) -> None:
    first: list[Print] = [(text, 60, 740 - 12 * n, 10) for n, text in enumerate(LEFT)]
    second: list[Print] = [(text, 60, 700 - 12 * n, 10) for n, text in enumerate(RIGHT)]
    pages = [[*first, ("Please turn to MILL, Page B2", 60, 670, 10)], [("From Page B1", 60, 740, 10), *second]]
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf(pages))
    assert " ".join(texts(article)) == " ".join([*LEFT, *RIGHT])


def test_a_sentence_that_ends_a_page_with_a_pages_number_stays(tmp_path: Path) -> None:
    lines: list[Print] = [(text, 60, 740 - 12 * n, 10) for n, text in enumerate(LEFT)]
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([[*lines, ("The report says so on page 12.", 60, 680, 10)]]))
    assert texts(article)[-1].endswith("The report says so on page 12.")


def test_ligatures_are_letters(tmp_path: Path) -> None:
    content = pdf([[("The ﬁre oﬃce ﬂed on Monday, the aﬄuent town said.", 60, 740, 10)]], unicode="ﬁﬃﬂﬄ")
    (article,), _ = read_bytes(tmp_path, "a.pdf", content)
    assert texts(article) == ["The fire office fled on Monday, the affluent town said."]


def scanned(*drawn: str) -> bytes:
    """Pages, each an image; what is drawn over it as text beside it."""
    packed = zlib.compress(b"\xff" * 300)
    image = (
        b"<</Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode"
        b"/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    kids, objects = [], [b"<</Type/Catalog/Pages 2 0 R>>", b"", image, font]
    for text in drawn:
        content = f"q 500 0 0 700 0 0 cm /I Do Q BT /F 10 Tf 1 0 0 1 60 700 Tm ({text}) Tj ET".encode()
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</XObject<</I 3 0 R>>/Font<</F 4 0 R>>>>>>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return assembled(objects)


@pytest.mark.parametrize("stamps", [("",), ("Scan 17", "Scan 18")])
def test_a_scan_is_said_to_need_text_recognition(tmp_path: Path, stamps: tuple[str, ...]) -> None:
    with pytest.raises(ArticleError, match=r"a\.pdf: .*OCR"):
        read_bytes(tmp_path, "a.pdf", scanned(*stamps))


def test_scanned_pages_among_others_are_named(tmp_path: Path) -> None:
    (article,), problems = read_bytes(tmp_path, "a.pdf", scanned("The mill of Birkby burnt down on Monday night.", ""))
    assert texts(article) == ["The mill of Birkby burnt down on Monday night."]
    assert len(problems) == 1
    assert "(2)" in problems[0]

"""Exports of Nexis, Factiva and ProQuest as text and as pages: each article with its own outlet and day."""

from __future__ import annotations

import textwrap
from datetime import date
from pathlib import Path

from article_samples import file_of

from assistant.ingest.build import Reading
from assistant.schema.articles import Article

MILL = "The paper mill at Ostvik will stop its second machine in May, and 140 of its 310 workers will have to go."
UNION = "“We heard it from the radio,” said Ketil Ness, who has worked at the mill since 1991 and speaks for the union."
TOWN = "The town will lose 2.3 million crowns a year in taxes, its treasurer reckons; the school budget is 2.1 million."


def articles(folder: Path, name: str, content: str) -> list[Article]:
    found = list(file_of(folder, name, content).articles())
    assert all(isinstance(one, Article) for one in found), found
    return found  # type: ignore[return-value]


def facts(found: list[Article]) -> list[tuple[str, str | None, date | None, str | None]]:
    return [(one.title, one.source, one.published, one.author) for one in found]


def texts(found: list[Article]) -> list[list[str]]:
    return [[paragraph.text for paragraph in one.paragraphs] for one in found]


RIGHT = [
    ("Mill stops its second machine", "Ostvik Posten", date(2022, 2, 8), "Siv Holm"),
    ("What the mill means to the town", "The Fjord Gazette (Norway)", date(2022, 2, 11), None),
]
NEXIS = [
    *("1 of 2 DOCUMENTS", "Ostvik Posten", "February 8, 2022 Tuesday", "Morning Edition", RIGHT[0][0]),
    *("BYLINE: Siv Holm", "SECTION: NEWS; Pg. 1", "LENGTH: 48 words", "DATELINE: OSTVIK", MILL, UNION),
    *("GRAPHIC: The mill in 1974", "LOAD-DATE: February 9, 2022", "Copyright 2022 Ostvik Posten"),
    *("2 of 2 DOCUMENTS", "The Fjord Gazette (Norway)", "February 11, 2022 Friday", RIGHT[1][0]),
    *("LENGTH: 22 words", TOWN, "LOAD-DATE: February 12, 2022"),
]


def test_an_older_nexis_text_is_its_articles_however_its_lines_are_broken(tmp_path: Path) -> None:
    whole = articles(tmp_path, "a.txt", "\n\n".join(NEXIS))
    broken = articles(tmp_path, "b.txt", "\n\n".join(textwrap.fill(line, 62) for line in NEXIS))
    assert facts(whole) == facts(broken) == RIGHT
    assert texts(whole) == texts(broken) == [[MILL, UNION], [TOWN]]


def test_an_older_nexis_page_is_its_articles(tmp_path: Path) -> None:
    page = f"<html><head><title>Nexis</title></head><body>{''.join(f'<p>{line}</p>' for line in NEXIS)}</body></html>"
    assert facts(articles(tmp_path, "a.html", page)) == RIGHT


def test_what_an_export_says_beside_the_fields_is_shown_as_left_out(tmp_path: Path) -> None:
    first = next(iter(file_of(tmp_path, "a.txt", "\n\n".join(NEXIS)).readings()))
    assert isinstance(first, Reading)
    left = [(one.after, one.text) for one in first.left_out]
    assert (2, "GRAPHIC: The mill in 1974") in left
    assert (0, "SECTION: NEWS; Pg. 1") in left
    assert not any("Siv Holm" in text or "February 8" in text for _, text in left)


def test_a_document_in_no_such_order_among_others_is_not_lost(tmp_path: Path) -> None:
    found = articles(tmp_path, "a.txt", "\n\n".join([*NEXIS, "3 of 3 DOCUMENTS", MILL + " It did.", TOWN]))
    assert texts(found)[2] == [MILL + " It did.", TOWN]


def test_a_factiva_text_of_codes_is_its_articles(tmp_path: Path) -> None:
    text = (
        f"HD  {RIGHT[0][0]}\nBY  By Siv Holm\nWC  48 words\nPD  8 February 2022\nSN  Ostvik Posten\nSC  OSTPOS\n\n"
        f"LP\n{MILL}\n\nTD\n{UNION}\n\nAN  Document OSTPOS0020220208ei280001u\n\n"
        f"HD  {RIGHT[1][0]}\nWC  22 words\nPD  11 February 2022\nSN  The Fjord Gazette (Norway)\n\nLP\n{TOWN}\n\n"
        "AN  Document FJOGAZ0020220211ei2b0000d\n"
    )
    found = articles(tmp_path, "a.txt", text)
    assert facts(found) == RIGHT
    assert texts(found) == [[MILL, UNION], [TOWN]]
    assert found[0].id == "a/OSTPOS0020220208ei280001u"


def test_a_factiva_page_is_its_articles(tmp_path: Path) -> None:
    def printed(title: str, day: str, source: str, *body: str) -> str:
        head = (
            f"<div><span>{title}</span></div><div>40 words</div><div>{day}</div><div>{source}</div><div>English</div>"
        )
        return f"<div>{head}<div>(c) 2022</div>{''.join(f'<p>{text}</p>' for text in body)}"

    page = (
        "<html><head><title>Factiva</title></head><body>"
        f"{printed(RIGHT[0][0], '8 February 2022', 'Ostvik Posten', MILL, UNION)}"
        "<p>Document OSTPOS0020220208ei280001u</p></div>"
        f"{printed(RIGHT[1][0], '11 February 2022', 'The Fjord Gazette (Norway)', TOWN)}"
        "<p>Document FJOGAZ0020220211ei2b0000d</p></div></body></html>"
    )
    found = articles(tmp_path, "a.html", page)
    assert [fact[:3] for fact in facts(found)] == [fact[:3] for fact in RIGHT]
    assert texts(found) == [[MILL, UNION], [TOWN]]


def test_a_proquest_page_is_its_articles_and_the_outlet_has_no_place_behind_it(tmp_path: Path) -> None:
    def document(number: int, title: str, day: str, source: str, *body: str) -> str:
        labels = {"Publication title": source, "Publication date": day, "ProQuest document ID": f"26{number}"}
        below = "".join(f"<p><strong>{name}: </strong>{value}</p>" for name, value in labels.items())
        text = "".join(f"<p>{paragraph}</p>" for paragraph in body)
        return f"<p>Document {number} of 2</p><h3>{title}</h3><p><b>Full text: </b></p>{text}{below}"

    first = document(1, RIGHT[0][0], "Feb 8, 2022", "Ostvik Posten; Ostvik", MILL, UNION)
    second = document(2, RIGHT[1][0], "Feb 11, 2022", "The Fjord Gazette (Norway)", TOWN)
    found = articles(tmp_path, "a.html", f"<html><body>{first}<hr>{second}</body></html>")
    assert [fact[:3] for fact in facts(found)] == [fact[:3] for fact in RIGHT]
    assert texts(found) == [[MILL, UNION], [TOWN]]


def test_a_page_about_such_exports_is_one_article(tmp_path: Path) -> None:
    body = "".join(f"<p>{text}</p>" for text in (MILL, "The file says “1 of 2 DOCUMENTS”.", UNION, TOWN))
    page = f"<html><body><article><h1>Mill</h1>{body}<p>End of document</p></article></body></html>"
    (found,) = articles(tmp_path, "a.html", page)
    assert found.title == "Mill"

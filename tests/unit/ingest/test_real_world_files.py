"""Real-world files, one of every kind: what a reader would say of them is what is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from article_samples import file_of

from assistant.ingest.build import Problem
from assistant.schema.articles import Article

A = "The harbour board of Tornby will close two of its three slipways in April, its chairman said on Monday."
B = "Repairs are put at 7.5 million crowns, of which the state pays a third, according to a letter seen by the paper."
C = "The slipways were last rebuilt in 1974 and carry about 300 boats a year, most of them fishing boats."


def read(folder: Path, name: str, content: bytes | str) -> list[Article | Problem]:
    return list(file_of(folder, name, content).articles())


def one(folder: Path, name: str, content: bytes | str) -> Article:
    (found,) = read(folder, name, content)
    assert isinstance(found, Article)
    return found


def texts(article: Article | Problem) -> list[str]:
    assert isinstance(article, Article)
    return [paragraph.text for paragraph in article.paragraphs]


def page(*body: str) -> str:
    return (
        "<html><head><meta charset=utf-8><title>Slipways close | Tornby Echo</title>"
        "<meta property='og:site_name' content='Tornby Echo'></head><body><article><h1>Slipways close</h1>"
        f"{''.join(body)}</article></body></html>"
    )


def marked(*paragraphs: str) -> list[str]:
    return [f"<p>{text}</p>" for text in paragraphs]


# What came out wrong.


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Von Ida Holm · 5. März 2024, 08:10 Uhr · Aktualisiert am 8. März 2024", date(2024, 3, 5), date(2024, 3, 8)),
        ("By Ida Holm | Updated 8 March 2024 | Published 5 March 2024", date(2024, 3, 5), date(2024, 3, 8)),
        ("Par Ida Holm — 5 mars 2024 à 8h10", date(2024, 3, 5), None),
        ("By Ida Holm, Updated 8 March 2024", None, date(2024, 3, 8)),
    ],
)
def test_a_byline_with_several_days_is_read_as_a_line_of_days_is(
    tmp_path: Path, line: str, published: date | None, modified: date | None
) -> None:
    for article in (
        one(tmp_path, "a.html", page(*marked(line, A, B))),
        one(tmp_path, "b.txt", f"Slipways close\n\n{line}\n\n{A}\n\n{B}"),
    ):
        assert (article.author, article.published, article.modified) == ("Ida Holm", published, modified)
        assert texts(article) == [A, B]


def test_a_line_that_ends_an_article_of_factiva_is_no_text(tmp_path: Path) -> None:
    first = f"HD Slipways close\nBY By Ida Holm\nPD 5 March 2024\nSN Tornby Echo\nLP {A}\nTD\n{B}\n"
    second = f"HD Ferry stops\nPD 6 March 2024\nSN Marby Post\nLP {C}\n"
    export = f"{first}\nDocument TORNEC0020240305ek3500001\n\n{second}\nDocument MARBYP0020240306ek3600002\n"
    found = read(tmp_path, "a.txt", export)
    assert list(map(texts, found)) == [[A, B], [C]]
    assert [(a.author, a.source) for a in found if isinstance(a, Article)] == [
        ("Ida Holm", "Tornby Echo"),
        (None, "Marby Post"),
    ]


def test_a_number_is_nobodys_name(tmp_path: Path) -> None:
    row = {"title": {"rendered": "Slipways close"}, "content": {"rendered": f"<p>{A}</p>"}, "author": 3}
    assert one(tmp_path, "a.json", json.dumps(row)).author is None


@pytest.mark.parametrize("channel", ["Tornby Echo", "Tornby Echo - Harbour", "Harbour | Tornby Echo"])
def test_the_last_line_of_wordpress_names_the_outlet_or_its_section(tmp_path: Path, channel: str) -> None:
    last = "<p>The post <a href='x'>Slipways close</a> first appeared on <a href='y'>Tornby Echo</a>.</p>"
    body = f"<![CDATA[<p>{A}</p>{last}]]>"
    item = f"<item><title>Slipways close</title><description>{body}</description></item>"
    feed = f"<rss version='2.0'><channel><title>{channel}</title>{item}</channel></rss>"
    assert texts(read(tmp_path, "a.xml", feed)[0]) == [A]


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("3<sup>1</sup>/<sub>2</sub> hours", "3 1/2 hours"),
        ("<sup>2</sup>&frasl;<sub>3</sub> of it", "2⁄3 of it"),
        ("10<sup>6</sup>/<sub>max</sub>", "10⁶/max"),
        ("10<sup>-6</sup> m<sup>3</sup>", "10⁻⁶ m³"),
        ("<b>x</b><sup>1</sup>", "x¹"),
    ],
)
def test_a_fraction_is_no_figure_more_of_the_number_before_it(tmp_path: Path, markup: str, shown: str) -> None:
    paragraph = "It took the crew of the tug {} to pull the barge free, the harbour master said."
    assert paragraph.format(shown) in texts(one(tmp_path, "a.html", page(*marked(paragraph.format(markup), A, B))))


def test_empty_cells_leave_no_mark(tmp_path: Path) -> None:
    table = "<table><tr><td>1974</td><td>120</td><td></td></tr><tr><td>2023</td><td></td><td>300</td></tr></table>"
    found = texts(one(tmp_path, "a.html", page(f"<p>{A}</p>", table, f"<p>{B}</p>")))
    assert found[1] == "1974 | 120"
    assert found[2].startswith("2023 |")
    assert found[2].endswith("300")


# What came out right, so that it stays.


@pytest.mark.parametrize(
    ("encoding", "paragraphs"),
    [
        ("utf-16-le", [A, "Starosta řekl, že práce skončí v září."]),
        (
            "koi8-r",
            ["Портовое управление закроет два причала в апреле, сообщил председатель.", "Ремонт стоит 7,5 млн."],
        ),
        (
            "shift_jis",
            ["港湾委員会は月曜日、二つの船台を四月に閉鎖すると発表した。", "修理費は七百五十万クローナに上る。"],
        ),
        ("cp1256", ["أعلنت إدارة الميناء يوم الاثنين أنها ستغلق رصيفين في أبريل.", "وتقدر الكلفة بسبعة ملايين كرونة."]),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, paragraphs: Sequence[str]) -> None:
    assert texts(one(tmp_path, "a.txt", "\n\n".join(paragraphs).encode(encoding))) == list(paragraphs)


@pytest.mark.parametrize(
    "line",
    [
        "Opublikowano: 5 marca 2024, 08:10",
        "Publikováno 5. března 2024 v 8:10",
        "Yayınlanma: 5 Mart 2024 08:10",
        "Julkaistu 5.3.2024 klo 8.10",
        "2024. március 5., kedd 08:10",
        "Δημοσιεύθηκε: 5 Μαρτίου 2024",
        "Publicat: 5 martie 2024, 08:10",
        "Selasa, 5 Maret 2024 08:10 WIB",
        "เผยแพร่ 5 มีนาคม 2567",
        "פורסם: 5 במרץ 2024",
        "Публикувано на 5 март 2024 г.",
        "Publiceret 5. marts 2024 kl. 08.10",
    ],
)
def test_days_in_other_languages(tmp_path: Path, line: str) -> None:
    article = one(tmp_path, "a.txt", f"Tornby 1\n\n{line}\n\n{A}\n\n{B}")
    assert article.published == date(2024, 3, 5)
    assert texts(article) == [A, B]


def test_sentences_that_begin_like_buttons_stay(tmp_path: Path) -> None:
    story = [
        A,
        "Share of boats that fish fell to 40 per cent, the board said.",
        "Subscribe or leave, the chairman told the club's 300 members.",
        "Follow the money, said Berg.",
        B,
    ]
    assert texts(one(tmp_path, "a.txt", "\n\n".join(["Slipways close", *story]))) == story


def test_a_row_that_would_be_cut_is_named(tmp_path: Path) -> None:
    problem, article = read(tmp_path, "a.csv", f'title,date,text\nSlipways,2024-03-05,{A}\nFerry,2024-03-06,"{C}"\n')
    assert isinstance(problem, Problem)
    assert texts(article) == [C]


def test_reports_that_differ_in_a_figure_keep_their_own(tmp_path: Path) -> None:
    fell = "TORNBY, March 5 (Reuters) - Profits fell {} percent at the harbour, its chairman said on Monday."
    found = [one(tmp_path, f"{name}.txt", fell.format(name)) for name in ("4.2", "42")]
    assert [texts(article) for article in found] == [[fell.format("4.2")], [fell.format("42")]]

"""Names of columns in many languages, and labels that stand where a headline is looked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant.ingest.discover import list_files
from assistant.ingest.kicker import is_kicker
from assistant.schema.articles import Article

Write = Callable[..., Path]


def read(folder: Path) -> Article:
    (file,) = list_files(folder)
    (article,) = file.articles()
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    "names",
    [
        "titre;auteur;date de publication;journal;texte", "Überschrift;Verfasser;Veröffentlicht am;Zeitung;Inhalt",
        "Titular;Autor;Fecha de publicacion;Fuente;Contenido", "Titolo;Autore;Data di pubblicazione;Testata;Testo",
        "Título;Autor;Data de publicação;Veículo;Conteúdo", "Заголовок;Автор;Дата публикации;Источник;Текст",
        "标题;作者;发布日期;来源;正文", "العنوان;الكاتب;تاريخ النشر;المصدر;النص",
        "tytuł;autor;data publikacji;źródło;treść",
    ],
)  # fmt: skip
def test_columns_in_other_languages(write_articles: Write, names: str) -> None:
    article = read(write_articles({"a.csv": f"{names}\nTide;Ida Holm;2021-06-09;Vessen Post;It rose again.\n"}))
    told = (article.title, article.author, article.published, article.source, article.paragraphs[0].text)
    assert told == ("Tide", "Ida Holm", date(2021, 6, 9), "Vessen Post", "It rose again.")


def test_the_kind_of_medium_is_no_outlet(write_articles: Write) -> None:
    assert read(write_articles({"a.csv": "title,medium,text\nTide,Print,It rose again.\n"})).source is None


@pytest.mark.parametrize(
    "label",
    ["PRESS RELEASE", "For immediate release", "Opinion", "BREAKING NEWS", "Communiqué de presse", "Pressemitteilung",
     "Nota de prensa", "Embargoed until 00:01 9 June 2021", "Media contact: Ida Holm, 555 1234", "社説"],
)  # fmt: skip
def test_a_label_above_the_headline_is_not_the_headline(write_articles: Write, label: str) -> None:
    story = f"{label}\n\nTide rises at Vessen\n\n9 June 2021\n\nThe tide rose on Monday, the harbour said.\n\nIt fell."
    article = read(write_articles({"a.txt": story}))
    assert (article.title, article.published) == ("Tide rises at Vessen", date(2021, 6, 9))
    assert len(article.paragraphs) == 2


def test_a_heading_that_is_a_label_is_not_the_headline(write_articles: Write) -> None:
    story = "# PRESS RELEASE\n\n## Tide rises at Vessen\n\nThe tide rose on Monday, the harbour said.\n\nIt fell."
    assert read(write_articles({"a.md": story})).title == "Tide rises at Vessen"


@pytest.mark.parametrize("line", ["Opinion polls close", "Live cattle exports end", "Releases of water begin", ""])
def test_headlines_that_begin_like_a_label(line: str) -> None:
    assert not is_kicker(line)

"""A table's row is read whole or named as not read."""

from __future__ import annotations

from pathlib import Path

import pytest
from article_samples import read_bytes, texts

HEADER = "headline,day,text\n"


def test_quotation_marks_may_be_escaped_by_a_backslash(tmp_path: Path) -> None:
    content = (
        HEADER
        + '"Mill","2021-05-04","She said \\"never, ever\\", then\nleft. \\"No.\\""\n"Two","2021-05-05","Plain."\n'
    )
    articles, problems = read_bytes(tmp_path, "a.csv", content)
    assert problems == []
    assert [texts(article) for article in articles] == [['She said "never, ever", then', 'left. "No."'], ["Plain."]]


def test_a_backslash_at_the_end_of_a_value_is_itself(tmp_path: Path) -> None:
    (article,), problems = read_bytes(
        tmp_path, "a.csv", HEADER + '"C:\\mill\\","2021-05-04","It said ""no"", twice."\n'
    )
    assert problems == []
    assert (article.title, texts(article)) == ("C:\\mill\\", ['It said "no", twice.'])


@pytest.mark.parametrize(
    "row",
    [
        "Mill,2021-05-04,It burnt down, and nobody was hurt.",
        '"Mill","2021-05-04","It said "no", and left."',
        '"Mill","2021-05-04","It burnt" down.',
    ],
)
def test_a_row_that_would_be_cut_is_named_and_the_others_are_read(tmp_path: Path, row: str) -> None:
    articles, problems = read_bytes(tmp_path, "a.csv", f"{HEADER}{row}\nTwo,2021-05-05,It is rebuilt.\n")
    assert [texts(article) for article in articles] == [["It is rebuilt."]]
    assert len(problems) == 1
    assert "a.csv: row 1" in problems[0]


def test_a_quotation_that_never_ends_is_named(tmp_path: Path) -> None:
    rows = "".join(f"T{n},2021-05-05,Text {n}.\n" for n in range(3))
    articles, problems = read_bytes(
        tmp_path, "a.csv", f'{HEADER}One,2021-05-04,It is.\nMill,2021-05-04,"It burnt\n{rows}'
    )
    assert [texts(article) for article in articles] == [["It is."]]
    assert len(problems) == 1
    assert "row 2" in problems[0]


def test_empty_values_beyond_the_columns_are_no_text(tmp_path: Path) -> None:
    (article,), problems = read_bytes(tmp_path, "a.csv", HEADER + "Mill,2021-05-04,It burnt.,,\n")
    assert problems == []
    assert texts(article) == ["It burnt."]

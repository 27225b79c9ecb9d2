"""Datelines of the agencies, and openings that look like one."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.ingest.dateline import find_day, parse_date, parse_date_field, parse_dateline, parse_iso


@pytest.mark.parametrize(
    ("dateline", "source", "day"),
    [
        ("Moscow, July 4: ", None, (None, 7, 4)),
        ("Moscow, 22 March 2023 (TDI): ", "TDI", (2023, 3, 22)),
        ("WASHINGTON (AP) — ", "AP", (None, None, None)),
        ("LONDON, Jan 5 (Reuters) - ", "Reuters", (None, 1, 5)),
        ("LONDON, Jan. 5, 2021 (Reuters) - ", "Reuters", (2021, 1, 5)),
        ("BEIJING, March 21 (Xinhua) -- ", "Xinhua", (None, 3, 21)),
        ("New Delhi, Dec 5 (PTI): ", "PTI", (None, 12, 5)),
        ("NEW YORK, N.Y. (AP) — ", "AP", (None, None, None)),
        ("St. Petersburg, June 3rd (TASS): ", "TASS", (None, 6, 3)),
        ("KYIV/MOSCOW, March 3 (Reuters) – ", "Reuters", (None, 3, 3)),
        ("São Paulo, 1 May 2020 (EFE): ", "EFE", (2020, 5, 1)),
        ("Port-au-Prince, 1st August (AFP) - ", "AFP", (None, 8, 1)),
        ("HELENA, Mont. (Plains Wire) — ", "Plains Wire", (None, None, None)),
        ("Berlin (dpa/bb) - ", "dpa/bb", (None, None, None)),
        ("Berlin (epd). - ", "epd", (None, None, None)),
        ("Oslo, 5 May 2024 (NTB): ", "NTB", (2024, 5, 5)),
        ("SEOUL, Sept. 9 (Yonhap) -- ", "Yonhap", (None, 9, 9)),
    ],
)
def test_datelines(dateline: str, source: str | None, day: tuple[int | None, int | None, int | None]) -> None:
    parsed = parse_dateline(f"{dateline}The leaders met.")
    assert parsed is not None
    assert parsed.length == len(dateline)
    assert parsed.source == source
    assert (parsed.year, parsed.month, parsed.day) == day


@pytest.mark.parametrize(
    "text",
    [
        "Putin: we agree",
        "Moscow: the leaders met",
        "The leaders met - briefly - in Moscow",
        "Xi said: “We agree.”",
        "Analysis - what it means",
        "moscow, July 4: lower case",
        "Moscow, July 44: no such day",
        "Moscow, Smarch 4: no such month",
        "Moscow, July 4 the leaders met",
        "On July 4 – Independence Day – thousands marched",
        "Since March 3 - the day of the vote - nothing moved",
        "In May 5 - 6 talks",
        "Jones (Chelsea) - 12 goals this year for the team.",
        "Bolt (JAM) - 9.58 seconds",
        "Kane, May 5 (Tottenham): the striker scored twice.",
        "Moscow, July 4:",
        "",
        ": nothing",
    ],
)
def test_near_misses(text: str) -> None:
    assert parse_dateline(text) is None


@pytest.mark.parametrize(
    ("text", "known", "day"),
    [
        ("Moscow, July 4: x", None, None),
        ("Moscow, July 4: x", date(2017, 1, 1), date(2017, 7, 4)),
        ("Moscow, 4 July 2016: x", date(2017, 1, 1), date(2016, 7, 4)),
        ("Moscow, Feb 29: x", date(2017, 1, 1), None),
        ("Moscow (AP) - x", date(2017, 1, 1), None),
    ],
)
def test_a_datelines_date(text: str, known: date | None, day: date | None) -> None:
    parsed = parse_dateline(text)
    assert parsed is not None
    assert parsed.date(known) == day


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        (" date 2017-07-04 Moscow", date(2017, 7, 4), "Moscow"),
        ("Date: 2017-07-04\nMoscow", date(2017, 7, 4), "Moscow"),
        ("date=2017-07-04T08:30:00Z x", date(2017, 7, 4), "x"),
        ("date 2017-13-04 x", None, "date 2017-13-04 x"),
        ("dates 2017-07-04 x", None, "dates 2017-07-04 x"),
        ("The date 2017-07-04 x", None, "The date 2017-07-04 x"),
        ("2017-07-04 x", None, "2017-07-04 x"),
    ],
)
def test_a_leading_date_field(text: str, day: date | None, rest: str) -> None:
    found, length = parse_date_field(text)
    assert found == day
    assert text[length:] == rest


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-07-04", date(2017, 7, 4)),
        ("2017/7/4", date(2017, 7, 4)),
        ("4 July 2017", date(2017, 7, 4)),
        ("July 4th, 2017", date(2017, 7, 4)),
        ("Tuesday, Dec. 6, 2022 10:00", date(2022, 12, 6)),
        ("July 4", None),
        ("2017-02-30", None),
        ("30 February 2017", None),
        ("soon", None),
    ],
)
def test_whole_dates(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_parts() -> None:
    assert parse_iso("no date") is None
    assert find_day("on the 4th of nothing") is None
    assert find_day("from 29 Feb on") == (None, 2, 29)

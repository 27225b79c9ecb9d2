"""The commands that gather what many reports say, over a folder, with a model that answers by rule behind HTTP."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from assistant.cli import main

STORIES = {
    "tram.txt": "Tram line closed\n\nLUND, May 2, 2019 (AFP) - The tram line 14 was closed in Lund by the mayor.\n",
    "again.txt": "Tram stands still\n\nLUND, May 9, 2019 (IANS) - The tram line was closed. It snowed in Lund.\n",
}


@pytest.fixture
def folder(tmp_path: Path, assistant_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "news").mkdir()
    for name, text in STORIES.items():
        (tmp_path / "news" / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_HOME", str(assistant_home))
    return tmp_path


def run(command: str, *arguments: str, model: str = "") -> int:
    return main.run([command, *arguments, "--articles", "news", *(["--model", model] if model else [])])


def test_find_tells_every_report_that_states_it(folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("find", "The tram line was closed in Lund.", "--csv", "found.csv", model=model) == 0
    printed = capsys.readouterr().out
    assert "AFP, 2019-05-02, Tram line closed, paragraph 1" in printed
    assert "2 reports, 2 passages; judged 2 of 2 passages\n" in printed
    rows = list(csv.DictReader((folder / "found.csv").open(encoding="utf-8-sig", newline="")))
    assert {(row["source"], row["stated"] > "0.9") for row in rows} == {("AFP", True), ("IANS", True)}


def test_find_says_what_it_did_not_judge(folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("find", "The tram line was closed.", "--most", "1", model=model) == 0
    assert "judged 1 of 2 passages, the nearest; --most N" in capsys.readouterr().out
    assert run("find", "Whales sing.", "--all", "--json", model=model) == 0
    found = json.loads(capsys.readouterr().out)
    assert {key: found[key] for key in ("passages", "judged", "found")} == {"passages": 2, "judged": 2, "found": 0}


@pytest.mark.parametrize("asked", [("'tram line was'",), ("tram line was", "--exact")])
def test_find_looks_for_exact_words_without_a_model(
    folder: Path, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]
) -> None:
    assert run("find", *asked, "--json", model="nobody@http://127.0.0.1:9/v1") == 0
    found = json.loads(capsys.readouterr().out)
    assert [quote["quote"] for quote in found["quotes"]] == ["The tram line was closed."]
    assert (found["reports"], found["judged"], found["passages"]) == (1, 2, 2)


def test_find_respects_the_filters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("find", "tram line", "--exact", "--until", "2019-05-03") == 0
    assert "1 report, 1 passage; judged 1 of 1 passage\n" in capsys.readouterr().out
    assert run("find", "tram line", "--exact", "--outlet", "IANS", "--as-of", "2019-05-03") == 0
    assert "0 reports, 0 passages; judged 0 of 0 passages\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("a", "--most", "0"), "--most 0"), (("%", "--exact"), "has no word"), ((" ",), "is empty")],
)
def test_find_names_what_it_cannot_use(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run("find", *arguments) == 2
    assert told in capsys.readouterr().err


def test_timeline_tells_the_reports_day_by_day(folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    # A question of the scripted model's; the second report does not name the mayor and is not told.
    assert run("timeline", "Who closed the tram line?", model=model) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[:2] == ["2019-05-02", "  The tram line was closed by the mayor."]
    assert "“The tram line 14 was closed in Lund by the mayor.”" in printed
    assert run("timeline", "Who closed the tram line?", "--json", model=model) == 0
    (entry,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (entry["day"], entry["differ"], entry["lines"][0]["sources"][0]["source"]) == ("2019-05-02", False, "AFP")


@pytest.mark.parametrize(
    ("form", "begins"), [("md", "# Fact check"), ("html", "<!doctype"), ("csv", "\ufeffquestion,")]
)
def test_timeline_is_written_to_a_file(folder: Path, model: str, form: str, begins: str) -> None:
    assert run("timeline", "Who closed the tram line?", "--format", form, "--output", "out", model=model) == 0
    assert (folder / "out").read_text("utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "told"), [(("a", "--most", "0"), "--most 0"), (("a", "--output", "x"), "--format"), ((" ",), "empty")]
)
def test_timeline_names_what_it_cannot_use(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run("timeline", *arguments) == 2
    assert told in capsys.readouterr().err


def test_timeline_without_a_report_says_so(folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("timeline", "Do whales sing?", model=model) == 0
    assert capsys.readouterr().out == "The articles do not say.\n"


SPOKEN = (
    "Ferry\n\nLUND, May 3, 2019 (AFP) - “The ferry stops on Friday,” Anna Berg said. The mayor and a mayor came.\n\n"
    "“It sails again in May,” Berg said on the quay.\n\n“That is not so at all,” he said.\n"
)


def test_quotes_by_speaker(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "news" / "ferry.txt").write_text(SPOKEN)
    assert run("quotes", model="nobody@http://127.0.0.1:9/v1") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Anna Berg\n    AFP, 2019-05-03, Ferry, paragraph 1\n    “The ferry stops on Friday,”\n")
    assert printed.endswith("\n2 quotes, 1 speaker\n")
    assert run("quotes", "--speaker", "dahl") == 0
    assert capsys.readouterr().out == "0 quotes, 0 speakers\n"


def test_quotes_as_a_table_and_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "news" / "ferry.txt").write_text(SPOKEN)
    assert run("quotes", "--csv") == 0
    on_output = capsys.readouterr().out
    assert run("quotes", "--csv", "quotes.csv") == 0
    rows = list(csv.DictReader((folder / "quotes.csv").open(encoding="utf-8-sig", newline="")))
    assert [row["speaker"] for row in rows] == ["Anna Berg", "Anna Berg"]
    in_file = (folder / "quotes.csv").read_text("utf-8")
    assert in_file.startswith("\ufeff")
    assert on_output.splitlines() == in_file[1:].splitlines()
    capsys.readouterr()
    assert run("quotes", "--json") == 0
    assert [json.loads(line)["paragraph"] for line in capsys.readouterr().out.splitlines()] == [1, 2]


def test_quotes_that_the_model_does_not_read_so_are_left_out(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "news" / "ferry.txt").write_text(SPOKEN)
    # The scripted model finds every long word of "Anna Berg said: …" in the paragraph.
    assert run("quotes", "--check", model=model) == 0
    assert capsys.readouterr().out.endswith("\n2 quotes, 1 speaker\n")


def test_digest_of_a_period_and_of_what_came_since(
    folder: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("digest", "--last", model=model) == 2
    assert "give --since" in capsys.readouterr().err
    assert run("digest", "--since", "2019-05-05", "--outlet", "IANS", model=model) == 0
    assert run("digest", "--last", model=model) == 2
    capsys.readouterr()
    assert run("digest", "--since", "2019-05-05", model=model) == 0
    printed = capsys.readouterr()
    assert "“The tram line was closed.”" in printed.out
    assert printed.out.endswith("    IANS (1 report)\n")
    assert "1 article, 1 story, 1 of them quoted" in printed.err
    (folder / "news" / "new.txt").write_text("Library opens\n\nLUND, May 1, 2019 (AFP) - A library opened in Lund.\n")
    assert run("digest", "--last", "--json", model=model) == 0
    (story,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (story["articles"], story["outlets"], story["quoted"]) == (["new"], ["AFP"], True)
    assert run("digest", "--last", model=model) == 0
    assert "0 articles, 0 stories" in capsys.readouterr().err


def test_digest_of_no_minutes_asks_no_model(folder: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("digest", "--since", "2019-05-05", "--minutes", "0", model="none@http://127.0.0.1:1/v1") == 0
    assert "“The tram line was closed.”" in capsys.readouterr().out
    for wrong in ("-1", "nan"):
        assert run("digest", "--since", "2019-05-05", "--minutes", wrong, model=model) == 2
        assert f"--minutes {wrong}: give 0 (quote only) or more" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [(), ("--last", "--since", "2019-01-01")])
def test_digest_is_told_its_period(folder: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("digest", *arguments)
    assert ended.value.code == 2

"""Feedback: kept with what replays it, and turned into facts that load."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from hostile_texts import HOSTILE
from pydantic import SecretStr
from secret_options import KEPT_OPTIONS, SECRET_OPTIONS

from assistant import __version__
from assistant.errors import UsageError
from assistant.library.location import kept_in
from assistant.library.user_data import conversations_path, feedback_path
from assistant.schema.answers import Turn
from assistant.settings import Settings
from assistant.web.storage.feedback import Asked, FeedbackStore
from evals.datasets.facts import load_cases
from evals.datasets.feedback import TO_COMPLETE, to_facts, to_lines
from evals.schema import Result
from evals.scorers.citation_precision import citation_precision
from evals.scorers.right import right

QUOTE = "Xi and Putin signed two joint statements"
ANSWER: dict[str, Any] = {
    "question": "What did they sign?",
    "standalone_question": "What did Xi and Putin sign?",
    "answer": "TDI, 22 March 2023: They signed two joint statements [1].",
    "refused": False,
    "sentences": [
        {"text": "They signed two joint statements.", "citations": [1], "support": 0.98, "quoted": False,
         "byline": "TDI, 22 March 2023"}
    ],
    "citations": [
        {"number": 1, "article_id": "002", "title": "Visit", "source": "TDI", "published": "2023-03-22", "paragraph": 9,
         "paragraph_id": "002#p9", "text": f"On Tuesday, {QUOTE}.", "quote": QUOTE, "start": 12, "end": 52}
    ],
    "closest": [],
    "model": "fake",
    "timings_ms": {"total": 2100},
}  # fmt: skip
REFUSAL = ANSWER | {
    "question": "Who paid?",
    "standalone_question": "Who paid?",
    "answer": "The articles do not say.",
    "refused": True,
    "sentences": [],
    "citations": [],
    "closest": [{"paragraph_id": "002#p3", "text": "They dined."}],
}
HISTORY = (Turn("user", "Who met?"), Turn("assistant", "Xi and Putin met [1].", ("a1", "b2")))


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    times = iter(datetime(2026, 1, 2, 3, 4, tzinfo=UTC) + timedelta(minutes=n) for n in range(100))
    return FeedbackStore(tmp_path / "feedback.sqlite3", now=lambda: next(times))


def facts_file(store: FeedbackStore, folder: Path) -> Path:
    path = folder / "facts.jsonl"
    path.write_text(to_lines(to_facts(store.list()).facts), encoding="utf-8")
    return path


def test_everything_is_kept_to_ask_again(store: FeedbackStore, tmp_path: Path) -> None:
    given = store.add(
        "ann",
        ANSWER,
        verdict="up",
        comment=" Just so. ",
        asked=Asked(
            HISTORY,
            Settings.load(passages=7),
            {"since": date(2023, 1, 1), "articles": ("002",)},
            conversation="c",
            position=2,
        ),
    )
    (kept,) = FeedbackStore(tmp_path / "feedback.sqlite3").list()
    assert kept == given
    assert (kept.verdict, kept.comment, kept.question) == ("up", "Just so.", "What did they sign?")
    assert (kept.answer, kept.history, kept.version) == (ANSWER, HISTORY, __version__)
    assert kept.scope == {"since": "2023-01-01", "articles": ["002"]}
    assert kept.settings["passages"] == 7
    assert kept.settings["model"] == "embedded"
    assert (kept.conversation, kept.position) == ("c", 2)


def test_changing_ones_mind_replaces_it(store: FeedbackStore) -> None:
    store.add("ann", ANSWER, verdict="up")
    store.add("ann", ANSWER, verdict="down", comment="No.")
    store.add("bob", ANSWER, verdict="up")
    assert [(item.verdict, item.comment) for item in store.list()] == [("down", "No."), ("up", "")]
    assert [item.verdict for item in store.list("down")] == ["down"]
    assert store.verdict("ann", ANSWER) == "down"
    assert store.verdict("cy", ANSWER) is None


def test_another_answer_to_the_same_question_is_judged_by_itself(store: FeedbackStore) -> None:
    store.add("ann", ANSWER, verdict="down")
    store.add("ann", ANSWER | {"timings_ms": {"total": 1}}, verdict="up")
    assert [item.verdict for item in store.list()] == ["down", "up"]


@pytest.mark.parametrize(
    ("wrong", "match"),
    [({"verdict": "sideways"}, "neither up nor down"), ({"verdict": "up", "comment": "x" * 4001}, "shorten it")],
)
def test_what_is_no_feedback_is_refused(store: FeedbackStore, wrong: dict[str, str], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        store.add("ann", ANSWER, **wrong)
    with pytest.raises(UsageError, match="cannot be kept"):
        store.add("ann", {"question": {1, 2}}, verdict="up")
    assert store.list() == []


def test_no_secret_is_kept(store: FeedbackStore, tmp_path: Path) -> None:
    class WebSettings(Settings):
        password: str = "letmein"
        web_password_hash: str = "$scrypt$letmein"
        other: SecretStr = SecretStr("letmein")
        index: str = "https://me:a/b@letmein@index.example/x"

    settings = WebSettings.load(
        model="m@http://me:a@letmein@127.0.0.1:8000/v1", api_key=SecretStr("letmein"), model_options=SECRET_OPTIONS
    )
    kept = store.add("ann", ANSWER, verdict="up", asked=Asked(settings=settings)).settings
    assert kept["model"] == "m@http://127.0.0.1:8000/v1"
    assert kept["index"] == "https://index.example/x"
    assert kept["model_options"] == KEPT_OPTIONS
    assert {"password", "web_password_hash", "other", "api_key"} & set(kept) == set()
    store.close()
    assert b"letmein" not in (tmp_path / "feedback.sqlite3").read_bytes()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_kept_and_exported(store: FeedbackStore, text: str, tmp_path: Path) -> None:
    hostile = ANSWER | {"question": text, "answer": text, "sentences": [{"text": text, "citations": [1]}]}
    history = (Turn("user", text),)
    store.add("ann", hostile, verdict="down", comment=text[:4000], asked=Asked(history, conversation=text))
    (kept,) = store.list()
    assert kept.answer == hostile
    assert kept.history == history
    (line,) = to_lines(to_facts([kept]).drafts).removesuffix("\n").split("\n")
    assert json.loads(line.encode())["question"] == text


def test_a_thumb_up_becomes_a_fact_that_loads_and_that_its_answer_passes(store: FeedbackStore, tmp_path: Path) -> None:
    store.add("ann", ANSWER, verdict="up", asked=Asked(HISTORY))
    assert to_facts(store.list()).drafts == ()
    (case,) = load_cases(facts_file(store, tmp_path))
    assert case.question == "What did they sign?"
    assert case.standalone == "What did Xi and Putin sign?"
    assert case.history == HISTORY
    assert case.answers == (("They signed two joint statements.", QUOTE),)
    assert case.gold == (("002#p9",),)
    assert case.category == "feedback"
    assert not case.unanswerable
    rated, cited = (score(Result(case, ANSWER)) for score in (right, citation_precision))
    assert rated
    assert cited
    assert (rated.value, cited.value) == (1.0, 1.0)
    three = ANSWER["sentences"][0] | {"text": "They signed three joint statements."}
    wrong = right(Result(case, ANSWER | {"answer": "They signed three joint statements [1].", "sentences": [three]}))
    assert wrong
    assert wrong.value == 0.0


def test_a_thumb_up_for_a_refusal_is_an_unanswerable_case(store: FeedbackStore, tmp_path: Path) -> None:
    store.add("ann", REFUSAL, verdict="up")
    (case,) = load_cases(facts_file(store, tmp_path))
    assert (case.unanswerable, case.answers, case.gold) == (True, (), ())


def test_two_who_agree_make_one_fact(store: FeedbackStore, tmp_path: Path) -> None:
    store.add("ann", ANSWER, verdict="up")
    store.add("bob", ANSWER | {"timings_ms": {}}, verdict="up")
    assert len(load_cases(facts_file(store, tmp_path))) == 1


@pytest.mark.parametrize(
    ("answer", "verdicts", "scope", "why"),
    [
        (ANSWER, ["down"], {}, "it is wrong"),
        (REFUSAL, ["down"], {}, "it is wrong"),
        (ANSWER, ["up", "down"], {}, "disagree"),
        (ANSWER, ["up"], {"since": "2023-01-01"}, "some articles or dates"),
        (ANSWER | {"citations": []}, ["up"], {}, "no source"),
        (ANSWER | {"sentences": []}, ["up"], {}, "no sentence"),
        (ANSWER | {"answer": "Something else [1]."}, ["up"], {}, "scorers do not find"),
        ({"question": "What?"}, ["up"], {}, "no sentence"),
        (ANSWER | {"answer": "<b>" * 40_000}, ["up"], {}, "too long"),
    ],
)
def test_what_a_person_must_judge_is_a_draft_that_does_not_load(
    store: FeedbackStore, tmp_path: Path, answer: dict[str, Any], verdicts: list[str], scope: dict[str, str], why: str
) -> None:
    for number, verdict in enumerate(verdicts):
        store.add(f"reader {number}", answer, verdict=verdict, comment=f"because {number}", asked=Asked(scope=scope))
    made = to_facts(store.list())
    assert made.facts == ()
    (draft,) = made.drafts
    assert why in draft[TO_COMPLETE]["why"]
    assert draft[TO_COMPLETE]["comments"] == [f"{verdict}: because {n}" for n, verdict in enumerate(verdicts)]
    path = tmp_path / "drafts.jsonl"
    path.write_text(to_lines(made.drafts), encoding="utf-8")
    with pytest.raises(UsageError, match=TO_COMPLETE):
        load_cases(path)
    del draft[TO_COMPLETE]
    path.write_text(to_lines(made.drafts), encoding="utf-8")
    with pytest.raises(UsageError, match="neither answers nor"):
        load_cases(path)
    path.write_text(to_lines([draft | {"answers": [["three"]], "gold": [["002#p9"]]}]), encoding="utf-8")
    assert load_cases(path)[0].question == answer["question"]


def test_of_a_users_own_library_no_fact_is_made(store: FeedbackStore) -> None:
    """Its paragraphs are not in the library that evals ask."""
    store.add("ann", ANSWER, verdict="up", asked=Asked(settings=Settings(libraries="own")))
    made = to_facts(store.list())
    assert made.facts == ()
    assert "own library" in made.drafts[0][TO_COMPLETE]["why"]
    store.add("ann", ANSWER, verdict="up", asked=Asked(settings=Settings(libraries="common")))
    assert len(to_facts(store.list()).facts) == 1


def test_a_draft_brings_what_a_person_needs(store: FeedbackStore) -> None:
    store.add("ann", ANSWER, verdict="down")
    store.add("ann", REFUSAL, verdict="down")
    first, second = (draft[TO_COMPLETE] for draft in to_facts(store.list()).drafts)
    assert first["answered"] == ANSWER["answer"]
    assert first["from"] == [{"paragraph_id": "002#p9", "quote": QUOTE, "text": f"On Tuesday, {QUOTE}."}]
    assert second["from"][0]["text"] == "They dined."


def test_work_is_not_kept_in_a_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    default = Settings.load().home
    assert feedback_path(default).parent == conversations_path(default).parent == kept_in(default)
    assert "cache" not in str(kept_in(default).relative_to(tmp_path)).lower()
    assert kept_in(tmp_path / "home") == tmp_path / "home"


Run = Callable[..., CompletedProcess[str]]


def test_the_command_lists(run_assistant: Run, tmp_path: Path) -> None:
    nothing = run_assistant("feedback", "list")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "no feedback yet" in nothing.stderr
    assert not (tmp_path / "home" / "feedback.sqlite3").exists()

    store = FeedbackStore(feedback_path(tmp_path / "home"))
    store.add("ann", ANSWER, verdict="up")
    store.add("ann", REFUSAL, verdict="down", comment="It does:\x1b[31m see paragraph 9")
    store.close()
    listed = run_assistant("feedback", "list")
    assert [line.split()[2] for line in listed.stdout.splitlines()] == ["up", "down"]
    assert "see paragraph 9" in listed.stdout
    assert "\x1b" not in listed.stdout
    assert len(run_assistant("feedback", "list", "--verdict", "up").stdout.splitlines()) == 1


def test_damaged_feedback_is_said_in_one_line(run_assistant: Run, tmp_path: Path) -> None:
    (tmp_path / "home" / "feedback.sqlite3").write_bytes(b"no database" * 1000)
    done = run_assistant("feedback", "list")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list((tmp_path / "home").glob("feedback.sqlite3.damaged-*"))

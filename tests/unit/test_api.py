"""`Assistant`'s view of its library, with a fake model and the store as it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.citations import make_citation
from assistant.api import Assistant
from assistant.errors import ArticleError, QuestionError, SettingsError
from assistant.library.index import ArticleIndex
from assistant.llm.scope import QuestionScope
from assistant.query.query import Query
from assistant.retrieval.retriever import Retriever
from assistant.schema.articles import ArticleFilter, Passage
from assistant.settings import Settings

Write = Callable[..., Path]
IANS, TDI = "000_a73a9aabfb5eaf09", "002_d120cbaaada3c47b"


@pytest.fixture
def folder(write_articles: Write) -> Path:
    return write_articles(
        {
            "a.txt": "date 2017-07-04 Xi visited Moscow.\n\nHe met Putin.\n\nIANS",
            "b.txt": "date 2017-07-05 Xi visited Moscow.\n\nHe met Putin.\n\nAFP",
            "c.txt": "date 2023-03-22 The leaders signed statements.\n\nThey left.\n\nIANS",
            "d.txt": "It rained in London.",
        }
    )


@pytest.fixture
def assistant(tmp_path: Path, embedder: Any, folder: Path, fake_model: Any) -> Iterator[Assistant]:
    index = ArticleIndex(tmp_path / "state" / "index.sqlite3", embedder)
    made = Assistant(index, fake_model(), Settings.load(home=tmp_path), mirror=folder)
    made.refresh()
    yield made
    index.close()


def passages(assistant: Assistant, question: str, **chosen: Any) -> tuple[Passage, ...]:
    return Retriever(assistant.index, passages=10).retrieve(Query.of(question, ArticleFilter(**chosen)))


def test_a_library_tells_what_it_holds(assistant: Assistant) -> None:
    size = assistant.size()
    assert (size.articles, size.paragraphs) == (3, 5)
    assert size.characters == sum(len(p.text) for article in assistant.articles() for p in article.paragraphs)
    assert [header.id for header in assistant.headers()] == ["a", "c", "d"]
    assert [header.paragraphs for header in assistant.headers()] == [2, 2, 1]
    assert assistant.headers()[0].also == ("AFP, 2017-07-05",)
    assert assistant.outlets() == [("IANS", 2), ("AFP", 1)]
    assert assistant.months() == [("2017-07", 1), ("2023-03", 1)]
    assert assistant.article("a") == assistant.articles()[0]


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (ArticleFilter("visited MOSCOW"), ["a"]),
        (ArticleFilter("ians"), ["a", "c"]),
        (ArticleFilter(source="IANS", since=date(2018, 1, 1)), ["c"]),
        (ArticleFilter(until=date(2017, 7, 4)), ["a"]),
        (ArticleFilter("nothing like it"), []),
    ],
)
def test_headers_are_filtered_and_counted(assistant: Assistant, chosen: ArticleFilter, ids: list[str]) -> None:
    assert [header.id for header in assistant.headers(chosen)] == ids
    assert assistant.count(chosen) == len(ids)


@pytest.mark.parametrize(("limit", "offset", "ids"), [(1, 0, ["a"]), (2, 2, ["d"])])
def test_headers_come_in_pages(assistant: Assistant, limit: int, offset: int, ids: list[str]) -> None:
    assert [header.id for header in assistant.headers(limit=limit, offset=offset)] == ids


def test_an_unknown_article_is_an_error(assistant: Assistant) -> None:
    with pytest.raises(ArticleError, match="article 'x' is not in the library"):
        assistant.article("x")


def test_a_passage_names_the_other_outlets_of_its_story(assistant: Assistant) -> None:
    first = passages(assistant, "Who visited Moscow?")[0]
    assert (first.article_id, first.source, first.also) == ("a", "IANS", ("AFP, 2017-07-05",))
    whole = Retriever(assistant.index, passages=1, whole_below=10_000)
    (report,) = whole.contexts(whole.retrieve(Query.of("Who visited Moscow?")))
    assert [passage.also for passage in report.passages] == [("AFP, 2017-07-05",)] * 2


def test_only_the_named_articles_are_asked(assistant: Assistant) -> None:
    assert {p.article_id for p in passages(assistant, "Who left?", ids=("c", "d"))} == {"c", "d"}
    assert {p.article_id for p in passages(assistant, "Who visited Moscow in 2017?", ids=("c",))} == {"c"}
    assert {p.article_id for p in passages(assistant, "Who met?", ids=("b",))} == {"a"}
    assert passages(assistant, "Who met?", ids=("none",)) == ()
    assert passages(assistant, "Who met?", ids=("c",), until=date(2020, 1, 1)) == ()


def test_what_is_added_can_be_asked_at_once(assistant: Assistant, write_articles: Write) -> None:
    retriever = Retriever(assistant.index, passages=10)
    asked = Query.of("Which volcano erupted?")
    assert "e" not in {p.article_id for p in retriever.retrieve(asked)}
    path = write_articles({"e.txt": "date 2024-01-02 The volcano erupted."}, folder="other") / "e.txt"
    steps: list[tuple[int, int]] = []
    report = assistant.add_files([path], lambda done, total: steps.append((done, total)))
    assert (report.added, report.duplicates) == (1, 0)
    assert [(o.path, o.status, o.article_ids) for o in report.outcomes] == [(str(path), "added", ("e",))]
    assert steps[-1] == (1, 1)
    assert retriever.retrieve(asked)[0].article_id == "e"
    assert assistant.remove(["e"]) == 1
    assert "e" not in {p.article_id for p in retriever.retrieve(asked)}


def test_a_saved_citation_stands_has_changed_or_is_gone(assistant: Assistant, folder: Path) -> None:
    first = passages(assistant, "Who visited Moscow?", ids=("a",))[0]
    citation = make_citation(1, first, 0, 3)
    assert assistant.resolve(citation) == "unchanged"
    assert assistant.resolve(replace(citation, article_id="b", paragraph_id="b#p1")) == "unchanged"
    (folder / "a.txt").write_text("date 2017-07-04 Xi visited Minsk.\n\nIANS")
    assistant.refresh()
    assert assistant.resolve(citation) == "changed"
    assert assistant.resolve(replace(citation, paragraph_id="a#p99")) == "changed"
    assistant.remove(["a"])
    assert assistant.resolve(citation) == "gone"


def test_removed_articles_of_the_folder_stay_away(assistant: Assistant, folder: Path) -> None:
    assert assistant.remove(["d"]) == 1
    assert assistant.refresh().added == 0
    assert assistant.count() == 2
    assert (folder / "d.txt").exists()


@pytest.mark.parametrize("taught", [True, False])
def test_a_model_that_was_taught_is_asked_the_short_prompts(
    assistant: Assistant, fake_model: Any, taught: bool
) -> None:
    model = fake_model("Xi visited Moscow.", yes=0.98)
    model.taught = taught
    answer = Assistant(assistant.index, model, assistant.settings).ask(
        "Who visited Moscow?", articles=ArticleFilter(until=date(2017, 7, 4))
    )
    assert answer.answer == "Xi visited Moscow [1]."
    assert {"Check:" in asked.messages[-1]["content"] for asked in model.judged} == {taught}


def test_a_small_library_is_read_ahead_until_a_question_is_put(assistant: Assistant, fake_model: Any) -> None:
    scopes: list[QuestionScope] = []

    class Scoped(fake_model):  # type: ignore[misc]
        embedded = True

        def within(self, scope: QuestionScope) -> Any:
            scopes.append(scope)
            return self

        def probability_yes(self, *args: Any, **more: Any) -> float:
            scopes[-1].remaining()
            return float(super().probability_yes(*args, **more))

    model = Scoped(yes=0.0)
    own = Assistant(assistant.index, model, assistant.settings)
    own.read_ahead()
    read = [asked.prefix for asked in model.judged]
    assert len(set(read)) == 3
    own.ask("Who visited Moscow?")
    assert {asked.prefix for asked in model.judged} == set(read)
    asked_before = len(model.judged)
    own.read_ahead()
    assert len(model.judged) == asked_before


def test_of_more_articles_than_a_question_reads_none_is_read_ahead(
    assistant: Assistant, fake_model: Any, write_articles: Write
) -> None:
    write_articles({"e.txt": "date 2024-01-02 The harbour froze.\n\nIANS"})
    assistant.refresh()
    model = fake_model(yes=0.0)
    model.embedded = True
    own = Assistant(assistant.index, model, assistant.settings)
    assert own.size().articles == 4
    own.read_ahead()
    assert model.judged == []


def test_a_model_elsewhere_reads_nothing_ahead(assistant: Assistant, fake_model: Any) -> None:
    model = fake_model(yes=0.0)
    model.embedded = False
    Assistant(assistant.index, model, assistant.settings).read_ahead()
    assert model.judged == []


@pytest.mark.parametrize("until", [None, date(2030, 1, 1)])
def test_as_of_a_day_nothing_newer_is_read_and_the_answer_says_so(
    assistant: Assistant, fake_model: Any, until: date | None
) -> None:
    own = Assistant(assistant.index, fake_model("Xi visited Moscow.", yes=0.9), assistant.settings)
    answer = own.ask("Who visited Moscow?", articles=ArticleFilter(until=until, as_of=date(2017, 7, 5)))
    assert answer.answer == "As of 5 July 2017: Xi visited Moscow [1]."
    assert (answer.as_of, answer.newest_source) == (date(2017, 7, 5), date(2017, 7, 4))
    refusal = own.ask("Who visited Moscow?", articles=ArticleFilter(until=until, as_of=date(1999, 1, 2)))
    assert (refusal.refusal_reason or "").startswith("As of 2 January 1999: The articles do not say")
    assert (refusal.newest_source, refusal.to_dict()["as_of"]) == (None, "1999-01-02")


@pytest.mark.parametrize(("threshold", "answered", "refused"), [(0.0, 0.0, False), (1.0, 0.0, True), (0.0, 1.0, True)])
def test_the_settings_say_what_is_enough(
    assistant: Assistant, fake_model: Any, threshold: float, answered: float, refused: bool
) -> None:
    settings = assistant.settings.model_copy(update={"threshold": threshold, "answered_threshold": answered})
    own = Assistant(assistant.index, fake_model("Xi visited Moscow.", yes=0.9), settings)
    assert own.ask("Who visited Moscow?", articles=ArticleFilter(until=date(2017, 7, 4))).refused is refused


@pytest.mark.parametrize("text", ["", "  \n", "x" * 100_000, "What is \ud800?"])
def test_a_question_that_is_none_is_an_error_before_the_first_event(assistant: Assistant, text: str) -> None:
    for asked in (assistant.stream, assistant.search):
        with pytest.raises(QuestionError):
            asked(text)


def test_what_traces_need_is_checked_before_anything_is_opened(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "assistant.answering.telemetry_spans", None)
    with pytest.raises(SettingsError, match=r"ASSISTANT_TRACES=steps: .* is not installed"):
        Assistant.open(
            folder, settings=Settings.load(home=tmp_path / "home", model="some@http://127.0.0.1:9/v1", traces="steps")
        )
    assert not (tmp_path / "home").exists()


def test_a_failed_opening_leaves_nothing_open(tmp_path: Path, folder: Path) -> None:
    held: list[Any] = []

    class Kept(Assistant):
        def __init__(self, index: ArticleIndex, model: Any, *rest: Any, **more: Any) -> None:
            model._transport._connect()
            held.append(model)
            super().__init__(index, model, *rest, **more)

    settings = Settings.load(
        home=tmp_path / "home", model="some@http://127.0.0.1:9/v1", read="together", verifier="nonsense"
    )
    with pytest.raises(SettingsError, match="nonsense"):
        Kept.open(folder, settings=settings)
    assert held[0]._transport._open is None
    # The last connection that is closed takes the write-ahead log away.
    assert list((tmp_path / "home").rglob("index.sqlite3"))
    assert not list((tmp_path / "home").rglob("*-wal"))

"""Conversations as files: what `assistant export` makes, of what is kept, for nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from newsroom_samples import ANSWER, FERRY, REFUSAL, TIDE

from assistant.errors import ArticleError, AssistantError, UsageError
from assistant.newsroom.answers.file import of_answer
from assistant.newsroom.export.formats import export
from assistant.newsroom.export.kinds import ExportFormat
from assistant.web.handlers.export import Exports
from assistant.web.jobs.background import Background
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.storage.conversations import ConversationStore
from assistant.web.views.layout import EXPORT_FORMATS

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
HELD = {article.id: article for article in (FERRY, TIDE)}


def held(key: str) -> Any:
    if key not in HELD:
        raise ArticleError(f"article {key}: not in the library")
    return HELD[key]


@pytest.fixture
def kept(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "conversations.sqlite3")


def exports_of(loader: AssistantLoader, kept: ConversationStore) -> Exports:
    background = Background.over(loader)
    return Exports(loader, kept, background.stories, background.counts, now=lambda: NOW)


@pytest.fixture
def exports(kept: ConversationStore) -> Exports:
    loader = AssistantLoader.of(SimpleNamespace(article=held, index=SimpleNamespace(kept=Path("kept"))))  # type: ignore[arg-type]
    return exports_of(loader, kept)


@pytest.fixture
def conversation(kept: ConversationStore) -> str:
    made = kept.create("ann").id
    for answer in (ANSWER, REFUSAL):
        kept.append("ann", made, answer.question, {**answer.to_dict(), "steps": {}, "scope": None})
    return made


@pytest.mark.parametrize("form", ExportFormat)
def test_it_is_what_the_command_makes(exports: Exports, conversation: str, form: str) -> None:
    made = exports.make("ann", conversation, form)
    mark = "\ufeff" if form == "csv" else ""
    assert made.text == mark + export([of_answer(ANSWER), of_answer(REFUSAL)], HELD.get, NOW, form)
    assert exports.make("ann", conversation, form, 1).text == mark + export([of_answer(ANSWER)], HELD.get, NOW, form)
    assert made.name.startswith("conversation.")
    assert exports.make("ann", conversation, form, 1).name.startswith("answer-1.")


def test_the_page_offers_every_format() -> None:
    assert EXPORT_FORMATS.count("data-form=") == len(ExportFormat) + 1
    assert all(f'data-form="{form}"' in EXPORT_FORMATS for form in (*ExportFormat, "json"))


@pytest.mark.parametrize("form", [*ExportFormat, "json"])
def test_anothers_conversation_is_none(exports: Exports, conversation: str, form: str) -> None:
    for owner, named in (("bob", conversation), ("ann", "guess")):
        with pytest.raises(UsageError, match="no such conversation"):
            exports.make(owner, named, form)


@pytest.mark.parametrize(
    ("form", "position", "told"),
    [
        ("ris", 2, "cite nothing"),
        ("html", 3, "no such answer"),
        ("docx", None, "format 'docx' is not known"),
    ],
)
def test_what_cannot_be_made_is_told(
    exports: Exports, conversation: str, form: str, position: int | None, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        exports.make("ann", conversation, form, position)


def test_an_answer_without_its_sources_is_named_and_the_others_are_made_by_themselves(
    exports: Exports, kept: ConversationStore, conversation: str
) -> None:
    kept.append("ann", conversation, "When?", {"answer": "In March."})
    with pytest.raises(UsageError, match=r"answer 3 was kept without all that it cites .* ask its question again"):
        exports.make("ann", conversation, "csv")
    assert exports.make("ann", conversation, "csv", 1).text
    assert "In March." in exports.make("ann", conversation, "json").text


def test_what_is_not_text_for_a_file_is_replaced(exports: Exports, kept: ConversationStore) -> None:
    made = kept.create("ann").id
    kept.append("ann", made, "What?", {**REFUSAL.to_dict(), "question": "a\ud800b"})
    assert "a\ufffdb" in exports.make("ann", made, "html").text


def test_before_the_articles_are_open_it_says_so(kept: ConversationStore, conversation: str) -> None:
    with pytest.raises(AssistantError, match="still being opened"):
        exports_of(AssistantLoader(lambda _: SimpleNamespace()), kept).make("ann", conversation, "csv")  # type: ignore[arg-type, return-value]

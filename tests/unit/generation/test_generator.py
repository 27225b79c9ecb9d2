"""A draft is one short line of at most two sentences, passed on as it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answer_samples import context, prompts_in

from assistant.generation.generator import DraftGenerator, Written, generators_of
from assistant.retrieval.context import ArticleContext
from assistant.schema.events import Token
from assistant.settings import Settings

ARTICLE = context("Xi and Putin signed two statements.")


def written(model: Any, folder: Path, article: ArticleContext = ARTICLE) -> tuple[list[str], str]:
    """The pieces, and the draft that came last."""
    *tokens, draft = DraftGenerator(model, prompts_in(folder)).write("What did they sign?", article)
    assert all(isinstance(token, Token) for token in tokens)
    assert isinstance(draft, Written)
    assert draft.right is None
    return [token.text for token in tokens], draft.text


def test_pieces_come_as_they_are_written_and_the_draft_last(tmp_path: Path, fake_model: Any) -> None:
    tokens, draft = written(fake_model(" They signed two statements."), tmp_path)
    assert tokens == [" They", " signed", " two", " statements."]
    assert draft == "They signed two statements."


def test_a_piece_is_passed_on_before_the_next_is_written(tmp_path: Path) -> None:
    class Slow:
        written = 0

        def stream(self, messages: Any, **options: Any) -> Any:
            for piece in ("They ", "met."):
                self.written += 1
                yield piece

    model = Slow()
    pieces = DraftGenerator(model, prompts_in(tmp_path)).write("Who?", ARTICLE)  # type: ignore[arg-type]
    assert next(pieces) == Token("They ")
    assert model.written == 1


@pytest.mark.parametrize(
    ("reply", "draft"),
    [
        ("They met. They left.", "They met. They left."),
        ("They met. They left. They slept. They rose.", "They met. They left."),
        ("They met  ", "They met"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_two_sentences_at_most_and_none_where_nothing_is_written(
    tmp_path: Path, fake_model: Any, reply: str, draft: str
) -> None:
    assert written(fake_model(reply), tmp_path)[1] == draft


def test_the_model_is_stopped_after_the_second_sentence(tmp_path: Path, fake_model: Any) -> None:
    tokens, _ = written(fake_model("They met. They left. " + "They slept. " * 100), tmp_path)
    assert len(tokens) < 10


def test_it_is_asked_for_one_line_about_the_article_and_not_told_that_it_may_refuse(
    tmp_path: Path, fake_model: Any, project: Path
) -> None:
    model = fake_model("They met.")
    written(model, tmp_path)
    (asked,) = model.asked
    assert [message["role"] for message in asked.messages] == ["system", "user"]
    assert asked.messages[-1]["content"] == f"{asked.prefix}\nWRITE What did they sign?"
    assert "signed two statements" in asked.prefix
    assert asked.stop == ["\n"]
    assert 0 < asked.max_tokens <= 200


@pytest.mark.parametrize("whole", [True, False])
def test_only_a_whole_article_is_kept_for_later(tmp_path: Path, fake_model: Any, whole: bool) -> None:
    model = fake_model("They met.")
    written(model, tmp_path, ArticleContext(ARTICLE.passages, 0, whole=whole))
    assert model.asked[0].keep_prefix is whole


@pytest.mark.parametrize(("taught", "asked"), [(True, ["Check: WRITE Who?", "WRITE Who?"]), (False, ["WRITE Who?"])])
def test_a_taught_model_writes_as_it_was_taught_and_then_as_it_is(
    tmp_path: Path, fake_model: Any, taught: bool, asked: list[str]
) -> None:
    prompts_in(tmp_path)
    model = fake_model("One.", "Two.")
    model.taught = taught
    for generator in generators_of(model, Settings(prompts=tmp_path)):
        list(generator.write("Who?", ARTICLE))
    assert [call.messages[-1]["content"].rpartition("\n")[2] for call in model.asked] == asked


class Judging:
    """Writes these pieces, and then what it thinks of them, where it tells."""

    taught = True

    def __init__(self, *pieces: str | float) -> None:
        self.pieces = pieces
        self.closed = False

    def stream_judged(self, messages: Any, **options: Any) -> Any:
        try:
            yield from self.pieces
        finally:
            self.closed = True

    def stream(self, messages: Any, **options: Any) -> Any:
        yield "Untaught."


@pytest.mark.parametrize(
    ("pieces", "last"),
    [
        (("They ", "met.", 0.75), Written("They met.", 0.75)),
        (("They ", "met."), Written("They met.")),
        (("They met. ", "They left. ", "They slept. ", 0.75), Written("They met.")),
        (("They met. ", "PWNED", 0.75), Written("They met.")),
        ((0.75,), Written("", 0.75)),
    ],
)
def test_a_taught_model_says_of_its_draft_how_surely_it_is_right(
    tmp_path: Path, pieces: tuple[str | float, ...], last: Written
) -> None:
    prompts_in(tmp_path)
    model: Any = Judging(*pieces)
    taught, untaught = generators_of(model, Settings(prompts=tmp_path))
    assert list(taught.write("Who?", ARTICLE))[-1] == last
    assert model.closed
    assert list(untaught.write("Who?", ARTICLE))[-1] == Written("Untaught.")

"""How long a prompt may be: as it is told, as it is refused, as it is cut in silence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from assistant.errors import ModelError
from assistant.llm.context_length import ContextLength, is_too_long, told_length, was_cut
from assistant.llm.endpoint import Endpoint
from assistant.llm.scope import QuestionScope

OLLAMA = Endpoint("qwen3", "http://127.0.0.1:11434/v1")
ELSEWHERE = Endpoint("m", "http://host:8000/v1")


class Lists:
    """A transport that gets these objects, an error where there is none."""

    def __init__(self, *listed: Mapping[str, Any]) -> None:
        self.listed = list(listed)
        self.asked: list[str] = []

    def get(self, path: str, scope: QuestionScope) -> Mapping[str, Any]:
        self.asked.append(path)
        if not self.listed:
            raise ModelError("nothing there")
        return self.listed.pop(0)


def tokens(endpoint: Endpoint, *listed: Mapping[str, Any]) -> int | None:
    return ContextLength(Lists(*listed), endpoint).tokens()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "length"),
    [
        ({"id": "m", "max_model_len": 4096}, 4096),
        ({"id": "m", "context_length": 131072, "loaded_context_length": 8192}, 8192),
        ({"id": "other", "meta": {"n_ctx": 2048, "n_ctx_train": 32768}}, 2048),
        ({"id": "m", "context_window": True}, None),
        ({"id": "m", "context_length": "8192"}, None),
        ({"id": "m"}, None),
    ],
)
def test_a_list_of_models_may_tell(entry: Mapping[str, Any], length: int | None) -> None:
    assert tokens(ELSEWHERE, {"data": [entry]}) == length


@pytest.mark.parametrize("listed", [{}, {"data": None}, {"data": [1, "m"]}, {"data": [{"id": "a"}, {"id": "b"}]}])
def test_what_tells_nothing_is_not_known(listed: Mapping[str, Any]) -> None:
    assert tokens(ELSEWHERE, listed) is None


def test_it_is_asked_once_and_an_error_is_no_error() -> None:
    lists = Lists()
    length = ContextLength(lists, ELSEWHERE)  # type: ignore[arg-type]
    assert [length.tokens(), length.tokens()] == [None, None]
    assert lists.asked == ["/models"]


LOADED = {"models": [{"name": "other:latest", "context_length": 9}, {"name": "qwen3:latest", "context_length": 4096}]}


def test_ollama_tells_of_a_model_once_it_has_replied() -> None:
    lists = Lists({"models": []}, LOADED)
    length = ContextLength(lists, OLLAMA)  # type: ignore[arg-type]
    assert [length.tokens(), length.tokens()] == [None, None]
    length.replied()
    length.replied()
    assert [length.tokens(), length.tokens()] == [4096, 4096]
    assert lists.asked == ["http://127.0.0.1:11434/api/ps"] * 2


def test_one_that_was_loaded_before_is_asked_for_once() -> None:
    lists = Lists(LOADED)
    length = ContextLength(lists, OLLAMA)  # type: ignore[arg-type]
    assert length.tokens() == 4096
    length.replied()
    assert (length.tokens(), len(lists.asked)) == (4096, 1)


@pytest.mark.parametrize("told", [{"models": [{"name": "qwen3:latest"}]}, {"models": []}, {}, None])
def test_an_ollama_that_never_tells_is_not_asked_at_every_question(told: Mapping[str, Any] | None) -> None:
    lists = Lists(*([told] * 2 if told else []))
    length = ContextLength(lists, OLLAMA)  # type: ignore[arg-type]
    for _question in range(4):
        assert length.tokens() is None
        length.replied()
    assert len(lists.asked) == 2


def test_other_endpoints_are_not_asked_again_after_a_reply() -> None:
    lists = Lists({"data": [{"id": "m"}]})
    length = ContextLength(lists, ELSEWHERE)  # type: ignore[arg-type]
    assert length.tokens() is None
    length.replied()
    assert (length.tokens(), lists.asked) == (None, ["/models"])


def test_what_is_learnt_holds_where_it_is_less() -> None:
    length = ContextLength(Lists({"data": [{"id": "m", "context_length": 8192}]}), ELSEWHERE)  # type: ignore[arg-type]
    length.learn(9000)
    assert length.tokens() == 8192
    length.learn(4000)
    length.learn(5000)
    assert length.tokens() == 4000


@pytest.mark.parametrize(
    ("body", "length"),
    [
        (
            {"error": {"code": 400, "message": "the request exceeds the available context size, try increasing it",
                       "type": "exceed_context_size_error", "n_prompt_tokens": 14429, "n_ctx": 8192}},
            8192,
        ),
        (
            {"error": {"message": "This model's maximum context length is 16385 tokens. However, your messages "
                       "resulted in 20013 tokens. Please reduce the length.", "code": "context_length_exceeded"}},
            16385,
        ),
        (
            {"error": {"message": "'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum "
                       "context length is 4096 tokens and your request has 3900 input tokens"}},
            4096,
        ),
        ({"error": {"message": "prompt is too long: 208310 tokens > 200000 maximum"}}, 200_000),
        (
            [{"error": {"code": 400, "message": "The input token count (1253931) exceeds the maximum number of tokens "
                        "allowed (1048576)."}}],
            1_048_576,
        ),
        ({"error": {"message": "The number of tokens to keep from the initial prompt is greater than the context "
                    "length."}},
         None),
        ({"error": {"metadata": {"raw": json.dumps({"error": {"message": "maximum context length is 32768 tokens"}})}}},
         32768),
    ],
)  # fmt: skip
def test_a_refusal_says_that_the_prompt_is_too_long(body: Any, length: int | None) -> None:
    refusal = json.dumps(body)
    assert is_too_long(refusal)
    assert told_length(refusal) == length


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model.",
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 1 instead.",
        "Rate limit reached for gpt-4.1-mini on requests per min (RPM): Limit 3, Used 3, Requested 1.",
        "You exceeded your current quota, please check your plan and billing details.",
        "The response was filtered due to the prompt triggering a content management policy.",
    ],
)
def test_other_refusals_do_not(message: str) -> None:
    assert not is_too_long(json.dumps({"error": {"message": message}}))


@pytest.mark.parametrize(
    ("characters", "counted", "cut"),
    [
        (20_000, 4_600, False),
        (20_000, 12_000, False),
        (20_000, None, False),
        # Only what was not cached is counted by some.
        (20_000, 40, False),
        (8_601, 2047, False),
        # Ollama fills its context to the last token.
        (20_000, 4096, True),
        (20_000, 2048, True),
        (9_000, 4096, False),
        (40_000, 4097, True),
    ],
)
def test_a_prompt_of_which_too_few_tokens_were_counted_was_cut(characters: int, counted: int | None, cut: bool) -> None:
    assert was_cut(characters, counted, fills=True) is cut


def test_a_round_number_of_tokens_is_a_cut_only_where_prompts_are_cut_in_silence() -> None:
    assert was_cut(8_601, 2048, fills=True)
    assert not was_cut(8_601, 2048, fills=False)
    assert was_cut(40_000, 4097, fills=False)

"""`assistant model --check`: what is asked of an endpoint, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from chat_server import Body, Events, Provider, Reply

from assistant.cli import main

Behave = Callable[[Body, int], Reply | Events]
Check = Callable[..., tuple[int, dict[str, str]]]


@pytest.fixture
def check(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Check]:
    """The exit code and what is said, by name."""
    made: list[Provider] = []
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("ASSISTANT_TIMEOUT", "5")

    def run(behave: Behave, listed: Mapping[str, Any] | None = None) -> tuple[int, dict[str, str]]:
        provider = Provider(behave)
        provider.listed = listed
        made.append(provider)
        code = main.run(["model", "--check", "--model", f"m@{provider.url}"])
        lines = capsys.readouterr().out.splitlines()
        return code, {line[:10].strip(): line[10:].strip() for line in lines}

    yield run
    for provider in made:
        provider.close()


def reply(body: Body, text: str, **fields: Any) -> Reply | Events:
    """As a stream where one is asked for."""
    message = {"role": "assistant", "content": text, **fields}
    if not body.get("stream"):
        return 200, {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}, {}
    chunks = [{"choices": [{"index": 0, "delta": {"content": word + " "}}]} for word in text.split(" ")]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    return [[f"data: {json.dumps(chunk)}\n\n".encode()] for chunk in chunks] + [[b"data: [DONE]\n\n"]]


def sensible(body: Body) -> str:
    """What a model that understands says; `seen` of the prompt is what it reads."""
    asked = body["messages"][-1]["content"]
    if "Reply yes or no" in asked:
        return "Yes" if "leave?" in asked else "No"
    if "code word" in asked:
        return "heliotrope" if "heliotrope" in asked else "none"
    return "At nine the ferry to Holm sets off."


def test_an_endpoint_that_can_everything(check: Check) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        said = sensible(body)
        if not body.get("logprobs"):
            return reply(body, said)
        top = [{"token": said, "logprob": -0.02}, {"token": "No" if said == "Yes" else "Yes", "logprob": -4.0}]
        status, value, headers = reply(body, said)  # type: ignore[misc]
        value["choices"][0]["logprobs"] = {"content": [{"token": said, "logprob": -0.02, "top_logprobs": top}]}
        return status, value, headers

    code, said = check(behave, {"data": [{"id": "m", "max_model_len": 32768}]})
    assert code == 0
    assert said["judgement"].startswith("right, ")
    assert said["logprobs"] == "given: P(yes) 0.98 and 0.02"
    assert said["sentence"] == "At nine the ferry to Holm sets off."
    assert "8 pieces" in said["streaming"]
    assert said["context"] == "32,768 tokens, as the endpoint says; 24,000 characters were read whole"
    assert said["parameters"] == "limit as max_tokens; does not think first"


def test_one_that_refuses_much_and_thinks(check: Check) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        for name in ("max_tokens", "temperature", "seed", "logprobs", "stream"):
            if body.get(name) is not None:
                return 400, {"error": {"message": f"Unsupported parameter: '{name}'", "param": name}}, {}
        return reply(body, sensible(body), reasoning="Let me see.")

    code, said = check(behave)
    assert code == 0
    assert said["logprobs"] == "none: a yes or no is one word"
    assert said["streaming"] == "refused: a reply comes as a whole"
    assert said["context"].startswith("of a size that the endpoint does not say; 24,000 characters were read whole")
    assert said["parameters"] == (
        "limit as max_completion_tokens; left out: logprobs, seed, stream, temperature, top_logprobs; "
        "thinks first: gets 4,096 tokens for it"
    )


def test_one_that_reads_only_the_end_of_a_prompt(check: Check) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        seen = [{**message, "content": message["content"][-4000:]} for message in body["messages"]]
        return reply(body, sensible({**body, "messages": seen}))

    code, said = check(behave)
    assert code == 1
    assert "the BEGINNING WAS NOT READ" in said["context"]
    assert "num_ctx" in said["context"]


def test_one_that_counts_fewer_tokens_than_it_was_sent(check: Check) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        replied = reply(body, sensible(body))
        if isinstance(replied, list) and "code word" in body["messages"][-1]["content"]:
            replied.insert(-1, [b'data: {"choices": [], "usage": {"prompt_tokens": 600}}\n\n'])
        return replied

    code, said = check(behave)
    assert code == 1
    assert "only 600 of them were read" in said["context"]
    assert said["parameters"]


def test_one_whose_context_is_short_and_told_is_asked_no_more_than_is_read_of_it(check: Check) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        sent = sum(len(message["content"]) for message in body["messages"])
        too_long = {"error": {"message": "This model's maximum context length is 4096 tokens"}}
        return (400, too_long, {}) if sent > 4096 * 3 else reply(body, sensible(body))

    code, said = check(behave, {"data": [{"id": "m", "max_model_len": 4096}]})
    assert code == 0
    assert said["context"] == "4,096 tokens, as the endpoint says; 7,788 characters were read whole"
    code, said = check(behave)
    assert code == 1
    assert "of a size that the endpoint does not say; model m at" in said["context"]
    assert "it takes 4,096; raise its context" in said["context"]


def test_no_longer_a_prompt_is_tried_than_the_settings_let_be_read(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_READING_TOGETHER", "1500")
    _, said = check(lambda body, _: reply(body, sensible(body)))
    assert said["context"].endswith("4,500 characters were read whole")


def test_one_that_does_not_tell_what_is_stated_from_what_is_not(check: Check) -> None:
    code, said = check(lambda body, _: reply(body, "Yes" if "yes or no" in str(body) else sensible(body)))
    assert code == 1
    assert said["judgement"].startswith("WRONG")


@pytest.mark.parametrize(
    ("status", "told"), [(401, "the key was refused; set ASSISTANT_API_KEY"), (404, "check the model's name")]
)
def test_one_that_refuses_everything(check: Check, status: int, told: str) -> None:
    code, said = check(lambda *_: (status, {"error": {"message": "no"}}, {}))
    assert code == 1
    assert told in said["failed"]
    assert "judgement" not in said


def test_the_embedded_model_is_not_checked_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["model", "--check"]) == 2
    assert "--check asks a model elsewhere" in capsys.readouterr().err

"""What providers do otherwise than plain chat completions, each through the real client over HTTP."""

from __future__ import annotations

import email.utils
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from chat_server import Body, Events, Provider, Reply

from assistant.errors import ModelCancelledError, ModelConnectionError, ModelContextError, ModelError, ModelReplyError
from assistant.llm.endpoint import Endpoint, resolve_endpoint
from assistant.llm.remote import EndpointModel
from assistant.llm.scope import QuestionScope
from assistant.settings import Settings

ASK = [{"role": "user", "content": "Is it so?"}]
KEY = "violet-harbour-71"


Open = Callable[..., tuple[EndpointModel, Provider]]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    made: list[tuple[EndpointModel, Provider]] = []

    def open_(behave: Callable[[Body, int], Reply | Events], **settings: Any) -> tuple[EndpointModel, Provider]:
        provider = Provider(behave)
        model = EndpointModel(
            Endpoint("m", provider.url, KEY), Settings(home=tmp_path, timeout=settings.pop("timeout", 5), **settings)
        )
        made.append((model, provider))
        return made[-1]

    yield open_
    for model, provider in made:
        model.close()
        provider.close()


def message(content: Any, finish: str = "stop", **fields: Any) -> Reply:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **fields}}
    return 200, {"id": "x", "choices": [choice]}, {}


def events(*deltas: Any, finish: str | None = "stop", end: bool = True) -> Events:
    """A stream of these deltas; one that is bytes is sent as it is."""
    lines: list[Any] = []
    for delta in deltas:
        chunk = {"id": "x", "choices": [{"index": 0, "delta": delta}]}
        lines.append([delta if isinstance(delta, bytes) else f"data: {json.dumps(chunk)}\n\n".encode()])
    if finish:
        last = {"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
        lines.append([f"data: {json.dumps(last)}\n\n".encode()])
    return [*lines, [b"data: [DONE]\n\n"]] if end else lines


def says(body: Body, text: str, **fields: Any) -> Reply | Events:
    return events({"content": text, **fields}) if body.get("stream") else message(text, **fields)


def refusing(names: set[str], body: Body, text: str, status: int = 400) -> Reply | Events:
    for name in body:
        if name in names:
            sentence = f"Unsupported parameter: '{name}' is not supported with this model."
            if name == "max_tokens":
                sentence += " Use 'max_completion_tokens' instead."
            detail = {"message": sentence, "param": name, "code": "unsupported_parameter"}
            return status, {"error": detail}, {}
    return says(body, text)


@pytest.mark.parametrize(
    "names",
    [
        {"max_tokens"},
        {"temperature"},
        {"seed"},
        {"logprobs", "top_logprobs"},
        {"max_tokens", "temperature", "logprobs"},
    ],
    ids=lambda names: "+".join(sorted(names)),
)
def test_what_is_refused_is_renamed_or_left_out_and_remembered(opened: Open, names: set[str], tmp_path: Path) -> None:
    model, provider = opened(lambda body, _: refusing(names, body, "yes"))
    assert model.probability_yes(ASK) > 0.5
    learning = len(provider.asked)
    assert model.complete(ASK, 9) == "yes"
    assert not names & set(provider.asked[-1])
    model.probability_yes(ASK)
    assert len(provider.asked) <= learning + 3
    # Another process knows it from the first request on.
    again = EndpointModel(Endpoint("m", provider.url, KEY), Settings(home=tmp_path, timeout=5))
    before = len(provider.asked)
    again.probability_yes(ASK)
    again.close()
    assert not any(names & set(body) for body in provider.asked[before:])


def test_a_validation_error_of_several_fields_is_understood(opened: Open) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        wrong = [name for name in ("seed", "logprobs", "top_logprobs") if name in body]
        detail = [
            {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}
            for name in wrong
        ]
        return (422, {"detail": detail}, {}) if wrong else says(body, "no")

    model, _ = opened(behave)
    assert model.probability_yes(ASK) < 0.5


@pytest.mark.parametrize(
    "deltas",
    [
        ({"content": "<think>It may\nbe.</think>\n\nThey met."},),
        ({"reasoning": "It may be."}, {"content": "They met."}),
        ({"reasoning_content": "It may be."}, {"content": "They "}, {"content": "met."}),
        ({"content": [{"type": "thinking", "thinking": "It may be."}, {"type": "text", "text": "They met."}]},),
        ({"reasoning_details": [{"type": "reasoning.text", "text": "It may be."}]}, {"content": "They met."}),
        ({"content": "<reflection>It may be.</reflection>They met."},),
        (
            {"content": "<|channel|>analysis<|message|>It may be.<|end|><|start|>assistant"},
            {"content": "<|channel|>final<|message|>They met."},
        ),
        ({"content": "analysisIt may be.assistantfinalThey met."},),
        ({"content": "◁think▷It may be.◁/think▷They met."},),
        ({"content": "<|START_THINKING|>It may be.<|END_THINKING|>They met."},),
        ({"content": [{"type": "output_text", "text": "They met."}]},),
        ({"content": {"type": "text", "text": "They met."}},),
        ({"content": None}, {"content": "They met."}, {}),
        (b'event: ping\r\ndata: {"type": "ping"}\r\n\r\n: keep-alive\r\n\r\n', {"content": "They met."}),
        (b'data:{"choices": [{"index": 0,\r\ndata: "finish_reason": "", "delta": {"content": "They met."}}]}\r\n\r\n',),
        (b": keep-alive\n\n", {"content": "They met."}, b'data: {"id": "x", "choices": []}\n\n'),
        ({"content": "They met."}, b'data: {"id": "x", "choices": [{"index": 0}]}\n\n'),
    ],
)
def test_thoughts_are_no_answer_and_odd_chunks_do_no_harm(opened: Open, deltas: tuple[Any, ...]) -> None:
    model, _ = opened(lambda *_: events(*deltas))
    assert model.complete(ASK, 9).strip() == "They met."


def test_a_model_that_thinks_is_given_room(opened: Open) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        if body.get("max_tokens", 0) < 500:
            return message("", "length")
        return says(body, "yes", reasoning="It is so.")

    model, provider = opened(behave)
    assert model.probability_yes(ASK) > 0.5
    assert provider.asked[-1]["max_tokens"] >= 500


@pytest.mark.parametrize("content", ["", None, "   "])
def test_an_empty_reply_is_an_error(opened: Open, content: Any) -> None:
    model, _ = opened(lambda body, _: events({"content": content}) if body.get("stream") else message(content))
    for call in (lambda: model.probability_yes(ASK), lambda: model.complete(ASK, 9)):
        with pytest.raises(ModelReplyError):
            call()


def test_a_reply_that_was_cut_off_is_an_error(opened: Open) -> None:
    model, _ = opened(lambda *_: events({"content": "They met in"}, finish="length"))
    with pytest.raises(ModelReplyError, match="cut off"):
        model.complete(ASK, 9)


@pytest.mark.parametrize("finish", ["length", "MAX_TOKENS", "model_length"])
def test_other_names_for_an_end_are_known(opened: Open, finish: str) -> None:
    model, _ = opened(lambda *_: events({"content": "They met in"}, finish=finish))
    with pytest.raises(ModelReplyError, match="cut off"):
        model.complete(ASK, 9)


@pytest.mark.parametrize("finish", ["content_filter", "SAFETY", "sensitive"])
@pytest.mark.parametrize("content", ["", "They met in"])
def test_a_reply_that_was_withheld_is_an_error_and_not_asked_again(opened: Open, finish: str, content: str) -> None:
    model, provider = opened(lambda *_: events({"content": content}, finish=finish))
    with pytest.raises(ModelReplyError, match="content filter"):
        model.complete(ASK, 9)
    assert len(provider.asked) == 1


def test_a_refusal_of_the_model_is_told(opened: Open) -> None:
    model, provider = opened(lambda *_: events({"refusal": "I cannot "}, {"refusal": "help with that."}))
    with pytest.raises(ModelReplyError, match=r"declined to answer: .I cannot help with that"):
        model.complete(ASK, 9)
    assert len(provider.asked) == 1


def test_a_call_of_a_tool_is_no_answer(opened: Open) -> None:
    calls = [{"index": 0, "id": "c1", "type": "function", "function": {"name": "search", "arguments": "{}"}}]

    def behave(body: Body, _: int) -> Reply | Events:
        if body.get("stream"):
            return events({"content": None, "tool_calls": calls}, finish="tool_calls")
        return message(None, "tool_calls", tool_calls=calls)

    model, _ = opened(behave)
    for call in (lambda: model.complete(ASK, 9), lambda: model.probability_yes(ASK)):
        with pytest.raises(ModelReplyError, match="called a tool"):
            call()
    assert not model.dialect.needs_room


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {"content": None},
        {"content": []},
        {"content": [{"token": "Yes", "logprob": -0.1}]},
        {"content": [{"token": "Yes", "logprob": None, "top_logprobs": [{"token": "Yes", "logprob": None}]}]},
    ],
)
def test_where_probabilities_are_missing_the_word_counts(opened: Open, logprobs: Any) -> None:
    def behave(*_: Any) -> Reply:
        status, value, headers = message("Yes")
        value["choices"][0]["logprobs"] = logprobs
        return status, value, headers

    model, _ = opened(behave)
    assert model.probability_yes(ASK) == pytest.approx(0.95)
    assert model.has_probabilities is False


SYSTEM = [{"role": "system", "content": "You answer."}, *ASK]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "System role not supported"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
        (500, "Jinja Exception: System role not supported"),
    ],
)
def test_a_model_without_a_system_role_is_told_in_the_first_message(opened: Open, status: int, said: str) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        if body["messages"][0]["role"] == "system":
            return status, {"error": {"message": said, "code": status}}, {}
        return says(body, "They met.")

    model, provider = opened(behave)
    assert model.complete(SYSTEM, 9) == "They met."
    assert provider.asked[-1]["messages"] == [{"role": "user", "content": "You answer.\n\nIs it so?"}]
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    "said",
    [
        "This model only support stream mode, please enable the stream parameter to access the model.",
        "parameter.enable_thinking must be set to false for non-streaming calls",
        "Stream must be set to true",
    ],
)
def test_where_only_streams_are_taken_a_judgement_is_streamed(opened: Open, said: str) -> None:
    def behave(body: Body, _: int) -> Reply | Events:
        return says(body, "yes") if body.get("stream") else (400, {"error": {"message": said}}, {})

    model, provider = opened(behave)
    assert model.probability_yes(ASK) > 0.5
    model.probability_yes(ASK)
    assert [bool(body.get("stream")) for body in provider.asked][:2] == [False, True]
    assert all(body["stream"] for body in provider.asked[1:])


def test_what_is_no_reply_tells_what_it_says(opened: Open) -> None:
    value = {"base_resp": {"status_code": 1004, "status_msg": "login fail: carry a token"}}
    model, _ = opened(lambda *_: (200, value, {}))
    with pytest.raises(ModelReplyError, match=r"check the address .*login fail"):
        model.complete(ASK, 9)


def test_a_redirected_address_names_the_other(opened: Open) -> None:
    model, _ = opened(lambda *_: (301, {}, {"location": "https://user:secret-pass@models.example/v1"}))
    with pytest.raises(ModelError, match=r"redirected to https://models\.example/v1") as caught:
        model.complete(ASK, 9)
    assert "secret-pass" not in str(caught.value)


def test_a_packed_reply_is_unpacked(opened: Open) -> None:
    packed = gzip.compress(json.dumps(message("They met.")[1]).encode())
    model, _ = opened(lambda *_: (200, packed, {"content-encoding": "gzip", "content-type": "application/json"}))
    assert model.complete(ASK, 9) == "They met."


@pytest.mark.parametrize(
    ("status", "value", "said"),
    [
        (400, [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}], "API key"),
        (
            400,
            {"error": {"message": "Provider returned error", "metadata": {"raw": '{"error": "too small"}'}}},
            "too small",
        ),
        (200, {"error": {"message": "upstream is down", "code": 502}}, "upstream is down"),
        (402, {"error": {"message": "Insufficient credits"}}, "Insufficient credits"),
        (404, {"error": {"message": "model 'm' not found, try pulling it first"}}, "pulling"),
    ],
)
def test_the_providers_own_sentence_is_told(opened: Open, status: int, value: Any, said: str) -> None:
    model, _ = opened(lambda *_: (status, value, {}))
    with pytest.raises(ModelError, match=said):
        model.complete(ASK, 9)


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_key_that_the_server_repeats_is_not_told(opened: Open, status: int) -> None:
    model, _ = opened(
        lambda *_: (status, {"error": {"message": f"the header held {KEY} and was refused"}}, {}), timeout=0.3
    )
    with pytest.raises(ModelError) as caught:
        model.complete(ASK, 9)
    assert KEY not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("stream", [True, False])
def test_nor_where_a_gateway_repeats_it_in_the_place_of_an_answer(opened: Open, stream: bool) -> None:
    text = f"The key {KEY} is not valid."

    def behave(body: Body, _: int) -> Reply | Events:
        return events(*({"content": text[at : at + 3]} for at in range(0, len(text), 3))) if stream else message(text)

    model, _ = opened(behave)
    assert model.complete(ASK, 9) == "The key *** is not valid."


def test_a_key_among_the_options_is_not_told(opened: Open) -> None:
    options = {"extra": {"api_key": "lavender-pier-4"}, "reasoning_effort": "low"}
    sentence = "upstream lavender-pier-4 refused the effort low"
    model, _ = opened(lambda *_: (400, {"error": {"message": sentence}}, {}), model_options=options)
    with pytest.raises(ModelError, match=r"upstream \*\*\* refused the effort low"):
        model.complete(ASK, 9)


def test_a_login_is_not_told_as_its_header_has_it() -> None:
    def behave(*_: Any) -> Reply:
        # Without the word Basic before it, by which it would be known.
        return 400, {"error": {"message": f"refused: {provider.requests[-1][1]['authorization'].split()[1]}"}}, {}

    with closing(Provider(behave)) as provider:
        endpoint = Endpoint("m", provider.url, user=("ada", "pass-word-1"))
        model = EndpointModel(endpoint, Settings(timeout=5))
        with closing(model), pytest.raises(ModelError, match=r"refused: \*\*\*$"):
            model.complete(ASK, 9)


def test_what_is_in_an_address_is_not_told() -> None:
    endpoint = Endpoint("m", "http://127.0.0.1:9/v1", user=("ada", "pass-word-1"), query=(("key", "query-secret-1"),))
    model = EndpointModel(endpoint, Settings(timeout=0.3))
    with pytest.raises(ModelError) as caught:
        model.complete(ASK, 9)
    model.close()
    assert not any(secret in str(caught.value) for secret in ("pass-word-1", "query-secret-1"))


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_busy_server_that_names_a_time_of_day_is_waited_for(opened: Open, status: int) -> None:
    past = email.utils.formatdate(time.time() - 60, usegmt=True)

    def behave(body: Body, number: int) -> Reply | Events:
        return says(body, "They met.") if number > 1 else (status, {"error": "overloaded"}, {"retry-after": past})

    model, _ = opened(behave)
    assert model.complete(ASK, 9) == "They met."


def test_a_time_of_day_beyond_the_questions_time_is_not_waited_for(opened: Open) -> None:
    later = email.utils.formatdate(time.time() + 3600, usegmt=True)
    model, provider = opened(lambda *_: (529, {"error": "overloaded"}, {"retry-after": later}))
    with pytest.raises(ModelConnectionError, match="not ready"):
        model.complete(ASK, 9)
    assert len(provider.asked) == 1


def test_a_busy_server_is_waited_for_as_it_says_and_the_wait_is_told(opened: Open) -> None:
    def behave(body: Body, number: int) -> Reply | Events:
        return (
            says(body, "They met.")
            if number > 1
            else (429, {"error": {"message": "slow down"}}, {"retry-after": "0.2"})
        )

    model, provider = opened(behave)
    told: list[str] = []
    assert model.within(QuestionScope(notify=told.append)).complete(ASK, 9) == "They met."
    assert len(provider.asked) == 2
    assert told


def test_what_is_used_up_is_not_asked_again(opened: Open) -> None:
    value = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    model, provider = opened(lambda *_: (429, value, {}))
    with pytest.raises(ModelError, match="quota"):
        model.complete(ASK, 9)
    assert len(provider.asked) == 1


def _comments() -> Iterator[bytes]:
    for _ in range(400):
        yield b": keep-alive\n\n"
        time.sleep(0.05)


def test_comments_do_not_renew_the_time_limit(opened: Open) -> None:
    model, _ = opened(lambda *_: [_comments], timeout=0.5)
    with pytest.raises(ModelConnectionError, match=r"0\.5 s"):
        model.complete(ASK, 9)


def test_the_time_for_one_question_holds_for_all_its_requests(opened: Open) -> None:
    def slowly() -> Iterator[bytes]:
        for _ in range(400):
            yield b'data: {"id": "x", "choices": [{"index": 0, "delta": {"content": "on "}}]}\n\n'
            time.sleep(0.05)

    model, _ = opened(lambda *_: [slowly], deadline=0.5)
    with pytest.raises(ModelConnectionError, match="ASSISTANT_DEADLINE"):
        model.within(QuestionScope()).complete(ASK, 9)


def test_a_question_that_is_stopped_is_stopped_at_the_provider(opened: Open) -> None:
    model, provider = opened(lambda *_: [_comments], timeout=30)
    scope = QuestionScope()

    def stop() -> None:
        while not provider.asked:
            time.sleep(0.01)
        scope.cancel()

    threading.Thread(target=stop).start()
    with pytest.raises(ModelCancelledError):
        model.within(scope).complete(ASK, 9)
    assert provider.dropped.wait(10)


def test_own_fields_are_sent(opened: Open) -> None:
    model, provider = opened(lambda body, _: says(body, "yes"), model_options={"reasoning_effort": "low"})
    model.complete(ASK, 9)
    assert provider.asked[0]["reasoning_effort"] == "low"


LONG = [{"role": "user", "content": "The ferry calls at Vik and turns back. " * 500}]


def test_a_prompt_that_is_too_long_is_an_error_with_the_remedy_and_the_length_is_learnt(
    opened: Open,
) -> None:
    value = {"error": {"message": "the request exceeds the available context size", "n_ctx": 4096}}
    model, provider = opened(lambda *_: (400, value, {}))
    assert model.prompt_length(900) is None
    with pytest.raises(
        ModelContextError,
        match=r"it takes 4,096; raise its context .* ASSISTANT_READING_TOGETHER.*available context size",
    ):
        model.complete(LONG, 9)
    assert len(provider.asked) == 1
    assert model.prompt_length(900) == 4096 - 1024
    assert model.prompt_length(4000) == 2048


def test_one_that_is_refused_without_a_number_is_known_to_be_too_long(opened: Open) -> None:
    value = {"error": {"message": "prompt is too long"}}
    model, _ = opened(lambda *_: (413, value, {}))
    with pytest.raises(ModelContextError, match="it takes fewer"):
        model.complete(LONG, 9)
    assert 2_000 < (model.context_length() or 0) < 4_000


@pytest.mark.parametrize("stream", [True, False])
def test_a_prompt_that_was_cut_in_silence_is_an_error_too(opened: Open, stream: bool) -> None:
    usage = {"prompt_tokens": 2048, "completion_tokens": 3}

    def behave(body: Body, _: int) -> Reply | Events:
        if not body.get("stream"):
            return 200, {**message("yes")[1], "usage": usage}, {}
        assert body["stream_options"] == {"include_usage": True}
        counted = json.dumps({"id": "x", "choices": [], "usage": usage})
        *said, end = events({"content": "yes"})
        return [*said, [f"data: {counted}\n\n".encode()], end]

    model, _ = opened(behave)
    with pytest.raises(ModelContextError, match=r"only 2,048 of them were read"):
        model.complete(LONG, 9) if stream else model.probability_yes(LONG)
    assert model.context_length() == 2048
    assert model.complete(ASK, 9) == "yes"


def test_where_tokens_cannot_be_counted_it_goes_without(opened: Open) -> None:
    model, provider = opened(lambda body, _: refusing({"stream_options"}, body, "yes"))
    assert model.complete(ASK, 9) == "yes"
    assert "stream" in provider.asked[-1]
    assert "stream_options" not in provider.asked[-1]


def opened_at(provider: Provider, tmp_path: Path, address: str, **settings: Any) -> EndpointModel:
    """The model that m@`address` names; BASE stands for the provider's address, HOST for it without http."""
    host = provider.url.removeprefix("http://")
    made = Settings(
        model=f"m@{address.replace('BASE', provider.url).replace('HOST', host)}", home=tmp_path, timeout=5, **settings
    )
    return EndpointModel(resolve_endpoint(made), made)


@pytest.mark.parametrize(
    ("address", "key", "path", "headers"),
    [
        ("BASE", KEY, "/v1/chat/completions", {"authorization": f"Bearer {KEY}", "api-key": None}),
        ("BASE", "", "/v1/chat/completions", {"authorization": None, "api-key": None}),
        # Azure's older addresses, which any host with that query is taken for.
        (
            "BASE?api-version=2024-10-21",
            KEY,
            "/v1/chat/completions?api-version=2024-10-21",
            {"authorization": None, "api-key": KEY},
        ),
        ("BASE?key=abc&team=a%20b", "", "/v1/chat/completions?key=abc&team=a%20b", {"authorization": None}),
        ("http://ada:pa%40ss@HOST", "", "/v1/chat/completions", {"authorization": "Basic YWRhOnBhQHNz"}),
    ],
)
def test_an_address_and_its_key_arrive_as_the_server_wants_them(
    address: str, key: str, path: str, headers: Mapping[str, str | None], tmp_path: Path
) -> None:
    provider = Provider(lambda body, _: says(body, "yes"))
    with closing(provider), closing(opened_at(provider, tmp_path, address, api_key=key)) as model:
        assert model.complete(ASK, 9) == "yes"
        ((asked, sent),) = provider.requests
    assert asked.replace("+", "%20") == path
    assert {name: sent.get(name) for name in headers} == headers


def test_whether_anything_answers_is_told_before_the_first_question(opened: Open) -> None:
    model, provider = opened(lambda body, _: says(body, "yes"))
    model.wait()
    provider.listed = {"data": []}
    model.wait()
    provider.close()
    with pytest.raises(ModelConnectionError, match="nothing answers there; start the server or check the address"):
        model.wait()
    assert provider.asked == []

"""The assistant as a model: the official client, streaming and not, and the text that it gets."""

from __future__ import annotations

from typing import Any

import http_client
import openai
import pytest

from assistant.http.chat import MODEL, harmless

QUESTION = "How many passengers did the new ferry carry?"


@pytest.fixture
def client(served: Any) -> Any:
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as made:
        yield made


def asked(*contents: str) -> Any:
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": content} for place, content in enumerate(contents)]


def test_the_client_lists_the_model(client: Any) -> None:
    assert [model.id for model in client.models.list()] == [MODEL]


def test_the_client_gets_an_answer_with_its_citations(client: Any, served: Any) -> None:
    reply = client.chat.completions.create(model=MODEL, messages=asked(QUESTION), temperature=0.7, max_tokens=5)
    message = reply.choices[0].message
    assert reply.choices[0].finish_reason == "stop"
    text, _, sources = message.content.partition("\n\nSources:\n")
    assert "412 passengers" in text
    assert sources.startswith("[1] Ferry opens")
    assert "“" in sources
    citation = message.annotations[0].url_citation
    assert message.content[citation.start_index : citation.end_index] == "[1]"
    assert citation.url == f"{served.url}/v1/articles/ferry"
    assert http_client.get(citation.url).json()["title"] == citation.title


def test_the_stream_gives_the_same(client: Any) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=asked(QUESTION)).choices[0].message
    chunks = list(client.chat.completions.create(model=MODEL, messages=asked(QUESTION), stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    cited = [one for delta in deltas for one in (delta.model_extra or {}).get("annotations", [])]
    assert cited == [one.model_dump() for one in whole.annotations]
    assert deltas[0].role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"
    assert len({chunk.id for chunk in chunks}) == 1


@pytest.mark.parametrize("stream", [True, False])
def test_a_refusal_has_no_sources(client: Any, model: Any, stream: bool) -> None:
    model.about = "words that no article has"
    reply = client.chat.completions.create(model=MODEL, messages=asked(QUESTION), stream=stream)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in reply)
    else:
        text, cited = reply.choices[0].message.content, reply.choices[0].message.annotations
        assert cited == []
    assert text
    assert "Sources:" not in text


def test_history_comes_from_the_messages_without_our_lists(client: Any, model: Any) -> None:
    first = client.chat.completions.create(model=MODEL, messages=asked(QUESTION)).choices[0].message.content
    model.prompts.clear()
    system = {"role": "system", "content": "Always answer in verse."}
    last = [{"type": "text", "text": "And the bridge?"}]
    messages = [system, *asked(QUESTION, first), {"role": "user", "content": last}]
    client.chat.completions.create(model=MODEL, messages=messages)
    rewriting = model.prompts[0]
    assert "412 passengers" in rewriting
    assert "And the bridge?" in rewriting
    assert "Sources:" not in rewriting
    assert not any("in verse" in prompt for prompt in model.prompts)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"messages": [{"role": "assistant", "content": "x"}]}, openai.UnprocessableEntityError),
        ({"messages": [{"role": "system", "content": "x"}]}, openai.UnprocessableEntityError),
        ({"messages": [{"role": "user", "content": "  "}]}, openai.UnprocessableEntityError),
        ({"messages": []}, openai.UnprocessableEntityError),
        ({"n": 2}, openai.UnprocessableEntityError),
        ({"model": "gpt-5"}, openai.NotFoundError),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/y"}}]}]},
            openai.UnprocessableEntityError,
        ),
    ],
)
def test_what_cannot_be_asked_is_the_clients_own_error(client: Any, given: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        client.chat.completions.create(**{"model": MODEL, "messages": asked(QUESTION), **given})


def test_a_failing_model_reaches_the_client(client: Any, model: Any) -> None:
    model.fails = True
    with pytest.raises(openai.InternalServerError, match="nothing answers there"):
        client.chat.completions.create(model=MODEL, messages=asked(QUESTION))
    stream = client.chat.completions.create(model=MODEL, messages=asked(QUESTION), stream=True)
    with pytest.raises(openai.APIError, match="nothing answers there"):
        list(stream)


def test_what_an_article_brings_along_is_not_rendered(client: Any, model: Any) -> None:
    model.about, model.reply = "The storm felled", "The storm felled ![x](http://tracker.test/p.png) trees."
    text = client.chat.completions.create(model=MODEL, messages=asked("What did the storm fell?")).choices[0].message
    assert "storm felled" in text.content
    assert "![x](" not in text.content


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a ![x](http://y) b", r"a !\[x]\(http://y) b"),
        ("<img src=x>", r"\<img src=x>"),
        ("They met [1] (twice), 3 < 4! [2]", "They met [1] (twice), 3 < 4! [2]"),
    ],
)
def test_markup_is_shown_as_it_is_written(text: str, shown: str) -> None:
    assert harmless(text) == shown

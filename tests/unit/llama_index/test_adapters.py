"""The adapters for llama-index, used as llama-index uses its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, ImageBlock, TextBlock
from llama_index.core.evaluation import FaithfulnessEvaluator, RetrieverEvaluator
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.tools import QueryEngineTool

from assistant.errors import ModelConnectionError, QuestionError, UsageError
from assistant.llama_index.language_model import AssistantLLM
from assistant.llama_index.query_engine import AssistantQueryEngine
from assistant.llama_index.retriever import ArticleRetriever
from assistant.schema.articles import ArticleFilter

QUESTION = "How many passengers did the new ferry carry?"


def test_a_retriever_gives_paragraphs_the_best_first(assistant: Any) -> None:
    found = ArticleRetriever(assistant, limit=2).retrieve(QUESTION)
    assert found[0].node.metadata["article_id"] == "ferry"
    assert len(found) == 2
    assert found[0].score >= found[1].score
    assert found[0].node.ref_doc_id == "ferry"
    shown = found[0].node.get_content("llm")
    assert "Ferry opens" in shown
    assert "article_id" not in shown


def test_a_retriever_keeps_to_its_days(assistant: Any) -> None:
    found = ArticleRetriever(
        assistant, articles=ArticleFilter(since=date(2023, 1, 1), until=date(2023, 12, 31))
    ).retrieve(QUESTION)
    assert {one.node.metadata["article_id"] for one in found} == {"bridge"}


def test_a_retriever_finds_the_same_when_it_is_awaited(assistant: Any) -> None:
    retriever = ArticleRetriever(assistant)
    assert asyncio.run(retriever.aretrieve(QUESTION)) == retriever.retrieve(QUESTION)


def test_an_empty_query_is_refused(assistant: Any) -> None:
    for adapter in (ArticleRetriever(assistant).retrieve, AssistantQueryEngine(assistant).query):
        with pytest.raises(QuestionError):
            adapter("  ")


@pytest.mark.parametrize("awaited", [False, True])
def test_an_answers_sources_are_the_cited_paragraphs_with_the_words_quoted(assistant: Any, awaited: bool) -> None:
    engine = AssistantQueryEngine(assistant)
    response = asyncio.run(engine.aquery(QUESTION)) if awaited else engine.query(QUESTION)
    assert "412 passengers" in str(response)
    assert response.metadata["answer"] == str(response)
    (source,) = response.source_nodes
    told = source.node.metadata
    assert source.node.text[told["start"] : told["end"]] == told["quote"]
    assert "412 passengers" in told["quote"]
    assert (told["number"], source.node.ref_doc_id) == (1, "ferry")
    assert source.score == pytest.approx(response.metadata["sentences"][0]["support"], abs=1e-3)
    assert source.node.node_id == response.metadata["citations"][0]["paragraph_id"]


def test_a_refusal_has_no_sources_and_days_are_kept_to(assistant: Any) -> None:
    response = AssistantQueryEngine(assistant, articles=ArticleFilter(until=date(2023, 12, 31))).query(QUESTION)
    assert response.metadata["refused"]
    assert response.source_nodes == []
    assert str(response) == response.metadata["answer"]


def test_a_query_that_is_given_up_stops_the_model(assistant: Any, model: Any) -> None:
    model.hold = True

    async def giving_up() -> None:
        asking = asyncio.create_task(AssistantQueryEngine(assistant).aquery(QUESTION))
        await asyncio.to_thread(model.began.wait, 10)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        # The thread's end is waited for when the loop ends; this model writes on until it is told to.
        assert model.scopes[-1].cancelled
        model.go.set()

    asyncio.run(giving_up())


def user(text: str) -> list[ChatMessage]:
    return [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=text)]


async def astreamed(coming: Any) -> list[Any]:
    return [one async for one in await coming]


WAYS: dict[str, Callable[[AssistantLLM], str]] = {
    "chat": lambda llm: str(llm.chat(user("Hello")).message.content),
    "stream_chat": lambda llm: "".join(one.delta or "" for one in llm.stream_chat(user("Hello"))),
    "complete": lambda llm: llm.complete("Hello").text,
    "stream_complete": lambda llm: list(llm.stream_complete("Hello"))[-1].text,
    "achat": lambda llm: str(asyncio.run(llm.achat(user("Hello"))).message.content),
    "acomplete": lambda llm: asyncio.run(llm.acomplete("Hello")).text,
    "astream_chat": lambda llm: "".join(one.delta for one in asyncio.run(astreamed(llm.astream_chat(user("Hello"))))),
    "astream_complete": lambda llm: asyncio.run(astreamed(llm.astream_complete("Hello")))[-1].text,
}


@pytest.mark.parametrize("way", WAYS)
def test_the_model_replies_in_every_way_that_llama_index_asks(model: Any, way: str) -> None:
    assert WAYS[way](AssistantLLM(model)).strip() == model.reply
    assert model.prompts == ["Hello"]


def test_the_model_says_how_much_it_reads_and_writes(model: Any) -> None:
    told = AssistantLLM(model, max_tokens=64).metadata
    assert (told.context_window, told.num_output, told.model_name) == (4096, 64, "scripted")


@pytest.mark.parametrize("way", WAYS)
def test_a_failing_model_is_the_callers_to_hear_of(model: Any, way: str) -> None:
    model.fails = True
    with pytest.raises(ModelConnectionError, match="nothing answers there"):
        WAYS[way](AssistantLLM(model))


def test_what_is_no_text_is_refused(model: Any) -> None:
    picture = ChatMessage(role="user", blocks=[TextBlock(text="What is this?"), ImageBlock(image=b"x")])
    for message in (picture, ChatMessage(role="tool", content="x")):
        with pytest.raises(UsageError):
            AssistantLLM(model).chat([message])


def test_a_stream_that_is_left_stops_the_model(model: Any) -> None:
    model.hold = True

    async def leaving() -> None:
        stream = await AssistantLLM(model).astream_chat(user("Hello"))
        await anext(stream)
        await stream.aclose()

    # llama-index wraps the stream, and leaves it to the loop to close what it wraps.
    asyncio.run(leaving())
    assert model.closed.is_set()
    assert model.scopes[-1].cancelled
    pieces = AssistantLLM(model).stream_chat(user("Hello"))
    model.closed.clear()
    next(pieces)
    pieces.close()
    assert model.closed.is_set()


def test_it_fits_where_llama_indexs_own_do(assistant: Any, model: Any) -> None:
    built = RetrieverQueryEngine.from_args(ArticleRetriever(assistant), llm=AssistantLLM(model)).query(QUESTION)
    assert str(built).strip() == model.reply
    assert "412 passengers" in model.prompts[-1]
    tool = QueryEngineTool.from_defaults(AssistantQueryEngine(assistant), name="news", description="News articles.")
    assert "412 passengers" in str(tool.call(QUESTION))


def test_llama_indexs_evaluators_judge_it(assistant: Any, model: Any) -> None:
    response = AssistantQueryEngine(assistant).query(QUESTION)
    for says, passing in (("YES", True), ("NO", False)):
        model.reply = says
        judged = FaithfulnessEvaluator(llm=AssistantLLM(model)).evaluate_response(QUESTION, response)
        assert judged.passing is passing
    measured = RetrieverEvaluator.from_metric_names(["hit_rate", "mrr"], retriever=ArticleRetriever(assistant))
    expected = [response.source_nodes[0].node.node_id]
    assert measured.evaluate(QUESTION, expected).metric_vals_dict == {"hit_rate": 1.0, "mrr": 1.0}

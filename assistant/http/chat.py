"""Routes of OpenAI's chat completions and models: the assistant as a model for the clients that speak to one."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import KEEPALIVE_COMMENT

from assistant.answering.render import not_found, source_line, with_marks
from assistant.errors import ArticleError, QuestionError
from assistant.http.access import Access
from assistant.http.answers import Questions, Running, Streamed
from assistant.http.errors import CLIENT_LEFT, ApiError, documented, error_body, explained
from assistant.http.events import sent
from assistant.http.schemas import ChatBody
from assistant.query.validate import check_question
from assistant.schema.answers import Answer, Citation, Question, Turn
from assistant.schema.events import Done, SentenceReady, Step, StepName

MODEL = "news-assistant"
_SOURCES = "\n\nSources:\n"
_MARK = re.compile(r"\[(\d+)\]")
# The beginnings of Markdown's links, pictures and HTML: clients render the text, and articles are anybody's.
_MARKUP = re.compile(r"!(?=\[)|(?<=\])(?=\()|(?=<[A-Za-z/!?])")
_DONE = b"data: [DONE]\n\n"
_BROKEN_OFF = "the language model stopped in the middle of the answer; ask again"
_AGAIN_S = 10
Addresses = dict[str, str]


def chat_routes(questions: Questions, access: Access) -> APIRouter:
    """The routes."""
    routes = APIRouter(dependencies=[Depends(access.read)], tags=["OpenAI"])
    streamed = {"text/event-stream": {"schema": {"type": "string"}}}

    @routes.get("/v1/models", responses=documented(401, 429))
    async def models() -> dict[str, Any]:
        """The one model that there is."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}

    @routes.post(
        "/v1/chat/completions",
        response_model=dict[str, Any],
        responses={200: {"content": streamed}, **documented(401, 404, 422, 429, 503)},
    )
    async def complete(body: ChatBody, request: Request) -> Response:
        """Answers the last message, a user's; those before it are the conversation.

        The text ends with a list of its sources; each mark in it is a `url_citation` annotation too.
        """
        if body.model != MODEL:
            raise ApiError(404, f"no model {body.model[:80]!r} here; the one there is: {MODEL}")
        completion = _Completion(questions, str(request.base_url))
        running = questions.submit(_question(body))
        if body.stream:
            return Streamed(completion.events(running), running)
        answer = await running.answer(request.is_disconnected)
        return Response(status_code=CLIENT_LEFT) if answer is None else JSONResponse(completion.whole(answer))

    return routes


def _question(body: ChatBody) -> Question:
    """The last message; instructions and tools' results are no part of the conversation. Raises `QuestionError`."""
    said = [Turn(one.role, one.text) for one in body.messages if one.role == "user" or one.role == "assistant"]
    if not said or said[-1].role != "user":
        raise QuestionError("the last message must be a user's: it is the question")
    *before, asked = said
    check_question(asked.content)
    return Question(asked.content, history=tuple(replace(one, content=_said(one.content)) for one in before))


def _said(text: str) -> str:
    return text.partition(_SOURCES)[0]


class _Completion:
    """One reply: the whole object, or its chunks."""

    def __init__(self, questions: Questions, base_url: str) -> None:
        self._questions = questions
        self._base_url = base_url
        self._frame = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}

    def whole(self, answer: Answer) -> dict[str, Any]:
        """A chat completion."""
        addresses = self._addresses(answer)
        text = harmless(answer.answer)
        message = {
            "role": "assistant",
            "content": text + sources(answer.citations, addresses),
            "refusal": None,
            "annotations": url_citations(text, answer.citations, addresses),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._frame, "object": "chat.completion", "choices": [choice]}

    async def events(self, running: Running) -> AsyncIterator[bytes]:
        """Chunks: each sentence once it is checked, then the sources, last the annotations."""
        try:
            yield self._chunk({"role": "assistant", "content": ""})
            first = True
            async with aclosing(running.events()) as events:
                async for event in events:
                    match event:
                        case None:
                            yield KEEPALIVE_COMMENT
                        case Step(StepName.RESTARTING) if not first:
                            # What was sent cannot be taken back.
                            raise ApiError(503, _BROKEN_OFF, _AGAIN_S)
                        case SentenceReady(sentence, _):
                            yield self._chunk({"content": ("" if first else " ") + harmless(with_marks(sentence))})
                            first = False
                        case Done(answer):
                            for delta in self._end(answer):
                                yield self._chunk(delta)
            yield self._chunk({}, "stop")
            yield _DONE
        except Exception as error:
            made = explained(error, self._questions.public)
            yield sent(None, error_body(made.status, str(made)))

    def _end(self, answer: Answer) -> Iterator[dict[str, Any]]:
        text = harmless(answer.answer)
        if answer.refused:
            yield {"content": text}
            return
        addresses = self._addresses(answer)
        if missing := not_found(answer.left_out):
            yield {"content": harmless(f" {' '.join(missing)}")}
        yield {"content": sources(answer.citations, addresses)}
        yield {"annotations": url_citations(text, answer.citations, addresses)}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return sent(None, {**self._frame, "object": "chat.completion.chunk", "choices": [choice]})

    def _addresses(self, answer: Answer) -> Addresses:
        """Where each cited article can be read: its own address on the web, else here."""
        return {citation.article_id: self._address(citation.article_id) for citation in answer.citations}

    def _address(self, article_id: str) -> str:
        try:
            url = self._questions.assistant.article(article_id).url
        except ArticleError:
            url = None
        if url and re.fullmatch(r"https?://[^\s<>()\[\]\"]+", url, re.I):
            return url
        return f"{self._base_url}v1/articles/{quote(article_id, safe='')}"


def harmless(text: str) -> str:
    r"""Text whose pictures, links and HTML a Markdown renderer shows as they are written, each with a backslash.

    Less is escaped than in `escape_markdown`: many clients show the text as it is, and its marks [n] must stay.
    """
    return _MARKUP.sub(lambda found: f"{found[0]}\\", text)


def sources(citations: tuple[Citation, ...], addresses: Addresses) -> str:
    """The list under an answer: number, title, outlet, day, the words quoted, address; "" where nothing is cited."""
    if not citations:
        return ""
    return _SOURCES + "\n".join(_source(citation, addresses[citation.article_id]) for citation in citations)


def _source(citation: Citation, address: str) -> str:
    return f"[{citation.number}] {harmless(source_line(citation))} {address}"


def url_citations(text: str, citations: tuple[Citation, ...], addresses: Addresses) -> list[dict[str, Any]]:
    """A `url_citation` for each mark in `text`; `start_index` and `end_index` are the mark's characters."""
    by_number = {citation.number: citation for citation in citations}
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": mark.start(),
                "end_index": mark.end(),
                "title": by_number[int(mark[1])].title,
                "url": addresses[by_number[int(mark[1])].article_id],
            },
        }
        for mark in _MARK.finditer(text)
        if int(mark[1]) in by_number
    ]

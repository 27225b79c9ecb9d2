"""Route `POST /v1/ask`: the contract's object, or the same as it comes about, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import KEEPALIVE_COMMENT

from assistant.http.access import Access
from assistant.http.answers import Questions, Running, Streamed
from assistant.http.errors import CLIENT_LEFT, documented, error_body, explained
from assistant.http.events import sent
from assistant.http.schemas import AnswerOut, AskBody, filter_of
from assistant.schema.answers import Answer, Question, Turn, citation_to_dict, sentence_to_dict
from assistant.schema.articles import passage_to_dict
from assistant.schema.events import Done, Event, Retrieved, SentenceReady, Step, Token


def ask_routes(questions: Questions, access: Access) -> APIRouter:
    """The route."""
    routes = APIRouter(dependencies=[Depends(access.read)], tags=["ask"])
    streamed = {"text/event-stream": {"schema": {"type": "string"}}}

    @routes.post(
        "/v1/ask",
        response_model=AnswerOut,
        responses={200: {"content": streamed}, **documented(401, 422, 429, 503)},
    )
    async def ask(body: AskBody, request: Request) -> Response:
        """An answer with a checked citation for every sentence, or a refusal that says why.

        With `stream`, or `Accept: text/event-stream`: the events `step`, `retrieved`, `token` (a draft, not
        checked yet), `sentence` (checked), and last `done` with the whole object, or `error`.
        """
        running = questions.submit(question_of(body))
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            return Streamed(_events(questions, running, body.steps), running)
        answer = await running.answer(request.is_disconnected)
        if answer is None:
            return Response(status_code=CLIENT_LEFT)
        return JSONResponse(_answer(answer, body.steps))

    return routes


def question_of(body: AskBody) -> Question:
    """The question that a body puts."""
    return Question(
        body.question,
        id=body.id,
        history=tuple(Turn(turn.role, turn.content, tuple(turn.articles)) for turn in body.history),
        articles=filter_of(body, as_of=body.as_of),
    )


async def _events(questions: Questions, running: Running, steps: bool) -> AsyncIterator[bytes]:
    try:
        async with aclosing(running.events()) as events:
            async for event in events:
                yield KEEPALIVE_COMMENT if event is None else sent(*_told(event, steps))
    except Exception as error:
        made = explained(error, questions.public)
        yield sent("error", error_body(made.status, str(made)))


def _told(event: Event, steps: bool) -> tuple[str, dict[str, Any]]:
    match event:
        case Step(name):
            return "step", {"name": name}
        case Retrieved(passages):
            return "retrieved", {"passages": [passage_to_dict(passage) for passage in passages]}
        case Token(text):
            return "token", {"text": text}
        case SentenceReady(sentence, citations):
            return "sentence", {
                "sentence": sentence_to_dict(sentence),
                "citations": [citation_to_dict(citation) for citation in citations],
            }
        case Done(answer):
            return "done", _answer(answer, steps)


def _answer(answer: Answer, steps: bool) -> dict[str, Any]:
    return {**answer.to_dict(), **({"steps": answer.steps.to_dict()} if steps else {})}

"""Application factory of the HTTP API, to be served alone or beside the page."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from assistant import __version__
from assistant.http.access import Access, KeyFirst
from assistant.http.answers import Line, Opening, Questions
from assistant.http.ask import ask_routes
from assistant.http.chat import chat_routes
from assistant.http.errors import Public, TooLargeAsJson, add_error_handlers
from assistant.http.keys import KeyStore
from assistant.http.library import library_routes
from assistant.http.metrics import Metrics, Observed
from assistant.http.operations import operations_routes
from assistant.http.peer import PeerCheck, asked_by_this_user
from assistant.library.upload_policy import UploadPolicy

REQUESTS_PER_MINUTE = 120
_JSON_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Api:
    """The application, the questions that it has on their way, and who may ask."""

    app: FastAPI
    questions: Questions
    access: Access


def create_api(
    opening: Opening,
    line: Line,
    keys: KeyStore,
    *,
    loopback: bool,
    max_upload: int,
    public: Public,
    per_minute: int = REQUESTS_PER_MINUTE,
    is_own: PeerCheck = asked_by_this_user,
) -> Api:
    """The API over an assistant that may still be opening; `line` is the one that the page uses too.

    `loopback`: only this machine reaches it, `is_own` tells who there may do without a key. `max_upload` in bytes,
    `per_minute` requests of one key. `public` takes out of a message what is only the server's to know.
    """
    metrics = Metrics()
    questions = Questions(opening, line, metrics, public)
    access = Access(keys, loopback=loopback, per_minute=per_minute, is_own=is_own)
    app = FastAPI(
        title="News assistant",
        description="Questions about a folder of news articles, with a checked citation for every sentence.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # A page of another site can send JSON as text without asking first (Fetch standard, "simple requests").
        strict_content_type=True,
    )
    add_error_handlers(app, public)
    for routes in (
        ask_routes(questions, access),
        chat_routes(questions, access),
        library_routes(questions, access, UploadPolicy(max_upload)),
        operations_routes(questions, access, metrics),
    ):
        app.include_router(routes)
    # The last one added is the first to see a request.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_JSON_BYTES)
    app.add_middleware(TooLargeAsJson)
    app.add_middleware(KeyFirst, access=access)
    app.add_middleware(Observed, metrics=metrics)
    return Api(app, questions, access)

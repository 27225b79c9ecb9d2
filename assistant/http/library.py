"""Routes `/v1/search` and `/v1/articles`: what is in the library, without a language model."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile

from assistant.errors import ArticleError
from assistant.http.access import Access, Gate, search_gate
from assistant.http.answers import Questions
from assistant.http.errors import ApiError, Public, documented
from assistant.http.schemas import ArticleOut, ArticlesOut, OutcomesOut, PassagesOut, RemovedOut, SearchBody, filter_of
from assistant.library.report import FileOutcome, FileStatus
from assistant.library.upload_policy import MOST_FILES, UploadPolicy, display_name
from assistant.library.uploads import safe_name
from assistant.query.validate import articles_where
from assistant.schema.articles import article_to_dict, header_to_dict, passage_to_dict
from assistant.util.validation import Day

_UPLOADS = 4
_PATIENCE_S = 1.0
# Beside the files' bytes, a form has its own lines.
_FORM_BYTES = 64 * 1024
_FILE = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": MOST_FILES}
_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]},
        }
    },
}


def library_routes(questions: Questions, access: Access, policy: UploadPolicy) -> APIRouter:
    """The routes; as many bytes are taken in one request as `policy` allows to one file."""
    routes = APIRouter(tags=["library"])
    reading, writing = [Depends(access.read)], [Depends(access.write)]
    searching = search_gate()
    uploading = Gate(_UPLOADS, f"{_UPLOADS} uploads are under way; try again in a moment")
    changing = Gate(1, "the library is being changed by another request; try again in a moment")

    @routes.post("/v1/search", dependencies=reading, response_model=PassagesOut, responses=_documented())
    def search(body: SearchBody) -> Any:
        """The paragraphs nearest to the query, by words and by meaning, the best first."""
        with searching.passing():
            found = questions.assistant.search(body.query, filter_of(body), limit=body.limit)
        return {"query": body.query, "passages": [passage_to_dict(passage) for passage in found]}

    @routes.get("/v1/articles", dependencies=reading, response_model=ArticlesOut, responses=_documented())
    def articles(
        words: Annotated[str, Query(max_length=1000, description="only with these in title or outlet")] = "",
        outlet: Annotated[str | None, Query(max_length=1000, description="only of this outlet")] = None,
        since: Day | None = None,
        until: Day | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    ) -> Any:
        """Articles by date, the oldest first, those without one last."""
        assistant = questions.assistant
        chosen = articles_where(words=words, source=outlet, since=since, until=until)
        headers = assistant.headers(chosen, limit=limit, offset=offset)
        return {"articles": [header_to_dict(header) for header in headers], "total": assistant.count(chosen)}

    @routes.get(
        "/v1/articles/{article_id:path}",
        dependencies=reading,
        response_model=ArticleOut,
        responses=_documented(404),
    )
    def article(article_id: str) -> Any:
        """One article with its paragraphs."""
        return article_to_dict(questions.assistant.article(article_id))

    @routes.post(
        "/v1/articles",
        status_code=201,
        dependencies=writing,
        response_model=OutcomesOut,
        responses=_documented(400, 403, 415),
        max_body_size=policy.max_bytes + _FORM_BYTES,
        openapi_extra={"requestBody": _FORM},
    )
    async def add(request: Request) -> Response:
        """Add articles: a multipart form with one or more `file`s. They can be asked about at once.

        422 where not one of them could be read.
        """
        _check_form(request)
        # The form is read here and not by a parameter, so that nothing is read before the key is known.
        with uploading.passing():
            async with request.form(max_files=policy.max_files) as form:
                files = [one for one in form.getlist("file") if isinstance(one, UploadFile)]
                if not files:
                    raise ApiError(422, "no file came; send a multipart form with one or more parts named file")
                outcomes = await run_in_threadpool(_add, questions, policy, changing, files)
        if all(outcome["status"] == FileStatus.FAILED for outcome in outcomes):
            raise ApiError(422, "; ".join(str(outcome["message"]) for outcome in outcomes[:3]))
        return JSONResponse({"outcomes": outcomes}, 201)

    @routes.delete(
        "/v1/articles/{article_id:path}",
        dependencies=writing,
        response_model=RemovedOut,
        responses=_documented(403, 404),
    )
    def remove(article_id: str) -> Any:
        """Take an article out of the library; a file of a folder stays where it is."""
        assistant = questions.assistant
        with changing.passing(), assistant.index.writing(_PATIENCE_S):
            removed = assistant.remove([article_id])
        if not removed:
            raise ArticleError(f"article {article_id!r} is not in the library; GET /v1/articles lists what is")
        return {"removed": removed}

    return routes


def _check_form(request: Request) -> None:
    """Raises 415 for a form of another kind than with files: it would be kept in memory while it is read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise ApiError(415, "files are sent as multipart/form-data, in parts named file")


def _documented(*codes: int) -> dict[int | str, dict[str, Any]]:
    return documented(401, 422, 429, 503, *codes)


def _add(
    questions: Questions, policy: UploadPolicy, changing: Gate, files: Sequence[UploadFile]
) -> list[dict[str, Any]]:
    assistant = questions.assistant
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="news-assistant-")))
        problems = policy.problems([(file.filename or "", file.size or 0) for file in files])
        kept = {place: _keep(folder / str(place), files[place]) for place, bad in enumerate(problems) if bad is None}
        held.enter_context(changing.passing())
        # Whoever sends a request is told at once that another program writes, which can take minutes.
        held.enter_context(assistant.index.writing(_PATIENCE_S))
        report = assistant.add_files(list(kept.values())) if kept else None
    told = dict(zip(kept, report.outcomes if report else (), strict=True))
    return [
        _failed(file, problem) if problem else _outcome(file, kept[place], told[place], questions.public)
        for place, (file, problem) in enumerate(zip(files, problems, strict=True))
    ]


def _failed(file: UploadFile, message: str) -> dict[str, Any]:
    name = display_name(file.filename or "")
    return {"name": name, "status": FileStatus.FAILED, "article_ids": [], "message": message}


def _keep(folder: Path, file: UploadFile) -> Path:
    folder.mkdir()
    path = folder / safe_name(file.filename or "")
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)
    return path


def _outcome(file: UploadFile, path: Path, outcome: FileOutcome, public: Public) -> dict[str, Any]:
    # Where an upload lay for a moment is nobody's to know.
    name = display_name(file.filename or "")
    message = public(outcome.message.replace(str(path), name))
    return {
        "name": name,
        "status": outcome.status,
        "article_ids": list(outcome.article_ids),
        "message": message,
    }

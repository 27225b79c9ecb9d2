"""Health checks and metrics for what runs the server: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from assistant.http.access import Access
from assistant.http.answers import Questions
from assistant.http.errors import documented
from assistant.http.metrics import Metrics
from assistant.http.schemas import StateOut
from assistant.schema.opening import Phase

_OPENING_S = 5


def operations_routes(questions: Questions, access: Access, metrics: Metrics) -> APIRouter:
    """The routes; the first two need no key."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The server runs."""
        return {"status": "ok"}

    @routes.get("/readyz", response_model=StateOut, responses={503: {"model": StateOut}})
    async def readyz() -> Any:
        """200 when questions are answered without waiting for the model to load, else 503."""
        state = questions.state
        phase = Phase.ENDING if questions.ending else state.phase
        # What failed, and where, is for those with a key: it is the reason that a question gets.
        doing = "" if phase in (Phase.FAILED, Phase.ENDING) else questions.public(state.doing)
        if phase == Phase.READY:
            return {"state": phase, "doing": doing}
        return JSONResponse({"state": phase, "doing": doing}, 503, {"retry-after": str(_OPENING_S)})

    @routes.get(
        "/metrics",
        dependencies=[Depends(access.read)],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented(401, 429)},
    )
    async def figures() -> Response:
        """Prometheus' text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes

"""Streamable HTTP transport of the tools at `/mcp`, beside the API and by its keys."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.http.access import Access
from assistant.http.answers import Questions
from assistant.mcp.tools import create_server


class _Handed(Response):
    """A response that another ASGI application gives."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def mcp_routes(questions: Questions, access: Access) -> tuple[APIRouter, StreamableHTTPSessionManager]:
    """The route, and what must `run()` while it is served. Who asks, and under which name, is checked before it."""
    server = create_server(questions)
    # Without sessions, so that several servers may stand behind one address. Host and origin are checked for all.
    server.streamable_http_app(
        stateless_http=True, transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    manager = server.session_manager
    routes = APIRouter(dependencies=[Depends(access.read)])

    @routes.post("/mcp", include_in_schema=False)
    async def mcp(_request: Request) -> Response:
        """The Model Context Protocol's one address."""
        return _Handed(manager.handle_request)

    return routes, manager

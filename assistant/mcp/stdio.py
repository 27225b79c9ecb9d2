"""Standard input and output as transport of the tools, for a client that starts this program itself."""

from __future__ import annotations

import anyio

from assistant.http.answers import Line, Opening, Questions
from assistant.http.errors import Public
from assistant.http.metrics import Metrics
from assistant.mcp.tools import create_server


def serve_stdio(opening: Opening, line: Line, public: Public) -> None:
    """Answer until the client closes standard input; nothing else may be written to standard output meanwhile.

    `public` takes out of a message what is only this machine's to know.
    """

    async def serve() -> None:
        # Made within the event loop that the answers come to.
        await create_server(Questions(opening, line, Metrics(), public)).run_stdio_async()

    anyio.run(serve)

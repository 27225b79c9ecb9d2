"""MCP tools: ask, search passages, list and read articles. Each gives structured output, and text for a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar

import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from assistant import __version__
from assistant.answering.render import source_line
from assistant.api import Assistant
from assistant.errors import AssistantError
from assistant.http.access import search_gate
from assistant.http.answers import Questions
from assistant.http.schemas import AnswerOut, ArticleOut, ArticlesOut, PassagesOut
from assistant.query.validate import MAX_QUESTION, articles_where
from assistant.schema.answers import Answer, Citation, Question
from assistant.schema.articles import article_to_dict, header_to_dict, passage_to_dict
from assistant.schema.opening import Phase
from assistant.util.validation import Day

_INSTRUCTIONS = (
    "A library of news articles. `ask` answers a question in plain language from them, each sentence with the "
    "paragraph that states it, or says that they do not state it: give its answer as it is, with its sources. "
    "`search_passages` finds paragraphs without answering."
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_LOOK_S, _OPENED_WITHIN_S = 0.1, 600.0

Asked = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION)]
Since = Annotated[Day | None, Field(description="only from articles published on or after this day")]
Until = Annotated[Day | None, Field(description="only from articles published on or before this day")]
Articles = Annotated[list[str], Field(max_length=1000, description="ids of the only articles to use; empty: all")]
Given = ParamSpec("Given")
Made = TypeVar("Made")


def create_server(questions: Questions) -> MCPServer[Any]:
    """The server with its tools, over an assistant that may still be opening."""
    server: MCPServer[Any] = MCPServer(
        "news-assistant", instructions=_INSTRUCTIONS, version=__version__, log_level="ERROR", subscriptions=False
    )
    tools = _Tools(questions)
    for tool in (tools.ask, tools.search_passages, tools.list_articles, tools.read_article):
        server.add_tool(_told(questions, tool), annotations=_READS)
    return server


def _told(questions: Questions, tool: Callable[Given, Awaitable[Made]]) -> Callable[Given, Awaitable[Made]]:
    """The tool, whose `AssistantError`s a model reads as they are told, without what is only the server's."""

    @wraps(tool)
    async def call(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        try:
            return await tool(*args, **kwargs)
        except AssistantError as error:
            raise ToolError(questions.public(str(error))) from error

    return call


class _Tools:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._searching = search_gate()

    async def ask(
        self,
        question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, description="in plain language")],
        ctx: Context[Any, Any],
        since: Since = None,
        until: Until = None,
        as_of: Annotated[Day | None, Field(description="answer from what was published until this day")] = None,
        articles: Articles = [],  # noqa: B006
    ) -> Annotated[CallToolResult, AnswerOut]:
        """Answer a question from the news articles, in a sentence or two.

        Every sentence is checked against the paragraph that it cites; where the articles do not state an answer,
        it says so. The answer ends with its sources: title, outlet, date and the words quoted.
        """
        await self._opened(ctx)
        chosen = articles_where(since=since, until=until, as_of=as_of, ids=articles)
        running = self._questions.submit(Question(question, articles=chosen))
        answer = await running.answer(_never)
        assert answer is not None
        return CallToolResult(
            content=[TextContent(type="text", text=_readable(answer))], structured_content=answer.to_dict()
        )

    async def search_passages(
        self,
        query: Asked,
        ctx: Context[Any, Any],
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
        since: Since = None,
        until: Until = None,
        articles: Articles = [],  # noqa: B006
    ) -> PassagesOut:
        """The paragraphs nearest to a query, by words and by meaning, the best first; nothing is answered."""
        assistant = await self._opened(ctx)
        chosen = articles_where(since=since, until=until, ids=articles)
        with self._searching.passing():
            found = await anyio.to_thread.run_sync(lambda: assistant.search(query, chosen, limit=limit))
        return PassagesOut.model_validate({"query": query, "passages": [passage_to_dict(one) for one in found]})

    async def list_articles(
        self,
        ctx: Context[Any, Any],
        words: Annotated[str, Field(max_length=1000, description="only with these in title or outlet")] = "",
        outlet: Annotated[str | None, Field(max_length=1000, description="only of this outlet")] = None,
        since: Since = None,
        until: Until = None,
        limit: Annotated[int, Field(ge=1, le=1000)] = 50,
        offset: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0,
    ) -> ArticlesOut:
        """The articles by date, the oldest first, those without one last; `total` is how many there are in all."""
        assistant = await self._opened(ctx)
        chosen = articles_where(words=words, source=outlet, since=since, until=until)

        def listed() -> ArticlesOut:
            headers = assistant.headers(chosen, limit=limit, offset=offset)
            found = {"articles": [header_to_dict(one) for one in headers], "total": assistant.count(chosen)}
            return ArticlesOut.model_validate(found)

        return await anyio.to_thread.run_sync(listed)

    async def read_article(
        self, article_id: Annotated[str, Field(min_length=1, max_length=1000)], ctx: Context[Any, Any]
    ) -> ArticleOut:
        """One article with its paragraphs, by the id that the other tools give."""
        assistant = await self._opened(ctx)
        article = await anyio.to_thread.run_sync(assistant.article, article_id)
        return ArticleOut.model_validate(article_to_dict(article))

    async def _opened(self, ctx: Context[Any, Any]) -> Assistant:
        """The assistant, once the articles are there; what is done until then is told as progress."""
        told = ""
        with anyio.move_on_after(_OPENED_WITHIN_S):
            while (state := self._questions.state).phase == Phase.OPENING:
                if state.doing != told:
                    told = state.doing
                    await ctx.report_progress(0, message=self._questions.public(told))
                await anyio.sleep(_LOOK_S)
        return self._questions.assistant


async def _never() -> bool:
    # A client that goes away, or cancels, ends the call.
    return False


def _readable(answer: Answer) -> str:
    if not answer.citations:
        return answer.answer
    return "\n".join((answer.answer, "", "Sources:", *(_source(one) for one in answer.citations)))


def _source(citation: Citation) -> str:
    return f"[{citation.number}] {source_line(citation, citation.article_id)}"

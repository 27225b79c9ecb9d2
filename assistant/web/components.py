"""Gradio components of the page: where each lies, and how what is to be shown gets into it."""

from __future__ import annotations

from typing import Any

import gradio as gr
from markupsafe import escape

from assistant.library.upload_policy import UploadPolicy
from assistant.web.handlers.draft import SUFFIXES
from assistant.web.jobs.drafts import MOST_CHARACTERS
from assistant.web.session import Parts
from assistant.web.views.layout import DRAFT_HEAD, LIBRARY_HEAD, SIDE_HEAD, masthead
from assistant.web.views.questions import QUESTIONS_HEAD
from assistant.web.views.stories import STORIES_HEAD

# One component hands its `trigger` to `page.js`, which listens to the whole page; these are the events it triggers.
_LISTEN = "(window.newsPage ||= []).push(trigger); /* 'act', 'go', 'find' */"


class Components:
    """`parts` by name, as handlers name them; `bus` is the one that passes on what is clicked anywhere on the page."""

    def __init__(self, uploads: UploadPolicy) -> None:
        self.parts: dict[str, Any] = {}
        self._uploads = uploads

    def lay_out(self, leave: bool) -> None:
        """Make them, inside a `gr.Blocks`; `leave`: there is a login, and so a way out."""
        self.bus = self._html("top", masthead(leave=leave), _LISTEN)
        self._html("status")
        with gr.Column(elem_id="sidebar"):
            self._html("side-head", SIDE_HEAD)
            self._html("side")
        with gr.Column(elem_id="ask"):
            with gr.Column(elem_id="scroll"):
                self._html("log")
                self._html("live")
            with gr.Column(elem_id="composer"):
                self._html("scope")
                with gr.Row(elem_id="write"):
                    self.parts["question"] = gr.Textbox(
                        label="Your question",
                        placeholder="Ask the articles …",
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        container=False,
                        elem_id="question",
                    )
                    self.parts["send"] = gr.Button("Ask", elem_id="send")
                    self.parts["stop"] = gr.Button("Stop", elem_id="stop")
        with gr.Column(elem_id="library"):
            self._html("library-head", LIBRARY_HEAD)
            self.parts["upload"] = gr.File(
                label="Add articles",
                file_count="multiple",
                file_types=sorted(self._uploads.suffixes),
                elem_id="upload",
            )
            for name in ("outcomes", "timeline", "find", "library-list"):
                self._html(name)
        self._lay_out_newsroom()
        for name in ("carriers", "notice", "pane", "announce"):
            self._html(name)

    def _lay_out_newsroom(self) -> None:
        for view, head, parts in (
            ("questions", QUESTIONS_HEAD, ("questions-status", "questions-list")),
            ("stories", STORIES_HEAD, ("story-status", "story-result")),
        ):
            with gr.Column(elem_id=view):
                self._html(f"{view}-head", head)
                for name in parts:
                    self._html(name)
        with gr.Column(elem_id="draft"):
            self._html("draft-head", DRAFT_HEAD)
            self.parts["draft-text"] = gr.Textbox(
                label="Draft",
                placeholder="Paste a draft, in Markdown or plain text …",
                lines=8,
                max_lines=16,
                max_length=MOST_CHARACTERS,
                elem_id="draft-text",
            )
            self.parts["check"] = gr.Button("Check the draft", elem_id="check")
            self.parts["draft-file"] = gr.File(label="Or check a file", file_types=list(SUFFIXES), elem_id="draft-file")
            self._html("draft-status")
            self._html("draft-result")

    def _html(self, name: str, content: str = "", script: str | None = None) -> gr.HTML:
        made = gr.HTML(content, elem_id=name, apply_default_css=False, js_on_load=script)
        self.parts[name] = made
        return made

    def of(self, parts: Parts) -> dict[Any, Any]:
        """The parts as Gradio takes them. What goes into a page and is not known to be markup is text."""
        pairs = ((self.parts[name], value) for name, value in parts.items())
        return {part: str(escape(value)) if isinstance(part, gr.HTML) else value for part, value in pairs}

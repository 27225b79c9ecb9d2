"""Application factory of the page: its handlers over one library, one queue of questions and the user data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.api import Assistant
from assistant.library.upload_policy import UploadPolicy
from assistant.library.user_data import conversations_path, feedback_path
from assistant.settings import Settings
from assistant.web.handlers.carriers import CarriersHandler
from assistant.web.handlers.chat import Chat
from assistant.web.handlers.draft import DraftHandler
from assistant.web.handlers.library import LibraryHandler
from assistant.web.handlers.newsroom import NewsroomHandler
from assistant.web.handlers.questions import QuestionsHandler
from assistant.web.handlers.stories import StoriesHandler
from assistant.web.jobs.background import Background
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.page import Page
from assistant.web.security.redact import Redactor
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.feedback import FeedbackStore

if TYPE_CHECKING:
    import gradio as gr


def create_app(
    assistant: Assistant | AssistantLoader,
    *,
    settings: Settings,
    conversations: ConversationStore | None = None,
    feedback: FeedbackStore | None = None,
    background: Background | None = None,
    uploads: UploadPolicy | None = None,
    leave: bool = False,
    hidden: Iterable[Path] = (),
) -> gr.Blocks:
    """The page as a Gradio app, to be mounted by `server.create_server`.

    `assistant` may still be opening. `background` is what runs in the background over it, by default with a line of its
    own that answers one question at a time. `leave`: there is a login, and so a way out. `hidden` are folders of the
    server's that no message names, beside those of the settings. Raises `StorageError` when the conversations cannot
    be kept.
    """
    loader = assistant if isinstance(assistant, AssistantLoader) else AssistantLoader.of(assistant)
    conversations = conversations or ConversationStore(conversations_path(settings.home))
    feedback = feedback or FeedbackStore(feedback_path(settings.home))
    public = Redactor(settings, hidden)
    background = background or Background.over(loader)
    chat = Chat(loader, background.queue, conversations, feedback, public)
    uploads = uploads or UploadPolicy()
    library = LibraryHandler(loader, chat, uploads, public)
    newsroom = NewsroomHandler(
        QuestionsHandler(loader, background.questions, background.data, conversations, public),
        StoriesHandler(background.stories, public),
        DraftHandler(background.drafts, public),
        CarriersHandler(loader, background.counts, conversations, public),
    )
    page = Page(loader, chat, library, newsroom, uploads, public)
    return page.blocks(leave=leave)

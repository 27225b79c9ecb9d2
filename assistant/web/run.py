"""Running the page's server until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import uvicorn
from fastapi import FastAPI

from assistant.errors import AssistantError, UsageError
from assistant.http.api import REQUESTS_PER_MINUTE, Api, create_api
from assistant.http.keys import KeyStore, keys_path
from assistant.http.server import DrainingServer
from assistant.settings import Settings
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.security.hosts import check_binding, is_loopback
from assistant.web.security.upload_policy import UploadPolicy
from assistant.web.server import create_server, guarded
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.feedback import FeedbackStore, conversations_path, feedback_path

_FINISHED_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page is served, the largest upload in bytes, how many questions are answered at once.

    `allow_open`: beyond this machine it may be served without a password. `page`, `api`: what is served;
    `per_minute` requests of one API key are answered; `names` are host names by which it may be called.
    """

    host: str
    port: int
    max_upload: int
    at_once: int
    allow_open: bool = False
    page: bool = True
    api: bool = False
    per_minute: int = REQUESTS_PER_MINUTE
    names: tuple[str, ...] = ()


def serve(loader: AssistantLoader, settings: Settings, site: Site, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address. Raises `AssistantError`, also where others could
    reach the page without a password."""
    if site.page:
        check_binding(site.host, settings.password_hash.get_secret_value(), allow_open=site.allow_open)
    elif not is_loopback(site.host) and not KeyStore(keys_path(settings.home)).all():
        raise UsageError(f"--host {site.host}: others reach it and there is no API key; assistant keys add NAME")
    listening = _listen(site)
    uploads = tempfile.mkdtemp(prefix="news-assistant-uploads-")
    try:
        server = _server(loader, settings, site, uploads)
        host, port = listening.getsockname()[:2]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        with _ended_by_signal():
            server.run(sockets=[listening])
    finally:
        listening.close()
        shutil.rmtree(uploads, ignore_errors=True)


def _server(loader: AssistantLoader, settings: Settings, site: Site, uploads: str) -> uvicorn.Server:
    line = JobQueue(site.at_once)
    api = create_api(
        loader,
        line,
        KeyStore(keys_path(settings.home)),
        loopback=is_loopback(site.host),
        max_upload=site.max_upload,
        per_minute=site.per_minute,
    )
    app = _page(loader, settings, site, uploads, line, api) if site.page else guarded(api.app, site.host, site.names)
    # A page that is open keeps a connection open: it is not waited for, nor is its end an error.
    logging.getLogger("uvicorn.error").addFilter(_is_no_cut_connection)
    log = None if settings.log == "json" else uvicorn.config.LOGGING_CONFIG
    config = uvicorn.Config(app, log_config=log, log_level="warning", server_header=False, timeout_graceful_shutdown=1)
    return DrainingServer(config, partial(api.questions.drain, _FINISHED_WITHIN_S))


def _page(loader: AssistantLoader, settings: Settings, site: Site, uploads: str, line: JobQueue, api: Api) -> FastAPI:
    # Gradio reads it when it is imported.
    os.environ["GRADIO_TEMP_DIR"] = uploads
    from assistant.web.app import create_app

    conversations = ConversationStore(conversations_path(settings.home))
    page = create_app(
        loader,
        settings=settings,
        conversations=conversations,
        feedback=FeedbackStore(feedback_path(settings.home)),
        queue=line,
        uploads=UploadPolicy(site.max_upload),
    )
    return create_server(
        page,
        conversations,
        host=site.host,
        max_upload=site.max_upload,
        password_hash=settings.password_hash.get_secret_value(),
        names=site.names,
        api=api.app if site.api else None,
    )


def _is_no_cut_connection(record: logging.LogRecord) -> bool:
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and "graceful shutdown exceeded" not in record.getMessage()


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the server, and then this block as if it had come to its end.

    Uvicorn sends itself once more the signal that ended it; left alone, that would end the program on the spot.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(site: Site) -> socket.socket:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((site.host, site.port))
        # Whoever comes before the server is up waits for it.
        listening.listen()
    except socket.gaierror as error:
        listening.close()
        raise UsageError(f"--host {site.host}: no address of this machine; give one, such as 127.0.0.1") from error
    except OSError as error:
        listening.close()
        raise AssistantError(
            f"{site.host}:{site.port} cannot be listened at ({error.strerror}); choose another with --port"
        ) from error
    return listening

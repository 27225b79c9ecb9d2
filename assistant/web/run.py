"""Runner of the page's server, until it is told to end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from assistant.errors import AssistantError, UsageError
from assistant.http.keys import KeyStore
from assistant.http.server import DrainingServer
from assistant.library.restore import finish_restore
from assistant.library.running_pages import running
from assistant.library.upload_policy import UploadPolicy
from assistant.library.user_data import accounts_path, conversations_path, feedback_path, keys_path
from assistant.settings import Settings
from assistant.web.jobs.background import Background
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.security.access import Access, OneTimeTokens
from assistant.web.security.hosts import check_binding, is_loopback
from assistant.web.security.redact import Redactor
from assistant.web.security.temporary import UploadFolder
from assistant.web.storage.accounts import AccountStore
from assistant.web.storage.conversations import ConversationStore
from assistant.web.storage.feedback import FeedbackStore

if TYPE_CHECKING:
    from assistant.http.api import Api

_FINISHED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Site:
    """How the server runs: its address, the largest upload in bytes, how many questions are answered at once.

    `names`: by which it is called beside this machine's own. `proxies`: addresses whose word is taken for who asks.
    `allow_open`: nobody is asked for the page's password or token. `page`, `api`, `mcp`: what is served. `per_minute`
    requests of one API key are answered (None: as many as usual).
    """

    host: str
    port: int
    max_upload: int
    at_once: int
    allow_open: bool = False
    names: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    page: bool = True
    api: bool = False
    mcp: bool = False
    per_minute: int | None = None

    @property
    def is_private(self) -> bool:
        """True where only this machine reaches it. Raises `UsageError` where `host` is none."""
        return is_loopback(self.host) and not self.names and not self.proxies


def serve(loader: AssistantLoader, settings: Settings, site: Site, ready: Callable[[str], None]) -> None:
    """Start `loader` and serve until interrupted; `ready` is told the address, and each new one that lets in once.

    Raises `AssistantError`, also where others could reach the page without a password, or nobody the API.
    """
    finish_restore(settings.home)
    keys = KeyStore(keys_path(settings.home))
    accounts = AccountStore(accounts_path(settings.home))
    password_hash = settings.password_hash.get_secret_value()
    if site.page:
        protected = bool(password_hash or accounts.users())
        if settings.libraries == "own" and not accounts.users():
            raise UsageError("ASSISTANT_LIBRARIES=own: a library is a user's; add one: assistant web --add-user NAME")
        check_binding(site.host, site.names, protected=protected, allow_open=site.allow_open)
    elif not site.is_private and not keys.all():
        raise UsageError("others reach this server and there is no API key; make one: assistant keys add NAME")
    listening = _listen(site)
    try:
        # The model loads in its own process while the web framework is imported here. What is asked wrongly is told
        # before: a program that ends while a library's threads are at work may end as killed.
        loader.start()
        host, port = listening.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        access = _access(accounts, password_hash, site, lambda token: ready(f"{address}/login?token={token}"))
        if access is None or access.by_password:
            ready(address)
        with closing(UploadFolder()) as uploads, running(settings.home), closing(JobQueue(site.at_once)) as line:
            server = _server(loader, settings, site, keys, uploads, access, line)
            with _ended_by_signal():
                server.run(sockets=[listening])
    finally:
        listening.close()


def _access(accounts: AccountStore, password_hash: str, site: Site, announce: Callable[[str], None]) -> Access | None:
    if not site.page:
        return None
    if password_hash or accounts.users():
        return Access(accounts, password_hash)
    # 127.0.0.1 is everybody's who has an account on this machine.
    return None if site.allow_open else Access(accounts, tokens=OneTimeTokens(announce))


def _server(
    loader: AssistantLoader,
    settings: Settings,
    site: Site,
    keys: KeyStore,
    uploads: UploadFolder,
    access: Access | None,
    line: JobQueue,
) -> uvicorn.Server:
    # Gradio reads it when it is imported.
    os.environ["GRADIO_TEMP_DIR"] = str(uploads.path)
    from assistant.web.server import guarded

    api = _api(loader, settings, site, keys, uploads, line) if site.api or site.mcp else None
    beside = None
    if api and site.mcp:
        from assistant.mcp.http import mcp_routes

        routes, sessions = mcp_routes(api.questions, api.access)
        api.app.include_router(routes)
        beside = sessions.run()
    if api and not site.page:
        app = guarded(api.app, site.host, site.names)
    else:
        app = _page(loader, settings, site, uploads, access, line, api.app if api else None)
    # A page that is open keeps a connection open: it is not waited for, nor is its end an error.
    logging.getLogger("uvicorn.error").addFilter(_is_no_cut_connection)
    config = uvicorn.Config(
        app,
        log_config=None if settings.log == "json" else uvicorn.config.LOGGING_CONFIG,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
        # Without it uvicorn believes X-Forwarded-For of whoever asks from this machine.
        proxy_headers=bool(site.proxies),
        forwarded_allow_ips=list(site.proxies),
    )
    if api is None:
        return uvicorn.Server(config)
    return DrainingServer(config, partial(api.questions.drain, _FINISHED_WITHIN_S), beside)


def _api(
    loader: AssistantLoader, settings: Settings, site: Site, keys: KeyStore, uploads: UploadFolder, line: JobQueue
) -> Api:
    # What it needs takes a moment to import.
    from assistant.http.api import REQUESTS_PER_MINUTE, create_api

    return create_api(
        loader,
        line,
        keys,
        loopback=site.is_private,
        max_upload=site.max_upload,
        per_minute=site.per_minute or REQUESTS_PER_MINUTE,
        public=Redactor(settings, [uploads.path]),
    )


def _page(
    loader: AssistantLoader,
    settings: Settings,
    site: Site,
    uploads: UploadFolder,
    access: Access | None,
    line: JobQueue,
    api: FastAPI | None,
) -> FastAPI:
    from assistant.web.app import create_app
    from assistant.web.handlers.export import Exports
    from assistant.web.server import ServerOptions, create_server

    conversations = ConversationStore(conversations_path(settings.home))
    policy = UploadPolicy(site.max_upload)
    # Who gets in by a token is who started it.
    alone = access is not None and not access.by_password
    background = Background.over(loader, line, alone=alone)
    public = Redactor(settings, [uploads.path])
    exports = Exports(loader, conversations, background.stories, background.counts, public)
    page = create_app(
        loader,
        settings=settings,
        conversations=conversations,
        feedback=FeedbackStore(feedback_path(settings.home)),
        background=background,
        uploads=policy,
        leave=access is not None and access.by_password,
        hidden=[uploads.path],
    )
    options = ServerOptions(site.host, uploads, site.names, site.port, policy, access)
    return create_server(page, exports, options, api)


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

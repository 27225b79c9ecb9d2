"""Two users log in, and each has a library of their own: over the page's queue, as its script speaks to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from served_library import RuleModel, assistant, model
from starlette.testclient import TestClient

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.library.location import library_of
from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.own_libraries import OwnLibraries
from assistant.web.run import Site, serve
from assistant.web.security.access import Access
from assistant.web.security.browser_id import owner_of_user
from assistant.web.security.temporary import UploadFolder
from assistant.web.server import ServerOptions, create_server
from assistant.web.storage.accounts import AccountStore
from assistant.web.storage.conversations import ConversationStore

__all__ = ["assistant", "model"]

PASSWORD = "correct horse"
# As cheap as the algorithm allows: what a check costs is written in the hash.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
TRAM = b"date 2024-04-01 Tram line\n\nThe tram line of Lund carried 77 passengers on its first day.\n\nAFP"
QUESTION = "How many passengers did the tram line carry?"


class Page:
    """The page as it is served to users, and one browser a user."""

    def __init__(self, loader: AssistantLoader, home: Path, uploads: UploadFolder) -> None:
        conversations = ConversationStore(home / "conversations.sqlite3")
        blocks = create_app(loader, settings=Settings(home=home), conversations=conversations)
        accounts = AccountStore(home / "accounts.sqlite3")
        for name in ("ann", "bob"):
            accounts.put_user(name, HASH)
        self.app: Any = create_server(
            blocks, conversations, ServerOptions("127.0.0.1", uploads, access=Access(accounts))
        )
        names = {number: block.elem_id for number, block in blocks.blocks.items()}
        self._numbers = {
            (names.get(target), event): fn._id for fn in blocks.fns.values() for target, event in fn.targets
        }

    def browser(self, user: str) -> TestClient:
        client = TestClient(self.app, base_url="http://127.0.0.1:7860", follow_redirects=False)
        assert client.post("/login", data={"user": user, "password": PASSWORD}).status_code == 303
        return client

    def send(self, client: TestClient, component: str | None, event: str, *values: Any, data: Any = None) -> str:
        """Everything that the page is told until the event has come to a good end."""
        number = self._numbers[component, event]
        body = {"data": [*values, None], "fn_index": number, "session_hash": f"of{id(client)}", "event_data": data}
        joined = client.post("/gradio_api/queue/join", json=body)
        assert joined.status_code == 200, joined.text
        told = client.get("/gradio_api/queue/data", params={"session_hash": body["session_hash"]}).text
        messages = [json.loads(line[6:]) for line in told.splitlines() if line.startswith("data: ")]
        (end,) = [message for message in messages if message["msg"] == "process_completed"]
        assert end["success"], end
        return json.dumps(messages, ensure_ascii=False)

    def upload(self, client: TestClient, name: str, content: bytes) -> str:
        (path,) = client.post("/gradio_api/upload", files={"files": (name, content)}).json()
        sent = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        return self.send(client, "upload", "upload", [sent])

    def act(self, client: TestClient, action: str, **details: str) -> str:
        return self.send(client, "top", "act", data={"action": action, **details})


@pytest.fixture
def loader(assistant: Assistant) -> Iterator[AssistantLoader]:
    own = OwnLibraries()
    yield AssistantLoader.of(assistant, own)
    own.close()


@pytest.fixture
def page(loader: AssistantLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    folder = UploadFolder(tmp_path)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder.path))
    yield Page(loader, tmp_path, folder)
    folder.close()


def test_what_one_user_adds_asks_and_removes_is_nobody_elses(
    page: Page, model: RuleModel, assistant: Assistant, tmp_path: Path
) -> None:
    model.reply, model.about = "The tram line of Lund carried 77 passengers on its first day.", "carried 77"
    common = assistant.size()
    with page.browser("ann") as ann, page.browser("bob") as bob:
        for client in (ann, bob):
            page.send(client, None, "load")
        assert "Tram line" in page.upload(ann, "tram.txt", TRAM)
        # Ann lists it, opens it and is answered from it; the common articles are none of hers.
        assert "Tram line" in page.act(ann, "articles", words="")
        assert "carried 77 passengers" in page.act(ann, "source", article="tram")
        assert "Ferry opens" not in page.act(ann, "articles", words="")
        assert "77 passengers" in page.send(ann, "question", "submit", QUESTION)
        # Bob finds nothing of it by any way.
        for told in (
            page.act(bob, "articles", words=""),
            page.act(bob, "source", article="tram"),
            page.act(bob, "ask-only", article="tram"),
            page.send(bob, "question", "submit", QUESTION),
            page.act(bob, "choose", article="tram", on="true"),
            page.act(bob, "remove"),
        ):
            assert "77 passengers" not in told
            assert "Tram line" not in told
        assert "Tram line" in page.act(ann, "articles", words="")
        for user, files in (("ann", ["tram.txt"]), ("bob", [])):
            kept = library_of(Settings(home=tmp_path), owner_of_user(user)).kept
            assert kept.is_relative_to(tmp_path / "users")
            assert [path.name for path in (kept / "uploads").glob("*.txt")] == files
            assert kept.stat().st_mode & 0o077 == 0
        page.act(ann, "choose", article="tram", on="true")
        assert "1 article removed" in page.act(ann, "remove")
        assert "Tram line" not in page.act(ann, "articles", words="")
    assert assistant.size() == common


def test_without_it_all_users_share_the_common_library(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = UploadFolder(tmp_path)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder.path))
    page = Page(AssistantLoader.of(assistant), tmp_path, folder)
    with page.browser("ann") as ann, page.browser("bob") as bob:
        assert "Tram line" in page.upload(ann, "tram.txt", TRAM)
        assert "Tram line" in page.act(bob, "articles", words="")
    folder.close()


def test_a_library_of_ones_own_is_there_again_after_a_restart(assistant: Assistant, tmp_path: Path) -> None:
    story = tmp_path / "tram.txt"
    story.write_bytes(TRAM)
    for expected in (0, 1):
        libraries = OwnLibraries()
        own = libraries.of(assistant, owner_of_user("ann"))
        assert own.size().articles == expected
        assert own.index.embedder is assistant.index.embedder
        assert libraries.of(assistant, owner_of_user("ann")) is own
        assert libraries.of(assistant, owner_of_user("bob")).size().articles == 0
        own.add_files([story])
        libraries.close()
    assert assistant.size().articles == 3


def test_nobody_can_have_one_where_there_are_no_users(assistant: Assistant, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, libraries="own")
    with pytest.raises(UsageError, match=r"ASSISTANT_LIBRARIES=own: .* --add-user NAME"):
        serve(AssistantLoader.of(assistant), settings, Site("127.0.0.1", 0, 1000, 1), lambda _address: None)

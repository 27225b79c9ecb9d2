"""`assistant keys`: made, listed, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import run
from assistant.http.keys import KeyStore
from assistant.library.user_data import keys_path


def test_a_key_is_made_listed_and_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path))
    assert run(["keys", "list"]) == 0
    assert "assistant keys add" in capsys.readouterr().err
    assert run(["keys", "add", "open-webui", "--write"]) == 0
    secret = capsys.readouterr().out.strip()
    found = KeyStore(keys_path(tmp_path)).find(secret)
    assert found
    assert found.may_write
    assert run(["keys", "list"]) == 0
    table = capsys.readouterr().out
    assert found.id in table
    assert secret not in table
    assert run(["keys", "revoke", found.id]) == 0
    assert run(["keys", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["revoked"]
    assert "sha256" not in told
    assert run(["keys", "revoke", "nonsense"]) == 2
    assert run(["keys", "add", "a\nb"]) == 2

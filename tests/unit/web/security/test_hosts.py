"""Addresses that need a password, and the `Host` headers that are answered."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.web.security.hosts import AllowedHosts, check_binding, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("127.1", True), ("2130706433", True), ("localhost", True),
        ("::1", True), ("[::1]", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False), ("0", False), ("::", False), ("", False), ("192.168.1.5", False), ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("fe80::1", False), ("8.8.8.8", False),
    ],
)  # fmt: skip
def test_beyond_loopback_a_password_is_needed(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    check_binding(host, protected=True)
    check_binding(host, protected=False, allow_open=True)
    if loopback:
        check_binding(host, protected=False)
        return
    with pytest.raises(UsageError, match="there is no password"):
        check_binding(host, protected=False)


def test_a_page_with_a_name_of_its_own_is_reached_by_others() -> None:
    check_binding("127.0.0.1", ["news.example"], protected=True)
    with pytest.raises(UsageError, match=r"--name news\.example .* no password"):
        check_binding("127.0.0.1", ["news.example"], protected=False)


def test_behind_a_proxy_the_pages_name_is_answered() -> None:
    hosts = AllowedHosts("127.0.0.1", ["news.example"])
    assert "news.example" in hosts
    assert "NEWS.example:443" in hosts
    assert "other.example" not in hosts
    assert "192.168.1.5" not in hosts


def _resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_name_is_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "127.0.0.1", "::1")
    check_binding("my-laptop", protected=False)
    _resolving(monkeypatch, "127.0.0.1", "192.168.1.5")
    with pytest.raises(UsageError, match="my-laptop"):
        check_binding("my-laptop", protected=False)
    _resolving(monkeypatch, "10.0.0.1")
    with pytest.raises(UsageError, match="localhost"):
        check_binding("localhost", protected=False)


@pytest.mark.parametrize("host", ["no such host", "a" * 300, "\ud800", "300.1.1.1.1", "x\x00y"])
def test_what_is_no_host_is_said_so(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuses)
    with pytest.raises(UsageError, match="no address of this machine"):
        check_binding(host, protected=False)


LOCAL = AllowedHosts("127.0.0.1")
OPEN = AllowedHosts("0.0.0.0", ["news.example"])


@pytest.mark.parametrize(
    ("header", "local", "beyond"),
    [
        ("127.0.0.1:7860", True, True), ("localhost:7860", True, True), ("LOCALHOST.", True, True),
        ("[::1]:7860", True, True), ("127.0.0.2", True, True),
        ("192.168.1.5:7860", False, True), ("[fe80::1]", False, True),
        ("news.example", False, True), ("NEWS.example:443", False, True), (socket.gethostname(), False, True),
        ("evil.example", False, False), ("localhost.evil.example", False, False),
        ("127.0.0.1.evil.example", False, False),
        ("evil.example:127", False, False), ("", False, False), ("localhost:", False, False),
        ("local host", False, False),
        ("localhost@evil.example", False, False), ("localhost/x", False, False), ("[::1", False, False),
        ("localhost:7860:1", False, False), ("localhost\x00", False, False),
    ],
)  # fmt: skip
def test_only_known_names_are_answered(header: str, local: bool, beyond: bool) -> None:
    assert (header in LOCAL) is local
    assert (header in OPEN) is beyond


def test_what_is_no_text_is_no_host() -> None:
    assert None not in LOCAL

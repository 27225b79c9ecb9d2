"""Passwords, their hashes, and how often one may guess."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from assistant.errors import UsageError
from assistant.web.security import passwords
from assistant.web.security.login_limit import LoginLimit
from assistant.web.security.passwords import (
    BusyError,
    PasswordChecker,
    check_password_hash,
    hash_password,
    verify_password,
)

# As cheap as the algorithm allows: what a check costs is written in the hash.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_password("correct horse")


@pytest.fixture(scope="module")
def cheaply() -> str:
    return hash_password("correct horse", CHEAP)


def test_a_password_is_known_by_its_hash(cheaply: str) -> None:
    assert verify_password("correct horse", cheaply)
    assert not verify_password("correct hors", cheaply)
    assert not verify_password("", cheaply)
    assert not verify_password("x" * 10_000_000, cheaply)
    assert "correct" not in cheaply
    assert hash_password("correct horse", CHEAP) != cheaply
    assert cheaply.startswith("$argon2id$")


def test_a_hash_costs_what_the_standard_recommends(hashed: str) -> None:
    assert extract_parameters(hashed) == RFC_9106_LOW_MEMORY
    assert verify_password("correct horse", hashed)


def test_letters_typed_on_two_keyboards_are_the_same() -> None:
    assert verify_password("Zu\u0308rich am See", hash_password("Zürich am See", CHEAP))


def test_for_a_name_that_nobody_has_a_hash_is_reckoned_too(hashed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a refusal takes would tell which names there are."""
    reckoned: list[str] = []

    def verify(password: str, password_hash: str) -> bool:
        reckoned.append(password_hash)
        return verify_password(password, password_hash)

    monkeypatch.setattr(passwords, "verify_password", verify)
    checker = PasswordChecker()
    assert not asyncio.run(checker.is_right("correct horse", None))
    assert not asyncio.run(checker.is_right("nobody's", None))
    assert asyncio.run(checker.is_right("correct horse", hashed))
    assert [one.split("$")[1:4] for one in reckoned] == [hashed.split("$")[1:4]] * 3, "of the same cost"


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_password_too_short_or_too_long_is_refused_and_not_shown(password: str) -> None:
    with pytest.raises(UsageError, match=r"choose one of 8 to 1,024") as caught:
        hash_password(password)
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "correct horse",
        "$scrypt$ln=15,r=8,p=3$c2FsdHNhbHRzYWx0$" + "A" * 43,
        "$argon2id$v=19$m=65536,t=3$c2FsdHNhbHQ$aGFzaA",
        "$argon2id$v=19$m=9999999,t=3,p=4$c2FsdHNhbHQ$aGFzaA",
        "$argon2id$v=19$m=65536,t=9999,p=4$c2FsdHNhbHQ$aGFzaA",
    ],
)
def test_what_is_no_hash_is_refused_and_not_shown(broken: str) -> None:
    for use in (check_password_hash, lambda given: verify_password("correct horse", given)):
        with pytest.raises(UsageError, match="--hash-password") as caught:
            use(broken)
        assert not broken or broken not in str(caught.value)


def test_a_login_lets_the_event_loop_go_on(hashed: str) -> None:
    async def both() -> tuple[bool, bool, bool, int]:
        checker = PasswordChecker()
        given = [("correct horse", hashed), ("no", hashed), ("correct horse", None)]
        tasks = [asyncio.create_task(checker.is_right(*one)) for one in given]
        turns = 0
        while not all(task.done() for task in tasks):
            turns += 1
            await asyncio.sleep(0)
        return *(task.result() for task in tasks), turns

    *results, turns = asyncio.run(both())
    assert results == [True, False, False]
    assert turns > 3


def test_where_many_wait_a_known_device_still_gets_in(cheaply: str) -> None:
    async def crowd() -> tuple[int, bool]:
        checker = PasswordChecker(CHEAP)
        checker._waiting = 20
        refused = 0
        try:
            await checker.is_right("correct horse", cheaply)
        except BusyError:
            refused += 1
        return refused, await checker.is_right("correct horse", cheaply, known=True)

    assert asyncio.run(crowd()) == (1, True)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_guessing_is_stopped_and_may_be_tried_again_later() -> None:
    clock = Clock()
    limit = LoginLimit(3, 60, clock=clock)
    assert [limit.begin("10.0.0.1") for _ in range(4)] == [0, 0, 0, 60]
    assert limit.begin("10.0.0.2") == 0
    clock.now += 20
    assert limit.begin("10.0.0.1") == 40
    clock.now += 41
    assert limit.begin("10.0.0.1") == 0


def test_a_right_password_counts_for_nothing_and_forgives_nothing() -> None:
    limit = LoginLimit(2, 60, clock=Clock())
    assert limit.begin("10.0.0.1", "eve") == 0
    assert limit.begin("10.0.0.1", "eve") == 0
    limit.succeeded("10.0.0.1", "eve")
    assert limit.begin("10.0.0.1", "ann") == 0
    assert limit.begin("10.0.0.1", "ann") > 0, "who has an account of one's own cannot begin anew with it"


def test_whoever_guesses_cannot_keep_out_a_device_that_is_known() -> None:
    """F10: a hundred wrong guesses answered 429 to the right password from everywhere."""
    limit = LoginLimit(5, 300, most_of_account=10, clock=Clock())
    for number in range(50):
        limit.begin(f"10.0.0.{number}", "ann")
    assert limit.begin("10.0.1.1", "ann") > 0, "the account is guarded against many addresses"
    assert limit.begin("10.0.0.1", "ann", device="laptop") == 0
    assert limit.begin("10.0.1.1", "bob") == 0, "and nobody else's"
    assert [limit.begin("10.0.0.1", "ann", device="laptop") for _ in range(5)][-1] > 0, (
        "a stolen device guesses no more"
    )


def test_what_is_remembered_of_guesses_is_bounded() -> None:
    limit = LoginLimit(clock=Clock())
    for number in range(30_000):
        limit._attempts[("address", str(number))] = [1000.0]
    limit.begin("10.0.0.1")
    assert len(limit._attempts) <= 10_000


def test_addresses_of_one_network_are_one() -> None:
    limit = LoginLimit(1, 60, most_of_account=100, clock=Clock())
    assert limit.begin("2001:db8::1") == 0
    assert limit.begin("2001:db8::ffff:1%eth0") == 60
    assert limit.begin("2001:db8:0:1::1") == 0
    assert limit.begin("::ffff:10.0.0.1") == 0
    assert limit.begin("10.0.0.1") == 60
    assert limit.begin("") == 0
    assert limit.begin("testclient") == 0

"""What is taken out of messages, addresses and replies."""

from __future__ import annotations

import pytest

from assistant.util.redact import SecretFilter, public_settings, redact_address

SECRET = "harbour-S3cret-71"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("m@http://host:9/v1", "m@http://host:9/v1"),
        ("m@host:9/v1", "m@host:9/v1"),
        ("openai:gpt", "openai:gpt"),
        (f"m@http://ada:{SECRET}@host/v1", "m@http://host/v1"),
        (f"m@http://ada:a {SECRET}@host/v1", "m@http://host/v1"),
        (f"m@http://ada:{SECRET}://@host/v1", "m@http://host/v1"),
        (f"m@ada:{SECRET}@host/v1", "m@host/v1"),
        (f"ada:{SECRET}@host/v1", "***@host/v1"),
        (f"http://ada:{SECRET}@host/v1", "http://host/v1"),
        (f"m@http://host/v1?whatever={SECRET}", "m@http://host/v1"),
        (f"m@http:/host/v1?whatever={SECRET}", "m@http:/host/v1"),
        (f"m@http://host/v1#{SECRET}", "m@http://host/v1"),
    ],
)
def test_of_an_address_as_it_was_given_the_host_is_told(given: str, shown: str) -> None:
    assert redact_address(given) == shown


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        ((SECRET,), f"Your key is {SECRET}, and harbour-S3 is none.", "Your key is ***, and harbour-S3 is none."),
        ((SECRET,), f"It ends in {SECRET}", "It ends in ***"),
        ((SECRET,), "It ends in harbour-S3cret", "It ends in harbour-S3cret"),
        ((SECRET, "cret-71-and-more"), f"{SECRET}-and-less", "***-and-less"),
        (("ab/cd+ef9",), "In an address: ab%2Fcd%2Bef9.", "In an address: ***."),
        (("ada:harbour", "aB+/cD=e", "eyJhbGci.eyJz_dW"), "ada:harbour aB+/cD=e eyJhbGci.eyJz_dW", "*** *** ***"),
        # What local servers are given for a key is a word that an answer may need.
        (
            ("none", "lm-studio", "2024-10-21", "a7"),
            "none, lm-studio, 2024-10-21, a7",
            "none, lm-studio, 2024-10-21, a7",
        ),
        ((), "They met.", "They met."),
    ],
)
def test_a_secret_is_taken_out_of_a_reply_however_it_is_cut(
    secrets: tuple[str, ...], text: str, shown: str, size: int
) -> None:
    masked = SecretFilter(secrets)
    pieces = [masked.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join(pieces) + masked.end() == shown


def test_what_begins_no_secret_is_not_held_back() -> None:
    masked = SecretFilter([SECRET])
    assert masked.feed("They met in the har") == "They met in the "
    assert masked.feed("bour.") == "harbour."


@pytest.mark.parametrize(
    "name",
    (
        "api_key OPENAI_API_KEY x-api-key apiKey keys password password_hash access_token refreshTokenId client_secret "
        "authorization X-Auth oauth2 Cookie credentials"
    ).split(),
)
def test_what_has_a_secret_s_name_is_left_out_at_any_depth(name: str) -> None:
    given = {name: "hidden", "nested": {name: ["hidden"], "x": (1, None, [{name: 7, "y": 2.5}])}}
    assert public_settings(given) == {"nested": {"x": [1, None, [{"y": 2.5}]]}}


def test_settings_that_only_sound_secret_are_kept() -> None:
    kept = {"max_tokens": 256, "keyword": "a", "author": "b", "threshold": 0.5, "strict": True}
    assert public_settings(kept) == kept


def test_settings_are_kept_as_json_can_write_them() -> None:
    assert public_settings({"x": float("nan"), "\ud800": "\ud800"}) == {"x": "nan", "\ufffd": "\ufffd"}

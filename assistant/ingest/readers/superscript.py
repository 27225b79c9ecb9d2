"""Superscript digits as the characters that Unicode has for them: ten to the sixth power is 10⁶, not 106."""

from __future__ import annotations

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")


def raised(text: str) -> str:
    """`text` in superscript characters where it is a number; letters ("1st", "Mme") stay as they are."""
    compact = text.strip()
    has_digit = any("0" <= char <= "9" for char in compact)
    return compact.translate(_RAISED) if has_digit and all(ord(char) in _RAISED for char in compact) else text

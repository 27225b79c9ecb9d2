"""The types of the builder fixtures; apart from conftest, whose module name is not its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from evals.schema import Case, Result


class MakeCase(Protocol):
    def __call__(self, **changes: Any) -> Case: ...


class MakeResult(Protocol):
    def __call__(
        self,
        case: Case,
        *sentences: tuple[str, Sequence[str]],
        passages: Sequence[str] = (),
        answer: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Result: ...

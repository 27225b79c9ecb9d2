"""The tools over the same library and model as the HTTP API's tests."""

from __future__ import annotations

from served_library import assistant, model

__all__ = ["assistant", "model"]

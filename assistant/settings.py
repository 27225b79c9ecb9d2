"""All settings, from `ASSISTANT_*` environment variables or passed by the caller."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.errors import SettingsError

EMBEDDED = "embedded"
PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Frozen settings; every field is also the environment variable `ASSISTANT_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", frozen=True, extra="ignore", env_ignore_empty=True)

    articles: Path | None = Field(None, description="folder of articles to answer from; its index mirrors it")
    index: str | None = Field(None, description="a library: a folder, or http(s)://host:port of a Milvus server")
    model: str = Field(EMBEDDED, description="embedded, FILE.gguf, NAME@URL, ollama:NAME or openai:NAME")
    api_key: SecretStr = Field(SecretStr(""), description="key for the endpoint named by the model")
    home: Path = Field(
        default_factory=lambda: user_cache_path("news-assistant", appauthor=False),
        description="where the joined model and the indexes are kept",
    )
    prompts: Path = Field(PROJECT / "prompts", description="folder of prompt files")
    passages: int = Field(10, ge=1, le=50, description="paragraphs that are searched for")
    reading: int = Field(1500, ge=100, description="characters of them that are given to the model")
    whole_below: int = Field(
        8000, ge=0, description="a library of at most so many characters is read whole, an article at a time"
    )
    threads: int = Field(0, ge=0, le=512, description="threads of the embedded model; 0: one a core, at most 8")
    engine: Literal["auto", "prebuilt"] = Field(
        "auto", description="auto: the engine compiled for this processor where there is one; prebuilt: never that"
    )
    adapter: str = Field(
        "auto", description="auto: the adapter that was trained for the embedded model; none; or a GGUF file"
    )
    context: int = Field(8192, ge=1024, description="context of the embedded model, in tokens")
    timeout: float = Field(120.0, gt=0, le=86_400, description="seconds to wait for the model's next words")
    deadline: float = Field(
        600.0, gt=0, le=86_400, description="seconds that a model elsewhere has for all of one question"
    )
    model_options: Annotated[dict[str, Any], NoDecode] = Field(
        {}, description='fields added to each request to a model elsewhere, as JSON: {"reasoning_effort": "low"}'
    )
    password_hash: SecretStr = Field(
        SecretStr(""), description="hash of the page's password, made with: assistant web --hash-password"
    )
    threshold: float = Field(0.45, ge=0, le=1, description="confidence below which nothing is shown")
    worth: float = Field(0.1, ge=0, le=1, description="probability below which an article is not written from")

    @field_validator("articles", "home", "prompts", mode="after")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        try:
            return path.expanduser() if path is not None else None
        except RuntimeError as error:
            raise ValueError("no such user; write the folder's full path") from error

    @field_validator("model_options", mode="before")
    @classmethod
    def _parse_options(cls, given: object) -> object:
        try:
            options = json.loads(given) if isinstance(given, str) else given
        except ValueError as error:
            raise ValueError("not JSON; write an object of fields") from error
        if not isinstance(options, dict):
            raise ValueError("not a JSON object; write one of fields")
        if kept := sorted({"messages", "model", "n", "stream"} & options.keys()):
            raise ValueError(f"{kept[0]} is the program's own to say; leave it out")
        return options

    @field_validator("index", mode="after")
    @classmethod
    def _expand_index(cls, where: str | None) -> str | None:
        if where is None or "://" not in where:
            return where if where is None else str(cls._expand(Path(where)))
        if not where.startswith(("http://", "https://")):
            raise ValueError("not a folder and not http://host:port or https://host:port")
        return where

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """Settings from the environment; an override that is None counts as not given.

        A folder of articles and a library exclude each other: what is passed goes before the
        environment, and the folder before the library. Raises `SettingsError` naming the
        variable, its value and what is allowed.
        """
        given = {key: value for key, value in overrides.items() if value is not None}
        if "articles" in given and "index" in given:
            raise SettingsError("give either a folder of articles or a library: --articles DIR or --index WHERE")
        if "articles" in given:
            given["index"] = None
        elif "index" in given:
            given["articles"] = None
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            name = "_".join(("ASSISTANT", *map(str, first["loc"]))).upper()
            raise SettingsError(f"{name}={first.get('input')!r}: {first['msg']}") from error


def default_articles() -> Path:
    """The folder that is asked where none is named: ./seeds, or the project's own."""
    here = Path("seeds")
    return here if here.is_dir() else PROJECT / "seeds"


def parse_day(text: str, name: str) -> date:
    """A day written YYYY-MM-DD. Raises `SettingsError` naming `name`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{name} {text!r}: not a date; write it as YYYY-MM-DD") from error

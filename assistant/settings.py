"""All settings, from `ASSISTANT_*` environment variables or passed by the caller."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.errors import SettingsError

EMBEDDED = "embedded"
PREFIX = "ASSISTANT_"
_PACKAGE = Path(__file__).resolve().parent
PROJECT = _PACKAGE.parent


class Settings(BaseSettings):
    """Frozen settings; every field is also the environment variable `ASSISTANT_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    articles: Path | None = Field(
        None,
        description="folder of articles to answer from; its index mirrors it. Not set: the library where it holds "
        "anything, else `seeds`",
    )
    index: str | None = Field(
        None,
        description="the library that `assistant index` fills: a folder, or `http://host:19530/NAME` of a Milvus "
        "server. Not set: `library` below `ASSISTANT_HOME`",
    )
    model: str = Field(EMBEDDED, description="`embedded`, `FILE.gguf`, `ollama:NAME`, `openai:NAME` or `NAME@URL`")
    api_key: SecretStr = Field(SecretStr(""), description="key for the endpoint named by the model")
    home: Path = Field(
        default_factory=lambda: user_cache_path("news-assistant", appauthor=False),
        description="folder of the model, the compiled engine, the indexes and the prompts that were read; where it is "
        "set, of what people make too, which else lies in the user's folder of data. Not set: `news-assistant` in the "
        "user's folder of caches",
    )
    prompts: Path = Field(
        default_factory=lambda: default_prompts(), description="folder of prompt files. Not set: the project's own"
    )
    read: Literal["auto", "apart", "together"] = Field(
        "auto", description="one article at a time (apart) or all at once (together); auto: together on an endpoint"
    )
    passages: int = Field(10, ge=1, le=50, description="paragraphs that are searched for, read apart")
    passages_together: int = Field(40, ge=1, le=200, description="the same, read together")
    reading: int = Field(1500, ge=100, description="characters of them that are given to the model, read apart")
    reading_together: int | None = Field(
        None,
        ge=500,
        description="tokens of them that are given to the model, read together. Not set: as many as its context holds, "
        "at most 32,000; 8,000 where that is not known",
    )
    verify: Literal["model", "exact"] = Field(
        "model", description="read together, whether a model checks each sentence beside the exact checks"
    )
    verifier: str | None = Field(
        None, description="the model that does, written as for ASSISTANT_MODEL; by default the one that answers"
    )
    verifier_api_key: SecretStr = Field(
        SecretStr(""),
        description="key for its endpoint; ASSISTANT_API_KEY goes to another model of the same server only",
    )
    whole_below: int = Field(
        8000,
        ge=0,
        description="in a library of at most so many characters whole articles are read, not excerpts; read apart, "
        "the three nearest to a question",
    )
    versions: int = Field(
        5, ge=0, le=1000, description="earlier versions that are kept of an article whose file is replaced; 0: none"
    )
    threads: int = Field(
        0,
        ge=0,
        le=512,
        description="threads of the embedded models; 0: one a core it may use, the language model at most 8",
    )
    engine: Literal["auto", "prebuilt"] = Field(
        "auto",
        description="`auto`: the engine compiled by `assistant engine --build` where there is one; "
        "`prebuilt`: never that",
    )
    adapter: str = Field(
        "auto",
        description="`auto`: the adapter that was trained for the embedded model (none for a model file of your own); "
        "`none`; or a GGUF adapter that this version's `make train` made",
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
        SecretStr(""), description="hash of the page's password, made with `assistant web --hash-password`"
    )
    libraries: Literal["common", "own"] = Field(
        "common", description="the page's library: everybody's (common), or of each user that logs in (own)"
    )
    names: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="names that the page is called by, beside this machine's own, with commas between"
    )
    proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="addresses of proxies whose X-Forwarded-For and -Proto are believed, with commas between"
    )
    log: Literal["off", "json"] = Field(
        "off", description="`json`: the server writes what it does to standard error, a JSON object a line"
    )
    traces: Literal["off", "steps", "questions"] = Field(
        "off",
        description="`steps`: an OpenTelemetry trace of each answer's steps is sent to where "
        "`OTEL_EXPORTER_OTLP_ENDPOINT` says, without any text; `questions`: with the question. "
        "Needs the extra `otel` (docs/serving.md)",
    )
    threshold: float = Field(0.3, ge=0, le=1, description="confidence below which nothing is shown")
    answered_threshold: float = Field(
        0.1,
        ge=0,
        le=1,
        description="probability that it answers the question below which an article is not written from",
    )

    @field_validator("articles", "home", "prompts", mode="after")
    @classmethod
    def _expand(cls, path: Path | None) -> Path | None:
        try:
            return path.expanduser() if path is not None else None
        except RuntimeError as error:
            raise ValueError("no such user; write the folder's full path") from error

    @field_validator("names", "proxies", mode="before")
    @classmethod
    def _divide(cls, listed: object) -> object:
        return tuple(one.strip() for one in listed.split(",") if one.strip()) if isinstance(listed, str) else listed

    @field_validator("names")
    @classmethod
    def _check_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
                raise ValueError(f"{name!r} is no host's name; write it without http:// and port")
        return names

    @field_validator("proxies")
    @classmethod
    def _check_proxies(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ipaddress.ip_network(proxy)
            except ValueError as error:
                raise ValueError(
                    f"{proxy!r} is no address, such as 127.0.0.1, nor a network, such as 10.0.0.0/8"
                ) from error
        return proxies

    @field_validator("model_options", mode="before")
    @classmethod
    def _parse_options(cls, given: object) -> object:
        try:
            options = json.loads(given) if isinstance(given, str) else given
        except ValueError as error:
            raise ValueError(f"not JSON ({error}); write an object of fields") from error
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
        variable, its value and what is allowed, or the setting that a misspelt variable is nearest to.
        """
        refuse_unknown(name for name, value in os.environ.items() if value)
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
            name = PREFIX + "_".join(map(str, first["loc"])).upper()
            # Among the options there may be a key, before the @ of an address a password.
            secret = "model_options" in first["loc"] or "@" in str(first.get("input"))
            value = "" if secret else f"={first.get('input')!r}"
            raise SettingsError(f"{name}{value}: {first['msg'].removeprefix('Value error, ')}") from error


def refuse_unknown(variables: Iterable[str]) -> None:
    """Raises `SettingsError` for a variable `ASSISTANT_*` that is no setting: a misspelt one would do nothing."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for variable in variables:
        name = variable.upper()
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name.removeprefix(PREFIX), (one.removeprefix(PREFIX) for one in known), n=1)
            remedy = f"did you mean {PREFIX}{near[0]}?" if near else f"unset it; the settings are {', '.join(known)}"
            raise SettingsError(f"{variable}: no such setting; {remedy}")


def default_prompts(package: Path = _PACKAGE) -> Path:
    """The product's own prompts: prompts/ of the checkout, or where it is installed what was made of that folder."""
    installed = package / "prompts"
    return installed if installed.is_dir() else package.parent / "prompts"


def default_articles() -> Path:
    """The folder that is asked where none is named: ./seeds, or the project's own."""
    here = Path("seeds")
    return here if here.is_dir() else PROJECT / "seeds"

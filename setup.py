"""The one thing pyproject.toml cannot say: prompts/, at the top to be edited, is installed as assistant/prompts."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["assistant", "assistant.*"]), "assistant.prompts", "assistant.prompts.taught"],
    package_dir={"assistant.prompts": "prompts"},
)

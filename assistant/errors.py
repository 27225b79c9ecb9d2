"""Every error a caller may catch.

AssistantError
├── UsageError              the caller asked for something impossible (exit code 2)
│   ├── SettingsError       a setting has an unusable value
│   ├── QuestionError       a question, history or questions file is unusable
│   └── PromptError         a prompt file misses a variable or has an unused one
├── ArticleError            an article file cannot be read (exit code 1)
├── StorageError            a file of people's work, or a database, cannot be opened, read or written (exit code 1)
│   └── IndexStoreError     the same of the index
└── ModelError              the language or embedding model failed (exit code 1)
    ├── ModelFileError      the embedded model's file is missing, damaged or cannot be written
    ├── EngineBuildError    the embedded engine could not be compiled on this machine
    ├── ModelReplyError     the reply is empty, cut off, withheld or not to be understood
    │   └── ModelContextError  the prompt is longer than the model's context: refused, or cut in silence
    ├── ModelCancelledError  the question was stopped while the model was asked
    └── ModelConnectionError  the endpoint is down, too slow, refuses the key or does not know the model

Each message is one line: what is wrong, where, and what to do about it.
"""

from __future__ import annotations

INTERNAL_ERROR = "something went wrong inside; the server's log tells what"
"""What is said of an error that nobody foresaw."""


class AssistantError(Exception):
    """Base of all errors raised on purpose; its text is meant for the user."""

    exit_code = 1


class UsageError(AssistantError):
    """The request itself is wrong; repeating it cannot succeed."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting has an unusable value."""


class QuestionError(UsageError):
    """A question, its history or a questions file is unusable."""


class PromptError(UsageError):
    """A prompt file does not fit the variables it is rendered with."""


class ArticleError(AssistantError):
    """An article file or a folder of articles cannot be read."""


class StorageError(AssistantError):
    """A file of people's work, or a database, cannot be opened, read or written."""


class IndexStoreError(StorageError):
    """The index cannot be opened, read or written."""


class ModelError(AssistantError):
    """A language or embedding model failed."""


class ModelFileError(ModelError):
    """The embedded model's file is missing, damaged or cannot be written."""


class EngineBuildError(ModelError):
    """The embedded engine could not be compiled on this machine."""


class ModelReplyError(ModelError):
    """The model's reply is empty, cut off, withheld or not to be understood."""


class ModelContextError(ModelReplyError):
    """The prompt is longer than the model's context: refused, or cut in silence."""


class ModelCancelledError(ModelError):
    """The question was stopped while the model was asked."""


class ModelConnectionError(ModelError):
    """The endpoint is down, too slow, refuses the key or does not know the model."""

from datetime import date

import pytest

from assistant.errors import UsageError
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.web.session import Action


@pytest.mark.parametrize("data", [None, "x", [], {}, {"action": 7}, {"action": "a", "text": "x" * 30_000}])
def test_what_is_no_action_is_refused(data):
    with pytest.raises(UsageError):
        Action.of(data)


def test_details_are_text_whatever_they_were():
    action = Action.of({"action": "cite", "n": 3, "nothing": None, "inside": {"a": 1}})
    assert action.text("n") == "3"
    assert action.text("nothing") == action.text("missing") == ""
    assert action.number("n") == 3
    assert action.text("inside") == "{'a': 1}"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "１", "9" * 12, "0x1", "1; DROP TABLE"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(UsageError, match="no number"):
        Action("a", {"n": text}).number("n")


def test_days_are_read_and_must_be_in_order():
    assert Action("a", {"since": "2023-01-01"}).dated(ArticleFilter("x")) == ArticleFilter("x", since=date(2023, 1, 1))
    with pytest.raises(UsageError, match="swap them"):
        Action("a", {"since": "2023-01-02", "until": "2023-01-01"}).dated(EVERY_ARTICLE)
    with pytest.raises(UsageError, match="is not a date"):
        Action("a", {"since": "yesterday"}).dated(EVERY_ARTICLE)

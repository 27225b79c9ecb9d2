"""What a newsroom does on the page, in a real browser: export, as of a day, stale answers, checks of drafts."""

import csv
import io
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

SIGNED = "What did Xi and Putin sign?"
OPENED = "What did the city council open?"
STORY = (
    "---\ntitle: A new library opens\ndate: 2024-05-07\nsource: NTB\n---\n"
    "Oslo, 7 May 2024 (NTB): The city council opened a new library on Friday, the mayor said.\n\n"
    "It has room for two hundred thousand books and stays open until midnight.\n"
)
DRAFT = "Xi and Putin signed two joint statements. Xi and Putin signed 40 joint statements. Penguins elected a mayor."
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def newsroom(start_site):
    """The seeds, in a home of their own."""
    return start_site(None, "--at-once", "1")


def is_sound(page):
    """Nothing that axe calls serious, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    serious = [item for item in found if item["impact"] in ("serious", "critical")]
    assert [(item["id"], item["nodes"][0]["target"]) for item in serious] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def view(page, name):
    page.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()


def exported(page, form):
    with page.expect_download() as started:
        page.get_by_role("dialog").locator(f"[data-form={form}]").click()
    page.get_by_role("dialog").wait_for(state="detached")
    return started.value.suggested_filename, started.value.path().read_text()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["1280", "390"])
def test_an_answer_and_a_conversation_are_exported_in_every_format(newsroom, new_page, ask, window):
    page = new_page(newsroom, **window)
    turn = ask(page, SIGNED)
    ask(page, "Who won the 2022 football World Cup?")
    forms = ["markdown", "html", "csv", "csl-json", "ris", "bibtex", "claimreview"]
    turn.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export this answer")
    assert [link.get_attribute("data-form") for link in dialog.get_by_role("link").all()] == forms
    is_sound(page)
    page.keyboard.press("Escape")
    assert turn.get_by_role("button", name="Export").evaluate("element => element === document.activeElement")
    made = {}
    for form in forms:
        # The first link has the focus: Enter takes it.
        page.keyboard.press("Enter")
        dialog.wait_for()
        made[form] = exported(page, form)
    assert all("two joint statements" in text or "Putin" in text for _, text in made.values())
    assert made["html"][0] == "answer-1.html"
    (row,) = csv.DictReader(io.StringIO(made["csv"][1]))
    assert row["sentence"] == "Xi and Putin signed two joint statements."
    assert json.loads(made["claimreview"][1])["@graph"][0]["@type"] == "ClaimReview"


def test_a_whole_conversation_is_exported(newsroom, new_page, ask):
    page = new_page(newsroom, **DESK)
    ask(page, "Who won the 2022 football World Cup?")
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog", name="Export this conversation")
    assert exported(page, "json")[0] == "conversation.json"
    page.locator(".conversations summary").first.click()
    page.get_by_role("button", name="Export…").click()
    dialog.wait_for()
    name, text = exported(page, "markdown")
    assert name == "conversation.md"
    assert "Who won the 2022 football World Cup" in text


def test_as_of_a_day_is_asked_and_the_answer_says_so(newsroom, new_page, ask):
    page = new_page(newsroom, **PHONE)
    page.get_by_text("Dates", exact=True).click()
    page.get_by_label("As of", exact=True).fill("2018-01-01")
    is_sound(page)
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("As of 1 January 2018", exact=True).wait_for()
    turn = ask(page, SIGNED)
    assert "As of 1 January 2018" in turn.locator(".as-of-day").inner_text()
    assert turn.locator(".refusal-card").is_visible()
    page.get_by_role("button", name="Ask as of today").click()
    page.get_by_text("All articles, any date").wait_for()
    turn = ask(page, SIGNED)
    assert turn.locator(".as-of-day").count() == 0
    assert turn.locator(".newest").inner_text() == "Newest source: 22 March 2023"


def test_a_stale_answer_says_so_and_is_kept_beside_the_new_one(newsroom, new_page, ask, tmp_path):
    story = tmp_path / "library.txt"
    story.write_text(STORY)
    page = new_page(newsroom, **DESK)
    view(page, "Library")
    with page.expect_file_chooser() as chooser:
        page.locator("#upload button").first.click()
    chooser.value.set_files(story)
    page.locator("#outcomes li.added").wait_for()
    view(page, "Ask")
    assert "opened a new library" in ask(page, OPENED).locator(".sentence").inner_text()
    ask(page, SIGNED)
    assert page.locator(".stale").count() == 0
    view(page, "Library")
    page.get_by_label("Choose A new library opens").check()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_text("1 article removed.").wait_for()
    view(page, "Ask")
    page.get_by_role("note", name="What changed since this answer").wait_for()
    assert "Withdrawn: “A new library opens” is no longer in the library" in page.locator(".stale").inner_text()
    assert page.locator("#log .turn").first.locator(".stale").count() == 1
    is_sound(page)
    again = page.locator(".stale").get_by_role("button", name="Ask again")
    again.focus()
    page.keyboard.press("Enter")
    page.locator(".beside").wait_for()
    assert page.locator(".given:not(.before) .refusal-card").count() == 1
    assert "opened a new library" in page.locator(".given.before .sentence").inner_text()
    assert page.locator(".stale").count() == 0
    assert page.locator("#log .question").all_inner_texts() == [OPENED, SIGNED]
    page.locator("#live .turn").wait_for(state="detached")
    page.wait_for_function("document.querySelector('#scroll').scrollTop < 40")
    ask(page, SIGNED)
    # What is asked next is in sight, not what was renewed before it.
    page.wait_for_function(
        "document.querySelector('#log .turn:last-child .question').getBoundingClientRect().bottom <= innerHeight"
    )
    left, right = (page.locator(".given").nth(place).bounding_box() for place in (0, 1))
    assert left["y"] == right["y"]
    is_sound(page)
    page.set_viewport_size({"width": 390, "height": 780})
    is_sound(page)
    page.reload()
    page.locator(".given.before").wait_for()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["1280", "390"])
def test_a_draft_is_checked_with_the_keyboard_alone(newsroom, new_page, window):
    page = new_page(newsroom, **window)
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Check a draft").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.type(DRAFT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "check"
    page.keyboard.press("Enter")
    page.get_by_text("3 of 3 sentences checked").wait_for()
    page.locator(".drafted li.is-not-stated").wait_for()
    assert page.locator(".drafted > li .verdict").all_inner_texts() == ["Stated", "Stated otherwise", "Not stated"]
    assert page.locator(".counts").inner_text() == "1 stated, 1 stated otherwise, 1 not stated"
    is_sound(page)
    page.locator(".is-otherwise .open-source").first.focus()
    page.keyboard.press("Enter")
    page.locator("#pane mark").first.wait_for()
    assert "two joint statements" in " ".join(page.locator("#pane mark").all_inner_texts())
    page.keyboard.press("Escape")
    page.reload()
    view(page, "Check a draft")
    page.locator(".drafted li.is-not-stated").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.locator(".drafted").wait_for(state="detached")


def test_a_long_draft_from_a_file_shows_how_far_it_is_and_is_stopped(newsroom, new_page, ask, tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text("".join(f"Xi and Putin signed {number} joint statements. " for number in range(400)))
    page = new_page(newsroom, **DESK)
    view(page, "Check a draft")
    with page.expect_file_chooser() as chooser:
        page.locator("#draft-file button").first.click()
    chooser.value.set_files(draft)
    page.locator("#draft-status progress").wait_for()
    # Others, and other questions, are not held up by it.
    view(page, "Ask")
    assert ask(page, SIGNED).locator(".sentence").count() == 1
    view(page, "Check a draft")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text(re.compile(r"draft\.md: \d+ of 400 sentences checked; stopped")).wait_for()


def test_a_hostile_draft_is_text(newsroom, new_page):
    page = new_page(newsroom, **DESK)
    view(page, "Check a draft")
    page.get_by_label("Draft", exact=True).fill("`<img src=x onerror=alert(1)>` opened {{7*7}} ${alert(2)} today.")
    page.get_by_role("button", name="Check the draft").click()
    page.locator(".drafted .words").wait_for()
    assert page.locator(".drafted .words").inner_text().startswith("<img src=x onerror=alert(1)> opened {{7*7}}")
    assert page.locator("#draft img").count() == 0

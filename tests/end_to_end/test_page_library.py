"""The library in a real browser: find, read, choose, add and remove articles; what hostile articles do not do."""

import re

import pytest

HOSTILE_NAME = "<img src=x onerror=alert(1)>.txt"
HOSTILE = (
    "---\n"
    "title: \"<script>alert(1)</script> ${alert(2)} {{constructor.constructor('alert(3)')()}} ![x](http://evil.test/a.png)\"\n"
    "date: 2024-05-05\n"
    'source: "Evil \u202egnp.exe\u202c <b onmouseover=alert(4)>Post</b>"\n'
    "url: javascript:alert(5)\n"
    "---\n"
    "Oslo, 5 May 2024 (NTB): The tram line was closed by the mayor </p><svg onload=alert(6)> `${alert(7)}` "
    "<a href='javascript:alert(8)'>more</a> [link](http://evil.test/b) \u200b\u2066hidden\u2069.\n\n"
    '<iframe src="http://evil.test/c"></iframe><img src="http://evil.test/d.png"> <style>@import "http://evil.test/e";'
    "</style> The mayor opened a bridge.\n"
)
LIBRARY_STORY = (
    "---\ntitle: A new library opens\ndate: 2024-05-07\nsource: NTB\n---\n"
    "Oslo, 7 May 2024 (NTB): The city council opened a new library on Friday, the mayor said.\n\n"
    "It has room for two hundred thousand books and stays open until midnight.\n"
)


@pytest.fixture(scope="module")
def library_handler(start_site):
    """The seeds and a hostile article."""
    return start_site({HOSTILE_NAME: HOSTILE})


def open_library(page):
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Library").click()
    page.locator("#library-list .articles").wait_for()


def test_the_list_is_newest_first_and_narrows_by_words_outlet_and_dates(site, new_page):
    page = new_page(site)
    open_library(page)
    assert page.locator("#library-list .place").all_inner_texts() == [
        "22 March 2023 · TDI · 10 paragraphs",
        "4 July 2017 · IANS, citing Xinhua · 10 paragraphs",
    ]
    assert "2 articles, July 2017 – March 2023" in page.locator("#timeline figcaption").inner_text()
    page.get_by_label("Words").fill("vladimir")
    page.wait_for_function("document.querySelectorAll('#library-list .articles li').length === 1")
    assert "Vladimir" in page.locator("#library-list .title").inner_text()
    page.get_by_label("Words").fill("")
    page.wait_for_function("document.querySelectorAll('#library-list .articles li').length === 2")
    page.get_by_label("Outlet").select_option("TDI")
    page.wait_for_function("document.querySelectorAll('#library-list .articles li').length === 1")
    page.locator("#find").get_by_label("To").fill("2020-01-01")
    page.get_by_text("No article fits these words, outlet and dates.").wait_for()


def test_an_article_is_read_in_full_beside_the_list(site, new_page):
    page = new_page(site)
    open_library(page)
    page.locator(".open-article").first.click()
    page.locator("#pane .paragraph").nth(9).wait_for()
    assert page.locator("#pane .paragraph").count() == 10
    assert page.locator("#pane mark").count() == 0
    page.keyboard.press("Escape")
    page.locator("#pane aside").wait_for(state="hidden")


def test_chosen_articles_are_the_only_ones_asked(site, new_page, ask):
    page = new_page(site)
    open_library(page)
    page.get_by_label(re.compile("^Choose Visiting")).check()
    page.get_by_role("button", name="Ask 1 article").click()
    page.get_by_text("Only “Visiting Chinese President").wait_for()
    turn = ask(page, "When did Xi visit Moscow?")
    assert turn.locator(".report").count() == 0
    assert "4 July 2017" in turn.locator(".card").first.text_content()
    assert "1 chosen article" in turn.locator(".asked-of").inner_text()
    page.get_by_role("button", name="Ask all articles").click()
    page.get_by_text("All articles, any date").wait_for()


def test_an_upload_is_told_file_by_file_and_can_be_asked_at_once(library_handler, new_page, ask, tmp_path, seeds):
    page = new_page(library_handler)
    seed = next(seeds.iterdir()).read_bytes()
    for name, content in {
        "library.txt": LIBRARY_STORY.encode(),
        "again.txt": seed,
        "broken.txt": b"\x00\x01\x02\xff" * 100,
    }.items():
        (tmp_path / name).write_bytes(content)
    open_library(page)
    before = page.locator("#library-list .articles li").count()
    with page.expect_file_chooser() as chooser:
        page.locator("#upload button").first.click()
    chooser.value.set_files([tmp_path / name for name in ("library.txt", "again.txt", "broken.txt")])
    page.get_by_text("3 of 3 files read").wait_for()
    outcomes = dict(row.split("\n")[:2] for row in page.locator("#outcomes li").all_inner_texts())
    assert outcomes == {"library.txt": "added", "again.txt": "duplicate", "broken.txt": "could not be read"}
    assert page.locator("#outcomes .failed .message").inner_text()
    page.wait_for_function(f"document.querySelectorAll('#library-list .articles li').length === {before + 1}")
    assert f"{before + 1} articles" in page.inner_text("#library-list .count")
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Ask").click()
    turn = ask(page, "What did the city council open?")
    assert "The city council opened a new library" in turn.locator(".sentence").inner_text()
    open_library(page)
    page.get_by_label("Choose A new library opens").check()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.wait_for_function(f"document.querySelectorAll('#library-list .articles li').length === {before}")
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Ask").click()
    turn.locator(".chip").first.click()
    page.locator("#pane .empty").wait_for()


def test_files_dropped_on_the_page_are_taken(library_handler, new_page):
    page = new_page(library_handler)
    open_library(page)
    transfer = page.evaluate_handle(
        """text => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "dropped.txt", { type: "text/plain" }));
            return transfer;
        }""",
        LIBRARY_STORY.replace("library", "harbour"),
    )
    page.dispatch_event("#upload button", "drop", {"dataTransfer": transfer})
    page.locator("#outcomes li.added, #outcomes li.duplicate").wait_for()


def test_a_hostile_article_runs_nothing_and_fetches_nothing(library_handler, new_page, ask):
    page = new_page(library_handler)
    turn = ask(page, "Who closed the tram line?")
    assert "The tram line was closed by the mayor" in turn.locator(".sentence").inner_text()
    turn.locator(".chip").first.hover()
    turn.locator(".chip").first.click()
    page.locator("#pane mark").first.wait_for()
    text = page.locator("#pane article").inner_text()
    for written in ("<script>alert(1)</script>", "${alert(2)}", "{{constructor", "[link](http://evil.test/b)"):
        assert written in text
    assert "<svg onload=alert(6)>" in text
    assert "\u202e" not in text + page.locator("#log").inner_text()
    assert "\u200b" not in text
    open_library(page)
    for place in range(page.locator("#library-list .open-article").count()):
        page.locator("#library-list .open-article").nth(place).hover()
    found = page.evaluate(
        """() => [...document.querySelectorAll("gradio-app *")].filter(element =>
            ["SCRIPT", "IFRAME", "IMG", "STYLE", "OBJECT", "EMBED", "LINK"].includes(element.tagName) ||
            [...element.attributes].some(a => a.name.startsWith("on") || /^\\s*javascript:/i.test(a.value)))
            .map(element => element.outerHTML)"""
    )
    assert found == []
    assert page.locator("#pane a").count() == 0
    assert "<svg onload=alert(6)>" in page.locator("#announce").text_content()


def test_a_hostile_question_and_file_name_are_text_too(library_handler, new_page, ask, tmp_path):
    page = new_page(library_handler)
    question = "<img src=x onerror=alert(1)> ${alert(2)} {{7*7}} **what** [a](javascript:alert(3))?"
    turn = ask(page, question)
    assert turn.locator(".question").inner_text() == question
    page.locator(".conversation .title", has_text="<img src=x").wait_for()
    evil = tmp_path / "<svg onload=alert(1)>.txt"
    evil.write_bytes(b"\x00\xff\x00")
    open_library(page)
    with page.expect_file_chooser() as chooser:
        page.locator("#upload button").first.click()
    chooser.value.set_files(evil)
    page.locator("#outcomes li.failed").wait_for()
    assert page.locator("#outcomes svg[onload]").count() == 0

"""Phone, dark, keyboard, screen reader: what cannot be seen from the markup alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

SIGNED = "What did Xi and Putin sign?"
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


def violations(page):
    found = Axe().run(page).response["violations"]
    return [
        (item["id"], [node["target"] for node in item["nodes"]][:3])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_a_disabled_reader_out(site, new_page, ask, scheme):
    page = new_page(site, color_scheme=scheme)
    assert violations(page) == []
    ask(page, "When did Xi visit Moscow?")
    turn = ask(page, "Who won the 2022 football World Cup?")
    turn.get_by_text("How was this answered?").click()
    page.locator(".chip").first.click()
    page.locator("#pane mark").first.wait_for()
    assert violations(page) == []
    page.locator("[data-view=library]").first.click()
    page.locator("#library-list .articles").wait_for()
    assert violations(page) == []
    page.locator("[data-view=ask]").first.click()
    page.get_by_role("button", name="Good answer").first.click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []


def test_dark_follows_the_system_and_the_button_overrides_it(site, new_page):
    page = new_page(site, color_scheme="dark")
    background = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    dark = page.evaluate(background)
    assert max(map(int, dark.removeprefix("rgb(").rstrip(")").split(", "))) < 60
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(background) != dark
    page.reload()
    page.locator(".welcome").wait_for()
    assert page.evaluate(background) != dark


def test_the_page_itself_never_scrolls_only_its_columns(site, new_page, ask):
    page = new_page(site, viewport={"width": 1280, "height": 500})
    for question in ("Who won the 2022 football World Cup?", SIGNED, "When did Xi visit Moscow?"):
        ask(page, question)
    page.locator(".chip").first.click()
    page.locator("#pane mark").first.wait_for()
    heights = page.evaluate(
        """() => {
            const found = [];
            let element = document.querySelector("#scroll");
            while ((element = element.parentElement))
                found.push(element.scrollHeight);
            return found;
        }"""
    )
    assert max(heights) <= 500
    assert page.evaluate("document.querySelector('#scroll').scrollHeight") > 500


def test_a_phone_has_it_all_in_one_column(site, new_page, ask):
    page = new_page(site, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.get_by_role("button", name="New conversation").is_visible()
    turn = ask(page, SIGNED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    turn.locator(".chip").first.tap()
    page.locator("#pane mark").first.wait_for()
    sheet = page.locator("#pane").bounding_box()
    assert sheet["y"] > 150
    assert sheet["width"] == 390
    assert round(sheet["y"] + sheet["height"]) == 780
    page.get_by_role("button", name="Close the source").tap()
    page.get_by_role("button", name="Conversations").tap()
    page.get_by_role("button", name="New conversation").tap()
    page.locator(".welcome").wait_for()
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Library").tap()
    page.locator("#library-list .articles").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_everything_is_done_with_the_keyboard(site, new_page):
    page = new_page(site)
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type(SIGNED)
    page.keyboard.press("Enter")
    page.locator("#log .chip").wait_for()
    chip = page.locator("#log .chip").first
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('chip')"):
            break
    assert chip.evaluate("element => element === document.activeElement")
    assert page.locator("#log .card").first.is_visible()
    assert chip.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.locator("#pane mark").first.wait_for()
    page.wait_for_function("document.querySelector('#pane').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.locator("#pane aside").wait_for(state="hidden")
    assert chip.evaluate("element => element === document.activeElement")
    page.keyboard.press("/")
    page.keyboard.type("Who won the 2022 football World Cup?")
    page.keyboard.press("Shift+Enter")
    assert page.locator("#live .turn").count() == 0


def test_a_screen_reader_hears_what_is_done_and_the_answer(site, new_page, ask):
    page = new_page(site)
    region = page.locator("#announce")
    assert region.get_attribute("aria-live") == "polite"
    ask(page, SIGNED)
    page.wait_for_function("document.querySelector('#announce').textContent.includes('two joint statements [1]')")
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("main").count() == 1

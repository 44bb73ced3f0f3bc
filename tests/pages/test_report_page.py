"""The report's page in a real browser: wide and narrow, light and dark, without scripts too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browser import open_browser, read_log
from tests.fleets import HOSTILE, SECRET

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

WIDE, PHONE = (1180, 900), (390, 844)
CSS = "css selector"


def summaries(browser: Chrome) -> list[str]:
    """Headings of the entries that can be seen, in their order."""
    found = browser.find_elements(CSS, ".entry > summary strong")
    return [each.text for each in found if each.is_displayed()]


def is_visible(browser: Chrome, selector: str) -> bool:
    """Whether what *selector* finds first can be seen."""
    return browser.find_element(CSS, selector).is_displayed()


def open_all(browser: Chrome) -> None:
    """Open every entry, as a reader does."""
    for summary in browser.find_elements(CSS, ".entry > summary"):
        summary.click()


def requests(browser: Chrome) -> list[str]:
    """Every address that the browser asked for."""
    entries = [json.loads(each["message"])["message"] for each in read_log(browser, "performance")]
    sent = (each for each in entries if each["method"] == "Network.requestWillBeSent")
    return [each["params"]["request"]["url"] for each in sent]


def test_searching_narrows_the_entries_and_opening_one_shows_it(page: str) -> None:
    """Words narrow the list, clearing them brings all back, and a click opens an entry."""
    with open_browser(*WIDE) as browser:
        browser.get(page)
        everything = summaries(browser)
        assert everything == [HOSTILE, "Checkout", "Ledger", "Shop"]
        box = browser.find_element(CSS, "#search")
        box.send_keys("DRIFTED sentry_dsn")
        assert summaries(browser) == ["Checkout"]
        assert browser.find_element(CSS, "#shown").text == "1 of 4 entries"
        assert not is_visible(browser, "#entry-checkout dl")
        browser.find_element(CSS, "#entry-checkout summary").click()
        assert is_visible(browser, "#entry-checkout dl")
        shown = browser.find_element(CSS, "#entry-checkout").text
        assert "another value" in shown
        assert "projects.yaml:" in shown
        box.clear()
        box.send_keys("nothing of that name")
        assert summaries(browser) == []
        box.clear()
        box.send_keys(" ")
        assert summaries(browser) == everything


def test_the_keyboard_alone_opens_an_entry(page: str) -> None:
    """What has the focus is seen, and the space bar opens it."""
    with open_browser(*WIDE) as browser:
        browser.get(page)
        browser.execute_script("document.querySelector('#search').focus()")
        browser.switch_to.active_element.send_keys("\ue004")
        focused = browser.switch_to.active_element
        assert focused.tag_name == "summary"
        assert focused.value_of_css_property("outline-style") == "solid"
        focused.send_keys(" ")
        assert len(browser.find_elements(CSS, ".entry[open]")) == 1


@pytest.mark.parametrize("width", [320, 390, 768, 1180])
def test_nothing_runs_over_the_edge(page: str, width: int) -> None:
    """With every entry open nothing scrolls sideways, and no text is cut off."""
    with open_browser(width, 844) as browser:
        browser.get(page)
        open_all(browser)
        measured = "return [document.documentElement.scrollWidth, window.innerWidth]"
        content, window = browser.execute_script(measured)
        assert content <= window == width
        wide = "return [...document.querySelectorAll('main *')].filter((one) => "
        wide += "one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML)"
        assert browser.execute_script(wide) == []


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_the_page_follows_the_colours_of_the_reader(page: str, *, is_dark: bool) -> None:
    """Dark ground under light text for who prefers that, and the other way round."""
    with open_browser(*WIDE, is_dark=is_dark) as browser:
        browser.get(page)
        body = browser.find_element(CSS, "body")
        ground, text = (
            brightness(body.value_of_css_property(name)) for name in ("background-color", "color")
        )
        darker, brighter = (ground, text) if is_dark else (text, ground)
        assert darker < 60
        assert brighter > 200


def brightness(colour: str) -> float:
    """The mean of red, green and blue in `rgba(r, g, b, a)`."""
    numbers = colour[colour.index("(") + 1 : -1].split(",")[:3]
    return sum(map(float, numbers)) / 3


def test_nothing_is_fetched_and_nothing_is_complained_about(page: str) -> None:
    """The page itself is all that is asked for; the console stays empty; no name was run."""
    with open_browser(*PHONE) as browser:
        browser.get(page)
        open_all(browser)
        browser.find_element(CSS, "#search").send_keys("shop")
        asked = [url for url in requests(browser) if not url.startswith("data:")]
        assert asked == [page]
        assert read_log(browser, "browser") == []
        assert browser.title == "The fleet of acme"


def test_a_script_that_slipped_in_would_not_run(page: str) -> None:
    """The page's own policy refuses any script but its own."""
    with open_browser(*WIDE) as browser:
        browser.get(page)
        slip = "const one = document.createElement('script'); one.textContent = 'window.ran = 1';"
        browser.execute_script(f"{slip} document.body.append(one);")
        assert browser.execute_script("return window.ran") is None
        complaints = read_log(browser, "browser")
        assert any("Content Security Policy" in each["message"] for each in complaints)


def test_without_scripts_all_is_there(page: str) -> None:
    """No search box that would do nothing; every entry is listed and opens."""
    with open_browser(*PHONE, has_scripts=False) as browser:
        browser.get(page)
        assert not is_visible(browser, "#finder")
        assert len(summaries(browser)) == 4
        open_all(browser)
        shown = browser.find_element(CSS, "main").text
        for word in ("shop-web", "checkout-api", "studio-web", "ledger-api", "SENTRY_ENVIRONMENT"):
            assert word in shown
        assert "no answer from Coolify" in shown
        assert HOSTILE in shown
        assert SECRET not in browser.page_source


def test_paper_shows_what_is_folded(page: str) -> None:
    """Printed, every entry shows its inside, and the search box is not there."""
    with open_browser(*WIDE) as browser:
        browser.get(page)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        height = "return document.querySelector('#entry-shop dl').getBoundingClientRect().height"
        assert browser.execute_script(height) > 50
        assert not is_visible(browser, "#finder")

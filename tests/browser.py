"""
A headless Chromium for the tests of pages and for script/screenshots.

Does not: install anything: script/browser does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from selenium.webdriver import Chrome

CHROMIUM, DRIVER = "chromium", "chromedriver"


def is_installed() -> bool:
    """Whether script/browser has nothing to do."""
    return shutil.which(CHROMIUM) is not None and shutil.which(DRIVER) is not None


@contextlib.contextmanager
def open_browser(
    width: int, height: int, *, is_dark: bool = False, has_scripts: bool = True
) -> Iterator[Chrome]:
    """
    Open a browser whose page is *width* by *height* CSS pixels, and close it in the end.

    It logs its console and every request it would send.
    """
    from selenium import webdriver  # noqa: PLC0415 - so that tests can skip without it
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415 - likewise

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(CHROMIUM) or CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    if not has_scripts:
        blocked = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", blocked)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = Service(shutil.which(DRIVER), env={**os.environ, "SE_AVOID_STATS": "true"})
    browser = webdriver.Chrome(options, service)
    try:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield browser
    finally:
        browser.quit()


def read_log(browser: Chrome, name: str) -> list[dict[str, Any]]:
    """What the log `browser` (the console) or `performance` holds since it was last read."""
    entries: list[dict[str, Any]] = browser.get_log(name)  # type: ignore[no-untyped-call]  # theirs
    return entries

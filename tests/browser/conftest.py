"""Chromium of the system, driven by playwright, and the stage of the scenarios with its pages on."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, async_playwright

from tests.scenarios.conftest import Stage, stage
from tests.scenarios.page_steps import open_pages

__all__ = ["stage"]

NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Site:
    """The stage, the address of its pages and the browser that looks at them."""

    stage: Stage
    base: str
    chromium: Browser


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Start headless Chromium; without it the test is skipped, and fails where CI is set."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        reason = "Chromium is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
async def site(stage: Stage, chromium: Browser) -> Site:
    """The whole bot with its pages, and a browser."""
    return Site(stage, await open_pages(stage), chromium)

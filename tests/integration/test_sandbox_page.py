"""The sandbox's page: everything it loads is there, and nothing from elsewhere may run."""

import re

from aiohttp import ClientSession

from sandbox.page import FILES, STATIC, routes
from sandbox.server import SandboxServer


async def test_every_file_of_the_page_is_served() -> None:
    """The page and each of its files come with their type and the policy which lets own pictures be shown."""
    server = SandboxServer("1:page", extra_routes=routes())
    await server.start()
    kinds = {"js": "javascript", "css": "css"}
    try:
        async with ClientSession(server.base_url) as session:
            for path in ("", *FILES):
                async with session.get(f"/{path}") as response:
                    assert response.status == 200
                    assert kinds.get(path.rpartition(".")[2], "html") in response.content_type
                    assert response.headers["X-Content-Type-Options"] == "nosniff"
                    assert "img-src 'self'" in response.headers["Content-Security-Policy"]
    finally:
        await server.stop()


def test_the_page_imports_only_what_is_served() -> None:
    """A module which is imported by another is among the served files, and each served file exists."""
    imported = {
        name for path in STATIC.glob("*.js") for name in re.findall(r'from "/([^"]+)"', path.read_text("utf-8"))
    }
    assert imported <= set(FILES)
    assert {path.name for path in STATIC.iterdir()} == {"index.html", *FILES}

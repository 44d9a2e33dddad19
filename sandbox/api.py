"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import inspect
from typing import Any

from aiohttp import web

from sandbox.methods import METHODS, Raw
from sandbox.methods_params import Params, read_params
from sandbox.state import World
from sandbox.updates import ApiError, Json, encode


class Api:
    """Answers the calls of a bot to one sandbox."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.updates.answer = self._answer

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the Bot API."""
        return [
            web.get("/file/bot{token:[^/]+}/{path:.+}", self._file, allow_head=False),
            web.route("*", "/bot{token:[^/]+}/{method}", self._call),
        ]

    async def call(self, name: str, p: Params) -> tuple[str, str]:
        """Call a method; return its proper name and the result in JSON. Raises `ApiError`."""
        found = METHODS.get(name.lower())
        if found is None:
            raise ApiError(404, "Not Found: method not found")
        proper, method = found
        counts = self._world.counts
        counts[proper] = counts.get(proper, 0) + 1
        result: Any = method(self._world, p)
        if inspect.isawaitable(result):
            result = await result
        return proper, result if isinstance(result, Raw) else encode(result)

    async def _answer(self, name: str, values: Json) -> None:
        await self.call(name, Params(values))

    async def _call(self, request: web.Request) -> web.Response:
        where = request.match_info
        try:
            if where["token"] not in self._world.tokens:
                raise ApiError(401, "Unauthorized")
            _, result = await self.call(where["method"], await read_params(request))
        except ApiError as error:
            return _refused(error)
        except web.HTTPRequestEntityTooLarge:
            return _refused(ApiError(413, "Request Entity Too Large"))
        return web.Response(body=f'{{"ok":true,"result":{result}}}'.encode(), content_type="application/json")

    async def _file(self, request: web.Request) -> web.Response:
        if request.match_info["token"] not in self._world.tokens:
            return _refused(ApiError(401, "Unauthorized"))
        file = self._world.paths.get(request.match_info["path"])
        if file is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")


def _refused(error: ApiError) -> web.Response:
    told: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        told["parameters"] = error.parameters
    return web.Response(status=error.code, body=encode(told).encode(), content_type="application/json")

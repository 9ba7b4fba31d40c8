"""Whether this engine does its work: for probes, without a token (DESIGN 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from aiohttp import web

from jobs_tui import __version__
from jobs_tui.models.errors import StoreError
from jobs_tui.server.answers import json_response
from jobs_tui.server.api.models import Answer
from jobs_tui.server.api.routing import Route
from jobs_tui.store.database import Store

Ready = Callable[[], Mapping[str, bool]]
"""Which parts of the engine are ready, by name (``scheduler``, ``store``)."""


class HealthResponse(Answer):
    """Whether everything is ready."""

    status: Literal["ok", "unavailable"]
    version: str
    checks: dict[str, bool]
    """Which part of the engine is ready, by name."""
    detail: str = ""
    """What is not, in words; not there when everything is."""


class Health:
    """Answers 200 when everything is ready, else 503 with what is not."""

    def __init__(self, store: Store, ready: Ready) -> None:
        self._store = store
        self._ready = ready

    def routes(self, paths: Iterable[str]) -> list[Route]:
        """The same behind each of the addresses."""
        answers = {200: HealthResponse, 503: HealthResponse}
        return [
            Route(
                "GET", path, self.tell, "none", "Whether this engine works", answers, tag="health"
            )
            for path in paths
        ]

    async def tell(self, request: web.Request) -> web.Response:
        """``{"status", "version", "checks"}``, and ``detail`` in words when not ready."""
        checks = dict(self._ready())
        checks["store"] = checks.get("store", True) and self._can_read()
        missing = [name for name, good in checks.items() if not good]
        body = {
            "status": "unavailable" if missing else "ok",
            "version": __version__,
            "checks": checks,
        }
        if missing:
            body["detail"] = f"Not ready: {', '.join(missing)}."
        return json_response(body, 503 if missing else 200)

    def _can_read(self) -> bool:
        try:
            self._store.row("select id from jobs limit 1")
        except StoreError:
            return False
        return True

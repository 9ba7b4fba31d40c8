"""Health answers."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import StoreError
from tests.server.face import Face

ROUTES = ("/healthz", "/api/health", "/api/ready")


@pytest.mark.parametrize("route", ROUTES)
async def test_ready(face: Face, route: str) -> None:
    status, answer = await face.ask("GET", route)
    assert status == 200
    assert answer["status"] == "ok"
    assert answer["checks"] == {"scheduler": True, "store": True}


@pytest.mark.parametrize("route", ROUTES)
async def test_not_ready_says_what_is_missing(face: Face, route: str) -> None:
    face.ready["scheduler"] = False
    status, answer = await face.ask("GET", route)
    assert status == 503
    assert answer["status"] == "unavailable"
    assert answer["detail"] == "Not ready: scheduler."


async def test_a_store_that_cannot_be_read_is_not_ready(
    face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sql: str) -> None:
        raise StoreError("The database is damaged.")

    monkeypatch.setattr(face.ctx.store, "row", fail)
    status, answer = await face.ask("GET", "/healthz")
    assert status == 503
    assert answer["checks"] == {"scheduler": True, "store": False}


async def test_the_engine_need_not_speak_of_the_store(face: Face) -> None:
    del face.ready["store"]
    assert (await face.ask("GET", "/healthz"))[1]["checks"] == {"scheduler": True, "store": True}


async def test_head_and_post(face: Face) -> None:
    async with face.session.head(f"http://{face.address}/healthz") as answer:
        assert answer.status == 200
    assert (await face.ask("POST", "/healthz"))[0] == 405

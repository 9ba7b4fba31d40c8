"""A listening engine face without an engine behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.fakes import FakeClock
from tests.server.face import BEARER, Face, accept_token


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """The webhooks' context over an empty home."""
    store = Store(Home(tmp_path, tmp_path / "config.toml"), clock)
    yield Context(store, "webhook", "webhook")
    store.close()


@pytest.fixture
async def face(ctx: Context) -> AsyncIterator[Face]:
    """Listening on a free port; its session has an admin token."""
    accept_token(ctx)
    async with ClientSession(headers=BEARER) as session:
        face = Face(ctx, session)
        await face.listen()
        yield face
        await face.listener.stop()

"""A loopback model, and tools that are there only here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jobs_tui.tools import registry
from tests.agents.llm.scene import Disk, Heard
from tests.fake_openai import FakeOpenAI


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    """Says what the prompt tells it, or what the test puts into ``turns``."""
    with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def heard() -> Heard:
    """An output in memory."""
    return Heard()


@pytest.fixture
def with_tools(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes these the only tools there are."""

    def put(*disks: Disk) -> None:
        known = {disk.tool.name: disk.tool for disk in disks}
        monkeypatch.setattr(registry, "_PLACES", dict.fromkeys(known, ""))
        monkeypatch.setattr(
            registry,
            "tools",
            lambda names=None: [_one(known, n) for n in (known if names is None else names)],
        )

    return put


def _one(known: dict[str, object], name: str) -> object:
    return known[name] if name in known else registry.get_tool(name)

"""Fixtures that every test shares."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.fakes import FakeClock
from tests.quick_stores import quick_stores

# What `make test` uses: the same examples each time, and no deadline on a busy machine. Without
# the option pytest goes on looking for new examples.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)

# A shell starts what it leaves in the background with Ctrl-C ignored, and a child inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def quick_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """See :mod:`tests.quick_stores`."""
    with quick_stores(tmp_path_factory.mktemp("templates")):
        yield


@pytest.fixture
def clock() -> FakeClock:
    """21 August 2026, 14:02:11 UTC, a Friday."""
    return FakeClock()

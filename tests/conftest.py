"""Fixtures that every test shares."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

from tests.fakes import FakeClock

# What `make test` uses: the same examples each time, and no deadline on a busy machine. Without
# the option pytest goes on looking for new examples.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)

# A shell starts what it leaves in the background with Ctrl-C ignored, and a child inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def clock() -> FakeClock:
    """21 August 2026, 14:02:11 UTC, a Friday."""
    return FakeClock()

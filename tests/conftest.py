"""Fixtures that every test shares."""

from __future__ import annotations

import pytest

from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """21 August 2026, 14:02:11 UTC, a Friday."""
    return FakeClock()

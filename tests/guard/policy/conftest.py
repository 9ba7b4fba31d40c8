"""One policy engine for the tests of this folder: its worker is started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs_tui.guard.policy.engine import PolicyEngine


@pytest.fixture(scope="package")
def engine() -> Iterator[PolicyEngine]:
    """With workers of its own."""
    found = PolicyEngine()
    yield found
    found.close()

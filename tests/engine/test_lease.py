"""One engine per home."""

from __future__ import annotations

import os

import pytest

from jobs_tui.engine.lease import HomeLease
from jobs_tui.models.errors import EngineBusy
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import engine_state, request_stop
from jobs_tui.store.database import Store
from tests.fakes import FakeClock


def test_a_second_engine_is_told_who_holds_the_home(store: Store, clock: FakeClock) -> None:
    first, second = HomeLease(store, "a", "serve"), HomeLease(store, "b", "tui")
    first.acquire(clock.now())
    with pytest.raises(EngineBusy, match=f"pid {os.getpid()} on .*serve"):
        second.acquire(clock.now())
    first.release(clock.now())
    second.acquire(clock.now())
    second.release(clock.now())


def test_the_state_follows_the_lock_not_the_row(
    store: Store, ctx: Context, clock: FakeClock
) -> None:
    assert not engine_state(ctx).running
    lease = HomeLease(store, "a", "serve")
    lease.acquire(clock.now())
    state = engine_state(ctx)
    assert (state.running, state.pid, state.mode) == (True, os.getpid(), "serve")
    os.close(lease._lock or -1)  # as when its process is killed
    lease._lock = None
    assert not engine_state(ctx).running


def test_a_stop_is_asked_of_the_present_engine_only(
    store: Store, ctx: Context, clock: FakeClock
) -> None:
    lease = HomeLease(store, "a", "serve")
    lease.acquire(clock.now())
    assert not lease.stop_requested()
    request_stop(ctx)
    assert lease.stop_requested()
    lease.release(clock.now())
    again = HomeLease(store, "b", "serve")
    again.acquire(clock.now())
    assert not again.stop_requested()
    again.release(clock.now())

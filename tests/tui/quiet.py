"""Waiting until an application has nothing left to do, by looking at it.

Textual's own pilot sleeps 20 ms and more after each key and guesses from the processor's time; with
some thousand keys that is most of the time of the tests, and on a busy machine it guesses wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import Any

from textual._context import active_app
from textual.message_pump import MessagePump

ROUNDS = 3
"""Turns of the event loop without work that count as quiet."""
SOON = 0.2
"""Seconds: a timer that fires once and is shorter is waited for."""
PATIENCE = 10.0
"""Seconds after which what goes on for ever is let be: a busy machine takes one for a key."""


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """In place of ``textual._wait.wait_for_idle``; the arguments are its own.

    Args:
        min_sleep: not used.
        max_sleep: not used either: it is no more than a guess at how long work takes.

    An application that was told to end is not waited for.
    """
    app = active_app.get()
    end, quiet = monotonic() + PATIENCE, 0
    while quiet < ROUNDS and monotonic() < end and not app._exit:
        await asyncio.sleep(0)
        waits = _waits(app)
        if not waits and _painted(app):
            quiet += 1
            continue
        quiet = 0
        if waits:
            await asyncio.sleep(0.001)


def _pumps(app: Any) -> Iterator[MessagePump]:
    yield app
    for screen in app._screen_stack:
        yield from screen.walk_children(with_self=True)


def _waits(app: Any) -> bool:
    """Whether a message is waited for or worked on, or a short timer runs."""
    for pump in _pumps(app):
        queue = pump._message_queue
        if queue.values or pump._pending_message is not None or pump._next_callbacks:
            return True
        # A pump that has nothing to do waits for its queue.
        if pump.is_running and not queue.ready_event._waiters:  # type: ignore[attr-defined]
            return True
        if any(_soon(timer) for timer in pump._timers):
            return True
    return False


def _soon(timer: Any) -> bool:
    once = timer._repeat == 0 and timer._interval < SOON
    return once and timer._active.is_set() and timer._task is not None and not timer._task.done()


def _painted(app: Any) -> bool:
    """Whether the screen stands as it should; else it is drawn now."""
    if not app._screen_stack:
        return True
    screen = app._screen_stack[-1]
    to_do = (
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
    if to_do and screen.is_running:
        screen._on_timer_update()
        return False
    return True

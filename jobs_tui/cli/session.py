"""The store of the home for the length of one command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from jobs_tui.models.clock import Clock, SystemClock

if TYPE_CHECKING:
    from jobs_tui.service.context import Context

NO_ENGINE = "No engine is running: `jobs-tui` or `jobs-tui serve` starts one."


def clock() -> Clock:
    """The machine's clock, or the one that a test put into click's ``obj``."""
    given = click.get_current_context().obj
    return given if given is not None else SystemClock()


@contextmanager
def opened() -> Iterator[Context]:
    """The home of this user, opened for the use-cases.

    Raises:
        StoreError: it cannot be used.
    """
    from jobs_tui.service.context import Context, user_name
    from jobs_tui.store.database import Store
    from jobs_tui.store.home import find_home

    store = Store(find_home(), clock())
    try:
        yield Context(store, user_name(), "cli")
    finally:
        store.close()


def warn(*sentences: str) -> None:
    """Things worth knowing, on standard error, one line each."""
    from jobs_tui.guard.terminal_text import plain

    for sentence in sentences:
        click.echo(f"jobs-tui: {plain(sentence)}", err=True)


def forget_stdout() -> None:
    """Let what is still buffered for an output that takes no more end nowhere, in silence."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)

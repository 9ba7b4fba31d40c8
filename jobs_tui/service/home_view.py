"""A home as the settings screen shows it: its engine, its files, the settings in force."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jobs_tui import __version__
from jobs_tui.schedule.zones import tzdata_version
from jobs_tui.service.context import Context
from jobs_tui.store.settings import Settings, settings_with_origins


@dataclass(frozen=True, slots=True)
class HomeFile:
    """A file of the home."""

    path: Path
    about: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Storage:
    """What a home holds, and how much room is left for more."""

    files: tuple[HomeFile, ...]
    """Those that exist."""
    counts: dict[str, int]
    """Rows by what they are."""
    free_bytes: int
    """On the disk of the home."""


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting as this process reads it."""

    name: str
    value: str
    source: Literal["default", "file", "variable"]
    about: str


def storage(ctx: Context) -> Storage:
    """The files and what is in them. Counts rows: not for an event loop."""
    counts = {
        name: ctx.store.rows(f"select count(*) from {table}")[0][0]
        for name, table in (
            ("jobs", "jobs where archived_at is null"),
            ("deleted jobs", "jobs where archived_at is not null"),
            ("runs", "executions"),
            ("deliveries", "deliveries"),
        )
    }
    return Storage(tuple(_files(ctx)), counts, shutil.disk_usage(ctx.store.home.data).free)


def _files(ctx: Context) -> Iterator[HomeFile]:
    home = ctx.store.home
    for path, about in (
        (home.jobs_db, "jobs, history, deliveries"),
        (home.logs_db, "logs of the runs"),
    ):
        yield from _file(path, about)
        # Changes that SQLite has not moved into the file yet.
        yield from _file(path.with_name(f"{path.name}-wal"), "its newest changes")
    yield from _file(home.config_file, "settings")
    yield from _file(home.token_file, "text of the first token")
    yield from _file(home.engine_log, "what engines without a screen said")


def _file(path: Path, about: str) -> Iterator[HomeFile]:
    try:
        size = path.stat().st_size
    except OSError:
        return  # not there, which is no fault of any of them
    yield HomeFile(path, about, size)


def settings(ctx: Context) -> list[SettingInForce]:
    """Every setting, with where its value comes from; an engine elsewhere may read others.

    Raises:
        InvalidInput: the file or a variable is not valid.
    """
    values, origins = settings_with_origins(ctx.store.home)
    return [
        SettingInForce(
            name,
            _text(getattr(values, name)),
            origins.get(name, "default"),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def versions() -> dict[str, str]:
    """What this process is made of."""
    return {
        "jobs-tui": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "time zones": tzdata_version(),
    }


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)

"""What commands print: JSON that is safe to look at, tables that fit, times and durations."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from jobs_tui.guard.terminal_text import plain

# DEL, C1 controls, direction marks, zero-width characters and lone surrogates: JSON allows them
# as they are, a terminal does not survive them. In JSON they can only stand inside strings.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
GAP = "  "
NARROWEST = 8
"""Columns that the flexible column of a table keeps."""


def json_text(data: Any, *, indent: int | None = 2) -> str:
    """JSON with readable letters and without any character that steers a terminal."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(data: Any) -> None:
    """Print data for programs."""
    click.echo(json_text(data))


def cell_width(text: str) -> int:
    """Columns that plain text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def cut(text: str, width: int) -> str:
    """Text of at most ``width`` columns, ending in ``…`` where something is missing."""
    if cell_width(text) <= width:
        return text
    kept, used = "", 0
    for char in text:
        used += cell_width(char)
        if used > width - 1:
            break
        kept += char
    return f"{kept}…"


def terminal_width() -> int | None:
    """Columns of the terminal; None where output goes elsewhere and nothing needs to be cut."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    return None


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, flexible: int) -> str:
    """An aligned table; every cell is made plain, and the flexible column is cut to fit.

    Args:
        heads: titles of the columns.
        rows: cells, untrusted text allowed.
        flexible: index of the column that gives way in a narrow terminal.
    """
    lines = [list(heads), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(cell_width(line[i]) for line in lines) for i in range(len(heads))]
    room = terminal_width()
    if room is not None:
        others = sum(widths) - widths[flexible] + len(GAP) * (len(widths) - 1)
        widths[flexible] = max(NARROWEST, min(widths[flexible], room - others))
    return "\n".join(
        GAP.join(
            _padded(cut(cell, width), width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def fields(pairs: Mapping[str, str | None]) -> str:
    """``name  value`` lines; None leaves a line out, further lines of a value are indented."""
    shown = {name: value for name, value in pairs.items() if value is not None}
    width = max(map(len, shown))
    lines = []
    for name, value in shown.items():
        first, *more = [plain(line) for line in value.splitlines()] or [""]
        lines.append(f"{name:<{width}}{GAP}{first}".rstrip())
        lines += [f"{'':<{width}}{GAP}{line}".rstrip() for line in more]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """``20ms``, ``4.2s``, ``3m 05s``, ``2h 10m``, ``5d 3h``."""
    if 0 < seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 10:
        return f"{max(seconds, 0):.1f}".removesuffix(".0") + "s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3600}h"


def relative(moment: datetime | None, now: datetime) -> str:
    """``in 2h 10m``, ``5m 03s ago``, ``--`` for None."""
    if moment is None:
        return "--"
    seconds = (moment - now).total_seconds()
    if seconds >= 0:
        return f"in {duration(int(seconds) if seconds >= 1 else seconds)}"
    return f"{duration(-seconds)} ago"


def at_second(moment: datetime | None) -> str:
    """``2026-08-21 14:02:11Z``, ``--`` for None; an offset in place of Z outside UTC."""
    if moment is None:
        return "--"
    text = moment.isoformat(sep=" ", timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_width(text))

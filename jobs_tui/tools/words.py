"""Sizes, durations and tables as reports write them."""

from __future__ import annotations

from collections.abc import Sequence

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(count: float) -> str:
    """``1.5 GiB``, ``512 B``."""
    value, unit = float(count), 0
    while abs(value) >= 1024 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    if unit == 0:
        return f"{int(value)} B"
    return f"{value:.1f} {_UNITS[unit]}"


def span(seconds: float) -> str:
    """``3d 4h``, ``2h 05m``, ``12s``, ``40ms``."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3600}h"


def one_line(text: str) -> str:
    """A text that comes from outside, such as a file's name, without what breaks lines or screens.

    Line ends, escapes and bytes that are no text are shown as ``\\n``, ``\\x1b``, ``\\udcff``.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def rows(lines: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Aligned columns, each of one line; ``right`` names those that hold numbers."""
    if not lines:
        return ""
    lines = [[one_line(cell) for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``3 files``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def short(text: str, width: int = 200) -> str:
    """One line of at most ``width`` characters."""
    line = one_line(" ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"

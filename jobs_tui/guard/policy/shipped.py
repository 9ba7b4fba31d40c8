"""The example policies that come with jobs-tui: Rego files to start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "examples"
_NOTE = re.compile(r"^# (title|description): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """One of them."""

    id: str
    """The file's name without its end: ``business-hours``."""
    title: str
    description: str
    """What it does, in a sentence or two; both from the metadata of the module."""
    module: str


def examples() -> list[Example]:
    """All of them, by id."""
    return [_example(path) for path in sorted(_FOLDER.glob("*.rego"))]


def _example(path: Path) -> Example:
    module = path.read_text("utf-8")
    notes = dict(_NOTE.findall(module))
    return Example(path.stem, notes["title"], notes["description"], module)

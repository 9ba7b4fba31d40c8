"""Reading the documents: text, code blocks, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
PAGES = (
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
)
_CONSOLE = re.compile(r"(<!-- tour -->\n)?```console\n(.*?)```", re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Command:
    """A line that a reader is asked to type."""

    page: str
    text: str
    tour: bool


def commands() -> Iterator[Command]:
    """Lines after ``$`` in the console blocks of all pages, comments left out."""
    for page in PAGES:
        for block in _CONSOLE.finditer(page.read_text("utf-8")):
            for line in block[2].splitlines():
                if line.startswith("$ "):
                    text = re.sub(r"\s{2,}#.*", "", line[2:])
                    yield Command(page.name, text, tour=block[1] is not None)


def code_in(text: str) -> list[str]:
    """What stands between backticks, the blanks that doubled backticks need taken away."""
    return [found[2].strip() for found in _CODE.finditer(text)]


def table_after(page: Path, heading: str) -> list[list[str]]:
    """Rows of the first table below a heading, the head row left out."""
    _, _, rest = page.read_text("utf-8").partition(f"{heading}\n")
    rows: list[list[str]] = []
    for line in rest.splitlines():
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
        elif rows:
            break
    return rows[2:]

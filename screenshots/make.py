"""Draws the pictures of the README from the real screens (``make screenshots``).

The home is temporary and the clock stands still: drawing again gives the same files.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from unittest import mock

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from jobs_tui.service.context import Context
from jobs_tui.tui.app import JobsApp
from screenshots.home import sample_home
from screenshots.workflow import release

HERE = Path(__file__).parent
NARROW, WIDE = (80, 24), (120, 40)
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Fonts are named by their address: a picture fetches nothing."""
_TEXT = re.compile(
    r'<text class="(\S+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+" (.*?)>(.*?)</text>'
)
CELL = 12.2
"""Width of a cell in a picture."""


@dataclass(frozen=True)
class Picture:
    """What to press on the dashboard until the screen looks as wanted."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    more: Callable[[Context], object] = lambda ctx: None
    """Puts more into the home than the other pictures have."""

    @property
    def file(self) -> Path:
        """Where it goes."""
        return HERE / f"{self.name}-{self.size[0]}x{self.size[1]}.svg"


PICTURES = tuple(
    Picture(name, size, keys)
    for name, keys in {
        "dashboard": ("j", "j"),
        "wizard-trigger": ("j", "j", "e", "pagedown"),
        "job": ("enter",),
        "log": ("j", "j", "l"),
        "runs": ("2",),
    }.items()
    for size in (NARROW, WIDE)
) + tuple(
    Picture(name, size, keys, release)
    for name, keys in {"steps": ("2", "enter"), "agents": ("3", "j", "j")}.items()
    for size in (NARROW, WIDE)
)


async def draw(picture: Picture) -> str:
    """The picture as SVG."""
    with (
        tempfile.TemporaryDirectory() as folder,
        # Which agent programs this machine has is no matter of a picture.
        mock.patch("jobs_tui.agents.command.programs.find_program", return_value=None),
        sample_home(Path(folder) / "home", picture.more) as ctx,
    ):
        app = JobsApp(ctx.store, ctx=ctx)
        async with app.run_test(size=picture.size) as pilot:
            await _settle(pilot)
            for key in picture.keys:
                await pilot.press(key)
                await _settle(pilot)
            svg: str = app.export_screenshot(title="jobs-tui")
            return _TEXT.sub(_words, _FONT.sub("", svg))


def _words(found: re.Match[str]) -> str:
    """Each word at its own place: not every viewer keeps blanks, or stretches to a length."""
    style, x, y, clip, content = found.groups()
    return "".join(
        f'<text class="{style}" x="{float(x) + CELL * word.start():.1f}" y="{y}"'
        f' textLength="{CELL * len(word[0]):.1f}" {clip}>{escape(word[0])}</text>'
        for word in re.finditer(r"[^ ]+", unescape(content).replace("\xa0", " "))
    )


async def _settle(pilot: Pilot[None]) -> None:
    """Until the screen has read what it shows and has laid itself out."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.3)
    for widget in pilot.app.screen.query(Input):
        widget.cursor_blink = False
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False
    await pilot.pause()


async def main() -> None:
    """Draw all pictures, or those whose name was given."""
    wanted = sys.argv[1:]
    for picture in PICTURES:
        if wanted and picture.name not in wanted:
            continue
        picture.file.write_text(await draw(picture), "utf-8")
        sys.stdout.write(f"{picture.file.relative_to(HERE.parent)}\n")


if __name__ == "__main__":
    asyncio.run(main())

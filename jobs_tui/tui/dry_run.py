"""A dry run in a dialog: prompt, who, command lines and checks, each check with its sign."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from textual.content import Content

from jobs_tui.guard.terminal_text import clean_output, plain
from jobs_tui.service.dry_run import Whole
from jobs_tui.service.preview_words import dry_run_lines
from jobs_tui.tui.dialogs import MessageDialog

_LINE = re.compile(r"(?P<indent> *)(?P<score>\d\.\d\d )?(?P<sign>[+!] )?(?P<name>[a-z]+ {2,})?")
_WIDEST = 90


def dialog(found: Whole, title: str, width: int) -> MessageDialog:
    """The dialog for a screen of ``width`` columns."""
    hint = "Nothing was run."
    if found.missing:
        hint += f" No value yet: {', '.join(found.missing)}; a start by hand asks for it."
    text = Content("\n").join(_lines(found, min(_WIDEST, int(width * 0.96) - 7)))
    return MessageDialog(title, text, hint, wide=True)


def _lines(found: Whole, width: int) -> Iterator[Content]:
    yield Content.styled("PROMPT", "$title bold")
    for line in clean_output(found.prompt).split("\n"):
        yield Content(f"  {plain(line)}")
    yield Content("")
    for line in dry_run_lines(found):
        text = plain(line)
        if text and not text.startswith(" "):
            yield Content.styled(text, "$title bold")
        else:
            yield from _wrapped(text, width)


def _wrapped(text: str, width: int) -> Iterator[Content]:
    """A line with what does not fit below its words; its sign in colour."""
    head = _LINE.match(text)
    assert head is not None
    rows = textwrap.wrap(
        text, width, subsequent_indent=" " * min(head.end(), width // 2), drop_whitespace=True,
        break_long_words=True, break_on_hyphens=False,
    )  # fmt: skip
    sign = head["sign"]
    for place, row in enumerate(rows or [""]):
        if sign is None or place:
            yield Content(row)
            continue
        at = head.start("sign")
        style = "$state-ok bold" if sign[0] == "+" else "$state-warn bold"
        yield Content.assemble(row[:at], (row[at : at + 1], style), row[at + 1 :])

"""Text in an editor, character by character safe: nothing in it can move the terminal's cursor.

An editor keeps what it was given and must show one character for each, so that controls and
direction marks cannot be taken out as elsewhere; they become a sign.
"""

from __future__ import annotations

import re

from rich.highlighter import Highlighter
from rich.text import Text

_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
SIGN = "\ufffd"


def visible(text: str) -> str:
    """The text with a sign in place of each character that a terminal would obey or hide."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(SIGN, text)


class Visible(Highlighter):
    """:func:`visible` for one-line fields."""

    def __call__(self, text: str | Text) -> Text:
        """Rich's hook."""
        plain = text if isinstance(text, str) else text.plain
        return Text(visible(plain).replace("\t", " "), no_wrap=True, overflow="ignore", end="")

    def highlight(self, text: Text) -> None:
        """Rich's hook: nothing is coloured."""

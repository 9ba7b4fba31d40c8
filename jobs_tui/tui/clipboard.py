"""Copying over SSH: OSC 52, wrapped so that tmux lets it through (UX.md 4)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

LIMIT = 74_000
"""Bytes of text; longer sequences are cut off or refused by common terminals."""


def osc52(text: str, environment: Mapping[str, str]) -> str:
    """The escape sequence that puts a text on the clipboard of the terminal in front of a person.

    Args:
        environment: of this process; ``TMUX`` means that the sequence must pass through tmux.
    """
    payload = text.encode("utf-8", "replace")[:LIMIT]
    sequence = f"\x1b]52;c;{base64.b64encode(payload).decode('ascii')}\x07"
    if environment.get("TMUX"):
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    return sequence


def note(environment: Mapping[str, str]) -> str:
    """What to tell after a copy."""
    if environment.get("TMUX"):
        return "copied through tmux (needs `set -g allow-passthrough on`)"
    return "copied to the terminal's clipboard"

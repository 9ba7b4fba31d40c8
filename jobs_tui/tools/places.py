"""Directories that arguments name: there, readable, and what is too much to change."""

from __future__ import annotations

import os

from jobs_tui.tools.tool import ToolContext, ToolFailed


def directory(context: ToolContext, text: str) -> str:
    """The absolute path of a directory that can be read. Raises ToolFailed."""
    path = context.path(text)
    if not os.path.isdir(path):
        raise ToolFailed(f"{path} is no directory here.", "Check the path.")
    if not os.access(path, os.R_OK | os.X_OK):
        raise ToolFailed(f"{path} cannot be read: not allowed.")
    return path


def within(inner: str, outer: str) -> bool:
    """Whether a real path is another or lies below it."""
    return inner == outer or f"{inner}/".startswith(f"{outer.rstrip('/')}/")

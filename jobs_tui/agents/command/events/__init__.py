"""The JSON events of agent programs, read into lines for people and an outcome (AGENTS.md 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jobs_tui.agents.command.events.claude import ClaudeEvents
from jobs_tui.agents.command.events.codex import CodexEvents
from jobs_tui.agents.command.events.gemini import GeminiEvents
from jobs_tui.agents.command.events.goose import GooseEvents
from jobs_tui.agents.command.events.opencode import OpencodeEvents

if TYPE_CHECKING:
    from jobs_tui.agents.command.events.reading import Events

READERS: Mapping[str, type[Events]] = {
    "claude": ClaudeEvents,
    "codex": CodexEvents,
    "gemini": GeminiEvents,
    "goose": GooseEvents,
    "opencode": OpencodeEvents,
}
"""By ``CommandTemplate.output``."""

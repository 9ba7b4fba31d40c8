"""The four steps in which a job is made or changed (UX.md 5.2)."""

from __future__ import annotations

from jobs_tui.tui.screens.wizard.finish import Result
from jobs_tui.tui.screens.wizard.keys import ACTIONS
from jobs_tui.tui.screens.wizard.screen import WizardScreen

__all__ = ["ACTIONS", "Result", "WizardScreen"]

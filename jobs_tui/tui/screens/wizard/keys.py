"""The actions of the wizard: in forms letters are text, so they are on F keys (UX.md 5)."""

from __future__ import annotations

from jobs_tui.tui.actions import MOVE, Action

ACTIONS = (
    Action(
        "wizard.next-field",
        ("tab",),
        "next field",
        "Next field",
        MOVE,
        1,
        handler="next_field",
        palette=False,
    ),
    Action(
        "wizard.previous-field",
        ("shift+tab",),
        "field before",
        "Field before",
        MOVE,
        handler="previous_field",
        palette=False,
    ),
    Action(
        "wizard.enter",
        ("enter",),
        "next step",
        "Next step, from a field of one line",
        MOVE,
        handler="next_step",
        palette=False,
    ),
    Action(
        "wizard.next-step",
        ("pagedown",),
        "next step",
        "Next step, from every field",
        MOVE,
        2,
        priority=True,
    ),
    Action(
        "wizard.previous-step",
        ("pageup",),
        "step back",
        "Step before, from every field",
        MOVE,
        3,
        priority=True,
    ),
    Action(
        "wizard.save", ("f2",), "create", "Create or save the job, from any step", footer=4,
        priority=True,
    ),
    Action(
        "wizard.preview", ("f3",), "preview", "More starts (step 2), else a dry run",
        footer=5, priority=True,
    ),
    Action(
        "wizard.editor", ("f4",), "editor", "Write the prompt in $VISUAL or $EDITOR",
        footer=6, priority=True,
    ),
    Action(
        "wizard.help", ("f1",), "help", "Help for this step", footer=7, handler="step_help",
        priority=True,
    ),
    Action(
        "wizard.save-and-run", ("f6",), "create and run", "Create or save the job and run it now",
        handler="save_and_run", priority=True,
    ),
    Action(
        "wizard.create-paused", ("f7",), "create paused", "Create the job, but paused",
        handler="create_paused", priority=True,
    ),
    Action(
        "wizard.start-over", ("f8",), "start over", "Throw the draft away and begin again",
        handler="start_over", priority=True,
    ),
    Action(
        "wizard.why", ("m",), "why smart", "Why Smart would pick whom it would pick (step 3)",
    ),
    Action("wizard.leave", ("escape",), "leave", "Leave (twice); the draft is kept"),
)  # fmt: skip
"""All of them; the rest of the keys are those of the fields."""

"""The options that say after which other jobs a job starts, as JobCreate fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.short_dependencies import entry_of

NONE = "none"
"""What takes all dependencies away."""

AFTER_OPTIONS = (
    click.option(
        "--after",
        multiple=True,
        metavar="JOB[:HOW] [+ DELAY]",
        help="Start after each run of this job that is completed (or HOW: finished, failed); of"
        " several all must have come. A job with a rhythm waits for it once. JSON, or none.",
    ),
    click.option(
        "--gate",
        is_flag=True,
        help="With --after: once is enough, then the own trigger begins to count.",
    ),
    click.option(
        "--after-delay", metavar="DURATION", help="How long after its end, with --after: 3d."
    ),
    click.option(
        "--once", is_flag=True, help="With --after: start a single time, then it is completed."
    ),
    click.option(
        "--pass",
        "passed",
        multiple=True,
        metavar="NAME=WHAT",
        help="With --after: hand on result, answer, status, exit_code, error, run_id or a JSON path"
        " into the answer ($.price) as a parameter.",
    ),
)


def after_fields(options: Mapping[str, Any]) -> dict[str, Any]:
    """``depends_on``, and with ``--once`` the trigger; empty when nothing was said.

    Raises:
        UsageError: an option that needs ``--after``, or one that does not fit several.
        InvalidInput: a text that cannot be read.
    """
    given: Sequence[str] = options["after"]
    if not given:
        for name in ("gate", "after_delay", "once", "passed"):
            if options[name] not in (None, False, ()):
                option = "pass" if name == "passed" else name.replace("_", "-")
                raise click.UsageError(f"--{option} goes with --after")
        return {}
    if [text.strip().lower() for text in given] == [NONE]:
        return {"depends_on": []}
    entries = [entry_of(text) for text in given]
    if options["passed"]:
        if len(entries) > 1:
            raise click.UsageError(
                "--pass goes with one --after; write several as JSON:"
                ' --after \'{"job": "a", "parameters": {"text": "result"}}\''
            )
        entries[0].setdefault("parameters", {}).update(_passed(options["passed"]))
    for entry in entries:
        if options["gate"]:
            entry["mode"] = "gate"
        if options["after_delay"] is not None:
            entry["delay_seconds"] = options["after_delay"]
    found: dict[str, Any] = {"depends_on": entries}
    if options["once"]:
        found["trigger_type"] = "one_off"
    return found


def _passed(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, equals, source = text.partition("=")
        if not equals or not name:
            raise InvalidInput(
                f"--pass {text!r:.60} is not NAME=WHAT.",
                "For example --pass draft=answer.",
                field="depends_on",
            )
        found[name] = source
    return found

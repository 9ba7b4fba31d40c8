"""Each step as a picture, at both sizes, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from jobs_tui.service import secrets
from jobs_tui.service.context import Context
from jobs_tui.tui.screens.wizard import looking, screen
from jobs_tui.tui.theme import DARK, LIGHT, MONO
from tests.tui.conftest import MakeJob
from tests.tui.screens import worked
from tests.tui.wizard_fixtures import NARROW, WIDE, WizardApp

Keys = list[str]
STEPS: dict[str, Keys] = {
    "basics_empty": [],
    "basics_fault": ["f2"],
    "basics": ["T:db-backup-nightly", "tab", "T:Nightly dump", "tab", "tab", "T:db, nightly"],
    "trigger_empty": ["T:db", "pagedown"],
    "trigger": ["T:db", "pagedown", "tab", "tab", "T:0 9 * * 1-5", "tab", "T:new york", "enter"],
    "trigger_zones": ["T:db", "pagedown", "tab", "tab", "tab", "T:ber"],
    "trigger_fault": ["T:db", "pagedown", "tab", "tab", "T:61 * * * *"],
    "trigger_busy": ["T:db", "pagedown", "tab", "home", *["tab"] * 8, "right"],
    "once": ["T:pay", "pagedown", "right", "tab", "T:tomorrow 9am"],
    "once_fault": ["T:pay", "pagedown", "right", "tab", "T:yesterday 9am"],
    "again": [
        *["T:poll", "pagedown", "right", "right", "tab", "T:90s", "tab", "tab", "tab"],
        *["T:tomorrow 9am", "tab", "T:in 3 days", "tab", "T:10", "tab", "right"],
    ],
    "goal": [
        *["T:merge", "pagedown", *["right"] * 3, "tab", "T:5m", "tab", "tab", "tab"],
        *["T:all pull requests are merged", "tab", "tab", "tab", "T:20"],
    ],
    "goal_json": [
        *["T:merge", "pagedown", *["right"] * 3, "tab", "T:5m", "tab", "tab", *["right"] * 3],
        *["tab", "T:$.state", "tab", "T:merged"],
    ],
    "goal_fault": [
        *["T:merge", "pagedown", *["right"] * 3, "tab", "T:5m", "tab", "tab", *["right"] * 6],
        *["tab", "T:{"],
    ],
    "webhook": ["T:hook", "pagedown", "end", "left"],
    "who": ["pagedown", "pagedown"],
    "prompt": [
        *["T:db", "pagedown", "tab", "home", "right", "pagedown", "pagedown"],
        "T:pg_dump {{ database }} > {{ run_date }}.sql",
        *["tab", "T:orders"],
    ],
    "prompt_fault": ["pagedown", "tab", "home", "pagedown", "pagedown", "T:echo {{ a }} {{ b }}"],
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for a pause in the typing."""
    monkeypatch.setattr(screen, "KEEP_AFTER", 0.01)
    monkeypatch.setattr(looking, "LOOK_AFTER", 0.01)


def press(keys: Keys) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        for key in keys:
            if key.startswith("T:"):
                pilot.app.post_message(Paste(key[2:]))
                await pilot.pause()
            else:
                await pilot.press(key)
        await worked(pilot.app.workers)
        await pilot.pause(0.05)
        await worked(pilot.app.workers)
        await pilot.pause()

    return run


CASES = [
    *((name, NARROW) for name in STEPS),
    *((name, WIDE) for name in ("basics", "trigger", "webhook", "who", "prompt")),
    *((name, WIDE) for name in ("once", "again", "goal")),
]


@pytest.mark.parametrize(("name", "size"), CASES, ids=lambda part: str(part).replace(", ", "x"))
def test_step(snap_compare: Any, ctx: Context, name: str, size: tuple[int, int]) -> None:
    app = WizardApp(ctx)
    assert snap_compare(app, terminal_size=size, run_before=press(STEPS[name]))


@pytest.mark.parametrize("theme", [LIGHT.name, MONO.name])
def test_theme(snap_compare: Any, ctx: Context, theme: str) -> None:
    app = WizardApp(ctx)
    app.theme = theme
    assert theme != DARK.name
    assert snap_compare(app, terminal_size=NARROW, run_before=press(STEPS["prompt_fault"]))


@pytest.mark.parametrize("theme", [LIGHT.name, MONO.name])
@pytest.mark.parametrize("name", ["goal", "once_fault"])
def test_theme_of_when(snap_compare: Any, ctx: Context, theme: str, name: str) -> None:
    app = WizardApp(ctx)
    app.theme = theme
    assert snap_compare(app, terminal_size=NARROW, run_before=press(STEPS[name]))


DELIVER = ["T:report", "tab", "tab", "tab", "tab"]
OTHERS: dict[str, Keys] = {
    "deliver": [
        *[*DELIVER, "T:https://example.org/t0ken, file:/srv/{date}.md, job:build"],
        *["tab", "T:HOOK", "tab", "right"],
    ],
    "deliver_fault": [*DELIVER, "T:file:/srv/{date}.md, somewhere"],
    "after": [
        *["T:deploy", "pagedown", "tab", "home", *["tab"] * 7],
        "T:build, test:failed + 3d",
    ],
    "after_chain": ["T:deploy", "pagedown", "end", "tab", "T:build + 3d"],
    "after_fault": ["T:deploy", "pagedown", "end", "tab", "T:buld + 3d"],
}
OTHER_CASES = [
    *((name, NARROW, DARK.name) for name in OTHERS),
    *((name, WIDE, DARK.name) for name in ("deliver", "after", "after_chain")),
    *(("deliver", NARROW, theme) for theme in (LIGHT.name, MONO.name)),
]


@pytest.mark.parametrize(
    ("name", "size", "theme"), OTHER_CASES, ids=lambda part: str(part).replace(", ", "x")
)
def test_other_jobs_and_places(
    snap_compare: Any,
    ctx: Context,
    make_job: MakeJob,
    name: str,
    size: tuple[int, int],
    theme: str,
) -> None:
    secrets.put(ctx, "HOOK", value="hush-hush")
    make_job("build"), make_job("test")
    app = WizardApp(ctx)
    app.theme = theme
    assert snap_compare(app, terminal_size=size, run_before=press(OTHERS[name]))


def test_edit(snap_compare: Any, ctx: Context, make_job: MakeJob) -> None:
    job = make_job(
        "db [/foo]",
        cron="*/15 * * * *",
        prompt="echo {{ a }}",
        parameters=[{"name": "a", "default": 5}, {"name": "old", "default": "x"}],
    )
    app = WizardApp(ctx, job.id)
    keys = ["pagedown", "pagedown", "pagedown"]
    assert snap_compare(app, terminal_size=WIDE, run_before=press(keys))

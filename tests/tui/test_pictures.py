"""Pictures of the screens at 80x24 and 120x40: what stands where, in which colour."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from jobs_tui.models.enums import ExecutionStatus, Kind
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Parameter
from jobs_tui.service.context import Context
from jobs_tui.tui.app import JobsApp
from jobs_tui.tui.dialogs import Confirm, CopyMenu, MessageDialog, QuitDialog, RunParameters
from tests.tui.screens import settled

SIZES = [(80, 24), (120, 40)]
Before = Callable[[Pilot[None]], Awaitable[None]]


@pytest.fixture
def filled(ctx: Context, make_job: Any, make_run: Any) -> Context:
    """Six jobs in every state that a list can show."""
    backup = make_job(
        "db-backup-nightly",
        cron="0 2 * * *",
        prompt="pg_dump {{database}} and verify the restore point",
        parameters=[{"name": "database", "default": "orders"}],
        tags=["db", "nightly"],
    )
    vacuum = make_job("db-vacuum", cron="0 4 * * 0", prompt="vacuumdb --all")
    check = make_job("db-replica-check", cron="*/15 * * * *", prompt="check the lag")
    make_job("db-restore-drill", trigger_type="webhook", enabled=False)
    make_job("web-certificates", cron="30 6 * * 1-5", prompt="check [/etc/ssl] 証明書")
    hourly = make_job("report-hourly", cron="0 * * * *")
    for age in range(19):
        status = ExecutionStatus.FAILED if age == 8 else ExecutionStatus.COMPLETED
        make_run(backup, status, ago=86_400 * (20 - age), took=200 + age * 7)
    make_run(
        backup,
        ExecutionStatus.RUNNING,
        ago=72,
        kind=Kind.MANUAL,
        log=["41 tables, 18.4 GB", "dumping table orders (3/41)", "wrote 182 MB, 31 MB/s"],
    )
    make_run(vacuum, ago=86_400 * 5, took=61)
    for age in range(5):
        make_run(check, ago=9000 - age * 900, took=39)
    make_run(check, ExecutionStatus.SKIPPED, ago=1900, reason="too-late", count=3)
    make_run(check, ExecutionStatus.TIMED_OUT, ago=1200, took=600, error="timed out")
    make_run(check, ExecutionStatus.FAILED, ago=360, took=124, error="lag 91 s", log=["lag 91 s"])
    make_run(hourly, ExecutionStatus.QUEUED, ago=11)
    return ctx


@pytest.fixture
def looks(ctx: Context, snap_compare: Any) -> Callable[..., bool]:
    """``looks(size, *keys, theme=None, before=None)`` compares with the kept picture."""

    def compare(
        size: tuple[int, int],
        *keys: str,
        theme: str | None = None,
        before: Before | None = None,
    ) -> bool:
        async def run(pilot: Pilot[None]) -> None:
            if theme is not None:
                pilot.app.theme = theme
            await settled(pilot)
            for key in keys:
                await pilot.press(key)
            await settled(pilot)
            if before is not None:
                await before(pilot)
            # The preview follows after its delay; its timer is all that is waited for.
            await asyncio.wait_for(_quiet(pilot), 5)

        app = JobsApp(ctx.store, ctx=ctx)
        same: bool = snap_compare(app, terminal_size=size, run_before=run)
        return same

    return compare


async def _quiet(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen_stack[0]
    load = getattr(screen, "_load_preview", None)
    if load is not None:
        load()
    await settled(pilot)


def show(dialog: Any) -> Before:
    async def before(pilot: Pilot[None]) -> None:
        pilot.app.push_screen(dialog)
        await settled(pilot)

    return before


class TestJobs:
    @pytest.mark.parametrize("size", SIZES)
    def test_empty_home(self, looks: Any, size: tuple[int, int]) -> None:
        """Says what to do: n, D, ?; no table, no filter row."""
        assert looks(size)

    @pytest.mark.parametrize("size", SIZES)
    def test_filled(self, filled: Context, looks: Any, size: tuple[int, int]) -> None:
        """The failing job first; its preview below (narrow) or beside (wide)."""
        assert looks(size)

    @pytest.mark.parametrize("size", SIZES)
    def test_mono(self, filled: Context, looks: Any, size: tuple[int, int]) -> None:
        """The same information in two shades: signs, words and weight."""
        assert looks(size, theme="jobs-mono")

    def test_light(self, filled: Context, looks: Any) -> None:
        """Dark text on light ground."""
        assert looks((120, 40), theme="jobs-light")

    def test_running_job(self, filled: Context, looks: Any) -> None:
        """The side pane of a running job: how long, of about how long, live lines."""
        assert looks((120, 40), "j", "j")

    def test_marked_and_filtered(self, filled: Context, looks: Any) -> None:
        """Four of six shown, two of them with a star."""
        assert looks((80, 24), "slash", "d", "b", "enter", "space", "space")

    def test_wide_columns(self, filled: Context, looks: Any) -> None:
        """Runs, agent and tags in place of the side pane."""
        assert looks((120, 40), "w", "t")

    def test_too_small(self, filled: Context, looks: Any) -> None:
        """One line that asks for more room."""
        assert looks((59, 15))

    def test_short(self, filled: Context, looks: Any) -> None:
        """Under 20 rows: no summary, no preview."""
        assert looks((80, 16))


class TestHelp:
    @pytest.mark.parametrize("size", SIZES)
    def test_jobs(self, looks: Any, size: tuple[int, int]) -> None:
        """All keys in groups, three columns of words or two of sentences."""
        assert looks(size, "question_mark")

    def test_found(self, looks: Any) -> None:
        """Only what holds the word."""
        assert looks((80, 24), "question_mark", "slash", "l", "o", "g")


class TestDialogs:
    def test_confirm(self, filled: Context, looks: Any) -> None:
        """Focus on No; the sentence names the loss."""
        assert looks((80, 24), "d")

    def test_confirm_by_number(self, looks: Any) -> None:
        """A field for the number."""
        dialog = Confirm("Delete", "Delete 3 jobs and the history of 40 runs?", number=3)
        assert looks((80, 24), before=show(dialog))

    def test_error(self, looks: Any) -> None:
        """Title, message, hint."""
        error = InvalidInput("{{ where }} has no value.", "Give it with the start.")
        assert looks((80, 24), before=show(MessageDialog.of(error)))

    def test_quit(self, looks: Any) -> None:
        """Three ways out, each with a letter."""
        assert looks((80, 24), before=show(QuitDialog(2, True)))

    def test_copy(self, looks: Any) -> None:
        """One letter per thing."""
        things = [("n", "name", "name"), ("u", "URL", "webhook URL"), ("j", "JSON", "as JSON")]
        assert looks((80, 24), before=show(CopyMenu(things)))

    def test_parameters_mono(self, looks: Any) -> None:
        """One field per variable, the description beside its name."""
        parameters = [
            Parameter("database", "orders", description="which database"),
            Parameter("where", required=True),
        ]
        dialog = RunParameters("Run db-backup", parameters, everything=True)
        assert looks((80, 24), theme="jobs-mono", before=show(dialog))

    def test_palette(self, filled: Context, looks: Any) -> None:
        """Actions with their keys."""
        assert looks((80, 24), "colon")

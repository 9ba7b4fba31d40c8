"""The rows of the second step; each field is named after the attribute of the draft that it shows.

At 80x24 the rows of every kind of job fit on the screen (UX.md 8, 6).
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from jobs_tui.models.enums import Conversation, IntervalMode
from jobs_tui.tui.screens.wizard import goal, sentences
from jobs_tui.tui.widgets.fields.field import Bracketed, Group, Hint, Label, Row, TextInput, Words
from jobs_tui.tui.widgets.fields.one_of import OneOf

AFTER = "jobs that come first: build, test:failed + 3d"
KINDS = (
    ("cron", "Schedule"),
    ("one_off", "Once"),
    ("recurring", "Again and again"),
    ("ongoing", "Until a goal"),
    ("webhook", "Webhook"),
    ("manual", "By hand only"),
)
"""How a job may start, in the words of the form."""
TIMED = frozenset({"cron", "one_off", "recurring", "ongoing"})
_COUNTED = (
    (IntervalMode.FIXED_RATE.value, "from start to start"),
    (IntervalMode.FIXED_DELAY.value, "from the end of each run"),
)
_MEMORY = (
    (Conversation.NEW.value, "begins anew"),
    (Conversation.CONTINUE.value, "goes on with the talk"),
)


def when_rows(zone: Widget) -> ComposeResult:
    """How it starts, and when.

    Args:
        zone: the field of the time zone.
    """
    yield Row("Start by", OneOf(KINDS, id="trigger"))
    with Group(id="schedule"):
        presets = [*sentences.PRESETS, (sentences.OWN, "own")]
        look = OneOf(presets, sentences.OWN, look="strip", id="preset")
        yield Row("Preset", look, id="preset-row")
        yield Horizontal(
            Row("Cron", _field("cron", 256, "0 9 * * 1-5"), id="cron-row"),
            Row("At", _field("run_at", 128, "tomorrow 9am"), id="run-at-row"),
            Row("Every", _field("every", 40, "5m"), id="every-row"),
            Row("Pause", _field("pause", 40, "1m"), id="pause-row"),
            Row("Timezone", zone, id="zone-row"),
            id="cron-and-zone",
        )
        yield Row("Counted", OneOf(_COUNTED, id="counted"), id="counted-row")
        yield Hint(id="cron-hint")
        with Group(id="goal-group"):
            yield from _goal_rows()
        yield Row(
            "Begin",
            _field("start_at", 128, "at once", 20),
            Label("End", id="end-label"),
            _field("end_at", 128, "never", 20),
            Label("Runs", id="runs-label"),
            _field("max_runs", 10, "", 8),
            id="limits-of-runs",
        )
        yield Hint(id="span-hint")
        yield Row("Next runs", Words(id="runs"))
        yield Row(
            "Answers",
            OneOf([("no", "all"), ("answer", "tell changes only")], id="watch"),
            Label("but not", id="ignore-label"),
            _field("ignore", 400, "lines, regex", 20),
            id="watch-row",
        )
        yield Row("Each run", OneOf(_MEMORY, id="conversation"), id="memory-row")


def after_rows() -> ComposeResult:
    """Which other jobs it waits for."""
    yield Row("After", _field("after", 20_000, "no other job; build, test:failed + 3d"))
    yield Hint(AFTER, id="after-hint")


def bound_rows() -> ComposeResult:
    """What holds its runs within bounds."""
    yield Row(
        "If running",
        OneOf([("skip", "skip"), ("allow", "start another")], id="overlap"),
        Label("at most", id="most-label"),
        _field("max_parallel", 4, "", 8),
        id="running-row",
    )
    yield Row(
        "Timeout",
        _field("timeout", 12, "", 12),
        Label("Retries", id="retries-label"),
        _field("retries", 3, "", 8),
        Label("Pause after", id="failures-label"),
        _field("failures", 4, "never", 10),
        id="limits-row",
    )
    yield Hint(id="limits-hint")


def _goal_rows() -> ComposeResult:
    yield Row("Until", OneOf(goal.KINDS, look="strip", id="goal_kind"))
    yield Row("Goal", _field("goal", 4000, "what the prompt says"), id="verdict-row")
    yield Row("Exit code", _field("exit_code", 3, "0", 10), id="exit_code-row")
    yield Row(
        "Answer",
        OneOf([("contains", "contains"), ("matches", "regex")], id="text_how"),
        _field("text", 1000, "merged"),
        id="text-row",
    )
    yield Row(
        "Path",
        _field("path", 1000, "$.state", 24),
        Label("equals", id="equals-label"),
        _field("path_equals", 1000, "anything"),
        id="json_path-row",
    )
    yield Row(
        "Expression",
        _field("expression", 4000, "results[0].json.open == 0"),
        id="expression-row",
    )
    yield Row("Changes", _field("changes", 7, "1", 10), id="changed-row")
    yield Row(
        "As JSON",
        _field("conditions", 20_000, '{"any": [{"type": "exit_code", "equals": 0}]}'),
        id="several-row",
    )
    yield Hint(id="goal-hint")


def _field(name: str, most: int, placeholder: str, width: int | None = None) -> Bracketed:
    return Bracketed(TextInput(id=name, most=most, placeholder=placeholder), width=width)

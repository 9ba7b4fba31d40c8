"""The side panel of wide windows: summary, week, field help, agent, dry run (UX.md 5.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from textwrap import wrap

from textual.content import Content

from jobs_tui.agents.smart.ranking import BEST, Selection
from jobs_tui.guard.terminal_text import clean_output, plain
from jobs_tui.service.context import Context
from jobs_tui.service.week import Week
from jobs_tui.tui.screens import agent_words
from jobs_tui.tui.screens.wizard import deliver, sentences, waits
from jobs_tui.tui.screens.wizard.checks import STEPS, Problem
from jobs_tui.tui.screens.wizard.doers import AGENT, Doers
from jobs_tui.tui.screens.wizard.draft import Draft

MOST_ROWS = 8
"""Rows of the picture of a week; more hours are put together."""
DRY_RUN_LINES = 16
SIDE = 36
"""Columns of text in the panel."""

_CRON = (
    ("minute", "0-59", "* , - /"),
    ("hour", "0-23", ""),
    ("day", "1-31", "L = last day"),
    ("month", "1-12", "or jan-dec"),
    ("weekday", "0-7", "or sun-sat"),
)


def title(text: str) -> Content:
    """A heading."""
    return Content.styled(text, "$title bold")


def pairs(rows: Sequence[tuple[str, str]], width: int = 10) -> list[Content]:
    """Names and values in two columns; a long value goes on below itself."""
    return [
        Content.assemble((f"{'' if at else name:<{width}}", "$quiet"), line or ("--", "$quiet"))
        for name, value in rows
        for at, line in enumerate(wrap(plain(value), SIDE - width) or [""])
    ]


def summary(ctx: Context, draft: Draft, job_id: str | None = None) -> list[Content]:
    """The job so far."""
    first = draft.prompt.strip().split("\n")[0]
    others = [
        ("after", waits.words(ctx, draft, job_id).removeprefix("waits ")),
        ("results", deliver.words(ctx, draft)),
    ]
    return [
        title("SUMMARY"),
        Content(""),
        *pairs(
            [
                ("name", draft.name or "not chosen yet"),
                ("when", sentences.trigger_words(ctx, draft, job_id) or "not chosen yet"),
                ("who", sentences.who_words(draft) or "not chosen yet"),
                ("prompt", f"{first[:80]}" or "not written yet"),
                *((name, said) for name, said in others if said),
            ]
        ),
    ]


def week_grid(week: Week) -> list[Content]:
    """One column a day from today on, one row an hour in which anything starts."""
    hours = sorted(set(chain.from_iterable(week.hours)))
    rows = [range(hour, hour + 1) for hour in hours]
    if len(rows) > MOST_ROWS:
        rows = [range(hour, hour + 3) for hour in range(0, 24, 3)]
    names = "  ".join(f"{day:%a}"[:2] for day in week.days)
    lines = [title("NEXT 7 DAYS"), Content(""), Content.styled(f"{'':<8}{names}", "$quiet")]
    for row in rows:
        marks = [any(hour in found for hour in row) for found in week.hours]
        cells = [("#   ", "$state-run bold") if mark else (".   ", "$quiet") for mark in marks]
        lines.append(Content.assemble((f"{row.start:02d}:00   ", "$quiet"), *cells))
    return lines if hours else [*lines, Content.styled("nothing in the next 7 days", "$quiet")]


def also_then(names: Sequence[str]) -> list[Content]:
    """Jobs that start in the same minute as the next start."""
    if not names:
        return []
    shown = [Content(f"  {plain(name)}") for name in names[:3]]
    if len(names) > 3:
        shown.append(Content.styled(f"  and {len(names) - 3} more", "$quiet"))
    return [Content(""), title("ALSO AT THE NEXT START"), Content(""), *shown]


def cron_help() -> list[Content]:
    """The five fields."""
    return [
        title("THE FIVE FIELDS"),
        Content(""),
        *(
            Content.assemble((f"{name:<10}", ""), (f"{values:<7}", "bold"), (more, "$quiet"))
            for name, values, more in _CRON
        ),
        Content(""),
        Content.styled("@hourly @daily @weekly @monthly", "$quiet"),
        Content.styled("weekday 0 and 7 are both Sunday", "$quiet"),
        Content.styled("day and weekday both set: runs when", "$quiet"),
        Content.styled("either matches, as crontab does", "$quiet"),
    ]


def once_help() -> list[Content]:
    """What a job of one start is."""
    return _told(
        "ONCE",
        "It starts at that time, and is then",
        "completed, or failed.",
        "",
        "~tomorrow 9am      in 3 days",
        "~friday 17:00      in 90 minutes",
        "~2026-12-24 09:00  2026-12-24T09:00Z",
        "",
        "~Read in the time zone of the job, by",
        "~its clocks. The reading is below it.",
    )


def again_help() -> list[Content]:
    """What a recurring job is."""
    return _told(
        "AGAIN AND AGAIN",
        "At a fixed distance of 1 second or",
        "more: from start to start, however",
        "long runs take, or from the end of",
        "each run.",
        "",
        "~Begin and end are times, such as",
        "~tomorrow 9am. After so many runs it",
        "~is completed.",
    )


def goal_help() -> list[Content]:
    """What an ongoing job is."""
    return _told(
        "UNTIL A GOAL",
        "It starts at once, and again after",
        "each run, until what is chosen here",
        "holds: then it is completed.",
        "",
        "What one run leaves, the next one gets:",
        "~{{ last_result }} {{ last_answer }}",
        "~{{ state }}",
        "",
        "A run says in its last line how it",
        "stands:",
        '~{"verdict": "not_done",',
        '~ "reason": "2 PRs open",',
        '~ "state": {"open": [7, 9]}}',
    )


def _told(head: str, *lines: str) -> list[Content]:
    """A heading and lines; ``~`` before a line makes it quiet."""
    told = [
        Content.styled(line[1:], "$quiet") if line.startswith("~") else Content(line)
        for line in lines
    ]
    return [title(head), Content(""), *told]


def hook_help() -> list[Content]:
    """What a webhook job is."""
    return [
        title("WEBHOOK"),
        Content(""),
        Content("Each signed request starts one run."),
        Content("Variables of the prompt come from"),
        Content('"parameters" in its JSON body; the whole'),
        Content("body is {{ payload }}."),
        Content(""),
        Content.styled("The engine must run to hear them.", "$quiet"),
    ]


def hand_help(after: str) -> list[Content]:
    """What a manual job is.

    Args:
        after: the jobs that come first, as they were typed.
    """
    if after.strip():
        return _told(
            "BY HAND, AFTER OTHERS",
            "Each run of the other jobs that fits",
            "starts one. You, a command and a",
            "program may start it at any time.",
        )
    return _told(
        "BY HAND",
        "Nothing starts it but you, a command",
        "or a program. Variables without a",
        "default are asked for.",
    )


def who(draft: Draft, doers: Doers, smart: Selection | None) -> list[Content]:
    """What is under the cursor, then whom Smart would pick."""
    lines: list[Content] = []
    if not draft.smart:
        agent = doers.agent(draft.entity_id) if draft.mode == AGENT else None
        group = None if draft.mode == AGENT else doers.group(draft.mode, draft.entity_id)
        if agent is not None:
            lines = agent_words.agent_pane(agent, None, None)
        elif group is not None:
            lines = agent_words.group_pane(group, None)
        elif draft.entity_id:
            lines = [title(plain(draft.entity_id)), Content(""), Content("It is not in this home.")]
        lines.append(Content(""))
    lines += [title("SMART, FOR THIS PROMPT"), Content("")]
    if smart is None:
        return [*lines, Content.styled("no prompt yet: step 4", "$quiet")]
    return [*lines, *ranking(smart)]


def ranking(smart: Selection) -> list[Content]:
    """The best of a ranking, and whether the lead is clear."""
    lines = [
        Content.assemble(
            f"{one.score:.2f} ",
            ("+ ", "$state-ok bold") if one.ready else ("! ", "$state-warn bold"),
            (plain(one.id), "bold" if one.id == smart.chosen else ""),
            (f"  {plain(one.reason.split(';')[0])}", "$quiet"),
        ).truncate(SIDE, ellipsis=True)
        for one in smart.ranked[:BEST]
    ]
    if smart.unclear:
        lines.append(Content.styled("the lead is unclear", "$state-warn"))
    return [*lines, Content.styled("ties: fewest running, best record", "$quiet")]


def dry_run(
    text: str, checks: Sequence[tuple[bool, str]], smart: Selection | None
) -> list[Content]:
    """The prompt as a start now would have it, and what is right and wrong about the job.

    Args:
        smart: whom Smart would pick, when it is Smart's job.
    """
    lines = [plain(line) for line in clean_output(text).split("\n")]
    shown = [Content(line) for line in lines[:DRY_RUN_LINES]]
    if len(lines) > DRY_RUN_LINES:
        shown.append(Content.styled(f"and {len(lines) - DRY_RUN_LINES} more lines: F3", "$quiet"))
    return [
        Content.assemble(title("DRY RUN"), ("   F3: all of it", "$quiet")),
        Content(""),
        *shown,
        Content(""),
        *([title("WHO"), Content(""), *ranking(smart), Content("")] if smart is not None else []),
        title("CHECKS"),
        Content(""),
        *(
            Content.assemble(
                ("+ ", "$state-ok bold") if good else ("! ", "$state-warn bold"), plain(words)
            )
            for good, words in checks
        ),
    ]


def checks_of(
    problems: Sequence[Problem | None], warnings: Sequence[str]
) -> list[tuple[bool, str]]:
    """One line a step, then the warnings."""
    rows = [
        (found is None, name if found is None else found.sentence)
        for name, found in zip(STEPS, problems, strict=True)
    ]
    return [*rows, *((False, text) for text in warnings)]


TIMED_HELP: Mapping[str, Callable[[], list[Content]]] = {
    "cron": cron_help,
    "one_off": once_help,
    "recurring": again_help,
    "ongoing": goal_help,
}
"""What helps with each kind of start by the clock."""

"""A delivery or a webhook in words, beside or below its list (UX.md 5.7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.enums import HookStyle, Verdict
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import Delivery, Execution
from jobs_tui.service import hook_admin, hook_overview, jobs, runs
from jobs_tui.service.context import Context
from jobs_tui.service.hook_overview import HookLine
from jobs_tui.tui.dialogs import text_of
from jobs_tui.tui.screens import hook_rows, run_words
from jobs_tui.tui.screens.run_rows import short_when
from jobs_tui.tui.spans import day_time

PANE_BODY = 2_000
"""Bytes of a body that the pane beside the list shows; enter shows more."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A delivery with what belongs to it."""

    delivery: Delivery
    job_name: str | None
    run: Execution | None
    would_run: str | None
    """The prompt that a replay would run; for those that started nothing."""
    why_not: str
    """Why a replay could not start it as it is; empty when it could."""


def load(ctx: Context, delivery_id: str) -> Detail | None:
    """Read it, in a thread; None when it is gone."""
    try:
        found = hook_admin.delivery(ctx, delivery_id)
    except JobsTuiError:
        return None  # retention took it; the list says so at its next look
    name: str | None = None
    run: Execution | None = None
    would: str | None = None
    why_not = ""
    try:
        name = jobs.get(ctx, found.job_id).name if found.job_id else None
        if found.execution_id is not None:
            run = runs.get(ctx, found.execution_id)
    except JobsTuiError:
        pass  # purged meanwhile: the delivery is still worth seeing
    if found.verdict is Verdict.REFUSED and name is not None and found.body:
        try:
            would = hook_overview.would_run(ctx, found)
        except JobsTuiError as error:
            why_not = error.sentence()
    return Detail(found, name, run, would, why_not)


def preview(detail: Detail, width: int) -> Content:
    """Four lines under a narrow list: request, why, headers, body."""
    found = detail.delivery
    label, style = hook_rows.state(found.verdict, found.status_code)
    first = Content.assemble(
        (label, style),
        f"  POST /webhooks/{plain(found.path)}  {run_words.size(len(found.body))}",
        (f"  id {found.id[4:12]}", "$quiet"),
    )
    headers = "  ".join(f"{plain(k)}: {plain(v)}" for k, v in found.headers.items())
    lines = [
        first,
        Content(plain(_why(detail))),
        Content.styled(headers or "no headers were kept", "$quiet"),
        Content(plain(found.body[:PANE_BODY].decode("utf-8", "replace")) or _no_body(found)),
    ]
    return _under(lines, width)


def whole(detail: Detail, now: datetime, width: int | None = None) -> Content:
    """Everything about a delivery.

    Args:
        width: columns of a pane, whose lines are cut; None for a text that wraps.
    """
    found = detail.delivery
    label, style = hook_rows.state(found.verdict, found.status_code)
    at = f"{short_when(found.received_at, now)}.{found.received_at.microsecond // 1000:03d}"
    if found.received_at.date() != now.date():
        at = f"{found.received_at:%Y-%m-%d %H:%M:%S}"
    rows = [
        Content.styled(f"DELIVERY {found.id[4:12]}", "bold"),
        Content(f"POST /webhooks/{plain(found.path)}"),
        Content.assemble((label, style), f"  {at}"),
        Content(f"from {plain(found.remote)}, {run_words.size(len(found.body))}"),
        _row("hook", detail.job_name if detail.job_name is not None else _no_hook(found)),
        _row("signed", f"{found.style}: it fitted" if found.style else "no good signature"),
    ]
    if found.sender_id:
        rows.append(_row("its id", found.sender_id))
    if found.replay_of:
        rows.append(_row("replay of", found.replay_of[4:12]))
    if detail.run is not None:
        run = run_words.state(detail.run)
        text = (f"#{detail.run.number} ", Content.styled(run.label, run.style))
        rows.append(Content.assemble(_row("run", ""), *text))
    rows += [Content(""), *_section("WHY", _wrapped(_why(detail), width))]
    if found.headers:
        headers = [
            Content.assemble((f"{plain(k)}: ", "$quiet"), plain(v))
            for k, v in found.headers.items()
        ]
        rows += [Content(""), *_section("HEADERS", headers)]
    rows += [Content(""), *_section("BODY", _body(found, PANE_BODY if width else None))]
    if detail.would_run is not None or detail.why_not:
        text_ = detail.would_run if detail.would_run is not None else f"nothing: {detail.why_not}"
        lines = text_of(text_[: hook_admin.BODY_SHOWN]).split("\n")
        rows += [Content(""), *_section("WOULD RUN", lines)]
    elif detail.run is not None:
        lines = text_of(detail.run.prompt[: hook_admin.BODY_SHOWN]).split("\n")
        rows += [Content(""), *_section("RAN", lines)]
    if width is not None:
        rows = [row.truncate(max(1, width), ellipsis=True) for row in rows]
    return Content("\n").join(rows)


def hook_preview(line: HookLine, url: str, width: int) -> Content:
    """Four lines under a narrow list of webhooks."""
    name, style = hook_rows.hook_state(line)
    lines = [
        Content.assemble(f"POST {plain(url)}", ("   " + name, style)),
        Content.assemble(("signed   ", "$quiet"), _signed(line)),
        Content.assemble(("today    ", "$quiet"), f"{line.today}, {line.refused_today} refused"),
        Content.assemble(("secret   ", "$quiet"), "never shown; S makes a new one"),
    ]
    return _under(lines, width)


def _signed(line: HookLine) -> str:
    names = " or ".join(map(str, line.styles))
    return "in any of the known ways" if len(line.styles) == len(HookStyle) else f"as {names}"


def _under(lines: list[Content], width: int) -> Content:
    room = max(1, width - 2)
    return Content("\n").join(
        Content.assemble(" ", line.truncate(room, ellipsis=True)) for line in lines
    )


def hook_text(line: HookLine, url: str, now: datetime, width: int) -> Content:
    """A webhook: its address, its job, its secret's age."""
    name, style = hook_rows.hook_state(line)
    said = {
        "on": "a signed request starts the job",
        "paused": "the job is paused: 400",
        "off": "the job has another trigger: 404",
    }[name]
    rows = [
        Content.styled(f"HOOK {plain(line.job.name)}", "bold"),
        Content.assemble((name, style), f"  {said}"),
        Content(""),
        *_wrapped(url, width),
        Content(""),
        _row("signed", _signed(line)),
        _row("today", f"{line.today}, {line.refused_today} refused"),
        _row("secret", "never shown; S makes a new one"),
    ]
    if line.previous_until is not None:
        until = day_time(line.previous_until, now)
        rows += _wrapped(f"The one before is accepted until {until}.", width, "$state-warn")
    return Content("\n").join(row.truncate(max(1, width), ellipsis=True) for row in rows)


def _why(detail: Detail) -> str:
    found = detail.delivery
    if found.reason:
        return found.reason
    return f"well signed, started run #{detail.run.number}" if detail.run else "well signed"


def _no_hook(found: Delivery) -> str:
    return "none: a path to nowhere" if found.job_id is None else "of a removed job"


def _no_body(found: Delivery) -> str:
    kept = found.verdict is not Verdict.LIMITED and found.status_code != 413
    announced = found.headers.get("content-length", "0").strip()
    return "empty" if kept and announced in ("", "0") else "not kept"


def _body(found: Delivery, most: int | None) -> list[Content]:
    if not found.body:
        return [Content.styled(_no_body(found), "$quiet")]
    limit = most or hook_admin.BODY_SHOWN
    text = _indented(found.body) if len(found.body) <= hook_admin.BODY_SHOWN else None
    if text is None:
        text = found.body[:limit].decode("utf-8", "replace")
    lines = text_of(text[:limit]).split("\n")
    if len(text) > limit or len(found.body) > hook_admin.BODY_SHOWN:
        more = (
            "enter shows more" if most else f"{run_words.size(len(found.body))} in all, y copies it"
        )
        lines.append(Content.styled(f"... {more}", "$quiet"))
    return lines


def _indented(body: bytes) -> str | None:
    """JSON with one value a line; None for anything else."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _section(title: str, lines: list[Content]) -> list[Content]:
    return [Content.styled(title, "$quiet"), *(Content.assemble("  ", line) for line in lines)]


def _row(label: str, text: str) -> Content:
    return Content.assemble((f"{label:<10}", "$quiet"), plain(text))


def _wrapped(text: str, width: int | None, style: str = "") -> list[Content]:
    """Untrusted text over as many lines as it takes."""
    text = plain(text)
    if width is None:
        return [Content.styled(text, style)]
    return [line.rstrip() for line in Content.styled(text, style).wrap(max(8, width - 2))]

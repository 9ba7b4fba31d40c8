"""``jobs-tui cron``: when an expression fires and what it means. Needs no home."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from jobs_tui.cli.output import fields, json_text, print_json
from jobs_tui.cli.session import clock, warn
from jobs_tui.models.errors import InvalidInput, JobsTuiError
from jobs_tui.schedule.clock_notes import clock_changes
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.next_fires import next_fires
from jobs_tui.schedule.words import describe, weekday_note
from jobs_tui.schedule.zones import zone
from jobs_tui.service.json_body import parse

MOST = 100_000
"""Runs that one answer lists."""
SHOWN = 5


@click.group()
def cron() -> None:
    """Cron expressions, read exactly as the engine reads them."""


@cron.command("next")
@click.argument("expression", required=False, metavar="EXPR")
@click.option("--tz", default="UTC", show_default=True, help="IANA time zone of the expression.")
@click.option(
    "--from", "start", metavar="ISO", help="Runs later than this; without an offset, in the zone."
)
@click.option("-n", "number", type=click.IntRange(1, MOST), default=SHOWN, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of ISO times.")
@click.option("--batch", is_flag=True, help="Read JSON lines with id, expr, tz, start and n.")
def next_(
    expression: str | None, tz: str, start: str | None, number: int, as_json: bool, batch: bool
) -> None:
    """Print the next runs of EXPR, one a line.

    Write `--` before an expression that might look like an option. With --batch each line of
    standard input is an object such as {"id": 1, "expr": "0 9 * * *", "tz": "UTC", "start": null,
    "n": 3}, and each line of the answer is {"id", "next"} or {"id", "error"}.
    """
    now = clock().now()
    if batch:
        if expression is not None:
            raise click.UsageError("--batch reads expressions from standard input, not EXPR")
        _batch(tz, start, number, now)
        return
    if expression is None:
        raise click.UsageError("Missing argument EXPR, such as '0 9 * * 1-5'")
    found = _next(expression, tz, start, number, now)
    if not found:
        warn("There is no run after this time within 50 years.")
    if as_json:
        print_json([moment.isoformat() for moment in found])
    else:
        for moment in found:
            click.echo(f"{moment.isoformat()}  {moment:%a}")


@cron.command()
@click.argument("expression", metavar="EXPR")
@click.option("--tz", default="UTC", show_default=True, help="IANA time zone of the expression.")
@click.option("-n", "number", type=click.IntRange(1, MOST), default=SHOWN, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(expression: str, tz: str, number: int, as_json: bool) -> None:
    """Say EXPR in words, with its next runs and what clock changes do to it."""
    parsed, place, now = parse_cron(expression), zone(tz), clock().now()
    runs = [moment.astimezone(place) for moment in next_fires(parsed, place, now, number)]
    note = weekday_note(parsed)
    notes = [*parsed.warnings, *([note] if note else [])]
    changes = clock_changes(parsed, place, now)
    if as_json:
        print_json(
            {
                "expr": parsed.text,
                "tz": tz,
                "words": describe(parsed),
                "warnings": list(parsed.warnings),
                "notes": [note] if note else [],
                "next": [moment.isoformat() for moment in runs],
                "clock_changes": changes,
            }
        )
        return
    click.echo(
        fields(
            {
                "words": f"{describe(parsed)} ({tz})",
                "note": "\n".join(notes) or None,
                "next": "\n".join(f"{moment.isoformat()}  {moment:%a}" for moment in runs),
                "clocks": "\n".join(changes) or None,
            }
        )
    )


def _next(
    expression: str, tz: str, start: str | None, number: int, now: datetime, field: str = "--from"
) -> list[datetime]:
    """The next runs; ``field`` is what the caller calls the start."""
    parsed, place = parse_cron(expression), zone(tz)
    after = now if start is None else _instant(start, place, field)
    return [moment.astimezone(place) for moment in next_fires(parsed, place, after, number)]


def _instant(text: str, place: ZoneInfo, field: str) -> datetime:
    """An ISO time; without an offset it is the wall clock of the zone. Raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=place)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{field} {text!r:.60} is not an ISO time.",
            "For example 2026-03-07T12:00:00-05:00.",
            field=field,
        ) from None


def _batch(tz: str, start: str | None, number: int, now: datetime) -> None:
    for line in sys.stdin.buffer:
        if line.strip():
            answer = _answer(line, tz, start, number, now)
            sys.stdout.write(json_text(answer, indent=None) + "\n")
            sys.stdout.flush()


def _answer(line: bytes, tz: str, start: str | None, number: int, now: datetime) -> dict[str, Any]:
    """The answer to one line of a batch; what is wrong with the line is part of it."""
    request_id: Any = None
    try:
        request = _request(line)
        request_id = request.get("id")
        n = request.get("n", number)
        if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MOST:
            raise InvalidInput(f"n {n!r:.40} is not a number from 1 to {MOST}.", field="n")
        if "expr" not in request:
            raise InvalidInput("expr is missing.", field="expr")
        after = request.get("start") or start
        if after is not None and not isinstance(after, str):
            raise InvalidInput(f"start {after!r:.40} is not an ISO time.", field="start")
        found = _next(request["expr"], request.get("tz") or tz, after, n, now, "start")
    except JobsTuiError as error:
        return {"id": request_id, "error": error.sentence()}
    return {"id": request_id, "next": [moment.isoformat() for moment in found]}


def _request(line: bytes) -> dict[str, Any]:
    try:
        request = parse(line.decode("utf-8-sig"), "line")
    except UnicodeDecodeError:
        raise InvalidInput("The line is not UTF-8.") from None
    if not isinstance(request, dict):
        raise InvalidInput(
            "The line is not a JSON object.", 'For example {"id": 1, "expr": "@daily"}.'
        )
    return request

"""When a job starts and ends, in words: one sentence for every face, one label for lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobs_tui.models.dependency import Dependency, Mode, On, dependencies
from jobs_tui.models.end_condition import words as goal_words
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.models.times import from_text
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.durations import duration_words, short_span, span_words
from jobs_tui.schedule.fields import MONTH_NAMES
from jobs_tui.schedule.moment_words import moment_words
from jobs_tui.schedule.short_words import WIDTH, short
from jobs_tui.schedule.timing import counts_from_end, delay_of
from jobs_tui.schedule.words import describe
from jobs_tui.schedule.zones import zone

REPEATING = frozenset({TriggerType.CRON, TriggerType.RECURRING, TriggerType.ONGOING})
"""Triggers that start a job more than once by themselves."""
NAMED = 3
"""Jobs that come first and are named; more are counted."""
_RUN = {On.COMPLETED: "completed run", On.FAILED: "failed run"}
_PAST = {On.COMPLETED: "completed", On.FAILED: "failed", On.FINISHED: "ended"}


def timing_words(
    definition: Definition, *, zoned: bool = True, names: Mapping[str, str] | None = None
) -> str:
    """A sentence: ``every 5 minutes, at most 10 runs``, ``once, Fri 27 Nov 2026 09:00 CET``.

    Args:
        zoned: name the zone of a cron schedule.
        names: of the jobs that come first, by their ids; without it they are only counted.

    Raises:
        InvalidInput: the schedule or the zone cannot be followed (any more).
    """
    return f"{_with_needs(definition, zoned, names or {})}{limit_words(definition)}"


def limit_words(definition: Definition) -> str:
    """What delays or ends it: ``, from Fri 27 Nov 2026 09:00 CET, at most 10 runs``; may be empty.

    Raises:
        InvalidInput: the zone is not known (any more).
    """
    if definition.trigger_type not in REPEATING:
        return ""
    place = zone(definition.cron_timezone or "UTC")
    parts = [
        f", {word} {moment_words(from_text(text), place)}"
        for word, text in (("from", definition.start_at), ("to", definition.end_at))
        if text is not None
    ]
    if definition.max_runs is not None:
        parts.append(f", at most {definition.max_runs:,} run{'s' * (definition.max_runs != 1)}")
    return "".join(parts)


def timing_label(definition: Definition) -> str:
    """At most 16 characters: ``daily 09:00``, ``every 5m``, ``27 Nov 09:00``, ``hook``.

    Raises:
        InvalidInput: as :func:`timing_words`.
    """
    kind = definition.trigger_type
    if kind is TriggerType.WEBHOOK:
        return "hook"
    if kind is TriggerType.MANUAL:
        chained = any(need.get("mode") != "gate" for need in definition.depends_on)
        return "after a job" if chained else "by hand"
    if kind is TriggerType.ONE_OFF:
        return _once_label(definition)
    if kind is TriggerType.CRON:
        return short(parse_cron(definition.cron_schedule or ""))
    span = short_span(delay_of(definition).total_seconds())
    if kind is TriggerType.ONGOING:
        words = f"{span} until done"
    else:
        words = f"{span} after end" if counts_from_end(definition) else f"every {span}"
    return words if len(words) <= WIDTH else words.split(" until")[0].split(" after")[0][:WIDTH]


def _with_needs(definition: Definition, zoned: bool, names: Mapping[str, str]) -> str:
    """The start, and what of other jobs comes before it."""
    needs = dependencies(definition.depends_on)
    if not needs:
        return _start_words(definition, zoned)
    one = len(needs) == 1
    other = _others(needs, names)
    if all(need.mode is Mode.GATE for need in needs):
        has = "has" if one else "have"
        return f"{_start_words(definition, zoned)}, not before {other} {has} {_PAST[_wish(needs)]}"
    later = f"{span_words(needs[0].delay_seconds)} " if one and needs[0].delay_seconds else ""
    run = f"{_RUN.get(_wish(needs), 'run')} of {other}"
    if definition.trigger_type is TriggerType.MANUAL:
        return f"{later}after each {run}"
    if definition.trigger_type is TriggerType.ONE_OFF and definition.run_at is None:
        return f"once, {later}after a {run}"
    return f"{_start_words(definition, zoned)}, and {later}after each {run}"


def _others(needs: Sequence[Dependency], names: Mapping[str, str]) -> str:
    """``'build'``, ``'build' and 'test'``, ``3 other jobs``."""
    known = [repr(names[need.job]) for need in needs if need.job in names]
    if len(known) == len(needs) <= NAMED:
        return " and ".join(known)
    return "another job" if len(needs) == 1 else f"{len(needs)} other jobs"


def _wish(needs: Sequence[Dependency]) -> On:
    """The end that all of them have to come to; any, when they differ."""
    wishes = {need.on for need in needs}
    return wishes.pop() if len(wishes) == 1 else On.FINISHED


def _once_label(definition: Definition) -> str:
    if definition.run_at is None:
        return "once, after job" if definition.depends_on else "once"
    at = from_text(definition.run_at).astimezone(zone(definition.cron_timezone or "UTC"))
    return f"{at.day} {MONTH_NAMES[at.month - 1]} {at:%H:%M}"


def _start_words(definition: Definition, zoned: bool) -> str:
    kind = definition.trigger_type
    if kind is TriggerType.CRON:
        words = describe(parse_cron(definition.cron_schedule or ""))
        return f"{words} ({definition.cron_timezone or 'UTC'})" if zoned else words
    if kind is TriggerType.ONE_OFF and definition.run_at is not None:
        place = zone(definition.cron_timezone or "UTC")
        return f"once, {moment_words(from_text(definition.run_at), place)}"
    if kind is TriggerType.RECURRING:
        seconds = delay_of(definition).total_seconds()
        if counts_from_end(definition):
            return f"{span_words(seconds)} after the end of each run"
        return duration_words(seconds)
    if kind is TriggerType.ONGOING:
        again = f"again {span_words(delay_of(definition).total_seconds())} after each run"
        goal = goal_words(definition.end_condition)
        return f"{again}, {goal}" if goal else again
    return kind.sentence

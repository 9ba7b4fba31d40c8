"""The filter row of the job list: words, ``tag:``, ``status:``, ``trigger:``, ``!not``, /re/...

All words must fit (UX.md 3, 5.8). What begins with ``~`` is no filter but a question: jobs are
found by what they mean. Nothing here touches a widget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime

from jobs_tui.models.enums import BAD, ExecutionStatus, JobStatus, TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.service.dashboard import JobLine
from jobs_tui.service.jobs import searchable
from jobs_tui.tui.theme import State, state_of, state_of_job

Test = Callable[[JobLine], bool]
_WORD = re.compile(r"!?/(?:[^/\\]|\\.)*/|\S+")
_BY = {
    "cron": TriggerType.CRON,
    "scheduled": TriggerType.CRON,
    "once": TriggerType.ONE_OFF,
    "one_off": TriggerType.ONE_OFF,
    "recurring": TriggerType.RECURRING,
    "again": TriggerType.RECURRING,
    "every": TriggerType.RECURRING,
    "ongoing": TriggerType.ONGOING,
    "goal": TriggerType.ONGOING,
    "until": TriggerType.ONGOING,
    "hook": TriggerType.WEBHOOK,
    "webhook": TriggerType.WEBHOOK,
    "hand": TriggerType.MANUAL,
    "manual": TriggerType.MANUAL,
}
STATES = ("all", "running", "ok", "failing", "paused", "waiting", "ended")
"""What ``f`` goes through."""
SORTS = ("next", "name", "state", "last", "ok%")
"""What ``s`` goes through."""
FAR = datetime.max.replace(tzinfo=UTC)


def state_of_line(line: JobLine) -> State:
    """What the line of a job says: going on, paused, blocked, else how its newest run ended."""
    last = line.last.status if line.last is not None else None
    if last is not None and last.live and not line.running:
        return state_of(last)
    return state_of_job(line.job, last, running=line.running)


def failing(line: JobLine) -> bool:
    """Whether its newest run ended badly."""
    return line.last is not None and line.last.status in BAD


MEANING = "~"
"""What a question begins with."""


def question_of(text: str) -> str | None:
    """What is searched for by meaning; None when the text is a filter."""
    found = text.strip()
    return found[len(MEANING) :].strip() if found.startswith(MEANING) else None


def plain_words(text: str) -> str:
    """The words of a filter that may stand anywhere, for the index; perhaps none."""
    return " ".join(word for word in _WORD.findall(text) if _is_plain(word))


def parse_filter(text: str, found: Collection[str] = frozenset()) -> Test:
    """The test behind the text of the filter row; an empty text fits everything.

    Args:
        found: ids of the jobs that the index found for :func:`plain_words`: by other forms of the
            words, or in the latest results.

    Raises:
        InvalidInput: a regular expression is not valid, ``trigger:`` names no trigger or
            ``status:`` no status.
    """
    words = _WORD.findall(text)
    tests = [_test(word) for word in words if not _is_plain(word)]
    plain = [word.casefold() for word in words if _is_plain(word)]

    def test(line: JobLine) -> bool:
        if not all(test(line) for test in tests):
            return False
        return line.job.id in found or all(word in searchable(line.job) for word in plain)

    return test


def _is_plain(word: str) -> bool:
    if word.startswith("!") and len(word) > 1:
        return False
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        return False
    kind, colon, value = word.partition(":")
    return not (kind in _KINDS and colon and value)


def _test(word: str) -> Test:
    if word.startswith("!") and len(word) > 1:
        inner = _test(word[1:])
        return lambda line: not inner(line)
    if len(word) > 2 and word.startswith("/") and word.endswith("/"):
        return _regex(word[1:-1])
    kind, colon, value = word.partition(":")
    make = _KINDS.get(kind) if colon and value else None
    if make is not None:
        return make(value.casefold())
    low = word.casefold()
    return lambda line: low in searchable(line.job)


def _regex(pattern: str) -> Test:
    try:
        found = re.compile(pattern, re.IGNORECASE).search
    except re.error as error:
        raise InvalidInput(
            f"/{pattern:.60}/ is not a regular expression: {error}.", field="filter"
        ) from None
    return lambda line: found(searchable(line.job)) is not None


def _tag(value: str) -> Test:
    return lambda line: any(value in tag.casefold() for tag in line.job.definition.tags)


def _agent(value: str) -> Test:
    return lambda line: value in (line.job.definition.entity_id or "").casefold()


def _by(value: str) -> Test:
    name = value.replace("-", "_")
    trigger = next((known for word, known in _BY.items() if word.startswith(name)), None)
    if trigger is None:
        raise InvalidInput(
            f"{value:.20} is no trigger.", "Use cron, once, recurring, ongoing, hook or hand."
        )
    return lambda line: line.job.definition.trigger_type is trigger


def _status(value: str) -> Test:
    name = value.replace("-", "_")
    wanted = {status for status in JobStatus if status.value.startswith(name)}
    if not wanted:
        raise InvalidInput(f"{value:.20} is no status.", f"Use one of {', '.join(JobStatus)}.")
    return lambda line: line.job.status in wanted


def _state(value: str) -> Test:
    def test(line: JobLine) -> bool:
        word = state_of_line(line).word.casefold()
        return word.startswith(value) or value.startswith(word)

    return test


_KINDS: dict[str, Callable[[str], Test]] = {
    "tag": _tag,
    "agent": _agent,
    "by": _by,
    "trigger": _by,
    "status": _status,
    "state": _state,
}


def in_state(name: str) -> Test:
    """The test of one of :data:`STATES`."""
    if name == "running":
        return lambda line: line.running
    if name == "ok":
        return lambda line: line.last is not None and line.last.status is ExecutionStatus.COMPLETED
    if name == "failing":
        return failing
    if name == "paused":
        return lambda line: line.job.status is JobStatus.PAUSED
    if name == "ended":
        return lambda line: line.job.ended_as is not None
    if name == "waiting":
        return lambda line: (
            line.job.status is JobStatus.PENDING
            or (
                line.last is not None
                and line.last.status.live
                and line.last.status is not ExecutionStatus.RUNNING
            )
        )
    return lambda line: True


def ordered(lines: Iterable[JobLine], sort: str, *, reverse: bool = False) -> list[JobLine]:
    """The lines in one of the orders of :data:`SORTS`; failing jobs first on a tie."""
    return sorted(lines, key=_key(sort), reverse=reverse)


def _key(sort: str) -> Callable[[JobLine], tuple[object, ...]]:
    def tie(line: JobLine) -> tuple[object, ...]:
        return not failing(line), line.job.name.casefold(), line.job.id

    if sort == "name":
        return lambda line: (line.job.name.casefold(), *tie(line))
    if sort == "state":
        return lambda line: (_rank(line), *tie(line))
    if sort == "last":
        return lambda line: (-line.last.at.timestamp() if line.last else 0.0, *tie(line))
    if sort == "ok%":
        return lambda line: (line.ok_percent if line.ok_percent is not None else 101, *tie(line))
    return lambda line: (line.job.next_due_at or FAR, *tie(line))


def _rank(line: JobLine) -> int:
    return 9 if line.job.ended_as is not None else _RANK.get(state_of_line(line).sign, 5)


_RANK = {"x": 0, "?": 0, "!": 1, ">": 2, ".": 3, "+": 4, "=": 8}
"""Worst first, then paused, then what has ended."""

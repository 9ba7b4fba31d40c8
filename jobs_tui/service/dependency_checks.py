"""From what a caller sent as ``depends_on`` to what can be kept, or one sentence why not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobs_tui.models.dependency import MOST, Dependency, Mode, On, usual_mode
from jobs_tui.models.enums import TriggerType
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job_input import IDENTIFIER
from jobs_tui.schedule.durations import read_duration
from jobs_tui.service.around import Around

FIELDS = ("job", "on", "mode", "delay_seconds", "parameters")
SOURCES = ("result", "answer", "status", "exit_code", "error", "run_id")
"""What of the other job's run can be passed on, beside a JSON path into its answer."""
MOST_PARAMETERS = 50
_EXAMPLE = 'For example {"job": "build", "on": "completed"}, or just "build".'


def depends_on(
    sent: Sequence[str | Mapping[str, Any]], trigger: TriggerType, name: str, around: Around
) -> tuple[dict[str, Any], ...]:
    """The normalised entries: jobs by id, everything said.

    Args:
        sent: entries as a caller writes them; the job by id, name or the beginning of its id.
        trigger: of the job that depends.
        name: of the job that depends, for the path of a cycle.

    Raises:
        InvalidInput: with ``field``.
    """
    if len(sent) > MOST:
        raise InvalidInput(
            f"depends_on names {len(sent)} jobs; {MOST} are possible.",
            "Put a job in between that gathers some of them.",
            field="depends_on",
        )
    found: list[Dependency] = []
    for number, entry in enumerate(sent):
        place = f"depends_on.{number}"
        one = _entry(entry, trigger, place, around)
        if one.job == around.job_id:
            raise InvalidInput(
                f"{place}: the job {name!r:.80} cannot wait for itself.",
                "Name another job.",
                field=place,
            )
        if any(one.job == other.job for other in found):
            said = entry if isinstance(entry, str) else entry["job"]
            raise InvalidInput(f"{place}: the job {said!r:.80} is there twice.", field=place)
        found.append(one)
    if around.connection is not None and around.job_id is not None:
        _refuse_cycle(around.connection, around.job_id, name, [one.job for one in found])
    return tuple(one.stored() for one in found)


def refuse_chain(kept: Iterable[Mapping[str, Any]], trigger: TriggerType) -> None:
    """Raises InvalidInput when kept entries do not fit the trigger that the job gets."""
    for number, one in enumerate(kept):
        _refuse_chain(Mode(one["mode"]), trigger, f"depends_on.{number}")


def _refuse_chain(mode: Mode, trigger: TriggerType, place: str) -> None:
    if mode is Mode.CHAIN and usual_mode(trigger) is Mode.GATE:
        raise InvalidInput(
            f"{place}: a job with trigger_type {trigger} starts by its own rhythm, not by each run"
            " of another job.",
            "Use mode gate, or trigger_type manual.",
            field=f"{place}.mode",
        )


def passed_on(kept: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of the parameters that dependencies bring along."""
    return {name for one in kept for name in one.get("parameters", {})}


def _entry(
    entry: str | Mapping[str, Any], trigger: TriggerType, place: str, around: Around
) -> Dependency:
    given: Mapping[str, Any] = {"job": entry} if isinstance(entry, str) else entry
    for name in given:
        if name not in FIELDS:
            raise InvalidInput(
                f"{place}: {name!r:.40} is not known.",
                f"It takes {', '.join(FIELDS)}.",
                field=f"{place}.{name:.40}",
            )
    reference = given.get("job")
    if not isinstance(reference, str) or not reference.strip():
        raise InvalidInput(f"{place}: job is missing.", _EXAMPLE, field=f"{place}.job")
    mode = _word(Mode, given.get("mode"), usual_mode(trigger), f"{place}.mode")
    _refuse_chain(mode, trigger, place)
    delay = given.get("delay_seconds") or 0
    delay_seconds = read_duration(delay, f"{place}.delay_seconds", least=0)
    passed = _parameters(given.get("parameters"), f"{place}.parameters")
    if passed and mode is Mode.GATE:
        raise InvalidInput(
            f"{place}: a gate passes nothing on, for its job starts by its own trigger.",
            "Use mode chain, or leave parameters out.",
            field=f"{place}.parameters",
        )
    return Dependency(
        job=_job_id(around, reference, f"{place}.job"),
        on=_word(On, given.get("on"), On.COMPLETED, f"{place}.on"),
        mode=mode,
        delay_seconds=delay_seconds,
        parameters=passed,
    )


def _word(kind: Any, given: Any, usual: Any, place: str) -> Any:
    if given is None:
        return usual
    try:
        return kind(given)
    except ValueError:
        raise InvalidInput(
            f"{place}: {given!r:.40} is not possible.",
            f"Use one of {', '.join(kind)}.",
            field=place,
        ) from None


def _parameters(given: Any, place: str) -> dict[str, str]:
    from jobs_tui.guard.json_paths import check_path

    if given is None:
        return {}
    if not isinstance(given, Mapping) or len(given) > MOST_PARAMETERS:
        raise InvalidInput(
            f"{place} is not a mapping of up to {MOST_PARAMETERS} names.",
            'For example {"draft": "answer"}.',
            field=place,
        )
    for name, source in given.items():
        at = f"{place}.{name!s:.60}"
        if not isinstance(name, str) or not IDENTIFIER.match(name):
            raise InvalidInput(
                f"{place}: {name!r:.60} is not the name of a parameter.",
                "Use letters, digits and _, beginning with a letter.",
                field=place,
            )
        if isinstance(source, str) and source.startswith("$"):
            check_path(source, at)
        elif source not in SOURCES:
            raise InvalidInput(
                f"{at}: {source!r:.60} cannot be passed on.",
                f"Use {', '.join(SOURCES)} or a JSON path such as $.price.",
                field=at,
            )
    return dict(given)


def _job_id(around: Around, reference: str, place: str) -> str:
    """The id of the job that is meant, the name of one that is to come. Raises InvalidInput."""
    if reference in around.to_come:
        return reference
    if around.connection is None:
        raise InvalidInput(f"{place}: there is no job {reference!r:.80}.", field=place)
    rows = _matching(around.connection, reference)
    there = [row for row in rows if row["archived_at"] is None]
    if not there and rows:
        raise InvalidInput(
            f"{place}: the job {rows[0]['name']!r:.80} is deleted.",
            f"`jobs-tui restore {rows[0]['id']}` brings it back.",
            field=place,
        )
    if not there:
        raise InvalidInput(
            f"{place}: there is no job {reference!r:.80}.",
            "Name it by id, by the beginning of its id, or by name; `jobs-tui list` shows all.",
            field=place,
        )
    if len(there) > 1:
        ids = ", ".join(row["id"] for row in there[:5])
        raise InvalidInput(
            f"{place}: {len(there)} jobs are called {reference!r:.80}: {ids}.",
            "Use the id.",
            field=place,
        )
    return str(there[0]["id"])


def _matching(connection: sqlite3.Connection, reference: str) -> list[sqlite3.Row]:
    """As ``service.jobs.find`` looks: an id, else a name, else the beginning of an id."""
    select = "select id, name, archived_at from jobs"
    found = connection.execute(f"{select} where id = ?", (reference,)).fetchall()
    if not found:
        found = connection.execute(f"{select} where name = ?", (reference,)).fetchall()
    if not found and re.fullmatch(r"(job_)?[0-9a-f-]{4,36}", reference):
        prefix = reference if reference.startswith("job_") else f"job_{reference}"
        found = connection.execute(
            f"{select} where id >= ? and id < ?", (prefix, prefix + "g")
        ).fetchall()
    return found


def _refuse_cycle(
    connection: sqlite3.Connection, job_id: str, name: str, first: Sequence[str]
) -> None:
    """Raises InvalidInput, with the whole path, when a job would wait for itself."""
    came_from: dict[str, str] = dict.fromkeys(first, job_id)
    left = list(first)
    while left:
        here = left.pop()
        for row in connection.execute(
            "select on_job_id from dependencies where job_id = ? order by position", (here,)
        ):
            other = row["on_job_id"]
            if other == job_id:
                path = _path(connection, name, came_from, here)
                raise InvalidInput(
                    f"The jobs would wait for each other: {path}.",
                    "Leave one of them out.",
                    field="depends_on",
                )
            if other not in came_from:
                came_from[other] = here
                left.append(other)


def _path(
    connection: sqlite3.Connection, name: str, came_from: Mapping[str, str], last: str
) -> str:
    """``'a' waits for 'b' waits for 'c' waits for 'a'``."""
    ids = [last]
    while ids[-1] in came_from:
        ids.append(came_from[ids[-1]])
    names = {
        row["id"]: row["name"]
        for row in connection.execute(
            f"select id, name from jobs where id in ({', '.join('?' * len(ids))})", ids
        )
    }
    between = [names.get(one, one) for one in reversed(ids[:-1])]
    return " waits for ".join(f"{one!r:.80}" for one in (name, *between, name))

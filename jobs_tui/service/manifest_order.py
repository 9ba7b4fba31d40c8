"""Jobs of one document that depend on each other: by name, the first one first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.job import Job


def with_names(entry: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """An entry whose dependencies name jobs by name, where one name is one job.

    Args:
        names: of jobs by id, those that are unique.
    """
    if not entry.get("depends_on"):
        return entry
    told = [{**one, "job": names.get(one["job"], one["job"])} for one in entry["depends_on"]]
    return {**entry, "depends_on": told}


def unique_names(found: Sequence[Job]) -> dict[str, str]:
    """Names of jobs by id, but those that several have."""
    counted: dict[str, int] = {}
    for job in found:
        counted[job.name] = counted.get(job.name, 0) + 1
    return {job.id: job.name for job in found if counted[job.name] == 1}


def in_order(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries so that each comes after those of the document that it depends on.

    Raises:
        InvalidInput: they depend on each other in a circle.
    """
    left = list(entries)
    names = {entry["name"] for entry in left}
    found: list[dict[str, Any]] = []
    while left:
        waiting = {entry["name"] for entry in left}
        ready = [entry for entry in left if not (_needs(entry) & names & waiting)]
        if not ready:
            circle = ", ".join(sorted(f"{name!r:.60}" for name in waiting)[:5])
            raise InvalidInput(
                f"jobs: {circle} wait for each other.", "Leave one of them out.", field="jobs"
            )
        found += ready
        left = [entry for entry in left if entry not in ready]
    return found


def _needs(entry: Mapping[str, Any]) -> set[str]:
    listed = entry.get("depends_on")
    refs = [_ref(one) for one in listed] if isinstance(listed, list) else []
    return {ref for ref in refs if isinstance(ref, str)}


def _ref(one: Any) -> Any:
    ref = one.get("job") if isinstance(one, Mapping) else one
    return ref if isinstance(ref, str) else None

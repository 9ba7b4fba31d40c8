"""Everything of a home as one document, and a document made to be so: export and apply.

The document is a mapping of sections, each a list: ``integrations``, ``environments``, ``queues``,
``agents``, ``teams``, ``workflows``, ``policies``, ``jobs``. Entries are what the API takes. Values
of secrets are never part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jobs_tui.agents.directory import MODELS, Directory
from jobs_tui.models.errors import InvalidInput, JobsTuiError, WrongStatus
from jobs_tui.models.job import Definition, Job
from jobs_tui.models.job_input import JobCreate, validated
from jobs_tui.models.lifecycle import FOR_GOOD, way_out
from jobs_tui.models.resource import ResourceKind
from jobs_tui.service import jobs, resources
from jobs_tui.service.answers import job_fields
from jobs_tui.service.around import around
from jobs_tui.service.checks import check
from jobs_tui.service.context import Context
from jobs_tui.service.delivery_checks import outgoing
from jobs_tui.service.manifest_order import in_order, unique_names, with_names
from jobs_tui.service.resource_checks import check_spec

ORDER = (
    ResourceKind.INTEGRATION,
    ResourceKind.ENVIRONMENT,
    ResourceKind.QUEUE,
    ResourceKind.AGENT,
    ResourceKind.TEAM,
    ResourceKind.WORKFLOW,
    ResourceKind.POLICY,
)
"""What is named comes before what names it."""
JOBS = "jobs"
SECTIONS = (*(kind.plural for kind in ORDER), JOBS)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one entry."""

    kind: str
    id: str
    """The name, for a job."""
    action: str
    """``created``, ``changed`` or ``unchanged``."""
    webhook_secret: str | None = None
    """Shown this once, for a new job with a webhook."""
    warnings: tuple[str, ...] = ()


def apply(ctx: Context, document: Any, *, dry_run: bool = False) -> list[Applied]:
    """Make the home hold what a document says; what it does not name stays as it is.

    Everything is checked before anything is written. A job is known by its name.

    Raises:
        InvalidInput: the place in the document and what is wrong there; nothing was written.
    """
    sections = _sections(document)
    known = _together(ctx.directory, sections)
    for kind in ORDER:
        for number, entry in enumerate(sections.get(kind.plural, ())):
            place = f"{kind.plural}.{number}"
            with _at(place):
                check_spec(ctx, kind, resources.validated_spec(kind, entry), known)
                resources.refuse_reserved(kind, entry["id"])
    by_name = _jobs_by_name(ctx, sections)
    ordered = in_order(sections.get(JOBS, ()))
    to_come = frozenset(entry["name"] for entry in ordered) - by_name.keys()
    for number, entry in enumerate(sections.get(JOBS, ())):
        with _at(f"{JOBS}.{number}"):
            there = by_name.get(entry["name"])
            near = replace(around(ctx, None if there is None else there.id), to_come=to_come)
            names = [one["name"] for one in sections[JOBS]]
            sent = outgoing(ctx, validated(JobCreate, entry), to_come=names).sent
            _refuse_ended(check(sent, known, near).definition, there)
    done = [
        _apply_one(ctx, kind, entry, dry_run)
        for kind in ORDER
        for entry in sections.get(kind.plural, ())
    ]
    return done + _apply_jobs(ctx, ordered, by_name, to_come if dry_run else None)


def export(ctx: Context, sections: tuple[str, ...] = SECTIONS) -> dict[str, list[dict[str, Any]]]:
    """The document of a home: what was made in it, by section; empty sections are left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in ORDER:
        if kind.plural in sections:
            found[kind.plural] = [one.spec for one in resources.listing(ctx, kind)]
    if JOBS in sections:
        # What has ended for good would begin anew wherever the document is applied.
        every = jobs.listing(ctx)
        names = unique_names(every)
        found[JOBS] = [
            with_names(_with_names(ctx, job_entry(job)), names)
            for job in reversed(every)
            if job.ended_as not in FOR_GOOD
        ]
    return {name: entries for name, entries in found.items() if entries}


def job_entry(job: Job) -> dict[str, Any]:
    """A job as fields of JobCreate; what is as by default is left out."""
    fields = job_fields(job, "", ())
    entry = {name: fields[name] for name in JobCreate.model_fields if name in fields}
    usual = {name: field.default for name, field in JobCreate.model_fields.items()}
    needed = ("name", "trigger_type", "prompt_template", "entity_id")
    kept = {
        name: value
        for name, value in entry.items()
        if name in needed or (value is not None and value != usual[name] and value != [])
    }
    kept["enabled"] = job.enabled
    return kept


def _with_names(ctx: Context, entry: dict[str, Any]) -> dict[str, Any]:
    """Jobs that results go to by their names, where these are unique: ids are of this home."""
    targets = []
    for target in entry.get("deliver_to", ()):
        job = jobs.get(ctx, target["job"]) if target["type"] == "job" else None
        unique = job is not None and not jobs.same_name(ctx, job.name, but=job.id)
        targets.append({**target, "job": job.name} if job is not None and unique else target)
    return {**entry, "deliver_to": targets} if targets else entry


def _sections(document: Any) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(document, Mapping):
        raise InvalidInput(
            "The document is no mapping of sections.", f"Sections: {', '.join(SECTIONS)}."
        )
    found: dict[str, list[dict[str, Any]]] = {}
    for name, entries in document.items():
        if name not in SECTIONS:
            raise InvalidInput(
                f"There is no section {name!r:.60}.", f"Sections: {', '.join(SECTIONS)}."
            )
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise InvalidInput(f"{name} is not a list of mappings.", field=str(name))
        key = "name" if name == JOBS else "id"
        seen: set[Any] = set()
        for number, entry in enumerate(entries):
            if not isinstance(entry.get(key), str):
                raise InvalidInput(f"{name}.{number}: {key} is missing.", field=f"{name}.{number}")
            if entry[key] in seen:
                raise InvalidInput(
                    f"{name}.{number}: {entry[key]!r:.60} is there twice.", field=f"{name}.{number}"
                )
            seen.add(entry[key])
        found[str(name)] = entries
    return found


def _together(known: Directory, sections: Mapping[str, list[dict[str, Any]]]) -> Directory:
    """What the home will know when all of the document is in it."""
    changes: dict[str, Any] = {}
    for kind in ORDER:
        entries = sections.get(kind.plural, [])
        if not entries:
            continue
        one_kind = dict(getattr(known, kind.plural))
        for number, entry in enumerate(entries):
            with _at(f"{kind.plural}.{number}"):
                spec = resources.validated_spec(kind, entry)
            one_kind[spec["id"]] = MODELS[kind].model_validate(spec)
        changes[kind.plural] = one_kind
    return replace(known, **changes)


class _at:
    """Puts the place in the document before what is wrong there."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, JobsTuiError):
            raise InvalidInput(
                f"{self._place}: {error.message}",
                error.hint,
                field=f"{self._place}.{error.field}" if error.field else self._place,
            ) from None


def _jobs_by_name(ctx: Context, sections: Mapping[str, list[dict[str, Any]]]) -> dict[str, Job]:
    wanted = {entry["name"] for entry in sections.get(JOBS, ())}
    found: dict[str, Job] = {}
    for job in jobs.listing(ctx) if wanted else ():
        if job.name not in wanted:
            continue
        if job.name in found:
            raise InvalidInput(
                f"Several jobs are called {job.name!r:.80}: which one is meant is not clear.",
                "Rename or delete the others first.",
                field=JOBS,
            )
        found[job.name] = job
    return found


def _refuse_ended(definition: Definition, job: Job | None) -> None:
    """Raises WrongStatus when a job that has ended for good would have to change."""
    if job is not None and job.ended_as in FOR_GOOD and definition != job.definition:
        raise WrongStatus(
            f"the job {job.name!r:.80} is {job.status} and cannot be changed.", way_out(job)
        )


def _apply_one(ctx: Context, kind: ResourceKind, entry: dict[str, Any], dry_run: bool) -> Applied:
    if not dry_run:
        made, action = resources.apply(ctx, kind, entry)
        return Applied(str(kind), made.id, action)
    kept = {one.id: one.spec for one in resources.listing(ctx, kind)}
    spec = resources.validated_spec(kind, entry)
    action = "created" if spec["id"] not in kept else "changed"
    if kept.get(spec["id"]) == spec:
        action = "unchanged"
    return Applied(str(kind), spec["id"], action)


def _apply_jobs(
    ctx: Context,
    entries: list[dict[str, Any]],
    by_name: Mapping[str, Job],
    dry: frozenset[str] | None,
) -> list[Applied]:
    """In their order; one that delivers to a job further on gets its targets at the end."""
    to_come = {entry["name"] for entry in entries if entry["name"] not in by_name}
    done, later = list[Applied](), list[int]()
    for position, entry in enumerate(entries):
        job = by_name.get(entry["name"])
        targets = entry.get("deliver_to") or ()
        if dry is None and any(one.get("job") in to_come for one in targets):
            later.append(position)
            entry = {**entry, "deliver_to": [] if job is None else job.definition.deliver_to}
        done.append(_apply_job(ctx, entry, job, dry))
        to_come.discard(entry["name"])
    for position in later:
        entry, first = entries[position], done[position]
        saved = jobs.edit(
            ctx, jobs.find(ctx, entry["name"]).id, {"deliver_to": entry["deliver_to"]}
        )
        action = "created" if first.action == "created" else "changed"
        warnings = (*first.warnings, *saved.warnings)
        done[position] = replace(first, action=action, warnings=tuple(dict.fromkeys(warnings)))
    return done


def _apply_job(
    ctx: Context, entry: dict[str, Any], job: Job | None, dry: frozenset[str] | None
) -> Applied:
    """Make or change one job; with ``dry``, the names of jobs to come, only say what would be."""
    dry_run = dry is not None
    sent = validated(JobCreate, entry)
    if job is None:
        if dry_run:
            return Applied("job", sent.name, "created")
        saved = jobs.create(ctx, entry)
        return Applied("job", sent.name, "created", saved.webhook_secret, saved.warnings)
    kept = outgoing(ctx, sent, job.definition).sent
    near = replace(around(ctx, job.id), to_come=dry or frozenset())
    definition = check(kept, ctx.directory, near).definition
    if definition == job.definition and job.ended_as in FOR_GOOD:
        return Applied("job", sent.name, "unchanged", None, (f"{job.name} is {job.status}.",))
    if definition == job.definition and sent.enabled == job.enabled:
        return Applied("job", sent.name, "unchanged")
    if dry_run:
        return Applied("job", sent.name, "changed")
    # All fields, so that what the document leaves out goes back to its default.
    saved = jobs.edit(ctx, job.id, sent.model_dump(mode="json"))
    return Applied("job", sent.name, "changed", saved.webhook_secret, saved.warnings)

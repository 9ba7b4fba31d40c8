"""Who does a job that an assistant makes: somebody who understands plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs_tui.agents.doer import DoerKind, doer_of
from jobs_tui.models.enums import PlanningMode
from jobs_tui.models.errors import InvalidInput, JobsTuiError, NotFound, Refused
from jobs_tui.models.job import Definition
from jobs_tui.service.context import Context

SMART = ("smart", "auto")
"""In place of an id: whoever fits best."""
SHELL_KIND = "shell"
MOST_NAMED = 20
"""Ids in a hint."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Fields of a job that say who does it, and what its maker should know."""

    fields: dict[str, Any]
    warnings: tuple[str, ...] = ()


def named(ctx: Context, name: str) -> Chosen:
    """The agent, team or workflow that goes by a name. Raises InvalidInput."""
    if name.casefold() in SMART:
        return _smart(ctx)
    known = ctx.directory
    agents = {one.id: one.label for one in known.all_agents()}
    labels = {label.casefold(): agent_id for agent_id, label in agents.items()}
    found = name if name in agents else labels.get(name.casefold())
    if found is not None:
        warnings: tuple[str, ...] = ()
        if known.agent(found).kind == SHELL_KIND:
            warnings = (f"{found} runs the instructions as a bash script, word for word.",)
        return Chosen(_of(PlanningMode.PREDEFINED_AGENT, found), warnings)
    if name in known.teams:
        return Chosen(_of(PlanningMode.PREDEFINED_TEAM, name))
    if name in known.workflows:
        return Chosen(_of(PlanningMode.PREDEFINED_WORKFLOW, name))
    every = [*agents, *known.teams, *known.workflows][:MOST_NAMED]
    raise InvalidInput(
        f"There is no agent, team or workflow {name!r:.80}.",
        f"Leave agent out to have the best one chosen, or use one of: {', '.join(every)}.",
        field="agent",
    )


def fitting(ctx: Context, instructions: str) -> Chosen:
    """Whoever fits best; never one that would run plain words as a script.

    Smart leaves the built-in shell out, but an agent of its kind that somebody made is chosen by
    its description: where there is one, the best of the others is named in its place.

    Raises:
        Refused: only such agents are ready.
    """
    from jobs_tui.service.smart import selection

    found = selection(ctx, instructions)
    scripts = [one.id for one in found.ranked if one.kind == SHELL_KIND]
    if not scripts:
        return _smart(ctx, found.reason if found.chosen is None else None)
    best = next((one for one in found.ranked if one.ready and one.kind != SHELL_KIND), None)
    if best is None:
        raise Refused(
            f"No agent that understands plain words is ready; {scripts[0]} would run them as a"
            " bash script.",
            "Ask the user to set up an agent with a model, or name the agent and give a script.",
        )
    return Chosen(_of(PlanningMode.PREDEFINED_AGENT, best.id))


def _smart(ctx: Context, problem: str | None = None) -> Chosen:
    warnings: tuple[str, ...] = ()
    if problem is not None:
        warnings = (
            f"Nobody here can do this now: {problem} Runs will fail until the user sets up an"
            " agent (`jobs-tui agent create`) or you name one with agent.",
        )
    return Chosen(
        {
            "planning_mode": str(PlanningMode.ON_THE_FLY),
            "entity_type": None,
            "entity_id": None,
        },
        warnings,
    )


def _of(mode: PlanningMode, entity_id: str) -> dict[str, Any]:
    return {
        "planning_mode": str(mode),
        "entity_type": mode.removeprefix("predefined_"),
        "entity_id": entity_id,
    }


def who_words(ctx: Context, definition: Definition) -> str:
    """Who does it, in words; Smart's pick is not asked for, for that ranks all agents."""
    try:
        doer = doer_of(definition, ctx.directory)
        problem = doer.not_ready(ctx.directory)
    except (NotFound, JobsTuiError) as error:
        return error.message
    if doer.kind is DoerKind.SMART:
        return "Smart: the agent that fits best, chosen at each run"
    words = f"{doer.kind} {doer.id}"
    if doer.agent is not None and doer.agent.kind == SHELL_KIND:
        words += " (runs the instructions as a bash script)"
    return f"{words}; not ready: {problem}" if problem else words


def pick_words(ctx: Context, definition: Definition) -> str:
    """As :func:`who_words`, with whom Smart would pick now. Not for lists."""
    if definition.planning_mode is not PlanningMode.ON_THE_FLY:
        return who_words(ctx, definition)
    from jobs_tui.service.preview_words import smart_words
    from jobs_tui.service.smart import selection

    return (
        f"{who_words(ctx, definition)}; {smart_words(selection(ctx, definition.prompt_template))}"
    )

"""Smart at run time: who does a task, with the ranking and the reason kept on the run."""

from __future__ import annotations

import asyncio
from functools import partial

from jobs_tui.agents.smart.candidates import candidates
from jobs_tui.agents.smart.choice import SYSTEM, best_agents, choice_prompt, read_choice
from jobs_tui.agents.smart.ranking import Selection, chosen_by_model, select
from jobs_tui.agents.smart.wishes import wish_of
from jobs_tui.engine.crew import EngineCrew
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import NotFound
from jobs_tui.store import executions

CHOICE_SECONDS = 60.0
"""Seconds that a model may take to choose."""


async def choose(crew: EngineCrew, task: str) -> AgentInput:
    """The agent that fits a task best now; who, why and the ranking are kept.

    Args:
        task: in plain words, rendered.

    Raises:
        NotFound: no agent of this home can be chosen.
    """
    selection = await asyncio.to_thread(_select, crew, task)
    if selection.unclear:
        selection = await _ask_model(crew, task, selection)
    if selection.chosen is None:
        raise NotFound(
            f"Smart found no agent for this task: {selection.reason}",
            "Create an agent whose description or capabilities say what it is good at.",
            field="entity_id",
        )
    crew.output.line("system", f"smart chose {selection.chosen}: {selection.reason}")
    await crew.parts.store.awrite(
        partial(
            executions.note_choice,
            execution_id=crew.execution.id,
            agent_id=None if crew.book.rows else selection.chosen,
            selection=selection.to_json(),
        )
    )
    return crew.directory.agent(selection.chosen)


def _select(crew: EngineCrew, task: str) -> Selection:
    found = candidates(crew.parts.store.jobs.reader(), crew.directory, crew.parts.secrets, task)
    return select(task, found, wish_of(crew.parts.settings, crew.parts.secrets, None))


async def _ask_model(crew: EngineCrew, task: str, selection: Selection) -> Selection:
    """Let the configured model choose among the best; without its answer the first stays."""
    chooser_id = crew.parts.settings.chooser_agent
    if not chooser_id:
        return selection
    try:
        chooser = crew.directory.agent(chooser_id)
    except NotFound as error:
        crew.output.line("system", f"smart asks no model: {error.message}")
        return selection
    best = best_agents(selection, {one.id: one for one in crew.directory.all_agents()})
    result = await crew.do(
        chooser.model_copy(update={"tools": []}),
        "{{ question }}",
        step="smart",
        values={"question": choice_prompt(task, best)},
        system_prompt=SYSTEM,
        timeout=CHOICE_SECONDS,
    )
    if result.status != "completed":
        crew.output.line("system", f"smart asked {chooser_id} in vain: {result.error_message}")
        return selection
    named = read_choice(result.text, [one.id for one in best])
    if named is None:
        crew.output.line("system", f"smart asked {chooser_id}, whose answer names no agent")
        return selection
    return chosen_by_model(selection, named, chooser_id)

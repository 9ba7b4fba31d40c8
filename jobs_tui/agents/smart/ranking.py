"""Which agent fits a task best: by fit, then by load, then by record (AGENTS.md 6). Pure.

Fit is what an engine says of description and capabilities. Agents whose fit is within the engine's
margin of the best are as good as each other, as far as anyone can tell from words: among them the
less busy one goes first, and with the same score the one that has done better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.choosing import EngineWish, engine_for, lexical
from jobs_tui.agents.smart.engines.fitting import Document, Engine, Fit
from jobs_tui.models.agent import AgentInput

BEST = 5
"""Agents among which a model chooses when the lead is unclear."""
USUAL_LIMIT = 8
"""Runs at once that make an agent without a limit count as fully busy."""
_HAIR = 0.001


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that may be chosen, and how it stands."""

    agent: AgentInput
    not_ready: str = ""
    """Why it cannot work now, a sentence; empty when it can."""
    made_here: bool = True
    """Somebody made it in this home: not built in, not found on this machine."""
    running: int = 0
    """Runs and steps that it does now."""
    completed: int = 0
    """Of its last runs."""
    failed: int = 0
    understood: float | None = None
    """The built-in ``ops``: how sure it is that it understands the task, 0 to 1."""

    @property
    def ready(self) -> bool:
        """Whether it can work now."""
        return not self.not_ready

    @property
    def load(self) -> float:
        """0 (idle) to 1 (has as many runs as it may have)."""
        return min(1.0, self.running / (self.agent.max_running or USUAL_LIMIT))

    @property
    def success(self) -> float:
        """The part of its last runs that went well; one half when nothing is known."""
        return (self.completed + 1) / (self.completed + self.failed + 2)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One candidate with its place."""

    id: str
    name: str
    kind: str
    score: float
    """0 to 1: fit, less what its load costs."""
    ready: bool
    reason: str
    """In words: what fits, load, record, and why it is not ready."""
    fit: float
    """0 to 1, by the engine."""
    not_ready: str = ""
    running: int = 0
    limit: int | None = None
    completed: int = 0
    failed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the command and the API print it."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "score": round(self.score, 4),
            "fit": round(self.fit, 4),
            "ready": self.ready,
            "reason": self.reason,
            "running": self.running,
            "limit": self.limit,
            "completed": self.completed,
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates in order."""

    engine: str
    ranked: tuple[Ranked, ...]
    clear: bool
    """Whether one leads clearly."""
    note: str = ""
    """Why another engine than the wanted one ranked; empty when it was that one."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Who was chosen for a task, and why: kept with the run and shown."""

    chosen: str | None
    """An agent's id; None when none is ready."""
    unclear: bool
    """Whether the lead was too small to be sure of it."""
    engine: str
    reason: str
    """Sentences."""
    ranked: tuple[Ranked, ...] = field(default=())

    @property
    def best(self) -> tuple[Ranked, ...]:
        """The first ready ones, among which a model may choose."""
        return tuple(one for one in self.ranked if one.ready)[:BEST]

    def to_json(self, most: int | None = 20) -> dict[str, Any]:
        """As it is kept; ``most`` candidates of it, None for all."""
        return {
            "chosen": self.chosen,
            "unclear": self.unclear,
            "engine": self.engine,
            "reason": self.reason,
            "ranked": [one.to_json() for one in self.ranked[:most]],
        }


def document_of(agent: AgentInput) -> Document:
    """What the engines read of an agent."""
    return Document(agent.id, agent.label, agent.description, tuple(agent.capabilities))


def rank(prompt: str, candidates: Sequence[Candidate], engine: Engine) -> list[Ranked]:
    """All candidates, the best first; those that are not ready behind those that are.

    When no agent that was made here is ready, all are ranked together: then it is of use to see
    who would do it.

    Raises:
        EngineBroken: the engine cannot answer.
    """
    return list(_ranking(prompt, candidates, engine).ranked)


def rank_by(prompt: str, candidates: Sequence[Candidate], wish: EngineWish) -> Ranking:
    """The same with the engine of a wish; words rank when that one cannot, and the note says so."""
    try:
        return _ranking(prompt, candidates, engine_for(wish))
    except EngineBroken as error:
        note = f"Ranked by words: {error.sentence()}"
        return _ranking(prompt, candidates, lexical(), note)


def rank_with(prompt: str, candidates: Sequence[Candidate], wish: EngineWish) -> Ranking:
    """The same with the engine of a wish and no other. Raises EngineBroken."""
    return _ranking(prompt, candidates, engine_for(wish))


def select(prompt: str, candidates: Sequence[Candidate], wish: EngineWish) -> Selection:
    """The agent for a task: the first ready one; ``unclear`` when its lead is too small."""
    ranking = rank_by(prompt, candidates, wish)
    notes = [ranking.note] if ranking.note else []
    first = next((one for one in ranking.ranked if one.ready), None)
    if first is None:
        missing = [f"{one.id}: {one.not_ready}" for one in ranking.ranked[:3]]
        why = f"No agent is ready. {' '.join(missing)}" if missing else "There is no agent for it."
        return Selection(None, True, ranking.engine, " ".join([*notes, why]), ranking.ranked)
    clear = ranking.clear and ranking.ranked[0].id == first.id
    if clear:
        said = f"{first.id} fits best ({first.reason})."
    elif first.fit < _floor(ranking.engine):
        said = f"No agent clearly fits; {first.id} is the first ({first.reason})."
    else:
        second = next((one for one in ranking.ranked if one.ready and one.id != first.id), first)
        said = (
            f"{first.id} is the first ({first.reason}), but its lead over {second.id} is unclear."
        )
    ahead = max(ranking.ranked, key=lambda one: one.fit)
    if not ahead.ready and ahead.fit > first.fit:
        said += f" {ahead.id} fits better but is not ready: {ahead.not_ready}"
    return Selection(first.id, not clear, ranking.engine, " ".join([*notes, said]), ranking.ranked)


def chosen_by_model(selection: Selection, chosen: str, by: str) -> Selection:
    """The selection after a model has chosen one of the best; it stays marked as unclear."""
    return Selection(
        chosen,
        True,
        selection.engine,
        f"{selection.reason} {by} was asked and chose {chosen}.",
        selection.ranked,
    )


def _floor(engine: str) -> float:
    from jobs_tui.agents.smart.engines.endpoint import EndpointEngine
    from jobs_tui.agents.smart.engines.semantic import SemanticEngine

    kinds: tuple[type[Engine], ...] = (SemanticEngine, EndpointEngine)
    return next((kind.floor for kind in kinds if kind.name == engine), lexical().floor)


def _ranking(
    prompt: str, candidates: Sequence[Candidate], engine: Engine, note: str = ""
) -> Ranking:
    plain = [one for one in candidates if one.understood is None]
    fits = {fit.id: fit for fit in engine.fits(prompt, [document_of(one.agent) for one in plain])}
    together = not any(one.ready and one.made_here for one in candidates)
    in_race = [one for one in plain if one.ready or together]
    top = max((fits[one.agent.id].score for one in in_race), default=0.0)
    margin = engine.margin(top)
    near = [one for one in in_race if fits[one.agent.id].score >= top - margin]
    clear = len(near) == 1 and top >= engine.floor
    scores = {one.agent.id: fits[one.agent.id].score for one in plain}
    if len(near) > 1:
        for one in near:
            scores[one.agent.id] = max(scores[one.agent.id] - margin * one.load, top - margin, 0.0)
    for one in candidates:
        if one.understood is None:
            continue
        fits[one.agent.id] = Fit(
            one.agent.id, one.understood, "it understands the task without a model"
        )
        if top < engine.floor or (len(near) > 1 and top < 2 * engine.floor):
            # Nobody else has much to do with it: whoever understands it does it.
            scores[one.agent.id] = max(one.understood, min(1.0, top + _HAIR))
            clear = True
        else:
            scores[one.agent.id] = max(0.0, min(one.understood, top - margin - _HAIR))

    def place(one: Candidate) -> tuple[bool, float, float, str]:
        behind = not one.ready and not together
        return behind, -round(scores[one.agent.id], 9), -one.success, one.agent.id

    ordered = sorted(candidates, key=place)
    ranked = tuple(_ranked(one, fits[one.agent.id], scores[one.agent.id]) for one in ordered)
    return Ranking(engine.name, ranked, clear, note)


def _ranked(one: Candidate, fit: Fit, score: float) -> Ranked:
    said = [fit.reason]
    limit = one.agent.max_running
    if one.running:
        said.append(f"{one.running} of {limit} running" if limit else f"{one.running} running")
    ended = one.completed + one.failed
    if ended:
        said.append(f"{one.completed} of its last {ended} runs completed")
    if one.not_ready:
        said.append(f"not ready: {one.not_ready}")
    return Ranked(
        id=one.agent.id,
        name=one.agent.label,
        kind=one.agent.kind,
        score=score,
        ready=one.ready,
        reason="; ".join(said),
        fit=fit.score,
        not_ready=one.not_ready,
        running=one.running,
        limit=limit,
        completed=one.completed,
        failed=one.failed,
    )

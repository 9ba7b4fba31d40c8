"""Agents and candidates as tests need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.agents.smart.ranking import Candidate
from jobs_tui.models.agent import AgentInput


def agent(agent_id: str, description: str = "", *capabilities: str, **more: Any) -> AgentInput:
    """A model's agent."""
    return AgentInput(
        id=agent_id, kind="llm", description=description, capabilities=list(capabilities), **more
    )


BACKUP = agent("backup", "Creates and restores backups.", "database backup", "restore tests")
COSTS = agent("costs", "Audits cloud spend.", "budget alerts", "billing anomalies")
DOCS = agent("docs", "Writes documentation.", "README updates", "tutorials")
THREE = (BACKUP, COSTS, DOCS)


def candidates(*agents: AgentInput, **more: Any) -> list[Candidate]:
    """Idle ones without a record."""
    return [Candidate(one, **more) for one in agents or THREE]


@dataclass
class FixedEngine:
    """Gives the scores it was told; margin 0.1, floor 0.2."""

    name: ClassVar[str] = "fixed"
    floor: ClassVar[float] = 0.2
    scores: dict[str, float]
    broken: bool = False

    def margin(self, top: float) -> float:
        """See Engine."""
        return 0.1

    def fits(self, question: str, documents: Sequence[Document]) -> list[Fit]:
        """See Engine."""
        if self.broken:
            raise EngineBroken("It is broken.", "Mend it.")
        return [Fit(one.id, self.scores.get(one.id, 0.0), "told so") for one in documents]

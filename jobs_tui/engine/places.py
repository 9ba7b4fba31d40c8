"""How many runs and steps an agent does at once, when it has a limit (``max_running``).

Nobody ever waits for a place while holding one: a leader gives its own away while it waits for a
member. So members may share agents, and two teams may lead each other's, without a deadlock.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from jobs_tui.models.agent import AgentInput


class Places:
    """Those of all agents, for the runs of one engine; of one event loop."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._waiting: dict[str, deque[tuple[asyncio.Future[None], int]]] = {}

    def free(self, agent: AgentInput) -> bool:
        """Whether a place could be had at once."""
        limit = agent.max_running
        return limit is None or (not self._waiting.get(agent.id) and self._taken[agent.id] < limit)

    async def take(self, agent: AgentInput) -> None:
        """Return when a place of the agent is ours; the first to ask is the first to get one."""
        if self.free(agent):
            self._taken[agent.id] += 1
            return
        turn = asyncio.get_running_loop().create_future()
        entry = (turn, agent.max_running or 1)
        self._waiting.setdefault(agent.id, deque()).append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiting[agent.id].remove(entry)
                self._next(agent.id)
            else:  # it was given to us at the same moment
                self.give(agent)
            raise

    def give(self, agent: AgentInput) -> None:
        """Give a place back."""
        self._taken[agent.id] -= 1
        self._next(agent.id)

    @asynccontextmanager
    async def hold(self, agent: AgentInput, waits: Callable[[str], None]) -> AsyncIterator[Place]:
        """A place for the length of the block.

        Args:
            waits: told the reason when it cannot be had at once.
        """
        if not self.free(agent):
            waits(f"waits: the agent {agent.id} is busy ({agent.max_running} at once)")
        await self.take(agent)
        place = Place(self, agent)
        try:
            yield place
        finally:
            place.leave()

    def _next(self, agent_id: str) -> None:
        waiting = self._waiting.get(agent_id)
        while waiting and self._taken[agent_id] < waiting[0][1]:
            turn, _ = waiting.popleft()
            if not turn.done():
                self._taken[agent_id] += 1
                turn.set_result(None)
        if not waiting:
            self._waiting.pop(agent_id, None)
        if not self._taken[agent_id]:
            del self._taken[agent_id]


@dataclass(slots=True)
class Place:
    """One that is held."""

    _places: Places
    _agent: AgentInput
    _held: bool = True
    _over: bool = False
    _lent: int = field(default=0)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Others may have it during the block, in which its holder only waits for them.

        When the block is left by an error or a cancel it is not waited for again.
        """
        self._lent += 1
        self._release()
        try:
            yield
        except BaseException:
            self._lent -= 1
            raise
        self._lent -= 1
        if self._lent or self._held or self._over:
            return
        await self._places.take(self._agent)
        if self._lent or self._held or self._over:  # things went on while we waited
            self._places.give(self._agent)
        else:
            self._held = True

    def leave(self) -> None:
        """Its work is over."""
        self._over = True
        self._release()

    def _release(self) -> None:
        if self._held:
            self._held = False
            self._places.give(self._agent)

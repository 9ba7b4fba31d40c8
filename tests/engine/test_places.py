"""Places of agents with a limit: in turn, given back by a cancel, lent by leaders."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from jobs_tui.engine.places import Places
from jobs_tui.models.agent import AgentInput

A = AgentInput(id="a", kind="ops", max_running=1)
B = AgentInput(id="b", kind="ops", max_running=1)


class Scene:
    """Workers that hold a place until they are told to end."""

    def __init__(self) -> None:
        self.places = Places()
        self.log: list[str] = []
        self.said: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a work."""
        self.tasks.append(asyncio.create_task(work))
        return self.tasks[-1]

    async def work(self, name: str, agent: AgentInput, end: asyncio.Event) -> None:
        """Hold a place until ``end``."""
        async with self.places.hold(agent, self.said.append):
            self.log.append(f"{name} begins")
            await end.wait()
        self.log.append(f"{name} ends")

    async def lead(self, name: str, agent: AgentInput, other: AgentInput) -> None:
        """Hold a place, and wait twice at once for another agent."""
        async with self.places.hold(agent, self.said.append) as place:
            self.log.append(f"{name} leads")

            async def ask() -> None:
                async with place.lent(), self.places.hold(other, self.said.append):
                    await asyncio.sleep(0)

            await asyncio.gather(ask(), ask())
            assert not self.places.free(agent), "its own place is its own again"
        self.log.append(f"{name} ends")


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def settle() -> None:
    """Let everything that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_after_the_other_in_turn(scene: Scene) -> None:
    ends = [asyncio.Event() for _ in range(3)]
    for number, end in enumerate(ends):
        scene.begin(scene.work(str(number), A, end))
    await settle()
    assert scene.log == ["0 begins"]
    assert scene.said == ["waits: the agent a is busy (1 at once)"] * 2
    for end in ends:
        end.set()
    await asyncio.gather(*scene.tasks)
    assert scene.log == ["0 begins", "0 ends", "1 begins", "1 ends", "2 begins", "2 ends"]
    assert scene.places.free(A)


async def test_an_agent_without_a_limit_never_waits(scene: Scene) -> None:
    end = asyncio.Event()
    for number in range(5):
        scene.begin(scene.work(str(number), AgentInput(id="c", kind="ops"), end))
    await settle()
    assert len(scene.log) == 5
    end.set()
    await asyncio.gather(*scene.tasks)


async def test_a_cancel_while_waiting_leaves_the_place_to_the_next(scene: Scene) -> None:
    ends = [asyncio.Event() for _ in range(3)]
    for number, end in enumerate(ends):
        scene.begin(scene.work(str(number), A, end))
    await settle()
    scene.tasks[1].cancel()
    await settle()
    assert scene.tasks[1].cancelled()
    ends[0].set()
    await settle()
    assert scene.log == ["0 begins", "0 ends", "2 begins"]
    ends[2].set()
    await asyncio.gather(scene.tasks[2])
    assert scene.places.free(A)


async def test_a_cancel_at_the_moment_it_gets_the_place(scene: Scene) -> None:
    places = scene.places
    await places.take(A)
    one, other = (scene.begin(places.take(A)) for _ in range(2))
    await settle()
    places.give(A)
    one.cancel()
    await settle()
    assert one.cancelled()
    assert other.done()
    places.give(A)
    assert places.free(A)


@pytest.mark.parametrize("pairs", [[(A, A)], [(A, B), (B, A)], [(A, A), (A, A), (A, B), (B, B)]])
async def test_leaders_and_members_may_share_agents(
    scene: Scene, pairs: list[tuple[AgentInput, AgentInput]]
) -> None:
    for number, (leader, member) in enumerate(pairs):
        scene.begin(scene.lead(str(number), leader, member))
    async with asyncio.timeout(5):
        await asyncio.gather(*scene.tasks)
    assert len([line for line in scene.log if line.endswith("ends")]) == len(pairs)
    assert scene.places.free(A)
    assert scene.places.free(B)


async def test_a_cancelled_leader_does_not_wait_for_its_place(scene: Scene) -> None:
    end = asyncio.Event()
    blocker = scene.begin(scene.work("member", B, end))
    await settle()
    leader = scene.begin(scene.lead("leader", A, B))
    await settle()
    taker = scene.begin(scene.work("taker", A, end))  # has the place that the leader lends
    await settle()
    leader.cancel()
    await settle()
    assert leader.cancelled()
    end.set()
    await asyncio.gather(blocker, taker)
    assert scene.places.free(A)
    assert scene.places.free(B)

"""The ops agent as the engine runs it: gate, alarms, failures, approvals, cancelling."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from jobs_tui.agents.ops.runner import OpsRunner
from jobs_tui.agents.runner import ProcessSpawner, Resume, Task, ToolCall
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.enums import Decision
from jobs_tui.models.verdict import ALLOWED, Verdict
from jobs_tui.tools import registry
from jobs_tui.tools.tool import ToolContext, ToolFailed, ToolResult

HEALTH_THEN_DISK = "Check system health, then show disk usage of /var"


class Heard:
    """An output in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        raise AssertionError("ops has no process of its own")

    def line(self, stream: str, text: str, step: str = "") -> None:
        self.lines.append((stream, text))

    async def ready(self) -> None:
        return


class Rules:
    """A gate that says this of each tool."""

    def __init__(self, **verdicts: Verdict) -> None:
        self.verdicts = verdicts
        self.asked: list[ToolCall] = []

    async def check(self, call: ToolCall) -> Verdict:
        self.asked.append(call)
        return self.verdicts.get(call.tool, ALLOWED)


class Bench:
    """The stand-ins as the only tools; counts their calls and lets them answer as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.answers: dict[str, ToolResult | Exception] = {}
        self.began = asyncio.Event()
        self.wait = asyncio.Event()
        self.wait.set()
        known = {tool.name: replace(tool, run=self._run(tool.name)) for tool in registry.tools()}

        def tools(names: list[str] | None = None) -> list[Any]:
            return [known[name] for name in (known if names is None else names)]

        monkeypatch.setattr(registry, "tools", tools)

    def _run(self, name: str) -> Any:
        async def run(arguments: object, context: object) -> ToolResult:
            self.ran.append(name)
            self.began.set()
            await self.wait.wait()
            answer = self.answers.get(name, ToolResult(f"report of\n{name}", f"{name} is well"))
            if isinstance(answer, Exception):
                raise answer
            return answer

        return run


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def _task(prompt: str, **others: Any) -> Task:
    nobody, context = cast(ProcessSpawner, None), cast(ToolContext, object())
    values = others.pop("values", {})
    agent = AgentInput(id="ops", kind="ops", tools=others.pop("allowed", None))
    return Task("e", "j", "job", prompt, values, nobody, agent=agent, tools=context, **others)


async def test_it_tells_what_it_understood_before_it_does_it(bench: Bench) -> None:
    heard = Heard()
    got = await OpsRunner().run(_task("Check system health and alert if CPU > 80%"), heard)
    assert (got.status, got.exit_code, got.result) == ("completed", 0, "system_health is well")
    assert heard.lines == [
        ("tool_call", "understood: system_health cpu_percent=80"),
        ("tool_result", "report of"),
        ("tool_result", "system_health"),
        ("agent", "system_health is well"),
    ]


async def test_a_crossed_threshold_fails_the_run(bench: Bench) -> None:
    alarm = "CPU is at 93 %, above 80 %."
    bench.answers["system_health"] = ToolResult("hot", "1 alarm", alarms=(alarm,))
    got = await OpsRunner().run(_task(HEALTH_THEN_DISK), Heard())
    assert (got.status, got.exit_code, got.error_message) == ("failed", 1, alarm)
    assert got.result == "1 alarm; disk_usage is well"
    assert bench.ran == ["system_health", "disk_usage"]


async def test_a_refused_prompt_runs_nothing_and_lists_what_can_be_done(bench: Bench) -> None:
    heard = Heard()
    got = await OpsRunner().run(_task("Check system health and write a poem"), heard)
    assert (got.status, got.exit_code, got.retry) == ("failed", 1, False)
    assert str(got.error_message).startswith("Nothing was run.")
    assert "System health" in str(got.error_message)
    assert any("back up /srv/www to /backup" in text for _, text in heard.lines)
    assert bench.ran == []


async def test_a_tool_that_cannot_ends_the_run_with_its_sentence(bench: Bench) -> None:
    bench.answers["system_health"] = ToolFailed("There is no /proc.", "Mount it.")
    got = await OpsRunner().run(_task(HEALTH_THEN_DISK), Heard())
    assert (got.status, got.error_message) == ("failed", "There is no /proc. Mount it.")
    assert bench.ran == ["system_health"]


async def test_a_denied_call_is_not_done(bench: Bench) -> None:
    rules = Rules(disk_usage=Verdict(Decision.DENY, "not on Fridays"))
    got = await OpsRunner().run(_task(HEALTH_THEN_DISK, gate=rules), Heard())
    assert (got.status, got.retry) == ("failed", False)
    assert got.error_message == "disk_usage was not allowed: not on Fridays"
    assert bench.ran == ["system_health"]


async def test_an_approval_goes_on_where_it_waited(bench: Bench) -> None:
    rules = Rules(disk_usage=Verdict(Decision.ASK, "it is big"))
    first = await OpsRunner().run(_task(HEALTH_THEN_DISK, gate=rules), Heard())
    assert (first.status, first.ask_reason) == ("waiting_for_input", "it is big")
    assert first.ask == (ToolCall("ops-2", "disk_usage", {"path": "/var"}, True),)
    go_on = Resume(first.state, {"ops-2": ALLOWED})
    second = await OpsRunner().run(_task(HEALTH_THEN_DISK, gate=rules, resume=go_on), Heard())
    assert second.result == "system_health is well; disk_usage is well"
    assert bench.ran == ["system_health", "disk_usage"]


async def test_a_refused_approval_fails_with_the_persons_reason(bench: Bench) -> None:
    rules = Rules(system_health=Verdict(Decision.ASK, "hm"))
    first = await OpsRunner().run(_task("Check system health", gate=rules), Heard())
    no = Resume(first.state, {"ops-1": Verdict(Decision.DENY, "no need")})
    got = await OpsRunner().run(_task("Check system health", gate=rules, resume=no), Heard())
    assert got.error_message == "system_health was not allowed: no need"
    assert bench.ran == []


async def test_a_value_is_text_and_never_a_template(bench: Bench) -> None:
    heard = Heard()
    task = _task("disk usage of {{ where }}", values={"where": "/srv/{{x}}"})
    await OpsRunner().run(task, heard)
    assert heard.lines[0][1].startswith("understood: disk_usage path=/srv/{{x}}")


async def test_an_agent_uses_only_its_tools(bench: Bench) -> None:
    got = await OpsRunner().run(_task("Check system health", allowed=["disk_usage"]), Heard())
    assert got.status == "failed"
    assert str(got.error_message).endswith("Ops can do: Disk usage.")


async def test_cancelling_ends_the_call_that_is_under_way(bench: Bench) -> None:
    bench.wait.clear()
    running = asyncio.ensure_future(OpsRunner().run(_task(HEALTH_THEN_DISK), Heard()))
    await bench.began.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert bench.ran == ["system_health"]


def test_a_prompt_that_will_be_refused_is_warned_about(bench: Bench) -> None:
    assert OpsRunner().check("Check system health", ()) == ()
    assert "will refuse" in OpsRunner().check("write a poem", ())[0]
    assert OpsRunner().check("disk usage of {{ path }}", ("path",)) == ()
    assert OpsRunner().not_ready(AgentInput(id="ops", kind="ops")) == ""

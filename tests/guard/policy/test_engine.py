"""Policies together, and the worker process behind them."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs_tui.guard.policy.answer import NoAnswer
from jobs_tui.guard.policy.engine import MOST_WORKERS, PolicyEngine
from jobs_tui.guard.policy.process import WorkerProcess
from jobs_tui.models.enums import Decision
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.models.verdict import ALLOWED, Verdict
from tests.guard.policy.made import RUNAWAY, opa, rego


@pytest.fixture
def workers() -> list[WorkerProcess]:
    """What the engine ``own`` has started."""
    return []


@pytest.fixture
def own(workers: list[WorkerProcess]) -> Iterator[PolicyEngine]:
    """An engine for one test."""

    def start() -> WorkerProcess:
        workers.append(WorkerProcess())
        return workers[-1]

    found = PolicyEngine(start)
    yield found
    found.close()
    assert [one for one in workers if one.alive] == []


def refuse() -> WorkerProcess:
    raise NoAnswer("the policy engine cannot be started")


class TestTogether:
    def test_no_policy_allows_and_starts_nothing(self) -> None:
        engine = PolicyEngine(refuse)
        off = rego("deny if true", enabled=False)
        assert engine.decide([], {}) == engine.decide([off], {}) == ALLOWED
        assert asyncio.run(engine.adecide([off], {})) == ALLOWED

    def test_a_denial_wins_and_every_one_is_named(self, engine: PolicyEngine) -> None:
        policies = [
            rego("allow := true", "fine"),
            rego('ask contains "really?"', "careful"),
            rego('deny contains "not on Fridays."', "calendar"),
            rego("allow if input.x == 1", "list"),
            rego("deny if true", "closed"),
        ]
        assert engine.decide(policies, {"x": 2}) == Verdict(
            Decision.DENY,
            "policy calendar denies this: not on Fridays; policy list does not allow this;"
            " policy closed denies this",
        )

    def test_else_one_that_asks_asks(self, engine: PolicyEngine) -> None:
        policies = [
            rego('ask contains "it deletes"\nask contains "at night"', "one"),
            rego("ask if input.x == 1", "two"),
            rego('deny contains "x" if input.x == 2'),
        ]
        assert engine.decide(policies, {"x": 1}) == Verdict(
            Decision.ASK,
            "policy one wants this approved: at night, it deletes; policy two wants this approved",
        )
        assert engine.decide(policies[1:], {"x": 3}) == ALLOWED

    def test_twenty_at_once(self, engine: PolicyEngine) -> None:
        policies = [rego(f"deny if input.x == {n}", f"p{n}") for n in range(20)]
        assert engine.decide(policies, {"x": 20}) == ALLOWED
        assert engine.decide(policies, {"x": 19}).reason == "policy p19 denies this"

    async def test_for_an_event_loop(self, engine: PolicyEngine) -> None:
        found = await asyncio.gather(
            *(engine.adecide([rego("deny if input.x")], {"x": n % 2 == 0}) for n in range(8))
        )
        assert [one.decision for one in found] == [Decision.DENY, Decision.ALLOW] * 4


class TestFailures:
    @pytest.mark.parametrize(
        ("rules", "why"),
        [
            ('deny contains "x" if startswith(input.n, "a")', "startswith: operand 1 must be"),
            ('deny contains "x" if http.send({}).x', "line 2: there is no function http.send"),
            ("deny := 1\ndeny := 2 if input.n", "must not produce multiple outputs"),
            ("deny contains 1 if {", "line 2, column 20: this is unclosed"),
            ("nothing := true", "none of deny, ask and allow"),
        ],
    )
    def test_deny_with_the_reason(self, engine: PolicyEngine, rules: str, why: str) -> None:
        verdict = engine.decide([rego("allow := true", "fine"), rego(rules, "bad")], {"n": 1})
        assert verdict.decision is Decision.DENY
        assert verdict.reason.startswith("policy bad could not decide: ")
        assert why in verdict.reason

    def test_a_policy_without_a_module(self, engine: PolicyEngine) -> None:
        verdict = engine.decide([PolicyInput(id="empty")], {})
        assert verdict.decision is Decision.DENY

    def test_a_question_that_is_no_json(self, engine: PolicyEngine) -> None:
        verdict = engine.decide([rego("allow := true")], {"x": object()})
        assert verdict.decision is Decision.DENY
        assert "not JSON serializable" in verdict.reason

    def test_a_question_that_is_too_deep(self, engine: PolicyEngine) -> None:
        deep: list[object] = []
        for _ in range(600):
            deep = [deep]
        assert engine.decide([rego("allow if input.x.y")], {"x": deep}).decision is Decision.DENY
        assert engine.decide([rego("allow if input.x")], {"x": 1}) == ALLOWED

    def test_no_engine(self) -> None:
        verdict = PolicyEngine(refuse).decide([rego("allow := true")], {})
        assert verdict.reason == "policy p could not decide: the policy engine cannot be started"

    def test_prints_of_a_policy_go_nowhere(
        self, own: PolicyEngine, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert own.decide([rego('allow if { print("{}\\n{}"); input.x }')], {"x": 1}) == ALLOWED
        assert own.decide([rego("allow if ]]")], {"x": 1}).decision is Decision.DENY
        assert capfd.readouterr() == ("", "")

    def test_secrets_of_our_environment_are_not_there_to_be_read(
        self, own: PolicyEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-tests")
        policy = rego("deny contains json.marshal(opa.runtime())")
        assert "sk-of-the-tests" not in own.decide([policy], {}).reason


class TestWorker:
    def test_one_that_runs_away_is_ended_and_the_next_question_is_answered(
        self, own: PolicyEngine, workers: list[WorkerProcess]
    ) -> None:
        runaway = PolicyInput(id="slow", module=RUNAWAY, timeout=0.05)
        assert own.decide([runaway, rego("allow := true")], {}) == Verdict(
            Decision.DENY, "policy slow could not decide: it gave no answer within 0.05 s"
        )
        assert [one.alive for one in workers] == [False, True]
        assert own.decide([rego("allow := true")], {}) == ALLOWED

    def test_one_that_was_killed_in_between_is_replaced(
        self, own: PolicyEngine, workers: list[WorkerProcess]
    ) -> None:
        assert own.decide([rego("allow := true")], {}) == ALLOWED
        os.kill(workers[0].pid, signal.SIGKILL)
        assert own.decide([rego("allow := true")], {}) == ALLOWED
        assert own.decide([rego("allow := true")], {}) == ALLOWED
        assert len(workers) == 2

    def test_one_that_dies_of_each_question_denies(self) -> None:
        class Dying(WorkerProcess):
            def ask(self, request: bytes, timeout: float) -> dict[str, object] | None:
                os.kill(self.pid, signal.SIGKILL)
                return super().ask(request, timeout)

        engine = PolicyEngine(Dying)
        verdict = engine.decide([rego("allow := true")], {})
        assert verdict.reason == "policy p could not decide: the policy engine died of the question"
        engine.close()

    def test_one_is_enough_while_nobody_asks_at_the_same_time(
        self, own: PolicyEngine, workers: list[WorkerProcess]
    ) -> None:
        for number in range(5):
            own.decide([rego(f"deny if input.x == {number}")], {"x": 1})
        assert len(workers) == 1

    def test_many_threads_share_a_few(
        self, own: PolicyEngine, workers: list[WorkerProcess]
    ) -> None:
        policy = rego("allow if input.x == 1")
        with ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(own.decide, [policy], {"x": n % 2}) for n in range(40)]
            found = [one.result() == ALLOWED for one in asked]
        assert found == [False, True] * 20
        assert 1 <= len(workers) <= MOST_WORKERS

    def test_after_the_end_everything_is_denied(self, own: PolicyEngine) -> None:
        own.decide([rego("allow := true")], {})
        own.close()
        own.close()
        assert own.decide([rego("allow := true")], {}).reason.endswith("jobs-tui is stopping")

    @pytest.mark.e2e
    def test_it_ends_with_whoever_asked_even_in_a_runaway_policy(self) -> None:
        program = """
            import json, os, signal, threading
            from jobs_tui.guard.policy.process import WorkerProcess
            from tests.guard.policy.made import RUNAWAY
            worker = WorkerProcess()
            request = {"do": "ask", "source": RUNAWAY, "question": {}}
            line = json.dumps(request).encode() + b"\\n"
            threading.Thread(target=worker.ask, args=(line, 60)).start()
            print(worker.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
        asked = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
        )
        assert asked.returncode == -signal.SIGKILL, asked.stderr
        try:
            worker = os.pidfd_open(int(asked.stdout))
        except ProcessLookupError:
            return  # it was even quicker than this test
        with os.fdopen(worker):
            assert select.select([worker], [], [], 30)[0]


class TestChecks:
    def test_a_sound_module(self, engine: PolicyEngine) -> None:
        assert engine.check_module("package p\ndeny if input.x") == ""

    @pytest.mark.parametrize(
        ("source", "says"),
        [
            (" \n", "The module is empty."),
            (
                "package p\nallow if {",
                "The module is not valid: line 2, column 10: this is unclosed.",
            ),
            ("allow := true", "The module is not valid: line 1: a module begins with its package"),
        ],
    )
    def test_a_bad_module(self, engine: PolicyEngine, source: str, says: str) -> None:
        assert engine.check_module(source).startswith(says)

    def test_a_module_that_compiles_for_ever(self) -> None:
        def start() -> WorkerProcess:
            raise NoAnswer("it gave no answer within 20 s")

        problem = PolicyEngine(start).check_module("package p\nallow := true")
        assert problem == "The module could not be checked: it gave no answer within 20 s."

    def test_a_policy_has_what_its_engine_needs(self, engine: PolicyEngine) -> None:
        assert engine.check_policy(rego("allow := true")) == ""
        assert engine.check_policy(PolicyInput(id="x")) == "The module is empty."
        assert engine.check_policy(opa("http://127.0.0.1:8181/v1/data/p")) == ""
        for url in (None, "", "127.0.0.1:8181", "file:///etc/passwd", "http://", "http://h:99999/"):
            problem = engine.check_policy(PolicyInput(id="x", engine="opa", url=url))
            assert problem == "A policy of an OPA server needs its address, http or https.", url
        both = PolicyInput(id="x", engine="opa", url="http://h/", module="package p")
        assert "has no module" in engine.check_policy(both)
        assert "has no address" in engine.check_policy(rego("allow := true", url="http://h/"))

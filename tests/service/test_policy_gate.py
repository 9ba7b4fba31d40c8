"""Policies when a job is created or changed, and policies that are tried out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs_tui.guard.policy.engine import PolicyEngine
from jobs_tui.models.errors import Forbidden, InvalidInput, NotFound
from jobs_tui.models.resource import ResourceKind
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.models.verdict import ALLOWED, Verdict
from jobs_tui.service import jobs, policies, policy_gate
from jobs_tui.service.context import Context
from jobs_tui.store import resources
from tests.service.made import audited, count, job_fields, made


def keep(ctx: Context, rules: str, name: str = "p", **more: Any) -> None:
    """A policy of the home."""
    policy = PolicyInput(id=name, module=f"package p\n{rules}\n", **more)
    spec = policy.model_dump(mode="json")
    ctx.store.write(
        lambda connection: resources.save(
            connection, ResourceKind.POLICY, name, spec, ctx.now(), "ada"
        )
    )


@pytest.fixture(scope="module", autouse=True)
def engine() -> Iterator[PolicyEngine]:
    """One that ends with these tests, in place of that of the process."""
    with pytest.MonkeyPatch.context() as patch:
        found = PolicyEngine()
        for module in (policy_gate, policies):
            patch.setattr(module, "policy_engine", lambda: found)
        yield found
        found.close()


class TestCreate:
    def test_what_a_policy_denies_is_not_made(self, ctx: Context) -> None:
        keep(ctx, 'deny contains "no rm" if contains(input.job.prompt, "rm ")')
        with pytest.raises(Forbidden, match="may not be created: policy p denies this: no rm"):
            made(ctx, prompt_template="rm x")
        assert count(ctx, "jobs") == 0
        assert audited(ctx) == []
        made(ctx, prompt_template="ls")

    def test_it_knows_who_asks_and_who_would_do_it(self, ctx: Context) -> None:
        keep(
            ctx,
            'allow if { input.action == "create"; input.user == {"name": "ada", "face": "cli"};'
            ' input.agent.kind == "shell"; input.now.weekday == "Friday"; input.job.id == null }',
        )
        made(ctx)

    def test_one_that_asks_is_a_warning(self, ctx: Context) -> None:
        keep(ctx, 'ask contains "it is root\'s"')
        saved = jobs.create(ctx, job_fields())
        assert saved.warnings[-1] == (
            "A person would have to approve this: policy p wants this approved: it is root's."
        )

    def test_one_that_cannot_decide_denies(self, ctx: Context) -> None:
        keep(ctx, "allow if to_number(input.job.name) > 1")
        with pytest.raises(Forbidden, match=r"policy p could not decide: .* invalid syntax"):
            made(ctx)

    def test_one_that_is_switched_off_says_nothing(self, ctx: Context) -> None:
        keep(ctx, "deny := true", enabled=False)
        made(ctx)


class TestChange:
    def test_what_a_policy_denies_stays_as_it_is(self, ctx: Context) -> None:
        job = made(ctx)
        keep(ctx, 'deny contains "no rm" if contains(input.job.prompt, "rm ")')
        with pytest.raises(Forbidden, match="may not be updated: policy p denies this"):
            jobs.edit(ctx, job.id, {"prompt_template": "rm x"})
        assert jobs.get(ctx, job.id).revision == job.revision
        assert jobs.edit(ctx, job.id, {"name": "other"}).job.name == "other"

    def test_the_whole_job_is_looked_at(self, ctx: Context) -> None:
        job = made(ctx, tags=["db"])
        keep(
            ctx,
            'allow if { input.action == "update"; input.job.name == "new"; "db" in input.job.tags;'
            f' input.job.id == "{job.id}" }}',
        )
        assert jobs.edit(ctx, job.id, {"name": "new"}).job.name == "new"

    def test_one_that_asks_is_a_warning(self, ctx: Context) -> None:
        job = made(ctx)
        keep(ctx, "ask := true")
        assert "would have to approve" in jobs.edit(ctx, job.id, {"name": "x"}).warnings[-1]

    def test_a_job_that_is_not_there(self, ctx: Context) -> None:
        keep(ctx, "deny := true")
        with pytest.raises(NotFound):
            jobs.edit(ctx, "job_x", {"name": "x"})

    def test_one_that_changes_meanwhile_is_looked_at_again(
        self, ctx: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = made(ctx)
        keep(ctx, "allow := true")
        seen: list[str] = []

        class Meddling:
            def decide(self, policies: object, question: dict[str, Any], *rest: Any) -> Verdict:
                seen.append(question["job"]["prompt"])
                if len(seen) == 1:
                    jobs.edit(ctx, job.id, {"prompt_template": "echo other"})
                return ALLOWED

        monkeypatch.setattr(policy_gate, "policy_engine", Meddling)
        saved = jobs.edit(ctx, job.id, {"name": "mine"})
        assert saved.job.definition.prompt_template == "echo other"
        assert seen == ["echo done", "echo other", "echo other"]


class TestTrying:
    def test_a_policy_of_the_home_even_one_that_is_switched_off(self, ctx: Context) -> None:
        keep(ctx, 'deny contains "x" if input.a == 1', enabled=False)
        tried = policies.try_policy(ctx, "p", {"a": 1})
        assert tried.entry() == {
            "policy": "p",
            "decision": "deny",
            "reason": "policy p denies this: x",
        }
        assert policies.try_policy(ctx, "p", {"a": 2}).decision == "allow"

    def test_a_file(self, ctx: Context, tmp_path: Path) -> None:
        path = tmp_path / "mine.rego"
        path.write_text("package p\nask if input.a == 1\n")
        assert policies.try_policy(ctx, str(path), {"a": 1}).decision == "ask"
        path.write_text("package p\nask if {\n")
        with pytest.raises(InvalidInput, match="line 2, column 8: this is unclosed"):
            policies.try_policy(ctx, str(path), {})
        path.write_bytes(b"\xff")
        with pytest.raises(InvalidInput, match="is not UTF-8"):
            policies.try_policy(ctx, str(path), {})

    def test_an_example(self, ctx: Context) -> None:
        question = {
            "action": "tool",
            "agent": {"id": "x"},
            "tool": {"name": "y", "arguments": {}, "read_only": False},
        }
        assert policies.try_policy(ctx, "agent-tools", question).decision == "deny"
        assert policies.example("agent-tools") in policies.examples()
        with pytest.raises(NotFound, match="no example policy 'x'") as caught:
            policies.example("x")
        assert "business-hours" in caught.value.hint

    def test_nothing(self, ctx: Context) -> None:
        with pytest.raises(NotFound, match="no policy, no example and no file 'nope'"):
            policies.try_policy(ctx, "nope", {})

    @pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000])
    def test_a_question_is_a_json_object(self, text: str) -> None:
        with pytest.raises(InvalidInput):
            policies.read_question(text)
        assert policies.read_question('{"a": 1}') == {"a": 1}

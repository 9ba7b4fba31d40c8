"""What ``jobs-tui policy`` has besides the commands of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command


class TestExamples:
    def test_all_with_what_they_do(self, jt: Command) -> None:
        lines = jt.ok("policy", "examples").lines
        assert [line.split()[0] for line in lines[1:]] == [
            "agent-tools",
            "business-hours",
            "no-destructive-shell",
            "read-only-agents",
        ]
        listed = jt.ok("policy", "examples", "--json").json
        assert all(one["description"] in line for one, line in zip(listed, lines[1:], strict=True))

    def test_one_as_it_is_to_be_edited(self, jt: Command) -> None:
        module = jt.ok("policy", "examples", "business-hours").out
        assert module.startswith("# METADATA\n")
        assert module.endswith("\n")
        assert "no example policy 'x'" in jt.refused("policy", "examples", "x")

    def test_one_becomes_a_policy_of_the_home_and_is_obeyed(self, jt: Command) -> None:
        jt.ok("policy", "create", "hours", "--example", "no-destructive-shell")
        refused = jt.refused("create", "--name", "x", "--manual", "--prompt", "rm -rf /")
        assert "policy hours denies this: the command removes a whole tree" in refused
        jt.created("fine")


class TestTest:
    def test_a_policy_a_file_and_an_example(self, jt: Command, tmp_path: Path) -> None:
        path = tmp_path / "mine.rego"
        path.write_text('package p\ndeny contains "no" if input.x == 1\nask if input.x == 2\n')
        jt.ok("policy", "create", "mine", "--rego", str(path))
        assert jt.ok("policy", "test", "mine", "--input", '{"x": 1}').lines == [
            "deny: policy mine denies this: no"
        ]
        assert jt.ok("policy", "test", str(path), "--input", "-", stdin='{"x": 3}').out == "allow\n"
        (tmp_path / "q.json").write_text('{"x": 2}')
        question = f"@{tmp_path / 'q.json'}"
        assert jt.ok("policy", "test", "mine", "--input", question, "--json").json == {
            "policy": "mine",
            "decision": "ask",
            "reason": "policy mine wants this approved",
        }
        said = jt.ok("policy", "test", "business-hours", "--input", '{"action": "create"}')
        assert said.out == "allow\n"

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("nope", "--input", "{}"), "no policy, no example and no file 'nope'"),
            (("business-hours", "--input", "{"), "The question is not JSON"),
            (("business-hours", "--input", "[]"), "no JSON object"),
            (("business-hours", "--input", "@/nowhere"), "cannot be read: No such file"),
            (("business-hours",), "--input"),
        ],
    )
    def test_what_cannot_be_asked(self, jt: Command, arguments: tuple[str, ...], says: str) -> None:
        assert says in jt.refused("policy", "test", *arguments)

    def test_bad_rego_is_told_with_its_line(self, jt: Command, tmp_path: Path) -> None:
        path = tmp_path / "bad.rego"
        path.write_text("package p\n\ndeny if {\n")
        said = jt.refused("policy", "create", "bad", "--rego", str(path))
        assert "line 3, column 9: this is unclosed" in said
        said = jt.refused("policy", "test", str(path), "--input", "{}")
        assert "line 3, column 9: this is unclosed" in said
        assert "no policy" in jt.refused("policy", "show", "bad")


CHECKED = """package p
deny contains "no" if input.job.name == "x"
test_denies if { count(deny) == 1 with input as {"job": {"name": "x"}} }
test_lets_through if { count(deny) == 0 with input as {"job": {"name": "y"}} }
"""


class TestCheck:
    def test_it_is_compiled_tested_and_asked(self, jt: Command, tmp_path: Path) -> None:
        path = tmp_path / "mine.rego"
        path.write_text(CHECKED)
        jt.ok("policy", "create", "mine", "--rego", str(path))
        said = (
            "2 tests of its own passed; an ordinary run: allow; an ordinary call of a tool: allow"
        )
        assert jt.ok("policy", "check", "mine").lines == [f"mine: ready: {said}"]
        found = jt.ok("policy", "check", "mine", "--json").json
        assert found == {"id": "mine", "ready": True, "message": said}
        for example in ("business-hours", "no-destructive-shell"):
            assert "ready: 0 tests" in jt.ok("policy", "check", example).out

    @pytest.mark.parametrize(
        ("module", "says"),
        [
            (CHECKED.replace("== 1", "== 2"), "1 of its 2 tests fail: test_denies."),
            ("package p\n\nallow if net.cidr_contains(1, 2)\n", "line 3: "),
            (
                "package p\nallow if to_number(input.job.name) > 1\n",
                "an ordinary run: allow: to_number in line 2: invalid syntax (check).",
            ),
        ],
    )
    def test_what_is_wrong_is_said(
        self, jt: Command, tmp_path: Path, module: str, says: str
    ) -> None:
        path = tmp_path / "bad.rego"
        path.write_text(module)
        answer = jt("policy", "check", str(path))
        assert answer.code == 1
        assert says in answer.out
        assert "no policy, no example" in jt.refused("policy", "check", "nope")

"""The policies that come with jobs-tui do what they say."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.guard.policy.shipped import examples
from tests.guard.policy.made import asked

MODULES = {one.id: one.module for one in examples()}


def decision(policy: str, question: dict[str, Any]) -> str:
    answer = asked(MODULES[policy], question)
    if answer.deny is not None or answer.allow is False:
        return "deny"
    return "allow" if answer.ask is None else "ask"


def test_the_four_of_them_say_what_they_do() -> None:
    assert [one.id for one in examples()] == [
        "agent-tools",
        "business-hours",
        "no-destructive-shell",
        "read-only-agents",
    ]
    for one in examples():
        assert one.title
        assert one.description.endswith(".")


def run_at(weekday: str, hour: int, *, kind: str = "scheduled", tags: tuple[str, ...] = ()) -> str:
    now = {"weekday": weekday, "hour": hour, "time": f"{hour:02}:30"}
    question = {
        "action": "run",
        "job": {"tags": list(tags)},
        "trigger": {"kind": kind},
        "now": now,
    }
    return decision("business-hours", question)


class TestBusinessHours:
    @pytest.mark.parametrize(
        ("weekday", "hour", "verdict"),
        [
            ("Monday", 8, "allow"),
            ("Friday", 17, "allow"),
            ("Friday", 18, "deny"),
            ("Monday", 7, "deny"),
            ("Saturday", 12, "deny"),
        ],
    )
    def test_what_starts_by_itself(self, weekday: str, hour: int, verdict: str) -> None:
        assert run_at(weekday, hour) == verdict
        assert run_at(weekday, hour, kind="webhook") == verdict

    def test_a_person_is_asked(self) -> None:
        assert run_at("Sunday", 3, kind="manual") == run_at("Sunday", 3, kind="rerun") == "ask"
        assert run_at("Monday", 9, kind="manual") == "allow"

    def test_a_tag_excepts(self) -> None:
        assert run_at("Sunday", 3, tags=("db", "anytime")) == "allow"

    def test_jobs_may_be_made_at_any_time(self) -> None:
        question = {"action": "create", "now": {"weekday": "Sunday", "hour": 3, "time": "03:00"}}
        assert decision("business-hours", question) == "allow"

    def test_it_says_what_time_it_is(self) -> None:
        now = {"weekday": "Sunday", "hour": 3, "time": "03:05"}
        question = {"action": "run", "job": {"tags": []}, "trigger": {"kind": "cron"}, "now": now}
        answer = asked(MODULES["business-hours"], question)
        assert answer.deny == ("outside of business hours: it is Sunday, 03:05",)


class TestReadOnlyAgents:
    def asked(self, action: str, *, read_only: bool = False, **agent: Any) -> str:
        tool = {"name": "x", "arguments": {}, "read_only": read_only}
        question = {"action": action, "tool": tool, "agent": {"capabilities": [], **agent}}
        return decision("read-only-agents", question)

    def test_one_with_the_capability_or_the_name_may_only_read(self) -> None:
        for agent in ({"id": "a", "capabilities": ["read-only"]}, {"id": "auditor"}):
            assert self.asked("tool", kind="llm", **agent) == "deny"
            assert self.asked("tool", kind="llm", read_only=True, **agent) == "allow"
            assert self.asked("run", kind="llm", **agent) == "allow"
            assert self.asked("run", kind="shell", **agent) == "deny"
            assert self.asked("create", kind="command", **agent) == "deny"

    def test_others_may_do_what_they_like(self) -> None:
        assert self.asked("tool", id="dba", kind="llm") == "allow"
        assert self.asked("run", id="shell", kind="shell") == "allow"

    def test_a_team_has_no_agent_yet(self) -> None:
        assert decision("read-only-agents", {"action": "run", "agent": None}) == "allow"


class TestNoDestructiveShell:
    @pytest.mark.parametrize(
        "command",
        [
            "rm -rf /",
            "rm -rf / --no-preserve-root",
            "rm -r -f /*",
            "cd /tmp\nrm -rf ~",
            'ls; rm -fr "$HOME"',
            'rm -rf "${HOME}/"',
            "echo $(rm -rf /)",
            "echo `rm -rf /`",
            "mkfs.ext4 /dev/sdb1",
            "/sbin/mkfs -t ext4 /dev/sdb",
            "wipefs -a /dev/sda",
            "dd if=/dev/zero of=/dev/sda bs=1M",
            "cat image > /dev/nvme0n1",
            "shutdown -h now",
            "ls && reboot",
            "chmod -R 777 /",
            "chown --recursive me:me /",
            ":(){ :|:& };:",
        ],
    )
    def test_is_refused_in_scripts_and_tools(self, command: str) -> None:
        assert self.script(command) == self.tool(command=command) == "deny"
        assert self.tool(args=command.split(" ")) == "deny"

    @pytest.mark.parametrize(
        "command",
        [
            "rm -rf /tmp/x",
            "rm -rf ./build",
            "rm -rf ~/cache",
            "echo done > /dev/null",
            "dd if=/dev/sda of=backup.img",
            "grep -r reboot-required /var/log",
            "chmod -R 755 /srv/www",
            "df -h /",
            "echo 'the alarm /'",
        ],
    )
    def test_is_fine(self, command: str) -> None:
        assert self.script(command) == self.tool(command=command) == "allow"

    def test_sudo_is_asked_about(self) -> None:
        assert self.script("sudo apt-get update") == "ask"
        assert self.tool(command="echo x | sudo tee /etc/x") == "ask"
        assert self.script("echo pseudosudo") == "allow"

    def test_what_is_for_people_is_not_looked_at(self) -> None:
        question = {
            "action": "run",
            "job": {"prompt": "Explain rm -rf / to me."},
            "agent": {"kind": "llm"},
        }
        assert decision("no-destructive-shell", question) == "allow"
        assert self.tool(path="rm -rf /") == "allow"

    def script(self, text: str) -> str:
        question = {"action": "run", "job": {"prompt": text}, "agent": {"kind": "shell"}}
        return decision("no-destructive-shell", question)

    def tool(self, **arguments: Any) -> str:
        tool = {"name": "shell_command", "arguments": arguments, "read_only": False}
        question = {"action": "tool", "tool": tool, "agent": {"kind": "llm"}}
        return decision("no-destructive-shell", question)


class TestAgentTools:
    def asked(self, agent: str, tool: str, *, read_only: bool = False) -> str:
        question = {
            "action": "tool",
            "agent": {"id": agent},
            "tool": {"name": tool, "arguments": {}, "read_only": read_only},
        }
        return decision("agent-tools", question)

    def test_an_agent_with_a_list_has_that_list(self) -> None:
        assert self.asked("reporter", "job_report") == "allow"
        assert self.asked("reporter", "read_file", read_only=True) == "deny"
        assert self.asked("librarian", "files_read") == "allow"
        assert self.asked("librarian", "files") == "deny"
        assert self.asked("ops", "database_backup") == "allow"

    def test_any_other_may_read(self) -> None:
        assert self.asked("dba", "disk_usage", read_only=True) == "allow"
        assert self.asked("dba", "write_file") == "deny"

    def test_it_is_about_tools_alone(self) -> None:
        for action in ("create", "update", "run"):
            assert decision("agent-tools", {"action": action, "agent": None}) == "allow"

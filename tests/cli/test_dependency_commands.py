"""``create --after`` and ``tree``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.command import Command


def created(jt: Command, name: str, *options: str) -> dict[str, Any]:
    prompt = [] if "--prompt" in options else ["--prompt", "echo done"]
    job: dict[str, Any] = jt.ok("create", "--name", name, *prompt, *options, "--json").json
    return job


class TestAfter:
    def test_what_is_said_is_kept(self, jt: Command) -> None:
        first, other = jt.created("build"), jt.created("a:b")
        job = created(
            jt,
            "deploy",
            *("--after", "build:finished"),
            *("--after-delay", "3d"),
            *("--pass", "log=result"),
            *("--prompt", "echo {{ log }}"),
        )
        assert job["trigger_type"] == "manual"
        assert job["depends_on"] == [
            {
                "job": first["id"],
                "on": "finished",
                "mode": "chain",
                "delay_seconds": 259200.0,
                "parameters": {"log": "result"},
            }
        ]
        assert created(jt, "x", "--after", "a:b")["depends_on"][0]["job"] == other["id"]
        assert created(jt, "y", "--after", "a:b:failed")["depends_on"][0]["on"] == "failed"
        gated = created(jt, "z", "--after", "build", "--gate", "--webhook")
        assert gated["depends_on"][0]["mode"] == "gate"
        assert (gated["status"], gated["status_reason"]) == (
            "pending",
            "waits for build to complete",
        )
        once = created(jt, "w", "--after", "build", "--once")
        assert (once["trigger_type"], once["status"]) == ("one_off", "pending")
        text = '{"job": "build", "on": "failed", "delay_seconds": 60}'
        assert created(jt, "v", "--after", text)["depends_on"][0]["delay_seconds"] == 60
        assert jt.ok("edit", "v", "--after", "none", "--json").json["depends_on"] == []

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--manual", "--gate"), "--gate goes with --after"),
            (("--manual", "--pass", "a=result"), "--pass goes with --after"),
            (("--after", "nobody"), "there is no job 'nobody'"),
            (("--after", "a", "--after", "b", "--pass", "x=result"), "--pass goes with one"),
            (("--after", "a", "--pass", "x"), "is not NAME=WHAT"),
            (("--after", "a", "--pass", "x=result"), "no variable"),
            (("--after", "{"), "is not JSON"),
            (("--after", "a", "--after-delay", "soon"), "soon"),
            (("--after", "a", "--cron", "@daily", "--once"), "exclude each other"),
        ],
    )
    def test_what_is_wrong_is_said(self, jt: Command, options: tuple[str, ...], said: str) -> None:
        jt.created("a"), jt.created("b")
        assert said in jt.refused("create", "--name", "c", "--prompt", "true", *options)
        assert len(jt.ok("list", "--json").json) == 2


def test_show_says_both_directions(jt: Command) -> None:
    jt.created("build")
    created(jt, "deploy", "--after", "build", "--after-delay", "1h")
    created(jt, "alarm", "--after", "deploy:failed")
    lines = [" ".join(line.split()) for line in jt.ok("show", "deploy").lines]
    assert "after build (completed, 1 hour later): active" in lines
    assert "before alarm (failed): active" in lines
    assert "when 1 hour after each completed run of 'build'" in lines
    created(jt, "last", "--after", "alarm", "--once")
    assert "once, after a completed run of 'alarm'" in jt.ok("show", "last").out


def test_delete_tells_who_depends(jt: Command) -> None:
    jt.created("build")
    created(jt, "deploy", "--after", "build")
    answer = jt.ok("delete", "build")
    assert "deploy depends on it" in answer.err
    assert "build is deleted: restore it, or change depends_on" in jt.ok("show", "deploy").out
    assert "removed" not in jt.ok("tree").out


class TestTree:
    def test_what_comes_first_stands_above(self, jt: Command) -> None:
        assert jt.ok("tree").out == ""
        jt.created("alone")
        jt.created("a")
        created(jt, "b", "--after", "a")
        created(jt, "c", "--after", "a:failed")
        created(jt, "d", "--after", "b", "--after", "c")
        assert jt.ok("tree", "d").lines == [
            "a  active",
            "|- b (completed)  active",
            "|  `- d * (completed)  active",
            "`- c (failed)  active",
            "   `- d * (completed)  active",
        ]
        assert jt.ok("tree", "alone").lines == ["alone *  active"]
        answer = jt.ok("tree", "--json").json
        assert [(one["name"], one["depth"]) for one in answer] == [
            ("a", 0),
            ("b", 1),
            ("d", 2),
            ("c", 1),
            ("d", 2),
        ]

    def test_names_cannot_draw(self, jt: Command) -> None:
        jt.created("ev\x1b[31mil\nname")
        created(jt, "b", "--after", "ev\x1b[31mil\nname")
        out = jt.ok("tree").out
        assert "\x1b" not in out
        assert len(out.splitlines()) == 2

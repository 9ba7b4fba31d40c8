"""When a job starts, in words and in sixteen characters."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.enums import IntervalMode, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.schedule.timing_words import timing_label, timing_words

ANY = {"any": [{"type": "exit_code", "equals": 0}, {"type": "changed", "times": 1}]}

CHAIN = ({"job": "a", "on": "completed", "mode": "chain"},)


def definition(kind: str, **more: Any) -> Definition:
    return Definition(name="n", prompt_template="p", trigger_type=TriggerType(kind), **more)


@pytest.mark.parametrize(
    ("kind", "more", "words", "label"),
    [
        ("manual", {}, TriggerType.MANUAL.sentence, "by hand"),
        ("webhook", {}, TriggerType.WEBHOOK.sentence, "hook"),
        (
            "cron",
            {"cron_schedule": "0 9 * * 1-5", "cron_timezone": "Europe/Paris"},
            "at 09:00, Monday to Friday (Europe/Paris)",
            "Mon-Fri 09:00",
        ),
        (
            "one_off",
            {"run_at": "2026-11-27T08:00:00.000Z", "cron_timezone": "Europe/Berlin"},
            "once, Fri 27 Nov 2026 09:00 CET",
            "27 Nov 09:00",
        ),
        ("recurring", {"interval_seconds": 300}, "every 5 minutes", "every 5m"),
        ("recurring", {"interval_seconds": 1}, "every second", "every 1s"),
        (
            "recurring",
            {"interval_seconds": 9_000, "interval_mode": IntervalMode.FIXED_DELAY},
            "2 hours 30 minutes after the end of each run",
            "2h 30m after end",
        ),
        (
            "recurring",
            {
                "interval_seconds": 90,
                "start_at": "2026-12-01T00:00:00.000Z",
                "end_at": "2026-12-31T00:00:00.000Z",
                "max_runs": 1_000,
            },
            "every 90 seconds, from Tue 1 Dec 2026 00:00 UTC, to Thu 31 Dec 2026 00:00 UTC,"
            " at most 1,000 runs",
            "every 90s",
        ),
        (
            "ongoing",
            {"end_condition": ANY},
            "again 1 minute after each run, until exit code 0 or the answer changes",
            "1m until done",
        ),
        (
            "ongoing",
            {"interval_seconds": 366 * 86_400 - 1, "max_runs": 1},
            "again 365 days 23 hours 59 minutes 59 seconds after each run, at most 1 run",
            "365d 23h",
        ),
        ("manual", {"depends_on": CHAIN}, "after each completed run of another job", "after a job"),
        (
            "one_off",
            {"depends_on": CHAIN},
            "once, after a completed run of another job",
            "once, after job",
        ),
        (
            "recurring",
            {"interval_seconds": 60, "depends_on": CHAIN * 2},
            "every minute, and after each completed run of 2 other jobs",
            "every 1m",
        ),
        (
            "manual",
            {"depends_on": ({"job": "a", "mode": "gate"},)},
            f"{TriggerType.MANUAL.sentence}, not before another job has completed",
            "by hand",
        ),
    ],
)
def test_words_and_label(kind: str, more: dict[str, Any], words: str, label: str) -> None:
    assert timing_words(definition(kind, **more)) == words
    assert timing_label(definition(kind, **more)) == label
    assert len(label) <= 16


@pytest.mark.parametrize(
    ("kind", "needs", "words"),
    [
        ("manual", [{"job": "a"}], "after each completed run of 'build'"),
        ("manual", [{"job": "a", "on": "failed"}], "after each failed run of 'build'"),
        (
            "manual",
            [{"job": "a", "on": "finished", "delay_seconds": 3600}],
            "1 hour after each run of 'build'",
        ),
        ("one_off", [{"job": "a", "delay_seconds": 259_200}], "once, 3 days after a completed run"),
        (
            "manual",
            [{"job": "a"}, {"job": "b", "on": "failed"}],
            "after each run of 'build' and 'the \"test\"'",
        ),
        ("manual", [{"job": "a"}, {"job": "gone"}], "after each completed run of 2 other jobs"),
        ("manual", [{"job": one} for one in "abab"], "after each completed run of 4 other jobs"),
        (
            "manual",
            [{"job": "a", "on": "failed", "mode": "gate"}],
            f"{TriggerType.MANUAL.sentence}, not before 'build' has failed",
        ),
    ],
)
def test_jobs_that_come_first_are_named(kind: str, needs: list[Any], words: str) -> None:
    names = {"a": "build", "b": 'the "test"'}
    assert timing_words(definition(kind, depends_on=tuple(needs)), names=names).startswith(words)


def test_limits_of_a_trigger_that_has_none_are_not_told() -> None:
    kept = definition("manual", max_runs=3, end_at="2026-12-31T00:00:00.000Z")
    assert timing_words(kept) == TriggerType.MANUAL.sentence


def test_a_zone_that_has_no_letters_is_named() -> None:
    once = definition(
        "one_off", run_at="2026-11-27T12:00:00.000Z", cron_timezone="America/Sao_Paulo"
    )
    assert timing_words(once) == "once, Fri 27 Nov 2026 09:00 America/Sao_Paulo"

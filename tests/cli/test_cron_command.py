"""``jobs-tui cron``: what it prints, what it refuses, a batch of many."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.command import Command


def next_json(jt: Command, *arguments: str) -> list[str]:
    found: list[str] = jt.ok("cron", "next", "--json", *arguments).json
    return found


class TestNext:
    def test_the_spring_gap_in_new_york(self, jt: Command) -> None:
        start = ("--tz", "America/New_York", "--from", "2026-03-07T12:00:00-05:00", "-n", "2")
        assert next_json(jt, *start, "--", "30 2 * * *") == [
            "2026-03-08T03:00:00-04:00",
            "2026-03-09T02:30:00-04:00",
        ]

    def test_sunday_is_zero(self, jt: Command) -> None:
        found = jt.ok("cron", "next", "-n", "2", "0 0 * * 0").lines
        assert found == ["2026-08-23T00:00:00+00:00  Sun", "2026-08-30T00:00:00+00:00  Sun"]

    def test_counts_from_now_five_in_utc(self, jt: Command) -> None:
        found = next_json(jt, "0 * * * *")
        assert len(found) == 5
        assert found[0] == "2026-08-21T15:00:00+00:00"

    def test_a_start_without_offset_is_the_wall_clock_of_the_zone(self, jt: Command) -> None:
        zone = ("--tz", "Asia/Tokyo", "-n", "1", "0 * * * *")
        assert next_json(jt, "--from", "2026-01-01T11:30", *zone) == ["2026-01-01T12:00:00+09:00"]
        assert next_json(jt, "--from", "2026-01-01T11:30Z", *zone) == ["2026-01-01T21:00:00+09:00"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["0 0 31 2 *"], "never fires"),
            (["61 * * * *"], "minute field"),
            (["* * *"], "cron expression"),
            ([""], "empty"),
            (["--tz", "Mars/Olympus", "* * * * *"], "time zone"),
            (["--from", "yesterday", "* * * * *"], "--from 'yesterday'"),
            (["--from", "0001-01-01T00:00+23:59", "* * * * *"], "ISO time"),
            (["-n", "0", "* * * * *"], "'-n'"),
            (["-n", "x", "* * * * *"], "'-n'"),
            ([], "EXPR"),
            (["--batch", "* * * * *"], "--batch"),
            (["--colour", "* * * * *"], "--colour"),
        ],
    )
    def test_bad_input_is_one_sentence(self, jt: Command, arguments: list[str], said: str) -> None:
        assert said in jt.refused("cron", "next", *arguments)

    def test_makes_no_home(self, jt: Command, home: Any) -> None:
        jt.ok("cron", "next", "@daily")
        assert not home.exists()


class TestBatch:
    def batch(self, jt: Command, *lines: Any, options: tuple[str, ...] = ()) -> list[Any]:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        return [
            json.loads(line)
            for line in jt.ok("cron", "next", "--batch", *options, stdin=text).lines
        ]

    def test_a_line_for_each_line(self, jt: Command) -> None:
        start = "2026-03-07T12:00:00-05:00"
        found = self.batch(
            jt,
            {"id": 1, "expr": "30 2 * * *", "tz": "America/New_York", "start": start, "n": 2},
            "",
            {"id": "b", "expr": "61 * * * *", "tz": "UTC", "start": start, "n": 1},
        )
        assert found[0] == {
            "id": 1,
            "next": ["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"],
        }
        assert found[1]["id"] == "b"
        assert "minute field" in found[1]["error"]
        assert len(found) == 2

    def test_what_a_line_leaves_out_comes_from_the_options(self, jt: Command) -> None:
        options = ("--tz", "Asia/Tokyo", "--from", "2026-01-01T00:00", "-n", "1")
        (found,) = self.batch(jt, {"expr": "@daily"}, options=options)
        assert found == {"id": None, "next": ["2026-01-02T00:00:00+09:00"]}

    @pytest.mark.parametrize(
        "line",
        [
            "{",
            "[]",
            "null",
            "\x00",
            '{"id": 7}',
            '{"id": 7, "expr": 5}',
            '{"id": 7, "expr": "@daily", "tz": 3}',
            '{"id": 7, "expr": "@daily", "tz": "Nowhere"}',
            '{"id": 7, "expr": "@daily", "start": 3}',
            '{"id": 7, "expr": "@daily", "start": "x"}',
            '{"id": 7, "expr": "@daily", "n": 0}',
            '{"id": 7, "expr": "@daily", "n": true}',
            '{"id": 7, "expr": "@daily", "n": "5"}',
            '{"id": 7, "expr": "@daily", "n": ' + "9" * 30 + "}",
            "[" * 100_000,
        ],
    )
    def test_a_bad_line_is_an_answer_and_the_next_one_goes_on(self, jt: Command, line: str) -> None:
        bad, good = self.batch(jt, line, {"id": 8, "expr": "@daily", "n": 1})
        assert bad["error"]
        assert bad["id"] == (7 if line.startswith('{"id"') else None)
        assert good == {"id": 8, "next": ["2026-08-22T00:00:00+00:00"]}

    @pytest.mark.parametrize(
        "request_id",
        ["1e999", "-1e999", "NaN", "Infinity", "-Infinity", "[1e999]"]
        + [pytest.param("[" * depth + "]" * depth, id=f"{depth} deep") for depth in (70, 990)]
        + [pytest.param("9" * 5_000, id="5000 digits")],
    )
    def test_what_json_cannot_say_is_never_echoed(self, jt: Command, request_id: str) -> None:
        line = f'{{"id": {request_id}, "expr": "@daily", "n": 1}}\n'
        (text,) = jt.ok("cron", "next", "--batch", stdin=line).lines
        answer = json.loads(text, parse_constant=pytest.fail)
        assert answer["id"] is None
        assert answer["error"].startswith("The line ")

    def test_ten_thousand_lines(self, jt: Command) -> None:
        lines = [{"id": i, "expr": f"{i % 60} * * * *", "n": 1} for i in range(10_000)]
        found = self.batch(jt, *lines)
        assert [item["id"] for item in found] == list(range(10_000))
        assert all("next" in item for item in found)


class TestExplain:
    def test_words_and_runs(self, jt: Command) -> None:
        answer = jt.ok("cron", "explain", "--tz", "Europe/Paris", "0 9 * * 1-5")
        assert "at 09:00, Monday to Friday (Europe/Paris)" in answer.out
        assert "2026-08-24T09:00:00+02:00  Mon" in answer.out
        assert "1-5 is read as Mon-Fri" in answer.out

    def test_json(self, jt: Command) -> None:
        found = jt.ok("cron", "explain", "--json", "-n", "1", "0 0 13 * 5").json
        assert found["next"] == ["2026-08-28T00:00:00+00:00"]
        assert found["warnings"]
        assert set(found) == {"expr", "tz", "words", "warnings", "notes", "next", "clock_changes"}

    def test_bad_input(self, jt: Command) -> None:
        assert "hour field" in jt.refused("cron", "explain", "0 24 * * *")

"""The situations of SCHEDULING.md 5 on the pure decision function, stepped by a fake clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.clock_steps import after_backward_step, opens_new_epoch
from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.decisions import (
    CATCHUP_POLICIES,
    COUNT_LIMIT,
    OVERLAP_POLICIES,
    Decision,
    Policy,
    Skip,
    Start,
    decide,
    decide_pause,
)
from jobs_tui.schedule.next_fires import next_fire, next_fires
from jobs_tui.schedule.timing import CronTiming
from tests.fakes import FakeClock
from tests.schedule.enumerator import utc

NEW_YORK = "America/New_York"


class Job:
    """One job under a tick loop: what an engine keeps of it, and what it decided."""

    def __init__(self, cron: str, start: datetime, zone: str = "UTC", **policy: object) -> None:
        self.cron = parse_cron(cron)
        self.zone = ZoneInfo(zone)
        self.policy = Policy(**policy)  # type: ignore[arg-type]
        self.clock = FakeClock(start)
        self.cursor = start
        self.run_time = timedelta(0)
        self.ends: list[float] = []  # monotonic: runs do not follow the wall clock
        self.started: list[tuple[datetime, Start]] = []
        self.skipped: list[Skip] = []
        self.next_due: datetime | None = None

    def tick(self) -> Decision:
        now = self.clock.now()
        live = sum(end > self.clock.monotonic() for end in self.ends)
        decision = decide(CronTiming(self.cron, self.zone), self.cursor, now, self.policy, live)
        ends = self.clock.monotonic() + self.run_time.total_seconds()
        self.ends += [ends for _ in decision.starts]
        self.started += [(now, start) for start in decision.starts]
        self.skipped += decision.skips
        self.cursor, self.next_due = decision.cursor, decision.next_due
        return decision

    def run_until(self, end: datetime, seconds: float = 15) -> None:
        while self.clock.now() < end:
            self.clock.advance(min(seconds, (end - self.clock.now()).total_seconds()))
            self.tick()

    def come_back_at(self, moment: datetime) -> Decision:
        """Down, or asleep, until then."""
        self.clock.jump((moment - self.clock.now()).total_seconds())
        return self.tick()

    @property
    def nominal(self) -> list[datetime]:
        return [start.nominal for _, start in self.started]


def test_s01_a_short_downtime_without_an_occurrence_leaves_no_trace() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10, 30))
    assert job.come_back_at(utc(2026, 8, 21, 10, 40)).starts == ()
    job.run_until(utc(2026, 8, 21, 11, 30))
    assert job.started == [
        (utc(2026, 8, 21, 11), Start(utc(2026, 8, 21, 11), "scheduled")),
    ]
    assert job.skipped == []


def test_s02_within_the_grace_it_is_on_time() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10, 55))
    decision = job.come_back_at(utc(2026, 8, 21, 11, 0, 40))
    assert decision.starts == (Start(utc(2026, 8, 21, 11), "scheduled"),)
    assert decision.skips == ()
    assert decision.next_due == utc(2026, 8, 21, 12)


def test_s03_latest_runs_one_and_coalesces_the_rest() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10, 55))
    decision = job.come_back_at(utc(2026, 8, 21, 14, 20))
    assert decision.starts == (Start(utc(2026, 8, 21, 14), "catch_up"),)
    assert decision.skips == (Skip("coalesced", 3, utc(2026, 8, 21, 11), utc(2026, 8, 21, 13)),)
    assert decision.cursor == utc(2026, 8, 21, 14, 20)
    assert decision.next_due == utc(2026, 8, 21, 15)


def test_s06_a_daily_job_runs_when_the_laptop_is_back() -> None:
    job = Job("0 2 * * *", utc(2026, 8, 21, 1))
    decision = job.come_back_at(utc(2026, 8, 21, 9))
    assert decision.starts == (Start(utc(2026, 8, 21, 2), "catch_up"),)
    assert decision.skips == ()


def test_s07_out_of_the_window_is_too_late() -> None:
    job = Job("0 9 * * 1", utc(2026, 8, 23, 12))
    decision = job.come_back_at(utc(2026, 8, 26, 12))
    assert decision.starts == ()
    assert decision.skips == (Skip("too-late", 1, utc(2026, 8, 24, 9), utc(2026, 8, 24, 9)),)
    assert decision.next_due == utc(2026, 8, 31, 9)


@pytest.mark.parametrize("seconds", [0, 30])
def test_s08_ninety_days_of_minutes_are_one_run_and_one_record(seconds: int) -> None:
    job = Job("* * * * *", utc(2026, 5, 23, 12))
    decision = job.come_back_at(utc(2026, 8, 21, 12, 0, seconds))
    assert decision.starts[0].kind == "scheduled"
    assert decision.starts[-1].nominal <= utc(2026, 8, 21, 12)
    assert len(decision.starts) == 1
    coalesced = [skip for skip in decision.skips if skip.reason == "coalesced"]
    assert [(skip.count, skip.first) for skip in coalesced] == [
        (COUNT_LIMIT, utc(2026, 5, 23, 12, 1))
    ]


def test_s11_after_a_closed_lid_the_newest_runs() -> None:
    job = Job("*/15 * * * *", utc(2026, 8, 21, 12, 10))
    decision = job.come_back_at(utc(2026, 8, 21, 12, 50, 10))
    assert decision.starts == (Start(utc(2026, 8, 21, 12, 45), "catch_up"),)
    assert decision.skips == (
        Skip("coalesced", 2, utc(2026, 8, 21, 12, 15), utc(2026, 8, 21, 12, 30)),
    )


def test_s13_a_small_step_back_repeats_nothing() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10, 59, 50))
    job.run_until(utc(2026, 8, 21, 11, 0, 2))
    job.clock.jump(-5)
    assert not opens_new_epoch(5)
    job.cursor = after_backward_step(True, job.cursor, job.clock.now(), 5)
    job.run_until(utc(2026, 8, 21, 11, 30))
    assert job.nominal == [utc(2026, 8, 21, 11)]


@pytest.mark.parametrize(
    ("cron", "again"),
    [("0 * * * *", [utc(2026, 8, 21, 14), utc(2026, 8, 21, 15)]), ("30 14 * * *", [])],
)
def test_s14_two_hours_back_repeats_only_what_follows_the_clock(
    cron: str, again: list[datetime]
) -> None:
    job = Job(cron, utc(2026, 8, 21, 13, 30))
    job.run_until(utc(2026, 8, 21, 15, 5))
    assert job.started
    job.started.clear()

    job.clock.jump(-2 * 3600)
    assert opens_new_epoch(2 * 3600)
    job.cursor = after_backward_step(job.cron.is_wildcard, job.cursor, job.clock.now(), 2 * 3600)
    job.run_until(utc(2026, 8, 21, 15, 5))

    assert job.nominal == again


def test_s15_a_day_back_is_a_correction_that_all_follow() -> None:
    now = utc(2026, 8, 20, 15, 5)
    for is_wildcard in (True, False):
        assert after_backward_step(is_wildcard, utc(2026, 8, 21, 15, 5), now, 86400) == now


def test_a_step_back_never_closes_what_is_still_open() -> None:
    open_since = utc(2026, 8, 21, 12)
    assert after_backward_step(True, open_since, utc(2026, 8, 21, 13), 3600) == open_since


def test_s17_skip_while_a_run_goes_on() -> None:
    job = Job("*/10 * * * *", utc(2026, 8, 21, 9, 55))
    job.run_time = timedelta(minutes=25)
    job.run_until(utc(2026, 8, 21, 10, 35))
    assert job.nominal == [utc(2026, 8, 21, 10), utc(2026, 8, 21, 10, 30)]
    assert job.skipped == [
        Skip("overlap", 1, utc(2026, 8, 21, 10, 10), utc(2026, 8, 21, 10, 10)),
        Skip("overlap", 1, utc(2026, 8, 21, 10, 20), utc(2026, 8, 21, 10, 20)),
    ]


def test_s22_allow_runs_in_parallel_up_to_its_limit() -> None:
    job = Job("*/10 * * * *", utc(2026, 8, 21, 9, 55), overlap="allow", max_parallel=2)
    job.run_time = timedelta(minutes=25)
    job.run_until(utc(2026, 8, 21, 10, 29))
    assert job.nominal == [utc(2026, 8, 21, 10), utc(2026, 8, 21, 10, 10)]
    assert job.skipped == [Skip("overlap", 1, utc(2026, 8, 21, 10, 20), utc(2026, 8, 21, 10, 20))]


def test_s26_a_pause_is_one_record() -> None:
    cron = parse_cron("0 * * * *")
    decision = decide_pause(
        CronTiming(cron, ZoneInfo("UTC")), utc(2026, 8, 21, 10, 5), utc(2026, 8, 21, 13, 10)
    )
    assert decision == Decision(
        (),
        (Skip("paused", 3, utc(2026, 8, 21, 11), utc(2026, 8, 21, 13)),),
        utc(2026, 8, 21, 13, 10),
        utc(2026, 8, 21, 14),
    )


def test_a_pause_without_an_occurrence_leaves_no_record() -> None:
    decision = decide_pause(
        CronTiming(parse_cron("0 * * * *"), ZoneInfo("UTC")),
        utc(2026, 8, 21, 10, 5),
        utc(2026, 8, 21, 10, 6),
    )
    assert decision.skips == ()
    assert decision.next_due == utc(2026, 8, 21, 11)


def test_a_long_pause_is_counted_up_to_the_limit() -> None:
    decision = decide_pause(
        CronTiming(parse_cron("* * * * *"), ZoneInfo("UTC")), utc(2025, 8, 21), utc(2026, 8, 21)
    )
    assert decision.skips == (
        Skip("paused", COUNT_LIMIT, utc(2025, 8, 21, 0, 1), utc(2026, 8, 21)),
    )


def test_s28_an_edit_never_acts_backwards() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10))
    job.run_until(utc(2026, 8, 21, 10, 32))
    job.cron, job.cursor = parse_cron("*/5 * * * *"), job.clock.now()
    assert job.tick().starts == ()
    assert job.next_due == utc(2026, 8, 21, 10, 35)


def test_s30_a_new_zone_counts_from_now_without_a_second_fire() -> None:
    job = Job("0 9 * * *", utc(2026, 8, 21, 6), zone="Europe/Berlin")
    job.run_until(utc(2026, 8, 21, 7))  # 09:00 in Berlin
    assert job.nominal == [utc(2026, 8, 21, 7)]
    job.zone, job.cursor = ZoneInfo("Europe/Paris"), job.clock.now()  # the same wall clock
    job.run_until(utc(2026, 8, 21, 8))
    assert job.nominal == [utc(2026, 8, 21, 7)]
    assert job.next_due == utc(2026, 8, 22, 7)


def test_s32_a_skipped_time_starts_after_the_gap_and_is_not_late() -> None:
    job = Job("30 2 * * *", utc(2026, 3, 8, 6), zone=NEW_YORK)
    job.run_until(utc(2026, 3, 8, 9))
    assert job.started == [(utc(2026, 3, 8, 7), Start(utc(2026, 3, 8, 7), "scheduled"))]


def test_s33_a_restart_in_the_second_pass_repeats_nothing() -> None:
    job = Job("30 1 * * *", utc(2026, 11, 1, 4), zone=NEW_YORK)
    job.run_until(utc(2026, 11, 1, 5, 40))
    assert job.nominal == [utc(2026, 11, 1, 5, 30)]
    job.come_back_at(utc(2026, 11, 1, 6, 10))  # 01:10 EST
    job.run_until(utc(2026, 11, 1, 8))
    assert job.nominal == [utc(2026, 11, 1, 5, 30)]


def test_s34_a_day_of_25_hours_has_25_hourly_runs() -> None:
    midnight = utc(2026, 11, 1, 4)
    job = Job("0 * * * *", midnight - timedelta(seconds=1), zone=NEW_YORK)
    job.run_until(midnight + timedelta(hours=24, minutes=59), seconds=60)
    assert len(job.nominal) == 25
    assert job.skipped == []


def test_s44_a_blocked_loop_loses_nothing() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10, 59, 59))
    job.clock.advance(6)
    assert job.tick().starts == (Start(utc(2026, 8, 21, 11), "scheduled"),)


def test_s50_the_preview_is_what_fires() -> None:
    start = utc(2026, 3, 6, 12)
    job = Job("30 2 * * *", start, zone=NEW_YORK)
    preview = next_fires(job.cron, job.zone, start, 5)
    job.run_until(preview[-1], seconds=60)
    assert job.nominal == preview


def test_two_occurrences_in_one_decision_overlap_each_other() -> None:
    job = Job("* * * * *", utc(2026, 8, 21, 12, 0, 30), grace=120)
    decision = job.come_back_at(utc(2026, 8, 21, 12, 2, 1))
    assert decision.starts == (Start(utc(2026, 8, 21, 12, 1), "scheduled"),)
    assert decision.skips == (Skip("overlap", 1, utc(2026, 8, 21, 12, 2), utc(2026, 8, 21, 12, 2)),)


def test_a_catch_up_start_respects_the_overlap_too() -> None:
    decision = decide(
        CronTiming(parse_cron("0 * * * *"), ZoneInfo("UTC")),
        utc(2026, 8, 21, 10, 55),
        utc(2026, 8, 21, 12, 20),
        Policy(),
        live=1,
    )
    assert decision.starts == ()
    assert {(skip.reason, skip.count) for skip in decision.skips} == {
        ("coalesced", 1),
        ("overlap", 1),
    }


def test_the_grace_includes_its_end() -> None:
    job = Job("0 * * * *", utc(2026, 8, 21, 10, 55))
    assert job.come_back_at(utc(2026, 8, 21, 11, 1)).starts[0].kind == "scheduled"
    other = Job("0 * * * *", utc(2026, 8, 21, 10, 55))
    assert other.come_back_at(utc(2026, 8, 21, 11, 1, 1)).starts[0].kind == "catch_up"


def test_a_grace_of_a_year_stays_bounded() -> None:
    job = Job("* * * * *", utc(2026, 1, 1), grace=400 * 86400)
    decision = job.come_back_at(utc(2026, 8, 21))
    assert decision.starts == (Start(utc(2026, 1, 1, 0, 1), "scheduled"),)
    assert decision.skips == (
        Skip("overlap", COUNT_LIMIT - 1, utc(2026, 1, 1, 0, 2), utc(2026, 8, 21)),
    )


def test_every_occurrence_is_decided_exactly_once() -> None:
    job = Job("*/7 * * * *", utc(2026, 3, 8, 5), zone=NEW_YORK, grace=30)
    job.run_time = timedelta(minutes=9)
    start = job.clock.now()
    for minutes in (3, 8, 1, 55, 2, 200, 7, 30):
        job.come_back_at(job.clock.now() + timedelta(minutes=minutes, seconds=13))
    decided = len(job.started) + sum(skip.count for skip in job.skipped)
    fires = next_fires(job.cron, job.zone, start, 200)
    assert decided == sum(fire <= job.clock.now() for fire in fires)


def test_a_clock_behind_the_cursor_decides_nothing() -> None:
    cron, zone = parse_cron("* * * * *"), ZoneInfo("UTC")
    cursor = utc(2026, 8, 21, 12)
    decision = decide(CronTiming(cron, zone), cursor, utc(2026, 8, 21, 11), Policy(), 0)
    assert decision == Decision((), (), cursor, next_fire(cron, zone, cursor))


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"overlap": "queue"}, "overlap", "Available: skip, allow"),
        ({"catchup": "everything"}, "catchup", "Available: latest"),
        ({"grace": -1}, "grace", "0 seconds or more"),
        ({"catchup_window": float("nan")}, "catchup_window", "0 seconds or more"),
        ({"max_parallel": 0}, "max_parallel", "1 or more"),
    ],
)
def test_a_bad_policy_says_what_is_available(
    values: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        Policy(**values)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert words in caught.value.sentence()


def test_the_tables_hold_what_works_yet() -> None:
    assert list(OVERLAP_POLICIES) == ["skip", "allow"]
    assert list(CATCHUP_POLICIES) == ["latest"]

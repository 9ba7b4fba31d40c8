"""Jobs with a past, for the tests of the run, job and log screens."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from jobs_tui.models.enums import ExecutionStatus, Kind, Stream
from jobs_tui.models.execution import Execution
from jobs_tui.models.job import Job

S = ExecutionStatus


@dataclass
class Scene:
    """What was made."""

    backup: Job
    replica: Job
    hook: Job
    report: Job
    failed: Execution
    live: Execution
    queued: Execution


def build(make_job: Any, make_run: Any) -> Scene:
    """Four jobs: one running, one failing with every kind of outcome, one hook, one that waits."""
    dice = random.Random(3)
    backup = make_job(
        "db-backup-nightly",
        cron="0 2 * * *",
        prompt="pg_dump {{ database }}",
        parameters=[{"name": "database", "default": "orders"}],
    )
    replica = make_job(
        "db-replica-check",
        cron="*/15 * * * *",
        prompt="check {{ replica }}",
        parameters=[{"name": "replica", "default": "eu-1"}, {"name": "max_lag", "default": "30"}],
    )
    hook = make_job("deploy-on-push", trigger_type="webhook", prompt="echo {{ branch }}")
    report = make_job("report-hourly", cron="0 * * * *")
    for day in range(24, 0, -1):
        make_run(backup, ago=86_400 * day, took=240 + dice.randrange(-30, 40))
    values = {"replica": "eu-2", "max_lag": "30"}
    for n in range(50, 10, -1):
        good = dice.random() > 0.15
        make_run(
            replica,
            S.COMPLETED if good else S.FAILED,
            ago=900 * n,
            took=dice.randrange(30, 60) if good else dice.randrange(100, 600),
            result="lag 2 s" if good else None,
            error=None if good else "lag 88 s",
            exit_code=0 if good else 1,
            parameters=values,
        )
    make_run(replica, S.SKIPPED, ago=8_000, reason="overlap")
    make_run(replica, S.SKIPPED, ago=7_000, reason="too-late", count=3)
    make_run(replica, S.CANCELLED, ago=5_000, error="cancelled by tester", kind=Kind.MANUAL)
    make_run(replica, S.LOST, ago=4_000, took=12, error="the engine died during the run")
    make_run(replica, S.TIMED_OUT, ago=2_200, took=600, error="timed out after 600 s")
    failed = make_run(
        replica,
        S.FAILED,
        ago=371,
        took=124,
        error="exit 1: lag 91 s",
        exit_code=1,
        parameters=values,
        log=[
            "reading replica eu-2",
            (Stream.STDERR, "lag 91 s is over 30 s"),
            (Stream.STDERR, "ERROR replica too far away"),
            (Stream.SYSTEM, "exit 1"),
        ],
    )
    make_run(hook, ago=2_631, took=3, kind=Kind.WEBHOOK, result="branch main")
    live = make_run(
        backup,
        S.RUNNING,
        ago=72,
        kind=Kind.MANUAL,
        parameters={"database": "orders"},
        log=[
            "\x1b[36mconnecting\x1b[0m to orders on db-1",
            *(f"dumping table part_{n:03d}" for n in range(1, 60)),
            'WARN slow read {"table":"invoices","ms":812}',
            (Stream.STDERR, "pg_dump: notice: circular foreign keys"),
            "ERROR could not read block 7, trying again",
            "\x1b[1;32mok\x1b[0m wrote 182 MB",
        ],
    )
    queued = make_run(report, S.QUEUED, ago=5, kind=Kind.MANUAL)
    return Scene(backup, replica, hook, report, failed, live, queued)

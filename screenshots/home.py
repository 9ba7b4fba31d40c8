"""A home with realistic jobs and runs, the same each time it is made."""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from jobs_tui import __version__
from jobs_tui.models.enums import ExecutionStatus, Kind, Stream
from jobs_tui.models.ids import new_execution_id
from jobs_tui.models.job import Job
from jobs_tui.models.times import maybe_to_text, to_text
from jobs_tui.service import jobs
from jobs_tui.service.context import Context
from jobs_tui.store import executions, logs
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home

NOW = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)
"""A Friday."""
OK, FAIL, SKIP = ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.SKIPPED

BACKUP = """\
pg_dump --format=directory --jobs=4 --file="$BACKUP_DIR/{{ run_date }}" {{ database }}
pg_restore --list "$BACKUP_DIR/{{ run_date }}" > /dev/null
echo "restore point verified"
"""


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """See Clock."""
        return NOW

    def monotonic(self) -> float:
        """See Clock."""
        return 1000.0


@dataclass(frozen=True)
class Sample:
    """A job and how its last runs went, oldest first: ``+`` well, ``x`` badly, ``~`` skipped."""

    fields: dict[str, Any]
    runs: str
    every: timedelta
    last: timedelta
    """How long ago the newest run began."""
    seconds: float
    """How long a run takes, more or less."""
    error: str = ""
    result: str = ""


def _cron(name: str, cron: str, prompt: str, about: str, **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "trigger_type": "cron",
        "cron_schedule": cron,
        "prompt_template": prompt,
        "description": about,
        **fields,
    }


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SAMPLES = (
    Sample(
        _cron("mirror-sync", "30 */4 * * *", "rsync -a --delete mirror:: /srv/mirror", "Mirror"),
        "++++++x+++++",
        4 * HOUR,
        92 * MINUTE,
        194,
        "exit 12: connection reset by peer",
        "sent 1.2 GB in 4,112 files",
    ),
    Sample(
        _cron(
            "report-weekly",
            "0 9 * * MON",
            "make-report --week {{ run_date }} --send ops",
            "What ran, what failed, what it cost",
            cron_timezone="Europe/Berlin",
        ),
        "++++++++",
        7 * DAY,
        4 * DAY + 7 * HOUR,
        17,
        result="report sent to ops",
    ),
    Sample(
        _cron("log-rotate-check", "10 0 * * *", "logrotate --debug", "Every file is rotated"),
        "+++++++++++++++",
        DAY,
        14 * HOUR - 8 * MINUTE,
        1.2,
        result="61 files, none too large",
    ),
    Sample(
        _cron(
            "cache-warm",
            "0 5 * * *",
            "warm-cache --pages {{ pages }}",
            "Before people come",
            parameters=[{"name": "pages", "default": 500}],
        ),
        "+++++++++++++",
        DAY,
        9 * HOUR + 2 * MINUTE,
        71,
        result="500 pages, 0 errors",
    ),
    Sample(
        _cron(
            "tls-expiry",
            "0 6 * * 1-5",
            "check-certificates --warn-days 21",
            "Certificates that end within three weeks",
            tags=["security"],
        ),
        "++++++++++++",
        DAY,
        8 * HOUR + 2 * MINUTE,
        4.1,
        result="18 certificates, the next ends in 41 days",
    ),
    Sample(
        {
            "name": "deploy-docs",
            "trigger_type": "webhook",
            "prompt_template": "git pull --ff-only && make html",
            "description": "Builds the manual after a push",
            "config": {"overlap": "allow"},
        },
        "+++x+++++++",
        7 * HOUR,
        3 * HOUR,
        38,
        "exit 2: make: *** [html] Error 2",
        "build succeeded, 0 warnings",
    ),
    Sample(
        _cron(
            "db-vacuum",
            "0 4 * * SUN",
            "vacuumdb --all --analyze",
            "Vacuum and fresh statistics",
            tags=["db"],
            cron_timezone="Europe/Berlin",
        ),
        "+++++++++",
        7 * DAY,
        5 * DAY + 12 * HOUR,
        1260,
        result="3 databases, 212 tables",
    ),
    Sample(
        {
            "name": "db-restore-drill",
            "enabled": False,
            "trigger_type": "manual",
            "prompt_template": "restore-drill --from latest --into scratch",
            "tags": ["db"],
        },
        "++x+++",
        30 * DAY,
        12 * DAY,
        610,
        "exit 1: scratch is not empty",
        "restored 41 tables, 0 differences",
    ),
    Sample(
        _cron(
            "db-replica-check",
            "*/15 * * * *",
            "replica-lag --limit {{ seconds }}",
            "Fails when the replica is too far behind",
            tags=["db"],
            parameters=[{"name": "seconds", "default": 30}],
        ),
        "+++++++x+++++~+++xxx",
        15 * MINUTE,
        2 * MINUTE,
        2.6,
        "exit 1: the replica is 94 s behind, the limit is 30",
        "the replica is 2 s behind",
    ),
    Sample(
        _cron(
            "db-backup-nightly",
            "0 2 * * *",
            BACKUP,
            "Nightly dump of the production database",
            tags=["db", "nightly"],
            cron_timezone="Europe/Berlin",
            parameters=[{"name": "database", "default": "orders", "description": "what to dump"}],
            config={"timeout": 1800, "retry": {"max_attempts": 2}},
        ),
        "++++++++x++++++++++",
        DAY,
        14 * HOUR + 2 * MINUTE,
        248,
        "exit 1: no space left on device",
        "restore point verified",
    ),
)
"""In the order in which they were created."""

LIVE_LOG: Sequence[str] = (
    "pg_dump: last built-in OID is 16383",
    "pg_dump: reading schemas",
    "pg_dump: reading user-defined tables",
    "pg_dump: reading indexes",
    "pg_dump: reading triggers",
    "pg_dump: saving encoding = UTF8",
    *(
        line
        for place, (table, size) in enumerate(
            (("customers", 31), ("invoices", 118), ("orders", 182), ("order_lines", 640)), start=1
        )
        for line in (
            f"pg_dump: dumping contents of table public.{table} ({place}/41)",
            f"wrote {size} MB, {20 + size % 17} MB/s",
        )
    ),
    "\x1b[33mwarning\x1b[0m: table public.audit has no primary key [skipped from the delta]",
    "pg_dump: dumping contents of table public.payments (5/41)",
)


@contextmanager
def sample_home(
    data: Path, more: Callable[[Context], object] = lambda ctx: None
) -> Iterator[Context]:
    """A home at ``data`` with the samples in it and, as far as anybody can tell, an engine.

    Args:
        more: puts more into it.
    """
    source = random.Random(7)
    store = Store(Home(data, data / "config.toml"), FixedClock())
    ctx = Context(store, "ops", "tui")
    try:
        with mock.patch("os.urandom", source.randbytes):
            _fill(ctx, source)
            running = jobs.find(ctx, "db-backup-nightly")
            start(ctx, running, [("", line) for line in LIVE_LOG], {"database": "orders"})
            more(ctx)
        with _engine(store):
            yield ctx
    finally:
        store.close()


def _fill(ctx: Context, source: random.Random) -> None:
    """The samples, their runs in the order in which they would have happened."""
    runs = []
    for sample in SAMPLES:
        job = jobs.create(ctx, {"entity_id": "shell", "enabled": True, **sample.fields}).job
        for age, letter in enumerate(reversed(sample.runs)):
            began = NOW - sample.last - age * sample.every
            if job.definition.cron_schedule is not None:
                began = began.replace(second=0)
            runs.append((began, job, sample, letter, sample.seconds * source.uniform(0.85, 1.2)))
    for began, job, sample, letter, seconds in sorted(runs, key=lambda run: run[0]):
        _run(ctx, job, sample, began, letter, seconds)
    born = to_text(NOW - 60 * DAY)
    ctx.store.write(
        lambda connection: connection.execute(
            "update jobs set created_at = ?1, updated_at = ?1", (born,)
        )
    )


def _run(
    ctx: Context, job: Job, sample: Sample, began: datetime, letter: str, seconds: float
) -> None:
    status = {"+": OK, "x": FAIL, "~": SKIP}[letter]
    cron = job.definition.cron_schedule is not None
    kind = Kind.SCHEDULED if cron else Kind(job.definition.trigger_type.value)
    new = executions.NewExecution(
        id=new_execution_id(),
        job_id=job.id,
        revision=job.revision,
        trigger_type=job.definition.trigger_type,
        kind=kind,
        created_at=began,
        status=SKIP if status is SKIP else ExecutionStatus.QUEUED,
        reason="overlap" if status is SKIP else None,
        nominal_at=began if cron else None,
        parameters={item.name: item.default for item in job.definition.parameters},
        prompt=job.definition.prompt_template,
    )
    ended = None if status is SKIP else began + timedelta(seconds=seconds)
    error = sample.error if status is FAIL else None

    def operation(connection: sqlite3.Connection) -> None:
        executions.insert(connection, new)
        if status is SKIP:
            return
        connection.execute(
            "update executions set status = ?, attempt = 1, started_at = ?, completed_at = ?,"
            " duration_ms = ?, error_message = ?, result = ?, exit_code = ?, log_lines = 0"
            " where id = ?",
            (
                status,
                to_text(began),
                maybe_to_text(ended),
                round(seconds * 1000),
                error,
                None if error else sample.result,
                1 if error else 0,
                new.id,
            ),
        )
        column = "failed_executions" if error else "successful_executions"
        connection.execute(
            f"update jobs set {column} = {column} + 1, last_execution_at = ? where id = ?",
            (to_text(began), job.id),
        )

    ctx.store.write(operation)


def start(
    ctx: Context, job: Job, log: Sequence[tuple[str, str]], parameters: dict[str, object]
) -> str:
    """A run by hand that goes on; its id.

    Args:
        log: step and text of each line.
    """
    began = NOW - timedelta(seconds=72)
    new = executions.NewExecution(
        id=new_execution_id(),
        job_id=job.id,
        revision=job.revision,
        trigger_type=job.definition.trigger_type,
        kind=Kind.MANUAL,
        created_at=began,
        parameters=parameters,
        requested_by="ops",
        prompt=job.definition.prompt_template.replace("{{ database }}", "orders").replace(
            "{{ run_date }}", "2026-08-21"
        ),
    )

    def operation(connection: sqlite3.Connection) -> None:
        executions.insert(connection, new)
        connection.execute(
            "update executions set status = ?, attempt = 1, started_at = ? where id = ?",
            (ExecutionStatus.RUNNING, to_text(began), new.id),
        )

    ctx.store.write(operation)
    letter = logs.LETTERS[Stream.STDOUT]
    text = "\n".join(
        logs.US.join((str(400 + place * 4700), letter, step, line))
        for place, (step, line) in enumerate(log)
    )
    chunk = logs.Chunk(new.id, 1, len(log), to_text(began), text)
    ctx.store.logs.writer.write(lambda connection: logs.append(connection, chunk))
    return new.id


@contextmanager
def _engine(store: Store) -> Iterator[None]:
    """The row and the lock of an engine in this process."""
    at = to_text(NOW - 3 * DAY)
    store.write(
        lambda connection: connection.execute(
            "insert into engine (id, token, mode, host, pid, boot_id, version, started_at,"
            " heartbeat_at, address) values (1, 'token', 'tui', 'ops', ?, 'boot', ?, ?, ?, ?)",
            (os.getpid(), __version__, at, to_text(NOW), "127.0.0.1:7802"),
        )
    )
    with open(store.home.lock_file, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

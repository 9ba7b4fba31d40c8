"""What logs say, whatever is in them."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard

from jobs_tui.tools import log_reading
from jobs_tui.tools.tool import ToolContext, ToolFailed
from tests.tools.conftest import Use


async def test_errors_of_logs_are_counted_with_examples(use: Use, work: Path) -> None:
    (work / "a.log").write_text("fine\nERROR one\n2020-01-01 10:00:00 error old\nterror\n")
    (work / "b.txt").write_text("error\n")
    found = await use("log_scan", paths=["*.log"], max_matches=1)
    assert found.data["matches"] == 2
    assert found.alarms == ("2 matches, more than 1.",)
    assert "a.log:2: ERROR one" in found.text
    own = await use("log_scan", paths=["."], pattern="t[e]rror", min_matches=2)
    assert own.data["matches"] == 1
    assert own.alarms == ("1 match, fewer than 2.",)
    with pytest.raises(ToolFailed, match="no regular expression"):
        await use("log_scan", paths=["."], pattern="(")
    with pytest.raises(ToolFailed, match="No file"):
        await use("log_scan", paths=["nothing*"])
    with pytest.raises(ToolFailed, match="No such file"):
        await use("log_scan", paths=["nothing"])


async def test_a_pattern_that_never_ends_is_ended_and_said(use: Use, work: Path) -> None:
    (work / "a.log").write_text("fine\n" + "a" * 5000 + "!\n")
    found = await use("log_scan", paths=["a.log"], pattern="(a|aa)+$", seconds=0.3)
    assert found.alarms == (
        f"Not everything was read within 0.3 s: it came to {work}/a.log, line 2.",
    )
    assert found.data["files"][0]["lines"] == 2


async def test_packed_files_are_unpacked_and_junk_is_passed_over(use: Use, work: Path) -> None:
    (work / "app.log").write_text("error 1\n")
    (work / "app.log.1.gz").write_bytes(gzip.compress(b"error 2\n"))
    (work / "app.log.2.zst").write_bytes(zstandard.compress(b"error 3\n"))
    (work / "app.log.3.gz").write_bytes(gzip.compress(b"fine\n" * 9000)[:60])
    (work / "app.log.bin").write_bytes(b"error\0\xff\n")
    os.mkfifo(work / "app.log.pipe")
    found = await use("log_scan", paths=["app.log*"])
    assert found.data["matches"] == 3
    assert found.data["unreadable"] == [f"{work}/app.log.3.gz", f"{work}/app.log.pipe"]
    assert "1 file that holds no text passed over" in found.text
    assert found.alarms == ()


async def test_a_file_that_was_named_and_cannot_be_read_is_an_alarm(use: Use, work: Path) -> None:
    (work / "app.log").write_text("fine\n")
    found = await use("log_scan", paths=["app.log", "gone.log"])
    assert found.alarms == (f"{work}/gone.log could not be read: No such file or directory.",)


async def test_a_line_without_an_end_is_looked_at_as_far_as_it_may_be(use: Use, work: Path) -> None:
    (work / "a.log").write_text("error ")
    os.truncate(work / "a.log", 30_000_000)
    found = await use("log_scan", paths=["a.log"])
    assert (found.data["matches"], found.data["files"][0]["lines"]) == (1, 1)


async def test_lines_before_the_asked_time_do_not_count(
    use: Use, work: Path, context: ToolContext
) -> None:
    now = context.store.clock.now()
    (work / "a.log").write_text(
        "2001-01-01T00:00:00 error then\n  error of its traceback\n"
        f"{now:%Y-%m-%d %H:%M:%S}Z error now\n  error of this one\n"
    )
    os.utime(work / "a.log", (now.timestamp(),) * 2)
    assert (await use("log_scan", paths=["a.log"], hours=1)).data["matches"] == 2
    os.utime(work / "a.log", (0, 0))
    quiet = await use("log_scan", paths=["a.log"], hours=1, max_matches=0)
    assert (quiet.data["matches"], quiet.alarms) == (0, ())
    assert "1 file not changed in that time" in quiet.text


NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("2026-01-01T10:00:00Z x", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01 10:00:00,123+0200 x", datetime(2026, 1, 1, 8, tzinfo=UTC)),
        ("2026/01/01 10:00:00 [error]", datetime(2026, 1, 1, 10).astimezone()),
        ('::1 - - [01/Jan/2026:10:00:00 +0100] "GET"', datetime(2026, 1, 1, 9, tzinfo=UTC)),
        ("Dec 31 23:00:00 host sshd", datetime(2025, 12, 31, 23).astimezone()),
        ("Jan  2 11:00:00 host sshd", datetime(2026, 1, 2, 11).astimezone()),
        ("2026-02-31 10:00:00 no such day", None),
        ("Foo 12 10:00:00", None),
    ],
)
def test_the_time_of_a_line_is_read_as_programs_write_it(line: str, at: datetime | None) -> None:
    assert log_reading.stamp_of(line, NOW + timedelta()) == at

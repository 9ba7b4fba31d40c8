"""Times as text, and identifiers."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from jobs_tui.models.ids import new_delivery_id, new_execution_id, new_job_id, new_token
from jobs_tui.models.times import from_text, to_text

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def test_times_are_utc_with_milliseconds_and_come_back() -> None:
    moment = datetime(2026, 3, 8, 2, 30, 1, 123_999, tzinfo=timezone(timedelta(hours=-5)))
    text = to_text(moment)
    assert text == "2026-03-08T07:30:01.123Z"
    assert from_text(text) == datetime(2026, 3, 8, 7, 30, 1, 123_000, tzinfo=UTC)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_text(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("make", "prefix"),
    [(new_job_id, "job_"), (new_execution_id, "exec_"), (new_delivery_id, "dlv_")],
)
def test_ids_say_what_they_are(make, prefix) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(prefix + UUID, make())


def test_ids_are_distinct_across_threads() -> None:
    found: list[str] = []

    def draw() -> None:
        found.extend(new_token() for _ in range(2000))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 8000

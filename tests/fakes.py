"""Stand-ins that tests hold in their hands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that only moves when told to."""

    def __init__(self, start: datetime | None = None) -> None:
        self.wall = start or datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)
        self.mono = 1000.0

    def now(self) -> datetime:
        """The wall time."""
        return self.wall

    def monotonic(self) -> float:
        """The monotonic time in seconds."""
        return self.mono

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.mono += seconds

    def jump(self, seconds: float) -> None:
        """Step the wall clock alone, as NTP or a suspend does."""
        self.wall += timedelta(seconds=seconds)

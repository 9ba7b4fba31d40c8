"""Why a result did not arrive."""

from __future__ import annotations


class NotDelivered(Exception):
    """A try has failed.

    Args:
        reason: a sentence without anything secret.
        for_good: another try would end in the same way.
    """

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good

"""How many deliveries a webhook takes, and how many bad ones of one address are answered in full.

Token buckets in memory, one set an engine: a restart fills them, which nobody can bring about.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from jobs_tui.models.clock import Clock
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.store.settings import Settings

REMEMBERED = 4_096
"""Webhooks or addresses whose buckets are kept; those not heard of for longest go first."""
_IPV6_NETWORK = 64
"""Bits: whoever has one IPv6 address has all of its network."""


class TooMany(JobsTuiError):
    """Refused for now: the sender is to come again after ``retry_after`` seconds."""

    title = "Too many"
    http_status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, f"Try again in {retry_after} s.")
        self.retry_after = retry_after


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """A token bucket for each key; a new key starts full."""

    def __init__(
        self, clock: Clock, burst: int, per_minute: int, remembered: int = REMEMBERED
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_minute / 60
        self._remembered = remembered
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> int:
        """Take a token; 0 when there was one, else the whole seconds until there is."""
        now = self._clock.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._burst, now)
            if len(self._buckets) > self._remembered:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        grown = bucket.tokens + (now - bucket.at) * self._per_second
        bucket.tokens, bucket.at = min(grown, self._burst), now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return math.ceil((1 - bucket.tokens) / self._per_second)


class HookLimits:
    """The limits of one engine's webhooks (settings ``hook_*`` and ``refused_per_minute``)."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._hooks = Buckets(clock, settings.hook_burst, settings.hook_per_minute)
        self._addresses = Buckets(clock, settings.refused_per_minute, settings.refused_per_minute)

    def accept(self, job_id: str) -> None:
        """Count a well signed delivery. Raises TooMany when its webhook has had enough."""
        wait = self._hooks.take(job_id)
        if wait:
            raise TooMany("This webhook has received too many deliveries.", wait)

    def refuse(self, remote: str, error: JobsTuiError) -> JobsTuiError:
        """What to answer to a delivery that proved nothing: ``error``, or that it is too many.

        Only such ones are counted here, so whoever signs well is never kept out by the others of
        its address.
        """
        wait = self._addresses.take(_network(remote))
        if wait:
            return TooMany("Too many refused requests have come from this address.", wait)
        return error


def _network(remote: str) -> str:
    """The address, of IPv6 its network."""
    try:
        address = ipaddress.ip_address(remote.partition("%")[0])
    except ValueError:
        return remote
    if address.version == 4:
        return remote
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK), strict=False))

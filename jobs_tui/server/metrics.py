"""``/metrics`` for Prometheus; the figures are those of ``service/metrics``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from jobs_tui.server.api import reading
from jobs_tui.server.api.routing import Route, context_of
from jobs_tui.service.metrics import Figures, figures
from jobs_tui.store.totals import BEYOND, DURATION_EDGES_MS, LAG_EDGES_MS, Spread

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PREFIX = "jobs_tui_"
TEXT = "text/plain"
OPEN_METRICS = "application/openmetrics-text"


def routes() -> list[Route]:
    """The one of ``/metrics``."""
    return [
        Route(
            "GET",
            "/metrics",
            tell,
            "read",
            "Figures for Prometheus",
            {200: "Metrics in the text format, or in OpenMetrics when Accept asks for it."},
            media_types=(TEXT, OPEN_METRICS),
            tag="health",
        )
    ]


async def tell(request: web.Request) -> web.Response:
    """As of now; nothing is kept between two requests."""
    ctx, wanted = context_of(request), reading.header(request, "Accept") or ""

    def work() -> tuple[bytes, str]:
        return written(figures(ctx), wanted)

    body, content_type = await asyncio.to_thread(work)
    return web.Response(body=body, headers={"Content-Type": content_type})


def written(found: Figures, accept: str = "") -> tuple[bytes, str]:
    """The text of figures, and its content type.

    Args:
        accept: the header of that name.
    """
    # Only who is asked for metrics pays for the library.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder
    from prometheus_client.registry import Collector

    class Once(Collector):
        def collect(self) -> Iterable[Metric]:
            return _families(found)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Once())
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def _families(found: Figures) -> Iterator[Metric]:
    yield from _engine(found)
    yield from _now(found)
    yield from _jobs(found)
    yield from _totals(found)


def _engine(found: Figures) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

    engine = found.engine
    up = GaugeMetricFamily(f"{PREFIX}engine_up", "Whether an engine works on this home.")
    up.add_metric([], float(engine.running))
    yield up
    if engine.running and engine.started_at is not None and engine.heartbeat_at is not None:
        facts = {
            "version": engine.version or "",
            "mode": engine.mode or "",
            "host": engine.host or "",
        }
        yield InfoMetricFamily(f"{PREFIX}engine", "The engine of this home.", value=facts)
        yield GaugeMetricFamily(
            f"{PREFIX}engine_start_time_seconds",
            "When the engine started, in Unix seconds.",
            value=engine.started_at.timestamp(),
        )
        yield GaugeMetricFamily(
            f"{PREFIX}engine_heartbeat_timestamp_seconds",
            "The engine's last heartbeat, in Unix seconds.",
            value=engine.heartbeat_at.timestamp(),
        )


def _now(found: Figures) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    jobs = GaugeMetricFamily(f"{PREFIX}jobs", "Jobs.", labels=["state"])
    for state, count in found.jobs_by_state.items():
        jobs.add_metric([state], count)
    yield jobs
    depth = GaugeMetricFamily(
        f"{PREFIX}queue_depth", "Runs that have not ended.", labels=["status"]
    )
    for status, count in found.queue.items():
        depth.add_metric([status], count)
    yield depth
    yield GaugeMetricFamily(
        f"{PREFIX}schedule_behind_seconds",
        "How long the oldest due occurrence has waited to be decided; about 0 is healthy.",
        value=found.behind_seconds,
    )


def _jobs(found: Figures) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    labels = ["job_id", "job"]
    runs = CounterMetricFamily(
        f"{PREFIX}runs", "Ended runs; of skips, the occurrences.", labels=[*labels, "status"]
    )
    lines = CounterMetricFamily(
        f"{PREFIX}log_lines", "Lines in the logs of ended runs.", labels=labels
    )
    durations = HistogramMetricFamily(
        f"{PREFIX}run_duration_seconds",
        "From the first attempt's start to the end of runs that were started.",
        labels=labels,
    )
    for job in found.jobs:
        names = [job.job_id, job.name]
        for status, count in sorted(job.runs.items()):
            runs.add_metric([*names, status], count)
        lines.add_metric(names, job.log_lines)
        durations.add_metric(
            names, _buckets(job.durations, DURATION_EDGES_MS), job.durations.sum_ms / 1000
        )
    yield from (runs, lines, durations)


def _totals(found: Figures) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    lag = HistogramMetricFamily(
        f"{PREFIX}start_lag_seconds",
        "From the time at which a run was due to the start of its process.",
        labels=["kind"],
    )
    for kind, spread in found.lags.items():
        lag.add_metric([kind], _buckets(spread, LAG_EDGES_MS), spread.sum_ms / 1000)
    deliveries = CounterMetricFamily(
        f"{PREFIX}deliveries", "Requests that reached webhooks.", labels=["verdict"]
    )
    for verdict, count in found.deliveries.items():
        deliveries.add_metric([verdict], count)
    yield from (lag, deliveries)


def _buckets(spread: Spread, edges: Sequence[int]) -> list[tuple[str, float]]:
    """As the library wants them: upper edges in seconds, the counts up to each."""
    return [
        ("+Inf" if edge == BEYOND else str(edge / 1000), float(count))
        for edge, count in spread.cumulative(edges)
    ]

"""``jobs-tui serve``, ``status`` and ``stop``: the engine of a home."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import click

from jobs_tui.cli.output import at_second, fields, print_json, relative
from jobs_tui.cli.session import NO_ENGINE, clock, opened
from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.times import maybe_to_text
from jobs_tui.service import dashboard
from jobs_tui.service.context import Context
from jobs_tui.service.engine_state import EngineState, engine_state, request_stop, url_of

if TYPE_CHECKING:
    from jobs_tui.host import EngineHost

POLL = 0.1
_PORT = click.IntRange(0, 65535)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.option("--host", help="Address to listen on; JOBS_TUI_HOST, 127.0.0.1.")
@click.option("--port", type=_PORT, help="Port for webhooks, 0 any free one; JOBS_TUI_PORT, 7802.")
@click.option("--mcp-port", type=_PORT, help="Port for MCP; JOBS_TUI_MCP_PORT, 7803.")
def serve(host: str | None, port: int | None, mcp_port: int | None) -> None:
    """Run the engine without a screen until it is stopped.

    Exits 1 when another engine holds this home or the port is taken, naming it.
    """
    if host is not None and not host.strip():
        # Sockets take an empty name for "every interface"; who wrote an unset variable did not.
        raise click.BadParameter(
            "it is empty. 127.0.0.1 is this machine only.", param_hint="--host"
        )
    from jobs_tui.host import serve as serve_home
    from jobs_tui.store.home import find_home

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    code = serve_home(find_home(), host=host, port=port, mcp_port=mcp_port, ready=_ready)
    click.get_current_context().exit(code)


@click.command()
@_json_option
def status(as_json: bool) -> None:
    """Say whether an engine runs, and what runs and waits."""
    with opened() as ctx:
        state = engine_state(ctx)
        if as_json:
            print_json(_status_data(ctx, state))
        else:
            click.echo(_status_text(ctx, state))


@click.command()
@click.option(
    "--timeout", type=click.FloatRange(0), default=60.0, show_default=True, help="Seconds to wait."
)
def stop(timeout: float) -> None:
    """Stop the engine and wait until it is gone; runs get a moment to finish."""
    with opened() as ctx:
        state = engine_state(ctx)
        if not state.running:
            click.echo("No engine is running.")
            return
        request_stop(ctx)
        until = clock().monotonic() + timeout
        while _same(engine_state(ctx), state):
            if clock().monotonic() > until:
                raise JobsTuiError(
                    f"The engine (pid {state.pid}) is still finishing its runs.",
                    "It stops when they end; `jobs-tui status` shows.",
                )
            time.sleep(POLL)
        click.echo(f"Stopped the engine (pid {state.pid}).")


def _ready(host: EngineHost) -> None:
    click.echo(f"jobs-tui: listening on {url_of(host.address or '')} (stop with `jobs-tui stop`)")
    click.echo(f"jobs-tui: MCP at {url_of(host.mcp_address or '')}/mcp")


def _same(now: EngineState, before: EngineState) -> bool:
    return now.running and (now.pid, now.started_at) == (before.pid, before.started_at)


def _status_data(ctx: Context, state: EngineState) -> dict[str, Any]:
    seen = dashboard.overview(ctx, dashboard.job_lines(ctx))
    due = None
    if seen.next_at is not None:
        due = {"name": seen.next_name, "at": maybe_to_text(seen.next_at)}
    return {
        "home": str(ctx.store.home.data),
        "running": state.running,
        "pid": state.pid if state.running else None,
        "host": state.host if state.running else None,
        "mode": state.mode if state.running else None,
        "version": state.version if state.running else None,
        "address": state.address if state.running else None,
        "hooks_problem": state.hooks_problem if state.running else None,
        "mcp_url": state.mcp_url if state.running else None,
        "mcp_problem": state.mcp_problem if state.running else None,
        "started_at": maybe_to_text(state.started_at) if state.running else None,
        "heartbeat_at": maybe_to_text(state.heartbeat_at) if state.running else None,
        "jobs": seen.jobs,
        "queue": {"running": seen.running, "queued": seen.queued},
        "next": due,
    }


def _status_text(ctx: Context, state: EngineState) -> str:
    seen = dashboard.overview(ctx, dashboard.job_lines(ctx))
    lines: dict[str, str | None] = {"engine": f"not running. {NO_ENGINE}"}
    if state.running:
        lines = {
            "engine": f"running since {at_second(state.started_at)}, pid {state.pid} on"
            f" {state.host} ({state.mode}, version {state.version})",
            "webhooks": url_of(state.address) if state.address else state.hooks_problem,
            "mcp": state.mcp_url or state.mcp_problem,
        }
    lines |= {
        "home": str(ctx.store.home.data),
        "jobs": f"{seen.jobs} ({seen.paused} paused, {seen.failing} failing)",
        "runs": f"{seen.running} running, {seen.queued} queued",
        "next": None
        if seen.next_at is None
        else f"{plain(seen.next_name or '')} {relative(seen.next_at, ctx.now())}",
    }
    return fields(lines)

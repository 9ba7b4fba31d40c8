"""Puts one engine and its listeners together: in a thread (TUI), a process (serve), or for one run.

Source: DESIGN 3 and 7 ("Where the engine lives").
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from jobs_tui.agents.job_tools import JobTools
from jobs_tui.engine.delivering import follow_up
from jobs_tui.engine.engine import Engine
from jobs_tui.engine.identity import identity
from jobs_tui.engine.launcher.client import Launcher
from jobs_tui.engine.lease import HomeLease
from jobs_tui.engine.local_dispatcher import LocalDispatcher
from jobs_tui.engine.parts import Parts
from jobs_tui.engine.trying import try_agent, try_environment
from jobs_tui.engine.waiting import LOOK_AT_WAITING, look_at_waiting
from jobs_tui.models.agent import AgentInput
from jobs_tui.models.errors import JobsTuiError, Refused
from jobs_tui.models.execution import Execution
from jobs_tui.models.ids import new_token
from jobs_tui.models.resource import ResourceKind
from jobs_tui.server.listener import Listener
from jobs_tui.server.mcp.listener import McpListener
from jobs_tui.service import first_token
from jobs_tui.service.context import Context, user_name
from jobs_tui.store import queue
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from jobs_tui.store.settings import load_settings

log = logging.getLogger("jobs_tui.host")

ALONE_POLL = 0.1
"""Seconds between looks whether the one run has been cancelled or taken by an engine."""
DETACHED_PATIENCE = 10.0
"""Seconds that a detached engine may take to hold the home."""


class EngineHost:
    """An engine with its listener in a thread and an event loop of its own.

    Args:
        mode: ``tui``, ``serve`` or ``background``; shown to whoever asks who holds the home.
        host, port, mcp_port: where to listen; None takes the settings.
        must_listen: a port that is taken is an error (``serve``), else only ``hooks_problem``.
    """

    def __init__(
        self,
        store: Store,
        mode: str,
        *,
        host: str | None = None,
        port: int | None = None,
        mcp_port: int | None = None,
        must_listen: bool = False,
    ) -> None:
        self._store = store
        self._settings = load_settings(store.home)
        self._host = self._settings.host if host is None else host
        self._port = self._settings.port if port is None else port
        self._mcp_port = self._settings.mcp_port if mcp_port is None else mcp_port
        self._must_listen = must_listen
        self._lease = HomeLease(store, new_token(), mode)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None
        self._listener: Listener | None = None
        self._mcp: McpListener | None = None
        self._thread: threading.Thread | None = None
        self._started: Future[None] = Future()
        self.failure: BaseException | None = None
        """What ended the engine although nobody asked for its end."""
        self.address: str | None = None
        """``host:port`` of the listener, after ``https://`` when it is encrypted."""
        self.hooks_problem: str | None = None
        """Why there is no listener, in words."""
        self.mcp_address: str | None = None
        """As ``address``, of the listener for MCP."""
        self.mcp_problem: str | None = None
        """Why there is none, in words."""

    @property
    def alive(self) -> bool:
        """Whether the engine's thread goes."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Take the home, start the engine and its listener; returns when both are up.

        Raises:
            EngineBusy: another engine holds the home; the message names it.
            JobsTuiError: the port is taken (with ``must_listen``), or no process can be started.
        """
        self._lease.acquire(self._store.clock.now())
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)
        self._thread.start()
        try:
            self._started.result()
        except BaseException:
            self._thread.join()
            raise

    def stop(self) -> None:
        """Stop gracefully: no new runs, wait ``stop_grace``, then cancel. Blocks."""
        self.request_stop()
        self.wait()

    def request_stop(self) -> None:
        """As :meth:`stop`, without waiting."""
        engine = self._engine
        if engine is not None:
            self._call(engine.request_stop)

    def wait(self) -> None:
        """Return when the engine has ended."""
        if self._thread is not None:
            self._thread.join()

    def busy(self) -> tuple[int, bool]:
        """Runs that go on here, and whether anything is scheduled or queued."""
        running = self._engine.dispatcher.running if self._engine is not None else 0
        row = self._store.row(
            "select exists (select 1 from jobs where enabled = 1 and archived_at is null"
            " and (next_due_at is not null or trigger_type = 'webhook'))"
            " or exists (select 1 from executions where status = 'queued')"
        )
        return running, bool(row is not None and row[0])

    def hand_over(self) -> int:
        """Give the home to a detached ``jobs-tui serve``; runs of this process go on here.

        Returns:
            The pid of the new engine.

        Raises:
            JobsTuiError: it did not take the home; then this engine has stopped deciding all
                the same, and its runs are finished.
        """
        engine, loop = self._engine, self._loop
        assert engine is not None
        assert loop is not None
        asyncio.run_coroutine_threadsafe(self._give_up(engine), loop).result()
        return start_detached(self._store)

    def wait_runs(self) -> None:
        """Return when the runs that this engine had taken have ended, and end it."""
        engine, loop = self._engine, self._loop
        assert engine is not None
        assert loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            asyncio.run_coroutine_threadsafe(engine.dispatcher.wait_idle(), loop).result()
        self.stop()

    async def _give_up(self, engine: Engine) -> None:
        await self._stop_listening()
        await engine.hand_over()

    def _call(self, function: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(function)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:
            if self._started.done():
                log.exception("the engine ended with an error")
                self.failure = error
            else:
                self._started.set_exception(error)
        finally:
            self._loop = None
            self._release()

    def _release(self) -> None:
        try:
            self._lease.release(self._store.clock.now())
        except JobsTuiError as error:
            log.error("the lease could not be given back: %s", error.message)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        engine = Engine(self._store, self._settings, self._lease, LocalDispatcher)
        engine.parts.job_tools = _job_tools
        await engine.start()
        self._engine = engine
        self._store.jobs.writer.committed = lambda: self._call(engine.wake)
        running = asyncio.create_task(engine.run(), name="engine")
        try:
            await self._listen(engine)
            self._started.set_result(None)
        except JobsTuiError:
            await self._stop_listening()
            engine.request_stop()
            await running
            raise
        try:
            await running
        finally:
            self._store.jobs.writer.committed = None
            await self._stop_listening()

    async def _listen(self, engine: Engine) -> None:
        context = Context(self._store, "webhook", "webhook")
        listener = Listener(
            context, self._settings, engine.ready, engine.wake, partial(_check, engine)
        )
        owner = Context(self._store, user_name(), "engine")
        try:
            await asyncio.to_thread(first_token.prepare, owner)
            self.address = await listener.start(self._host, self._port)
            self._listener = listener
        except JobsTuiError as error:
            if self._must_listen:
                raise
            self.hooks_problem = error.message
        await self._listen_for_mcp()
        await self._store.awrite(
            lambda connection: self._lease.note(
                connection,
                address=self.address,
                problem=self.hooks_problem,
                mcp_address=self.mcp_address,
                mcp_problem=self.mcp_problem,
            )
        )

    async def _listen_for_mcp(self) -> None:
        listener = McpListener(Context(self._store, "mcp", "mcp"), self._settings)
        try:
            self.mcp_address = await listener.start(self._host, self._mcp_port)
            self._mcp = listener
        except JobsTuiError as error:
            if self._must_listen:
                raise
            self.mcp_problem = error.message

    async def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        mcp, self._mcp = self._mcp, None
        if mcp is not None:
            await mcp.stop()
        if listener is not None:
            await listener.stop()


def serve(
    home: Home,
    *,
    host: str | None = None,
    port: int | None = None,
    mcp_port: int | None = None,
    mode: str = "serve",
    ready: Callable[[EngineHost], None] | None = None,
) -> int:
    """Be the engine of a home until TERM, INT or ``jobs-tui stop``; blocks the main thread.

    Args:
        ready: called once the engine is up.

    Returns:
        The exit status, 0.

    Raises:
        EngineBusy: another engine holds the home.
        JobsTuiError: the port is taken, or the store cannot be used.
    """
    store = Store(home)
    try:
        engine_host = EngineHost(
            store, mode, host=host, port=port, mcp_port=mcp_port, must_listen=True
        )
        engine_host.start()
        asked = threading.Event()

        def on_signal(number: int, frame: object) -> None:
            if asked.is_set():
                os._exit(128 + number)  # asked twice: the launcher ends what is left
            asked.set()
            engine_host.request_stop()

        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if ready is not None:
            ready(engine_host)
        engine_host.wait()
        if engine_host.failure is not None:
            raise JobsTuiError(
                f"The engine ended with an error: {engine_host.failure}.",
                "Its log has the details; start it again with `jobs-tui serve`.",
            )
    finally:
        store.close()
    return 0


def start_detached(store: Store) -> int:
    """Start ``jobs-tui serve`` in a session of its own and wait until it holds the home.

    Returns:
        Its pid.

    Raises:
        JobsTuiError: it ended at once or did not take the home in time.
    """
    log_file = store.home.engine_log
    with open(log_file, "ab", opener=lambda p, flags: os.open(p, flags, 0o600)) as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs_tui", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env={**os.environ, **store.home.environment()},
        )
    deadline = store.clock.monotonic() + DETACHED_PATIENCE
    waiter = threading.Event()
    while store.clock.monotonic() < deadline:
        row = store.row("select pid from engine where id = 1 and stopped_at is null")
        if row is not None and row["pid"] == process.pid:
            return process.pid
        if process.poll() is not None:
            break
        waiter.wait(0.05)
    raise JobsTuiError(
        "The background engine did not start.", f"{log_file} says why; try `jobs-tui serve`."
    )


async def _check(
    engine: Engine, ctx: Context, kind: ResourceKind, resource_id: str
) -> dict[str, Any]:
    """Try out an agent or an environment in a running engine."""
    launcher = engine.parts.launcher
    if launcher is None:
        raise Refused("No process can be started at this moment.", "Try again in a second.")
    return await _tried(engine.parts, launcher, ctx, kind, resource_id)


async def _tried(
    parts: Parts, launcher: Launcher, ctx: Context, kind: ResourceKind, resource_id: str
) -> dict[str, Any]:
    attempt = try_agent if kind is ResourceKind.AGENT else try_environment
    return await attempt(parts, launcher, ctx.directory, resource_id)


def try_out(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
    """Try out an agent or an environment in this process: ``id``, ``ready``, ``message``.

    Raises:
        NotFound: there is none.
        LauncherDied: no process can be started on this machine.
    """
    return asyncio.run(_try_out(ctx, kind, resource_id))


async def _try_out(ctx: Context, kind: ResourceKind, resource_id: str) -> dict[str, Any]:
    store = ctx.store
    parts = Parts(store, load_settings(store.home))
    launcher = await Launcher.start(store.home.journal(new_token()))
    try:
        return await _tried(parts, launcher, ctx, kind, resource_id)
    finally:
        parts.close()
        await launcher.close()


def _job_tools(store: Store, execution: Execution, agent: AgentInput) -> JobTools:
    """By which an agent plans jobs within a run; few agents may."""
    from jobs_tui.server.mcp.for_agents import RunJobTools

    return RunJobTools(store, execution, agent)


def run_alone(store: Store, execution_id: str) -> None:
    """Host one queued run in this process, without being the engine of the home.

    Returns when the run has ended, here or in an engine that was quicker. The home stays free:
    an engine may start at any time and leaves this run alone, because its owner lives.

    Raises:
        LauncherDied: no process can be started on this machine.
    """
    asyncio.run(_run_alone(store, execution_id))


async def _run_alone(store: Store, execution_id: str) -> None:
    token = new_token()
    launcher = await Launcher.start(store.home.journal(token))
    parts = Parts(store, load_settings(store.home), launcher=launcher)
    parts.job_tools = _job_tools
    parts.owner = identity(token, launcher.pid, launcher.start_time).text()
    dispatcher = LocalDispatcher(parts, token, only=execution_id)
    claims = asyncio.create_task(dispatcher.run())
    looked_at = store.clock.monotonic()
    try:
        while _live(store, execution_id):
            if store.clock.monotonic() - looked_at >= LOOK_AT_WAITING:
                await look_at_waiting(parts)  # no engine does it
                looked_at = store.clock.monotonic()
            for asked, who in queue.cancel_requests(store.jobs.reader()):
                dispatcher.cancel(asked, f"cancelled by {who}")
            dispatcher.wake()
            await asyncio.sleep(ALONE_POLL)
        dispatcher.stop_claiming()
        await dispatcher.wait_idle()
        await claims
        await follow_up(parts, execution_id)
    finally:
        parts.close()
        await launcher.close()


def _live(store: Store, execution_id: str) -> bool:
    row = store.row("select status from executions where id = ?", (execution_id,))
    return row is not None and row["status"] in (
        "queued",
        "blocked",
        "waiting_for_input",
        "running",
    )

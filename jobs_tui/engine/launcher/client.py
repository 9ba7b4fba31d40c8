"""The engine's end of the launcher: starts it, asks it for processes, hears what became of them.

Nothing here blocks the event loop: a spawn is two pipes and one ``sendmsg`` (DESIGN 7).
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import errno
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from jobs_tui.agents.runner import MARK, Exit, LauncherDied, Leftovers, SpawnFailed
from jobs_tui.engine.launcher.frames import FDS_PER_SPAWN, Unpacker, pack
from jobs_tui.engine.launcher.process import LaunchedProcess
from jobs_tui.engine.launcher.refusal import Refusal, explain
from jobs_tui.engine.launcher.sweep import process_start_time

_CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.py")

CREDIT = 64
"""Spawns under way at once: descriptors in flight count against RLIMIT_NOFILE."""

_FOR_A_MOMENT = (errno.ETOOMANYREFS, errno.ENOBUFS, errno.ENOMEM)
"""Too many descriptors in flight, or no memory for the message: the launcher is still there."""

_DIED = "The launcher process ended; what became of the run is unknown."
_HINT = "The engine starts a new launcher and marks the run lost."


class Launcher:
    """A running launcher process. Belongs to one event loop; implements ``ProcessSpawner``."""

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket, credit: int) -> None:
        self.pid = process.pid
        self.start_time = process_start_time(process.pid)
        """With ``pid`` what a later engine needs to know whether this launcher still lives."""
        self.strays_ended = 0
        """Processes that had escaped from every run and were ended when no run was live."""
        self.left: frozenset[str] = frozenset()
        """Runs whose processes it had not ended when it died without ``close``."""
        self.on_death: Callable[[str], None] | None = None
        """Called once, in the loop, with the reason, when the launcher ends without ``close``."""
        self._process = process
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._credit = asyncio.Semaphore(credit)
        self._unpacker = Unpacker()
        self._queue: deque[tuple[memoryview, tuple[int, ...]]] = deque()
        self._processes: dict[int, LaunchedProcess] = {}
        self._run_ids: dict[int, str] = {}
        self._number = 0
        self._reason = ""
        self._closing = False
        self._lost = False
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(sock, self._receive)

    @classmethod
    async def start(
        cls, journal_path: str | os.PathLike[str], grace: float = 5.0, *, credit: int = CREDIT
    ) -> Launcher:
        """Start a launcher with the engine's environment as it is now.

        Args:
            journal_path: where it writes what it had started when this process dies.
            grace: seconds between TERM and KILL for everything, when this process dies.
            credit: unanswered spawns at most.

        Raises:
            LauncherDied: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        argv = [
            *(sys.executable, "-I", "-S", "-X", "utf8", _CHILD),
            *(str(theirs.fileno()), os.path.abspath(journal_path), str(float(grace))),
        ]
        # An engine may itself be part of a run (of another home); what it starts is not.
        environment = {name: value for name, value in os.environ.items() if name != MARK}

        try:
            # In the loop's thread, once and for a millisecond: cancelled half way it would leak.
            process = subprocess.Popen(  # noqa: ASYNC220
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
                start_new_session=True,
                cwd="/",
            )
        except OSError as error:
            ours.close()
            raise LauncherDied(
                f"The launcher process cannot be started: {error.strerror}.",
                "Check memory and process limits.",
            ) from error
        finally:
            theirs.close()
        launcher = cls(process, ours, credit)
        try:
            await launcher._ready
        except asyncio.CancelledError:
            launcher._on_end()  # closes its socket, and with that the launcher
            raise
        return launcher

    async def spawn(
        self,
        run_id: str,
        argv: Sequence[str],
        env: Mapping[str, str | None],
        cwd: str,
        stdin: bytes | None = None,
    ) -> LaunchedProcess:
        """See ProcessSpawner. When cancelled meanwhile, nothing of the process is left.

        Raises:
            SpawnFailed: nothing ran.
            LauncherDied: the launcher is gone or going.
        """
        await self._credit.acquire()
        try:
            process = self._request(run_id, argv, env, cwd, stdin)
        except BaseException:
            self._credit.release()
            raise
        try:
            await process.started()
        except asyncio.CancelledError:
            process.stop(0.0)
            process.close()
            with contextlib.suppress(Refusal, LauncherDied):
                await process.ended()
            raise
        except Refusal as refusal:
            process.close()
            raise explain(refusal, argv, env, cwd) from None
        except LauncherDied:
            process.close()
            raise
        return process

    def _request(
        self,
        run_id: str,
        argv: Sequence[str],
        env: Mapping[str, str | None],
        cwd: str,
        stdin: bytes | None,
    ) -> LaunchedProcess:
        self._check_open()
        marked = {**env, MARK: run_id}
        self._number += 1
        frame = pack(("spawn", self._number, run_id, list(argv), marked, cwd, stdin))
        fds: list[int] = []
        try:
            for _ in range(FDS_PER_SPAWN):
                fds += os.pipe()
        except OSError as error:
            for fd in fds:
                os.close(fd)
            raise SpawnFailed(
                "The engine has no file descriptors left.", "Raise its limit: ulimit -n."
            ) from error
        out, out_write, err, err_write = fds
        os.set_blocking(out, False)
        os.set_blocking(err, False)
        process = LaunchedProcess(self.send, self._number, out, err)
        self._processes[self._number] = process
        self._run_ids[self._number] = run_id
        self._queue.append((memoryview(frame), (out_write, err_write)))
        self._flush()
        return process

    def ack(self, run_id: str) -> None:
        """The store knows how this run ended: the launcher may forget that it was started."""
        self.send("ack", run_id)

    def send(self, *message: object) -> None:
        """Queue a frame for the launcher; dropped when it is gone."""
        if not self._lost:
            self._queue.append((memoryview(pack(message)), ()))
            self._flush()

    async def close(self, grace: float = 0.0) -> None:
        """End what still runs (KILL after ``grace`` seconds) and wait for the launcher to go."""
        if not self._closing:
            self._closing = True
            self.send("close", float(grace))
        await asyncio.shield(self._gone)

    def _check_open(self) -> None:
        if self._lost or self._closing:
            raise LauncherDied(self._reason or "The launcher is being closed.", _HINT)

    def _flush(self) -> None:
        while self._queue and not self._lost:
            data, fds = self._queue[0]
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
            try:
                sent = self._sock.sendmsg([data], rights)
            except BlockingIOError:
                self._loop.add_writer(self._sock, self._flush)
                return
            except OSError as error:
                if error.errno in _FOR_A_MOMENT:
                    self._loop.call_later(0.01, self._flush)
                break  # else the launcher is gone: the reader hears of it as well and cleans up
            for fd in fds:
                os.close(fd)
            if sent < len(data):
                self._queue[0] = (data[sent:], ())
            else:
                self._queue.popleft()
        if not self._lost:
            self._loop.remove_writer(self._sock)

    def _receive(self) -> None:
        try:
            data = self._sock.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._on_end()
            return
        for message in self._unpacker.feed(data):
            self._handle(message)

    def _handle(self, message: tuple[object, ...]) -> None:
        match message:
            case ("ready",):
                self._ready.set_result(None)
            case ("pid", int(number), int(pid)):
                self._credit.release()
                self._processes[number].on_pid(pid)
            case ("error", int(number), str(place), int(code), str(text)):
                self._credit.release()
                self._pop(number).fail(Refusal(place, code, text))
            case (
                "exit", int(number), int(code), float(user), float(system), int(rss), float(at)
            ):  # fmt: skip
                self._processes[number].on_exit(Exit(code, at, user, system, rss))
            case ("ended", int(number), int(count), int(untouchable)):
                self._pop(number).on_ended(Leftovers(count, untouchable))
            case ("strays", int(count)):
                self.strays_ended += count
            case ("crash", str(text)):
                self._reason = f"The launcher process failed: {text.splitlines()[-1]}"

    def _pop(self, number: int) -> LaunchedProcess:
        del self._run_ids[number]
        return self._processes.pop(number)

    def _on_end(self) -> None:
        self._lost = True
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()
        for _, fds in self._queue:
            for fd in fds:
                os.close(fd)
        self._queue.clear()
        self._reason = self._reason or _DIED
        died = LauncherDied(self._reason, _HINT)
        if not self._ready.done():
            self._ready.set_exception(died)
        for process in self._processes.values():
            process.fail(died)
            self._credit.release()  # those waiting for credit shall hear that it died
        self._processes.clear()
        self.left = frozenset(self._run_ids.values())
        # It has closed its socket, so it is gone or in its last instant: this takes no time.
        waiting = self._loop.run_in_executor(None, self._process.wait)
        waiting.add_done_callback(self._reaped)

    def _reaped(self, _: asyncio.Future[int]) -> None:
        if not self._gone.done():
            self._gone.set_result(None)
        if not self._closing and self.on_death:
            self.on_death(self._reason)

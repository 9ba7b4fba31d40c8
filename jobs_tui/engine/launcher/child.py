"""The launcher process: starts every run, watches it, and ends its whole tree (PROTOTYPES.md A).

Started as a script with ``python -I -S child.py SOCKET JOURNAL GRACE``: standard library only, one
thread (it changes directory before each spawn), a session of its own. It outlives its engine just
long enough to end what the engine left running and to write down what it had started.

Engine to launcher: ``spawn number run_id argv env cwd stdin`` with two pipes, ``stop number
grace``, ``ack run_id``, ``close grace``. Launcher to engine: ``ready``, ``pid number pid``,
``error number place errno text``, ``exit number code user system rss at``, ``ended number count
untouchable``, ``strays count``, ``crash traceback``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
import time
import traceback

if __name__ == "__main__":  # -I -S: nothing but the standard library is on the path yet
    sys.path.append(os.path.abspath(__file__ + "/../../../.."))

from jobs_tui.engine.launcher import kin
from jobs_tui.engine.launcher.held import held
from jobs_tui.engine.launcher.journal import add_to_journal
from jobs_tui.engine.launcher.kin import Kin, Member, ProcKin, Run
from jobs_tui.engine.launcher.line import EngineLine

DEFAULTED = [
    getattr(signal, name)
    for name in (
        "SIGPIPE", "SIGXFSZ", "SIGINT", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGTERM", "SIGTTIN",
        "SIGTTOU", "SIGCHLD", "SIGUSR1", "SIGUSR2",
    )
]  # fmt: skip
"""Signals a run gets back at their defaults: Python, the engine or the launcher may ignore them."""

LONGEST_END = 30.0
"""Seconds beyond the grace after which a launcher without an engine gives up on the unkillable."""


class Child:
    """The launcher's state: runs, the socket to the engine, and what is still to be told to it."""

    def __init__(self, line: EngineLine, journal: str, grace: float, family: Kin) -> None:
        self._line = line
        self._journal = journal
        self._grace = grace
        self._kin = family
        self._runs: dict[int, Run] = {}
        self._unacknowledged: set[str] = set()
        self._leave_at: float | None = None

    def serve(self) -> None:
        """Work until the engine is gone or says close, and nothing is left."""
        wake, wake_write = socket.socketpair()
        wake.setblocking(False)
        wake_write.setblocking(False)
        signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        poll = select.poll()
        poll.register(wake, select.POLLIN)
        listening = 0
        self._line.send("ready")
        self._line.flush()
        while not self._may_leave():
            wanted = self._line.events()
            if wanted != listening:
                if wanted:
                    poll.register(self._line, wanted)
                else:
                    poll.unregister(self._line)
                listening = wanted
            for fd, event in poll.poll(self._patience()):
                if fd == wake.fileno():
                    with contextlib.suppress(BlockingIOError):
                        wake.recv(65536)
                elif event & (select.POLLIN | select.POLLHUP | select.POLLERR):
                    self._receive()
            self._reap()
            self._tick()
            self._line.flush()
        self._line.flush()
        if self._unacknowledged and self._line.open:
            self._write_journal()

    def _may_leave(self) -> bool:
        if self._leave_at is None:
            return False
        return not self._runs or time.monotonic() > self._leave_at

    def _patience(self) -> float | None:
        """Milliseconds until a run that is being stopped wants attention; None: for ever."""
        due = [run.next for run in self._runs.values() if run.state in (kin.TERM, kin.KILL)]
        if not due:
            return None
        return max(0.0, min(due) - time.monotonic()) * 1000

    def _receive(self) -> None:
        messages = self._line.receive()
        if messages is None:
            self._engine_gone()
            return
        for message in messages:
            self._handle(message)

    def _handle(self, message: tuple[object, ...]) -> None:
        match message:
            case (
                "spawn", int(number), str(run_id), list(argv), dict(env), str(cwd), stdin
            ) if stdin is None or isinstance(stdin, bytes):  # fmt: skip
                self._spawn(number, run_id, argv, env, cwd, stdin)
            case ("stop", int(number), float(grace)):
                if run := self._runs.get(number):
                    self._stop(run, grace)
            case ("ack", str(run_id)):
                if all(run.run_id != run_id for run in self._runs.values()):
                    self._unacknowledged.discard(run_id)
            case ("close", float(grace)):
                self._end_all(grace)
            case _:
                raise ValueError(f"unknown frame {message[:1]!r}")

    # -- starting

    def _spawn(
        self,
        number: int,
        run_id: str,
        argv: list[str],
        env: dict[str, str | None],
        cwd: str,
        stdin: bytes | None,
    ) -> None:
        fds = self._line.take_fds()
        place = "descriptors"
        try:
            pipes = frozenset(os.fstat(fd).st_ino for fd in fds)
            place = "cwd"
            os.chdir(cwd)
            dup = [(os.POSIX_SPAWN_DUP2, fds[0], 1), (os.POSIX_SPAWN_DUP2, fds[1], 2)]
            if stdin is not None:
                place = "stdin"
                fds.append(held(stdin, self._journal))
                dup.append((os.POSIX_SPAWN_DUP2, fds[-1], 0))
            place = "exec"
            merged = {**os.environ, **env}
            pid = os.posix_spawn(
                argv[0],
                argv,
                {name: value for name, value in merged.items() if value is not None},
                file_actions=dup,
                setpgroup=0,
                setsigmask=(),
                setsigdef=DEFAULTED,
            )
        except OSError as error:
            self._line.send("error", number, place, error.errno or 0, error.strerror or str(error))
        except ValueError as error:  # a NUL byte, or = in a variable's name
            self._line.send("error", number, place, 0, str(error))
        else:
            run = Run(number, run_id, pid, pipes)
            self._runs[number] = run
            self._kin.add(run)
            self._unacknowledged.add(run_id)
            self._line.send("pid", number, pid)
        finally:
            for fd in fds:
                if fd >= 0:
                    os.close(fd)
            os.chdir("/")  # do not keep anybody's mount busy

    # -- watching

    def _reap(self) -> None:
        exits = []
        check: set[Run] = set()
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not pid:
                break
            run, main = self._kin.reaped(pid)
            if run and main:
                if run.number in self._runs:  # else it was given up, another user's
                    exits.append((run, status, usage))
            elif run:
                check.add(run)
            else:
                check.update(r for r in self._runs.values() if r.state == kin.LEFTOVER)
        # All of them first: by now the orphans of those that exited are ours.
        for run, status, usage in exits:
            clean = run.state == kin.LIVE and not self._kin.left(run)
            rss = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            code = os.waitstatus_to_exitcode(status)
            self._line.send(
                "exit", run.number, code, usage.ru_utime, usage.ru_stime, rss, time.time()
            )
            if clean:
                self._finish(run)
            elif run.state == kin.LIVE:
                run.state = kin.LEFTOVER
            run.next = 0.0
        if check:
            self._check(check)

    def _check(self, runs: set[Run]) -> None:
        found = None
        for run in runs:
            if run.state == kin.LEFTOVER and run.number in self._runs:
                found = found or self._kin.scan()[0]
                if run not in found:
                    self._finish(run)
            run.next = 0.0

    def _finish(self, run: Run) -> None:
        self._kin.forget(run)
        del self._runs[run.number]
        if run.number:
            self._line.send("ended", run.number, len(run.seen), len(run.untouchable))
        elif run.seen:
            self._line.send("strays", len(run.seen))
        if not self._runs:
            self._collect_strays()

    def _collect_strays(self) -> None:
        """With no run there can be no process: what is there escaped from an earlier one."""
        strays = self._kin.scan()[1]
        if strays:
            run = Run(0, "", 0, frozenset())
            self._kin.adopt(run, strays)
            self._runs[0] = run
            self._stop(run, self._grace)

    # -- ending

    def _stop(self, run: Run, grace: float) -> None:
        now = time.monotonic()
        if run.state in (kin.TERM, kin.KILL):
            run.kill_at = min(run.kill_at, now + grace)
        else:
            run.state = kin.TERM
            run.kill_at = now + grace
            members = self._kin.scan()[0].get(run, [])
            self._count(run, members)
            if grace > 0:
                # The group in one call, so that a child forked this instant is not missed.
                targets = {-m.group if m.group == run.pid else m.pid for m in members}
                for sig in (signal.SIGTERM, signal.SIGCONT):
                    for pid in targets:
                        with contextlib.suppress(ProcessLookupError, PermissionError):
                            os.kill(pid, sig)
        run.next = now

    def _tick(self) -> None:
        now = time.monotonic()
        todo = [
            run
            for run in self._runs.values()
            if run.state in (kin.TERM, kin.KILL) and now >= run.next
        ]
        if not todo:
            return
        found, _ = self._kin.scan()
        for run in todo:
            members = found.get(run, [])
            self._count(run, members)
            within_reach = [m for m in members if m.key not in run.untouchable]
            if not within_reach and (run.untouchable or run.pid not in self._kin.running):
                self._finish(run)
            elif now >= run.kill_at:
                run.state = kin.KILL
                self._kill(run, members)
                run.next = now + run.pause
                run.pause = min(run.pause * 1.2, 0.5)  # the unkillable must not cost a core
            else:
                run.next = min(run.kill_at, now + 0.05)

    @staticmethod
    def _count(run: Run, members: list[Member]) -> None:
        run.seen.update(m.key for m in members if m.pid != run.pid and not m.exiting)

    @staticmethod
    def _kill(run: Run, members: list[Member]) -> None:
        """Stop all before killing any, so that none can fork while the others die."""
        for sig in (signal.SIGSTOP, signal.SIGKILL):
            for member in members:
                try:
                    os.kill(member.pid, sig)
                except ProcessLookupError:
                    continue
                except PermissionError:
                    run.untouchable.add(member.key)

    def _engine_gone(self) -> None:
        self._write_journal()
        self._end_all(self._grace)

    def _end_all(self, grace: float) -> None:
        self._leave_at = time.monotonic() + grace + LONGEST_END
        for run in list(self._runs.values()):
            self._stop(run, grace)
        if not self._runs:
            self._collect_strays()

    def _write_journal(self) -> None:
        # Without a journal the next engine knows less; ending the trees matters more.
        with contextlib.suppress(OSError):
            add_to_journal(self._journal, self._unacknowledged)

    def crashed(self, text: str) -> None:
        """A bug: tell the engine, write the journal, and leave nothing behind."""
        self._write_journal()
        self._line.send("crash", text)
        self._line.flush()
        for _ in range(1000):
            found, strays = self._kin.scan()
            members = [m for some in found.values() for m in some] + strays
            if not members:
                break
            self._kill(Run(0, "", 0, frozenset()), members)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            time.sleep(0.005)


def become_subreaper() -> bool:
    """Make orphans below us our children, and show a name in ps (Linux); False elsewhere."""
    if not sys.platform.startswith("linux"):
        return False
    set_name, set_child_subreaper = 15, 36  # <linux/prctl.h>
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(set_name, b"jobs-tui-launch", 0, 0, 0)
    return bool(prctl(set_child_subreaper, 1, 0, 0, 0) == 0)


def main(arguments: list[str]) -> None:
    """Run the launcher on the inherited socket; returns when there is nothing left to do."""
    fd, journal, grace = int(arguments[0]), arguments[1], float(arguments[2])
    os.set_inheritable(fd, False)  # or every run holds the engine's line to us
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(ignored, signal.SIG_IGN)
    family = ProcKin() if become_subreaper() else Kin()
    child = Child(EngineLine(socket.socket(fileno=fd)), journal, grace, family)
    try:
        child.serve()
    except Exception:
        child.crashed(traceback.format_exc())
        raise


if __name__ == "__main__":
    main(sys.argv[1:])

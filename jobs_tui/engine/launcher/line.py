"""The launcher's end of the socket to the engine: frames in and out, descriptors in."""

from __future__ import annotations

import array
import os
import select
import socket
from collections import deque

from jobs_tui.engine.launcher.frames import FDS_PER_SPAWN, Unpacker, pack


class EngineLine:
    """Never blocks: what the engine does not read yet waits here."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.open = True
        """False once the engine is gone."""
        self._sock = sock
        self._unpacker = Unpacker()
        self._out = bytearray()
        self._fds: deque[int] = deque()

    def fileno(self) -> int:
        """For poll."""
        return self._sock.fileno()

    def events(self) -> int:
        """What to poll for."""
        if not self.open:
            return 0
        return select.POLLIN | (select.POLLOUT if self._out else 0)

    def receive(self) -> list[tuple[object, ...]] | None:
        """The messages that are complete now; None when the engine is gone."""
        room = socket.CMSG_SPACE(FDS_PER_SPAWN * array.array("i").itemsize)
        # Python does not add MSG_CMSG_CLOEXEC by itself; macOS has none.
        cloexec = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        try:
            data, ancillary, flags, _ = self._sock.recvmsg(262144, room, cloexec)
        except BlockingIOError:
            return []
        except OSError:
            data, ancillary, flags = b"", [], 0
        fds = array.array("i")
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
        for fd in fds:
            os.set_inheritable(fd, False)
        if flags & socket.MSG_CTRUNC:  # out of descriptors: keep in step, that spawn will fail
            fds.extend([-1] * (FDS_PER_SPAWN - len(fds)))
        self._fds.extend(fds)
        if not data:
            self.open = False
            self._out.clear()
            return None
        return list(self._unpacker.feed(data))

    def take_fds(self) -> list[int]:
        """The descriptors that came with the oldest spawn; -1 for those that got lost."""
        return [self._fds.popleft() for _ in range(FDS_PER_SPAWN)]

    def send(self, *message: object) -> None:
        """Queue a frame."""
        if self.open:
            self._out += pack(message)

    def flush(self) -> None:
        """Send what the engine takes now."""
        try:
            while self._out:
                del self._out[: self._sock.send(self._out)]
        except BlockingIOError:
            return
        except OSError:
            self._out.clear()  # nobody listens any more: receive finds out

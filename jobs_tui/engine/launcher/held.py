"""What a process is to read, held where it can be read at any pace. Standard library only.

Not a pipe: that holds 64 KiB, and somebody would have to write the rest of it while it is read.
"""

from __future__ import annotations

import os


def held(data: bytes, beside: str) -> int:
    """A descriptor from which ``data`` can be read, and that nothing else on the machine names.

    In memory where the system can (Linux); elsewhere in a file beside ``beside`` that has lost its
    name before a byte is written.

    Raises:
        OSError: no memory, no room, no descriptors.
    """
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("jobs-tui-stdin")
    else:
        path = f"{beside}.stdin"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        os.unlink(path)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.lseek(fd, 0, os.SEEK_SET)
    except OSError:
        os.close(fd)
        raise
    return fd

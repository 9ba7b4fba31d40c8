"""Identifiers: a prefix that says what it is, and a random UUID (DESIGN 4)."""

from __future__ import annotations

import os
import threading
import uuid

_BATCH = 256
"""UUIDs drawn per system call: one call each costs 16 us (PROTOTYPES C, point 5)."""

_lock = threading.Lock()
_pool = b""


def _uuid4() -> str:
    global _pool
    with _lock:
        if not _pool:
            _pool = os.urandom(16 * _BATCH)
        raw, _pool = _pool[:16], _pool[16:]
    return str(uuid.UUID(bytes=raw, version=4))


def new_job_id() -> str:
    """``job_<uuid>``."""
    return f"job_{_uuid4()}"


def new_execution_id() -> str:
    """``exec_<uuid>``."""
    return f"exec_{_uuid4()}"


def new_delivery_id() -> str:
    """``dlv_<uuid>``: one request that reached a webhook."""
    return f"dlv_{_uuid4()}"


def new_result_delivery_id() -> str:
    """``out_<uuid>``: a result on its way to one target; the same at each try."""
    return f"out_{_uuid4()}"


def new_token_id() -> str:
    """``tok_<uuid>``: a token of the HTTP interface."""
    return f"tok_{_uuid4()}"


def new_approval_id() -> str:
    """``appr_<uuid>``: a question to a person."""
    return f"appr_{_uuid4()}"


def new_token() -> str:
    """An unguessable token of 128 bits for a lease or a path (32 hex digits)."""
    return _uuid4().replace("-", "")

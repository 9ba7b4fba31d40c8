"""The process that evaluates Rego: JSON lines in, JSON lines out, until its input ends.

A process of its own because the library writes to the standard streams from C++, knows no time
limit and may crash: see ``engine.PolicyEngine``, which starts it with ``python -I``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import sys
import threading
from collections import OrderedDict
from dataclasses import asdict
from typing import Any, BinaryIO

from jobs_tui.guard.policy.answer import NoAnswer
from jobs_tui.guard.policy.rego import BadModule, Module, ask, compile_module, failed_tests

READY = {"ready": True}
KEPT = 200
"""Compiled modules that are kept."""
MOST_MEMORY = 1024**3
"""Bytes: a policy that makes ever more of something ends before the machine does. No limit of the
system does it: the library reserves far more than it uses."""
LOOK = 0.1
"""Seconds between two looks at the memory during an evaluation."""


class Worker:
    """Answers requests.

    ``{"do": "check", "source": ...}`` is answered ``{"problem": TEXT or null}``;
    ``{"do": "ask", "source": ..., "question": ...}`` is answered ``{"deny": ..., "ask": ...,
    "allow": ...}``, see ``answer.Answer``, or ``{"error": TEXT}``.
    """

    def __init__(self) -> None:
        self._modules: OrderedDict[str, Module] = OrderedDict()

    def answer(self, line: bytes) -> dict[str, Any]:
        """The answer to one request; whatever goes wrong is one too."""
        try:
            request = json.loads(line)
            if request["do"] == "check":
                return self._check(request["source"])
            return asdict(ask(self._module(request["source"]), request["question"]))
        except BadModule as error:
            return {"error": f"the module is not valid: {error}"}
        except NoAnswer as error:
            return {"error": str(error)}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"[:500]}

    def _check(self, source: str) -> dict[str, Any]:
        """What is wrong with a module, how many tests of its own it has, and which fail."""
        try:
            module = self._module(source)
        except BadModule as error:
            return {"problem": str(error), "tests": 0, "failed": []}
        failed = failed_tests(source, module) if module.tests else []
        return {"problem": None, "tests": len(module.tests), "failed": failed}

    def _module(self, source: str) -> Module:
        key = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
        module = self._modules.get(key)
        if module is None:
            module = self._modules[key] = compile_module(source)
            if len(self._modules) > KEPT:
                self._modules.popitem(last=False)
        self._modules.move_to_end(key)
        return module


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # policies can print, the library complains
        os.dup2(nowhere, stream)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    busy, worker = threading.Event(), Worker()
    threading.Thread(target=_watch_memory, args=(busy,), daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        _send(answers, READY)
        while True:
            request = requests.get()
            busy.set()
            answer = worker.answer(request)
            busy.clear()
            _send(answers, answer)


def _read(stream: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    for line in stream:
        requests.put(line)
    os._exit(0)  # whoever asked is gone: an evaluation that goes on is of no use


def _watch_memory(busy: threading.Event) -> None:
    try:
        pages = open("/proc/self/statm", "rb", buffering=0)  # noqa: SIM115 as long as the process
    except OSError:
        return  # no Linux: the deadline is left
    pause = threading.Event()
    while busy.wait():
        used = int(os.pread(pages.fileno(), 200, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if used > MOST_MEMORY:
            os._exit(1)
        pause.wait(LOOK)


def _send(stream: Any, answer: dict[str, Any]) -> None:
    data = memoryview(json.dumps(answer).encode() + b"\n")
    while data:
        data = data[stream.write(data) :]

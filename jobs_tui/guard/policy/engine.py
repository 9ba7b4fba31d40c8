"""Asking the policies of a home (DESIGN 9): allow, deny or ask, and every failure denies."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from jobs_tui.guard.policy.answer import Answer, NoAnswer
from jobs_tui.guard.policy.opa import ask_opa, url_problem
from jobs_tui.guard.policy.process import WorkerProcess
from jobs_tui.guard.secrets.entries import parse_reference
from jobs_tui.models.enums import Decision
from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.surroundings import PolicyInput
from jobs_tui.models.verdict import ALLOWED, Verdict

Resolve = Callable[[str], str]
"""From a reference to the secret; may block. Raises JobsTuiError."""

MOST_WORKERS = 2
"""Processes at once (25 MB each), so that one runaway policy does not hold up every run."""
CHECK = 20.0
"""Seconds for compiling a module that is looked at."""
LONGEST_REASON = 2000


class PolicyEngine:
    """Puts questions to policies. For any number of threads; nothing is started before a question.

    Args:
        start: makes a worker; tests put in another.
    """

    def __init__(self, start: Callable[[], WorkerProcess] = WorkerProcess) -> None:
        self._start = start
        self._places = threading.BoundedSemaphore(MOST_WORKERS)
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    def decide(
        self,
        policies: Sequence[PolicyInput],
        question: Mapping[str, Any],
        resolve: Resolve | None = None,
    ) -> Verdict:
        """What all enabled policies together say; blocks, never raises.

        One that denies, or cannot answer, denies; else one that asks makes it ask; else it is
        allowed. Without an enabled policy everything is.

        Args:
            question: as ``questions.job_question`` makes it.
            resolve: finds the token of an OPA server by its reference; without it none is found.
        """
        denied, asked = list[str](), list[str]()
        for policy in policies:
            if not policy.enabled:
                continue
            try:
                answer = self._answer(policy, question, resolve)
            except NoAnswer as error:
                denied.append(f"policy {policy.id} could not decide: {error}")
                continue
            except Exception as error:
                failed = f"{type(error).__name__}: {error}"[:300]
                denied.append(f"policy {policy.id} could not decide: {failed}")
                continue
            if answer.deny is not None:
                denied.append(_reason(policy, "denies this", answer.deny))
            elif answer.allow is False:
                denied.append(f"policy {policy.id} does not allow this")
            elif answer.ask is not None:
                asked.append(_reason(policy, "wants this approved", answer.ask))
        if denied:
            return Verdict(Decision.DENY, "; ".join(denied)[:LONGEST_REASON])
        if asked:
            return Verdict(Decision.ASK, "; ".join(asked)[:LONGEST_REASON])
        return ALLOWED

    async def adecide(
        self,
        policies: Sequence[PolicyInput],
        question: Mapping[str, Any],
        resolve: Resolve | None = None,
    ) -> Verdict:
        """As :meth:`decide`, for an event loop."""
        if not any(policy.enabled for policy in policies):
            return ALLOWED
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(MOST_WORKERS * 2, "policy")
            threads = self._threads
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, self.decide, policies, question, resolve)

    def check_module(self, source: str) -> str:
        """What is wrong with a Rego module, one sentence with its line; empty when it is sound.

        Its own tests (rules that begin with ``test_``) have to hold.
        """
        return self.examined(source)[0]

    def examined(self, source: str) -> tuple[str, int]:
        """As :meth:`check_module`, and how many tests of its own the module has."""
        if not source.strip():
            return "The module is empty.", 0
        try:
            found = self._request({"do": "check", "source": source}, CHECK)
        except NoAnswer as error:
            return f"The module could not be checked: {error}.", 0
        problem = found.get("problem", found.get("error"))
        if problem is not None:
            return f"The module is not valid: {problem}.", 0
        if found["failed"]:
            some = ", ".join(found["failed"][:5])
            return f"{len(found['failed'])} of its {found['tests']} tests fail: {some}.", 0
        return "", int(found["tests"])

    def check_policy(self, policy: PolicyInput) -> str:
        """What is wrong with a policy, one sentence; empty when it can be asked.

        An OPA server is not called: that it is away now says nothing of later.
        """
        if policy.engine == "opa":
            if policy.module is not None:
                return "A policy of an OPA server has no module: the server holds it."
            return url_problem(policy.url) or _token_problem(policy.token)
        if policy.token is not None:
            return "A Rego policy has no token; engine opa asks a server."
        if policy.url is not None:
            return "A Rego policy has no address; engine opa asks a server."
        return self.check_module(policy.module or "")

    def close(self) -> None:
        """End every worker; a question that is being asked is denied. Harmless when repeated."""
        with self._lock:
            self._closed = True
            idle, busy = self._idle, self._all.difference(self._idle)
            self._idle, self._all = [], set()
            threads = self._threads
        for worker in busy:
            worker.kill()
        for worker in idle:
            worker.dispose()
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    def _answer(
        self, policy: PolicyInput, question: Mapping[str, Any], resolve: Resolve | None = None
    ) -> Answer:
        if policy.engine == "opa":
            problem = url_problem(policy.url)
            if problem:
                raise NoAnswer("it has no address")
            token = _token(policy.token, resolve)
            return ask_opa(policy.url or "", question, policy.timeout, token)
        request = {"do": "ask", "source": policy.module or "", "question": question}
        said = self._request(request, policy.timeout)
        if "error" in said:
            raise NoAnswer(str(said["error"]))
        return Answer(
            deny=None if said["deny"] is None else tuple(said["deny"]),
            ask=None if said["ask"] is None else tuple(said["ask"]),
            allow=said["allow"],
        )

    def _request(self, request: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        line = json.dumps(request).encode() + b"\n"
        for _ in range(2):  # one that died since its last question is no reason to deny this one
            with self._worker() as worker:
                answer = worker.ask(line, timeout)
            if answer is not None:
                return answer
        raise NoAnswer("the policy engine died of the question")

    @contextlib.contextmanager
    def _worker(self) -> Iterator[WorkerProcess]:
        """A worker for one question; of one that is left with an error nothing is reused."""
        with self._places:
            worker = self._take() or self._start()
            with self._lock:
                closed = self._closed
                self._all.add(worker)
            try:
                if closed:
                    raise NoAnswer("jobs-tui is stopping")
                yield worker
            except BaseException:
                worker.kill()
                raise
            finally:
                self._give_back(worker)

    def _take(self) -> WorkerProcess | None:
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None or worker.alive:
                return worker
            self._give_back(worker)

    def _give_back(self, worker: WorkerProcess) -> None:
        with self._lock:
            usable = worker.alive and not self._closed
            if usable:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
        if not usable:
            worker.dispose()


def _token(reference: str | None, resolve: Resolve | None) -> str | None:
    if reference is None:
        return None
    if resolve is None:
        raise NoAnswer("its token cannot be had here")
    try:
        token = resolve(reference).strip()
    except JobsTuiError as error:
        raise NoAnswer(f"its token cannot be had: {error.sentence().rstrip('.')}") from None
    if not token or not token.isascii() or not token.isprintable():
        raise NoAnswer("its token is empty, or no token that a header can hold")
    return token


def _token_problem(reference: str | None) -> str:
    """Why this is no reference to a token, one sentence; empty when it is, or there is none."""
    try:
        if reference is not None:
            parse_reference(reference)
    except JobsTuiError as error:
        return f"Its token is to be a reference, such as env:OPA_TOKEN. {error.sentence()}"
    return ""


def _reason(policy: PolicyInput, verb: str, messages: Sequence[str]) -> str:
    said = ", ".join(message.rstrip(".") for message in messages if message)
    return f"policy {policy.id} {verb}" + (f": {said}" if said else "")


@cache
def policy_engine() -> PolicyEngine:
    """The one of this process: service and engine share its workers; closed at the exit."""
    engine = PolicyEngine()
    atexit.register(engine.close)
    return engine


def check_module(source: str) -> str:
    """As :meth:`PolicyEngine.check_module`, with the engine of this process."""
    return policy_engine().check_module(source)

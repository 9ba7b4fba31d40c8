"""Following runs by server-sent events: many clients, one look at the store for each run.

The ``id`` of an event is the number of a line, so that ``Last-Event-ID`` says where to go on.
A client pulls: what it has not taken stays in the store, and in no memory of ours. Blocks of
lines are read and written as events in threads of our own, once for all who want the same block.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from aiohttp import web

from jobs_tui.models.errors import NotFound, StoreError
from jobs_tui.models.times import maybe_to_text
from jobs_tui.service import log_pages, runs
from jobs_tui.service.context import Context
from jobs_tui.service.run_answers import run_response, step_entry
from jobs_tui.service.run_detail import detail_of
from jobs_tui.service.waiting import Waiting

POLL_SECONDS = 0.1
"""Between two looks at a run that goes on."""
HEARTBEAT_SECONDS = 15.0
"""Silence after which a comment is sent, for proxies and to notice who is gone."""
STALLED_SECONDS = 60.0
"""A client that takes nothing for so long is let go; it may come again."""
BLOCK_LINES = 500
BLOCKS_KEPT = 8
THREADS = 2
RETRY_MS = 1000
"""How long a client waits before it comes again."""

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Block:
    """Some lines as events."""

    data: bytes
    next_line: int


@dataclass(frozen=True, slots=True)
class _Look:
    """A run at one moment: the status is read first, so a log that has ended is whole."""

    status: bytes
    """The event that tells it; empty when the run is not there any more."""
    done: bytes
    """The last event; empty while the run goes on."""
    last_line: int
    steps: tuple[bytes, ...] = ()
    """One event for each step as it stands now."""


class _Feed:
    """One run that somebody follows."""

    def __init__(self) -> None:
        self.followers = 0
        self.look: _Look | None = None
        self.changed = asyncio.Event()
        self.blocks: OrderedDict[int, asyncio.Future[_Block]] = OrderedDict()
        self.poll: asyncio.Task[None] | None = None

    def forget(self, line: int, block: asyncio.Future[_Block]) -> None:
        """A block that could not be read is asked for again."""
        failed = block.cancelled() or block.exception() is not None
        if failed and self.blocks.get(line) is block:
            del self.blocks[line]

    def see(self, look: _Look) -> None:
        """Tell the followers when something is new."""
        if look != self.look:
            self.look = look
            self.changed.set()
            self.changed = asyncio.Event()


class Streams:
    """All runs that are followed through one server. Belongs to its event loop.

    Args:
        heartbeat: seconds of silence before a comment is sent.
    """

    def __init__(self, ctx: Context, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._ctx = ctx
        self._heartbeat = heartbeat
        self._feeds: dict[str, _Feed] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")
        self._closed = False

    async def close(self) -> None:
        """Let all clients go; they come again to whoever listens then."""
        self._closed = True
        for feed in list(self._feeds.values()):
            feed.changed.set()
        self._threads.shutdown(wait=False)

    async def follow(
        self, request: web.Request, execution_id: str, seen: int
    ) -> web.StreamResponse:
        """Send the lines after number ``seen`` and everything that happens until the run ends."""
        response = web.StreamResponse(
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        )
        response.content_type = "text/event-stream"
        response.charset = "utf-8"
        await response.prepare(request)
        if request.method != "HEAD":
            feed = self._join(execution_id)
            try:
                await self._send(response, feed, execution_id, seen + 1)
            except (ConnectionError, TimeoutError, StoreError) as error:
                # It is gone, takes nothing, or cannot be served now: then it comes again.
                _log.debug("a follower of %s was let go: %r", execution_id, error)
                cut_off(request)
                return response
            finally:
                self._leave(execution_id, feed)
        await response.write_eof()
        return response

    async def _send(
        self, response: web.StreamResponse, feed: _Feed, execution_id: str, line: int
    ) -> None:
        await write(response, f"retry: {RETRY_MS}\n\n".encode())
        told, steps_told = b"", frozenset[bytes]()
        while not self._closed:
            changed, look = feed.changed, feed.look
            if look is not None:
                if look.status != told:
                    told = look.status
                    await write(response, told)
                news = [event for event in look.steps if event not in steps_told]
                if news:
                    steps_told = frozenset(look.steps)
                    await write(response, b"".join(news))
                while line <= look.last_line and not self._closed:
                    block = await self._block(feed, execution_id, line)
                    await write(response, block.data)
                    line = block.next_line
                if look.done and line > look.last_line:
                    await write(response, look.done)
                    return
                if self._closed:
                    return
            try:
                async with asyncio.timeout(self._heartbeat):
                    await changed.wait()
            except TimeoutError:
                await write(response, b": still here\n\n")

    def _join(self, execution_id: str) -> _Feed:
        feed = self._feeds.get(execution_id)
        if feed is None:
            feed = self._feeds[execution_id] = _Feed()
            feed.poll = asyncio.create_task(self._poll(feed, execution_id))
        feed.followers += 1
        return feed

    def _leave(self, execution_id: str, feed: _Feed) -> None:
        feed.followers -= 1
        if not feed.followers:
            del self._feeds[execution_id]
            if feed.poll is not None:
                feed.poll.cancel()

    async def _poll(self, feed: _Feed, execution_id: str) -> None:
        while not self._closed:
            try:
                look = await self._in_thread(self._look, execution_id)
            except StoreError as error:
                _log.warning("run %s cannot be read: %s", execution_id, error.message)
            else:
                feed.see(look)
                if look.done:
                    return
            await asyncio.sleep(POLL_SECONDS)

    def _look(self, execution_id: str) -> _Look:
        try:
            found, steps = runs.get(self._ctx, execution_id), runs.steps(self._ctx, execution_id)
        except NotFound as error:  # purged meanwhile
            gone = {"execution_id": execution_id, "status": None, "detail": error.sentence()}
            return _Look(b"", _event("done", gone), 0)
        status = {
            "execution_id": found.id,
            "job_id": found.job_id,
            "status": str(found.status),
            "attempt": found.attempt,
            "started_at": maybe_to_text(found.started_at),
            "agent_id": found.agent_id,
            "waiting_reason": Waiting(self._ctx).reason(found),
        }
        done = b""
        if not found.status.live:
            done = _event("done", run_response(detail_of(self._ctx, found)))
        last = runs.log(self._ctx, execution_id).last_line()
        news = tuple(_event("step_status", step_entry(step)) for step in steps)
        return _Look(_event("status", status), done, last, news)

    async def _block(self, feed: _Feed, execution_id: str, line: int) -> _Block:
        found = feed.blocks.get(line)
        if found is None:
            found = asyncio.ensure_future(self._in_thread(self._read, execution_id, line))
            feed.blocks[line] = found
            found.add_done_callback(lambda block: feed.forget(line, block))
            if len(feed.blocks) > BLOCKS_KEPT:
                feed.blocks.popitem(last=False)
        # Others wait for the same block: who is cut off meanwhile must not end it for them.
        return await asyncio.shield(found)

    def _read(self, execution_id: str, line: int) -> _Block:
        # With the line before, to see where a step begins.
        page = log_pages.page(self._ctx, execution_id, first=line - 1, limit=BLOCK_LINES + 1)
        pieces, step = list[bytes](), ""
        for item in page.lines:
            if item.number >= line:
                if item.step not in ("", step):
                    begins = {"step": item.step, "first_line": item.number}
                    pieces.append(_event("step", begins))
                pieces.append(_event("line", log_pages.line_fields(item), item.number))
            step = item.step
        # Past the end there is nothing only where lines were lost: go on behind the hole.
        following = page.lines[-1].number + 1 if page.lines else page.last_line + 1
        return _Block(b"".join(pieces), max(following, line + 1))

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(work, *arguments, **named))


async def write(response: web.StreamResponse, data: bytes) -> None:
    """Send, no faster than the client takes it.

    Raises:
        TimeoutError: it takes nothing.
        ConnectionError: it is gone.
    """
    async with asyncio.timeout(STALLED_SECONDS):
        await response.write(data)


def cut_off(request: web.Request) -> None:
    """End a connection in the middle of an answer, so that the answer does not look whole."""
    if request.transport is not None:
        request.transport.abort()


def _event(kind: str, data: object, number: int | None = None) -> bytes:
    """One event; JSON has no line ends, so its data is one line."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {kind}\ndata: {text}\n\n".encode("utf-8", "replace")

"""One run's output on its way to the store: cleaned, masked, stamped, in chunks (DESIGN 5).

Lives in the engine's loop. Memory is bounded: when the store falls behind, ``ready`` makes the
readers wait, and the run is slowed by its own pipe (DESIGN 7).
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime

from jobs_tui.guard.masking import Masker, MaskStream
from jobs_tui.guard.terminal_text import OutputCleaner, clean_output, plain, plain_lines
from jobs_tui.models.clock import Clock
from jobs_tui.models.enums import Stream
from jobs_tui.models.times import to_text
from jobs_tui.store.database import Database
from jobs_tui.store.logs import LARGE, LETTERS, US, Chunk, append, merge

FLUSH_SECONDS = 0.1
"""A line waits this long for company at most."""
UNSTORED_LIMIT = 2 * 1024 * 1024
"""Bytes on their way to the store above which the run is made to wait."""

_CUT_FROM = 200
"""Characters of a result or an error from which it may have been cut to its length."""


class _Source:
    """What is kept between two reads of one stream of one step."""

    def __init__(self, stream: str, step: str, masker: Masker) -> None:
        self.prefix = f"{US}{LETTERS[Stream(stream)]}{US}{step}{US}"
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.cleaner = OutputCleaner()
        self.mask = MaskStream(masker)
        self.tail = ""
        """The beginning of a line whose end has not come yet."""
        self.cutting = False
        """The line that is being read is over the limit: the rest of it is dropped."""

    def text(self, data: bytes) -> str:
        """What is certain of the text after these bytes."""
        return self.mask.feed(self.cleaner.feed(self.decoder.decode(data)))

    def rest(self) -> str:
        """What was held back, at the end."""
        last = self.cleaner.feed(self.decoder.decode(b"", final=True)) + self.cleaner.flush()
        return self.mask.feed(last) + self.mask.flush()


class LogOutput:
    """See :class:`jobs_tui.agents.runner.Output`; one per attempt.

    Args:
        first_line: the number of the first line (an earlier attempt has written those before).
        line_limit: bytes of one line, here counted in characters.
        run_limit: bytes of the whole log.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        execution_id: str,
        *,
        masker: Masker,
        first_line: int,
        line_limit: int,
        run_limit: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._execution_id = execution_id
        self._masker = masker
        self._line_limit = line_limit
        self._run_limit = run_limit
        self._loop = asyncio.get_running_loop()
        self._sources: dict[tuple[str, str], _Source] = {}
        self._next_line = first_line
        self._first_at: datetime | None = None
        self._pieces: list[str] = []
        self._piece_lines = 0
        self._piece_size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._unstored = 0
        self._pending: set[Future[None]] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._chunks = 0
        self.size = 0
        """Characters taken so far."""
        self.lost_lines = 0
        """Lines that could not be stored (a full disk)."""
        self._full = False

    @property
    def lines(self) -> int:
        """Number of the last line so far."""
        return self._next_line - 1

    def mask(self, text: str) -> str:
        """A text that leaves by another way, with the run's secrets masked."""
        return self._masker.mask(text)

    def row_text(self, text: str | None, limit: int) -> str | None:
        """A result or an error as a row keeps it: one line, masked, ``limit`` characters at most.

        It is masked before it becomes one line, which would change a secret with line ends, and
        again when what hid one (an escape, a zero-width character) is gone.
        """
        if text is None:
            return None
        whole = len(text) < _CUT_FROM
        mask = self._masker.mask if whole else self._masker.mask_cut
        return mask(plain(self._masker.mask(text)))[:limit] or None

    def answer_text(self, text: str | None, limit: int) -> str | None:
        """An answer as it is kept: its last ``limit`` characters, masked as in ``row_text``."""
        if text is None:
            return None
        mask = self._masker.mask if len(text) < limit else self._masker.mask_cut
        return mask(plain_lines(self._masker.mask(text)))[-limit:]

    def protect(self, secrets: Iterable[str]) -> None:
        """Mask these too from now on: a run learns its secrets when its agents are chosen."""
        wider = self._masker.plus(secrets)
        if wider is self._masker:
            return
        self._masker = wider
        for source in self._sources.values():
            source.mask.use(self._masker)

    def feed(self, stream: str, data: bytes, step: str = "") -> None:
        """Raw bytes as they were read."""
        source = self._sources.get((stream, step))
        if source is None:
            source = self._sources[stream, step] = _Source(stream, step, self._masker)
        self._take(source, source.text(data))

    def line(self, stream: str, text: str, step: str = "") -> None:
        """One or more complete lines."""
        source = _Source(stream, step, self._masker)
        text = self._masker.mask(clean_output(text)).strip("\n")
        self._take(source, text + "\n")

    async def ready(self) -> None:
        """Return when the store has caught up enough."""
        await self._room.wait()

    async def close(self) -> None:
        """Store everything that is held, and join small chunks."""
        for source in self._sources.values():
            self._take(source, source.rest())
            if source.tail:
                self._take(source, "\n")
        self._sources.clear()
        self._flush()
        while self._pending:
            await _settled(*self._pending)
            await asyncio.sleep(0)
        if self.lost_lines:
            self.line(Stream.SYSTEM, f"{self.lost_lines} lines could not be stored: disk full?")
            self._flush()
        if self._chunks > 1 and self.size < LARGE * self._chunks // 2:
            execution_id = self._execution_id
            future = self._database.writer.submit(lambda c: merge(c, execution_id))
            await _settled(future)

    def _take(self, source: _Source, text: str) -> None:
        if not text:
            return
        head, newline, tail = text.rpartition("\n")
        if not newline:
            self._hold(source, text)
            return
        whole = source.tail + head
        source.tail = ""
        if source.cutting:
            # The line was given out already, cut: drop what belongs to it.
            _, found, whole = whole.partition("\n")
            source.cutting = False
            if not found:
                self._hold(source, tail)
                return
        if len(whole) > self._line_limit:
            whole = "\n".join(self._cut(line) for line in whole.split("\n"))
        self._add(source, whole)
        self._hold(source, tail)

    def _hold(self, source: _Source, text: str) -> None:
        if source.cutting:
            return
        source.tail += text
        if len(source.tail) > self._line_limit:
            self._add(source, self._cut(source.tail))
            source.tail = ""
            source.cutting = True

    def _cut(self, line: str) -> str:
        if len(line) <= self._line_limit:
            return line
        return f"{line[: self._line_limit]} [line cut after {self._line_limit} characters]"

    def _add(self, source: _Source, text: str) -> None:
        if self._full:
            return
        now = self._clock.now()
        if self.size + len(text) > self._run_limit:
            self._full = True
            text = f"log cut here: it reached the limit of {self._run_limit} bytes"
            source = _Source(Stream.SYSTEM, "", self._masker)
        if self._first_at is None:
            self._first_at = now
        delta = max(0, int((now - self._first_at).total_seconds() * 1000))
        prefix = f"{delta}{source.prefix}"
        self._pieces.append(prefix + text.replace("\n", "\n" + prefix))
        self._piece_lines += text.count("\n") + 1
        self._piece_size += len(text)
        self.size += len(text) + 1
        if self._piece_size >= LARGE:
            self._flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._pieces or self._first_at is None:
            return
        count, size = self._piece_lines, self._piece_size
        chunk = Chunk(
            self._execution_id,
            self._next_line,
            count,
            to_text(self._first_at),
            "\n".join(self._pieces),
        )
        self._next_line += count
        self._pieces, self._piece_lines, self._piece_size, self._first_at = [], 0, 0, None
        self._chunks += 1
        self._unstored += size
        if self._unstored > UNSTORED_LIMIT:
            self._room.clear()
        future = self._database.writer.submit(lambda connection: append(connection, chunk))
        self._pending.add(future)
        future.add_done_callback(
            lambda done: self._loop.call_soon_threadsafe(self._stored, done, count, size)
        )

    def _stored(self, future: Future[None], lines: int, size: int) -> None:
        self._pending.discard(future)
        self._unstored -= size
        if future.exception() is not None:
            self.lost_lines += lines
        if self._unstored <= UNSTORED_LIMIT // 2:
            self._room.set()


async def _settled(*futures: Future[None]) -> None:
    """Wait for all of them; what was refused is counted elsewhere, never raised here."""
    await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True)

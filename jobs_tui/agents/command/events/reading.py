"""What the readers of all programs share. Events are untrusted: any field may be anything."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from jobs_tui.agents.runner import ANSWER_LIMIT

CALL_LIMIT = 2_000
"""Characters that a log line has of a tool's arguments."""
RESULT_LIMIT = 10_000
"""Characters that the log has of what a tool answered."""
ODD_LIMIT = 2_000
"""Characters that the log has of an event of a type that we do not know."""

LONGEST_WORD = 300
"""Characters that are given up so that a word is not cut in two."""
_BLANK = re.compile(r"\s")
_KEPT = ANSWER_LIMIT + 1
"""One more than is given, so that it can be seen that there was more."""

Line = tuple[str, str]
"""A stream (``agent``, ``tool_call``, ``tool_result``, ``system``, ``stdout``) and its text."""


class Events(ABC):
    """Reads the events of one run, and knows in the end how it went."""

    final: ClassVar[str] = ""
    """The event with which the program says that it is done, as it is called in sentences."""
    exits: ClassVar[Mapping[int, str]] = {}
    """What exit codes of the program mean, where they say more than that it failed; a run that
    ended so is not tried again."""

    def __init__(self) -> None:
        self.finished = False
        """The program said that it is done, well or badly."""
        self.error = ""
        """Why it failed, in the program's words; empty: it did not say that it failed."""
        self.trouble = ""
        """The last problem it spoke of that it may have got over."""
        self.hopeless = False
        """It failed so that trying again cannot help."""
        self.answer = ""
        self.model = ""
        self.requests: int | None = None
        self.tool_calls = 0
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.cost: Decimal | None = None
        self._said = ""

    @abstractmethod
    def read(self, event: Mapping[str, Any]) -> Iterator[Line]:
        """What the log says of an event."""

    def end(self) -> Iterator[Line]:
        """What is left to say when the output is at its end."""
        yield from self.spoken()

    def usage(self) -> dict[str, object]:
        """``Result.usage`` as far as the program told it; an unknown cost is None, never 0."""
        told: dict[str, object] = {
            "model": self.model or None,
            "requests": self.requests,
            "tool_calls": self.tool_calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
        }
        usage = {name: value for name, value in told.items() if value is not None}
        return {**usage, "cost": None if self.cost is None else format(self.cost, "f")}

    # -- for readers

    def call(self, name: object, arguments: object) -> Line:
        """The line of a tool's call, which is counted."""
        self.tool_calls += 1
        return "tool_call", f"{text(name) or 'tool'} {cut(compact(arguments), CALL_LIMIT)}"

    def result(self, value: object, failed: bool = False) -> Iterator[Line]:
        """The lines of what a tool answered; nothing when it answered nothing."""
        answer = cut(content_text(value).strip("\n"), RESULT_LIMIT)
        if failed:
            yield "tool_result", f"failed: {answer}" if answer.strip() else "failed"
        elif answer.strip():
            yield "tool_result", answer

    def speak(self, piece: str) -> Iterator[Line]:
        """A piece of what the agent says; whole lines go to the log, the rest waits."""
        self.answer = (self.answer + piece)[-_KEPT:]
        head, newline, self._said = (self._said + piece).rpartition("\n")
        if newline and head.strip():
            yield "agent", head
        if len(self._said) > RESULT_LIMIT:  # never a line end: do not hold it for ever
            yield from self.spoken()

    def spoken(self) -> Iterator[Line]:
        """The agent has said its piece: what waits goes to the log."""
        said, self._said = self._said, ""
        if said.strip():
            yield "agent", said

    def say(self, whole: str) -> Iterator[Line]:
        """Something that the agent says as a whole; the last of it is the answer."""
        if whole.strip():
            self.answer = whole[-_KEPT:]
            yield "agent", whole.strip("\n")

    def add_tokens(self, taken: int | None, given: int | None) -> None:
        """Count tokens of one more request."""
        if taken is not None:
            self.input_tokens = (self.input_tokens or 0) + taken
        if given is not None:
            self.output_tokens = (self.output_tokens or 0) + given


def odd(event: object) -> Line:
    """An event that we know nothing of, kept as it came."""
    return "stdout", cut(compact(event), ODD_LIMIT)


def text(value: object) -> str:
    """A text, or nothing."""
    return valid(value) if isinstance(value, str) else ""


def valid(words: str) -> str:
    """The text without halves of surrogate pairs: JSON can spell them, UTF-8 cannot keep them."""
    return words.encode("utf-8", "replace").decode("utf-8")


def table(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def count(value: object) -> int | None:
    """A number of something, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value < 10**15 else None


def counts(source: Mapping[str, Any], *names: str) -> int | None:
    """The sum of those that are there; None when none is."""
    found = [number for name in names if (number := count(source.get(name))) is not None]
    return sum(found) if found else None


def money(value: object) -> Decimal | None:
    """US dollars, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < 10**9:
        return None
    # Programs add up floats: what stands beyond a billionth of a dollar is their rounding.
    return round(amount, 9).normalize()


def compact(value: object) -> str:
    """JSON on one line."""
    return valid(json.dumps(value, ensure_ascii=False, default=str))


def cut(whole: str, limit: int) -> str:
    """At most ``limit`` characters from the beginning, saying how many were left out."""
    kept = beginning(whole, limit)
    if len(kept) == len(whole):
        return whole
    return f"{kept} [{len(whole) - len(kept):,} characters left out]"


def beginning(whole: str, limit: int) -> str:
    """At most ``limit`` characters; no word is cut in two where that can be had.

    A secret is masked when it is there as a whole: half of one would be seen.
    """
    if len(whole) <= limit:
        return whole
    words = list(_BLANK.finditer(whole, max(0, limit - LONGEST_WORD), limit + 1))
    return whole[: words[-1].start()] if words else whole[:limit]


def ending(whole: str, limit: int) -> str:
    """The same from the end."""
    if len(whole) <= limit:
        return whole
    start = len(whole) - limit
    word = _BLANK.search(whole, start - 1, start + LONGEST_WORD)
    return whole[word.end() :] if word else whole[start:]


def content_text(value: object) -> str:
    """The text of a tool's answer: a text, or a list of content blocks, or anything."""
    if value is None:
        return ""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, list):
        return "\n".join(filter(None, (content_text(_block(one)) for one in value)))
    if isinstance(value, dict) and isinstance(value.get("content"), (str, list)):
        return content_text(value["content"])
    return compact(value)


def _block(block: object) -> object:
    block_type = table(block).get("type")
    if block_type == "text":
        return text(table(block).get("text"))
    if block_type in ("image", "audio", "resource", "document"):
        return f"({block_type})"
    if isinstance(block, list):
        return compact(block)
    return block


def error_text(value: object) -> str:
    """The words of an error that is a text, or an object with a message somewhere."""
    if isinstance(value, str):
        return _inner(valid(value).strip())
    found = table(value)
    for name in ("message", "detail", "error", "data"):
        if words := error_text(found[name]) if isinstance(found.get(name), (str, dict)) else "":
            return words
    return text(found.get("name")) or text(found.get("type"))


def _inner(words: str) -> str:
    """Some programs put the endpoint's JSON answer into their message."""
    if words.startswith("{") and len(words) < 100_000:
        try:
            return error_text(json.loads(words)) or words
        except (ValueError, RecursionError):
            return words
    return words

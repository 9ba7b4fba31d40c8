"""What the filter row of the job list asks: by words as one types, by meaning on enter.

Reading happens in a thread; what comes back for a text that stands no longer is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import InvalidInput
from jobs_tui.service import search
from jobs_tui.service.context import Context
from jobs_tui.tui.base import BaseScreen
from jobs_tui.tui.filters import plain_words, question_of
from jobs_tui.tui.reader import Reader


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for a text."""

    text: str
    ids: dict[str, int]
    """Jobs by their place, the best first."""
    said: str = ""
    """Which engine served, and why no better one did."""


class JobSearch:
    """The search behind one filter row.

    Args:
        changed: called in the event loop when an answer has come.
    """

    def __init__(self, screen: BaseScreen, ctx: Context, changed: Callable[[], None]) -> None:
        self._ctx, self._changed = ctx, changed
        self._words = Answer("", {})
        self._meant: Answer | None = None
        self._wanted = ""
        self._question = ""
        self._by_words = Reader(screen, self._read_words, self._show_words)
        self._by_meaning = Reader(screen, self._read_meaning, self._show_meaning)

    def typed(self, text: str) -> None:
        """The text of the row is this now, or the jobs have changed below it."""
        if question_of(text) is not None:
            if self._meant is not None and self._meant.text != question_of(text):
                self._meant = None
            return
        self._meant, self._question = None, ""
        self._wanted = plain_words(text)
        if self._wanted:
            self._by_words.ask()

    def ask(self, question: str) -> None:
        """Search by meaning."""
        self._question = question
        if question:
            self._by_meaning.ask()

    def words_of(self, text: str) -> dict[str, int]:
        """The jobs that the index has for the plain words of a filter; none before it answered."""
        return self._words.ids if self._words.text == plain_words(text) else {}

    def meant_by(self, text: str) -> Answer | None:
        """The answer to a question; None before it was asked and answered."""
        meant = self._meant
        return meant if meant is not None and meant.text == question_of(text) else None

    def said(self, text: str) -> str:
        """What the status line says of a question; empty for a filter."""
        question = question_of(text)
        if question is None:
            return ""
        if (meant := self.meant_by(text)) is not None:
            return meant.said
        if question and question == self._question:
            return "searching by meaning..."
        return "enter finds jobs by what this means, in whatever words they say it"

    def _read_words(self) -> Answer:
        wanted = self._wanted
        try:
            found = search.having(self._ctx, wanted) if wanted else frozenset()
        except InvalidInput:  # nothing but signs that mean nothing: the rest of the filter holds
            found = frozenset()
        return Answer(wanted, dict.fromkeys(found, 0))

    def _show_words(self, found: Answer) -> None:
        if found.text == self._wanted and found != self._words:
            self._words = found
            self._changed()

    def _read_meaning(self) -> Answer:
        question = self._question
        if not question:
            return Answer("", {})
        found = search.by_meaning(self._ctx, question, 1)
        places = {job_id: place for place, job_id in enumerate(found.ids)}
        said = f"by meaning ({found.engine}), the best first. {found.note}"
        return Answer(question, places, plain(said.strip()))

    def _show_meaning(self, found: Answer) -> None:
        if found.text and found.text == self._question:
            self._meant = found
            self._changed()

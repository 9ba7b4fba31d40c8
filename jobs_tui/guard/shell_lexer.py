"""Reading a shell script once from left to right while writing its rendering.

``Cursor`` is the ground under the quoting contexts (``shell_contexts``) and the commands
(``shell_commands``): position, output, references to values, refusals. A placeholder stands in
the text as one ``HOLE`` character, so no quoting rule can look into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from jobs_tui.guard.placeholders import FIELD, Placeholder
from jobs_tui.models.errors import InvalidInput

HOLE = "\0"
EXPANSION = "\1"  # in a word's text: an expansion that holds no value
QUOTED = "\2"  # in a word's shape: a quoted character
DEEPEST = 50
"""Nested substitutions; far below Python's own limit."""


class NotArithmeticError(Exception):
    """``((`` at this position is two parentheses: read the script again knowing that."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(slots=True)
class Use:
    """One place where a value enters the script.

    ``integer``: only whole numbers are safe there. ``option_like``: a value that begins with a
    dash would be read as an option.
    """

    placeholder: Placeholder
    reference: str
    integer: bool
    option_like: bool = False


@dataclass(slots=True)
class Word:
    """One word of a command as the shell sees it after quote removal.

    ``text``: its characters, HOLE for a value or an expansion that holds one, EXPANSION for any
    other. ``shape``: the same with QUOTED for quoted characters, since only unquoted ones make
    a keyword or an assignment. ``first``, ``last``: its uses. ``variables``: names it expands.
    """

    line: int
    first: int
    text: str = ""
    shape: str = ""
    last: int = 0
    variables: tuple[str, ...] = ()
    may_vanish: bool = False  # an unquoted expansion: empty, it is no word at all

    @property
    def has_value(self) -> bool:
        """True when a value occurs anywhere in it, also inside a substitution."""
        return self.last > self.first

    def plain(self, text: str) -> None:
        """Unquoted characters."""
        self.text += text
        self.shape += text

    def quoted(self, text: str) -> None:
        """Quoted characters."""
        self.text += text
        self.shape += QUOTED * len(text)

    def expansion(self, holds_value: bool) -> None:
        """Something whose text is known only when the script runs."""
        mark = HOLE if holds_value else EXPANSION
        self.text += mark
        self.shape += mark


class Cursor:
    """Position in the script, the output written so far, and what was noticed on the way."""

    def __init__(
        self,
        text: str,
        holes: Mapping[int, Placeholder],
        references: Mapping[str, str],
        two_parentheses: frozenset[int],
    ) -> None:
        self.text = text
        self.holes = holes
        self.references = references  # expression -> variable
        self.two_parentheses = two_parentheses
        self.position = 0
        self.end = len(text)
        self.out: list[str] = []
        self.uses: list[Use] = []
        self.variables: list[str] = []
        self.warnings: list[str] = []
        self.arithmetic = 0  # > 0: inside, so that quotes and substitutions inherit it
        self.depth = 0

    def peek(self, ahead: int = 0) -> str:
        """The character there, "" behind the end."""
        place = self.position + ahead
        return self.text[place] if place < self.end else ""

    def at(self, text: str) -> bool:
        """True when the script goes on with this text."""
        return self.text.startswith(text, self.position, self.end)

    def put(self, count: int = 1) -> str:
        """Copy characters of the script; a placeholder can never be copied."""
        piece = self.text[self.position : min(self.position + count, self.end)]
        if HOLE in piece:
            self.position += piece.index(HOLE)
            self.fail(
                "a backslash stands directly before a value",
                "Write two backslashes, or leave it out: the value needs no escaping.",
            )
        self.out.append(piece)
        self.position += len(piece)
        return piece

    def reference(self) -> str:
        """Pass the placeholder here and return what stands for it, ``${JT_1}``."""
        placeholder = self.holes[self.position]
        self.position += 1
        name = self.references[placeholder.expression]
        self.uses.append(Use(placeholder, name, self.arithmetic > 0))
        return f"${{{name}}}"

    def line(self) -> int:
        """The number of the current line, from 1."""
        return self.text.count("\n", 0, self.position) + 1

    def fail(self, problem: str, way_out: str, line: int | None = None) -> NoReturn:
        """Refuse the script.

        Raises:
            InvalidInput: always; field ``prompt_template``, with the line and the way out.
        """
        raise InvalidInput(
            f"Line {line or self.line()} of the script: {problem}.", way_out, field=FIELD
        )

    def warn(self, sentence: str, line: int | None = None) -> None:
        """Note something that the author should look at; each text once."""
        message = f"Line {line or self.line()}: {sentence}"
        if message not in self.warnings:
            self.warnings.append(message)

    def new_word(self) -> Word:
        """A word that begins here."""
        return Word(self.line(), len(self.uses))

    def values_since(self, first: int) -> bool:
        """True when a value was met after that many uses."""
        return len(self.uses) > first

    def names(self, uses: Sequence[Use]) -> str:
        """The placeholders of these uses, for a message."""
        return ", ".join(dict.fromkeys(f"{{{{ {use.placeholder.label} }}}}" for use in uses))

"""Values that travel: through variables into places where bash evaluates them (PROTOTYPES D).

``z={{ v }}; (( z > 1 ))`` runs what is in the value, and no quoting of the value can prevent it.
Assignments and such places are noted while the script is read; where they meet, a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from jobs_tui.guard.placeholders import Placeholder
from jobs_tui.guard.shell_contexts import Contexts
from jobs_tui.guard.shell_lexer import Use, Word
from jobs_tui.guard.shell_rules import FORBIDDEN_VARIABLES, risky_variable

_DECLARATION = re.compile(
    r"\b(?:declare|typeset|local|readonly|export)\b((?:\\\n|[^;|&\n()])*)", re.ASCII
)
_ARRAYS = re.compile(r"\w\+?=\(|\w\[[^\]]*\]\+?=|\s-\w*[aA]\w*\s|\b(mapfile|readarray|coproc)\b")


class Travelling(Contexts):
    """What is known of the variables of a script."""

    def __init__(
        self,
        text: str,
        holes: Mapping[int, Placeholder],
        references: Mapping[str, str],
        two_parentheses: frozenset[int],
    ) -> None:
        super().__init__(text, holes, references, two_parentheses)
        self.sinks = []
        self.flows: list[tuple[str, tuple[str, ...]]] = []  # variable, what it is made of
        self.tainted: set[str] = set()
        self.functions = set(re.findall(r"([\w.:-]+)\s*\(\s*\)", text))
        self.functions |= set(re.findall(r"\bfunction\s+([^\s({]+)", text))
        self.positional = False  # a value is an argument of a function
        self.printed = ""  # the variable of the printf -v at hand
        self.has_arrays = _ARRAYS.search(text) is not None
        self.integers, self.all_integers = _integer_variables(text)

    def assigned(self, name: str, uses: list[Use], line: int) -> None:
        """A variable gets a value: refuse those that bash evaluates, remember the others."""
        if name in FORBIDDEN_VARIABLES:
            self.fail(f"a value is assigned to {name}, which bash evaluates",
                      "Use a variable of another name.", line)  # fmt: skip
        if self.all_integers or name in self.integers:
            for use in uses:
                use.integer = True
        if risky_variable(name):
            self.warn(f"{self.names(uses)} decides through {name} what programs run.", line)
        self.tainted.add(name)

    def note_flow(self, name: str, word: Word) -> None:
        """The variable is made of what the word holds."""
        if name in FORBIDDEN_VARIABLES or name in self.integers or self.all_integers:
            self.note_sinks(word, f"a variable that holds a value is assigned to {name}")
        self.flows.append((name, word.variables))
        if word.has_value:
            self.tainted.add(name)

    def note_sinks(self, word: Word, reason: str) -> None:
        """The variables of the word are evaluated a second time."""
        self.sinks += [(name, reason, word.line) for name in word.variables]

    def note_names(self, source: str, reason: str, line: int) -> None:
        """Bare names in arithmetic are variables too."""
        self.sinks += [(name, reason, line) for name in re.findall(r"[A-Za-z_]\w*", source)]

    def reads_variable(self, name: str, line: int) -> None:
        """``read name``: its input may hold a value."""
        self.tainted.add(name)
        if name in self.integers or self.all_integers:
            self.sinks.append((name, "read assigns a value to an integer", line))

    def warn_of_travelling(self) -> None:
        """Warn where a variable made of a value is evaluated."""
        tainted = set(self.tainted)
        if self.positional:
            tainted |= {*"123456789", "@", "*"}
        before = -1
        while before != len(tainted):
            before = len(tainted)
            tainted |= {name for name, parts in self.flows if tainted.intersection(parts)}
        for name, reason, line in self.sinks:
            if name in tainted:
                self.warn(f"{reason} (${name}): test it first, bash may run what is in it.", line)


def _integer_variables(text: str) -> tuple[set[str], bool]:
    """Variables declared as integers anywhere (assigning evaluates), and whether it may be any."""
    names: set[str] = set()
    anything = references = False
    for match in _DECLARATION.finditer(text):
        arguments = match[1]
        references |= re.search(r"(?:^|\s)-\w*n", arguments) is not None
        if re.search(r"(?:^|\s)-\w*i", arguments):
            anything |= re.search(r"[$`'\"\\]", arguments) is not None
            names |= set(re.findall(r"[A-Za-z_]\w*", arguments))
    return names, anything or (references and bool(names))

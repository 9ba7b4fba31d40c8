"""Placeholders of shell prompts: ``{{ expression }}`` and nothing else (DESIGN 9).

A shell script is full of braces: ``{%``, ``{#`` (as in ``${#x}``) are left alone, and ``{{.`` of
Go templates (``docker ps --format '{{.Names}}'``) passes as text. Every other ``{{`` is ours: it
closes on its line and holds one Jinja2 expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jobs_tui.models.errors import InvalidInput

FIELD = "prompt_template"
LONGEST = 2_000
"""Characters of one placeholder."""
WAY_OUT = 'For braces that are meant literally write {{ "{{" }}.'


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{{ ... }}``: ``prompt[start:end]``, on line and column (both from 1).

    ``names``: its variables in order. ``literal``: the braces that it stands for when it is
    only a quoted text of braces, else None.
    """

    start: int
    end: int
    line: int
    column: int
    expression: str
    names: tuple[str, ...]
    literal: str | None = None

    @property
    def label(self) -> str:
        """How messages name it."""
        return self.expression.strip()


@lru_cache(maxsize=64)
def find(prompt: str) -> tuple[Placeholder, ...]:
    """All placeholders of a shell prompt, in order.

    Raises:
        InvalidInput: (field ``prompt_template``) a ``{{`` that does not close on its line or
            holds no valid expression, with line, column and the way out.
    """
    found: list[Placeholder] = []
    position = prompt.find("{{")
    while position >= 0:
        if prompt.startswith("{{.", position):
            position = prompt.find("{{", position + 3)
            continue
        placeholder = _read(prompt, position)
        found.append(placeholder)
        position = prompt.find("{{", placeholder.end)
    return tuple(found)


def variables(prompt: str) -> tuple[str, ...]:
    """The names that a shell prompt needs values for, each once, in order of appearance.

    Raises:
        InvalidInput: as ``find``.
    """
    return tuple(dict.fromkeys(name for one in find(prompt) for name in one.names))


def evaluate(placeholder: Placeholder, values: Mapping[str, object]) -> object:
    """The value of a placeholder.

    Raises:
        InvalidInput: field ``parameters`` when a variable or a part of it is missing, field
            ``prompt_template`` when the expression cannot be worked out with these values.
    """
    from jinja2 import Undefined, UndefinedError

    from jobs_tui.guard.sandbox import FAULTS, expressions

    where = f"{{{{ {placeholder.label} }}}} in line {placeholder.line}"
    if placeholder.label in placeholder.names and placeholder.label in values:
        return values[placeholder.label]  # a bare name, by far the most frequent
    run = expressions().compile_expression(placeholder.expression, undefined_to_none=False)
    needed = {name: values[name] for name in placeholder.names if name in values}
    try:
        value: object = run(needed)
        if isinstance(value, Undefined):
            str(value)  # StrictUndefined raises, and its message names what is missing
    except UndefinedError as error:
        missing = [name for name in placeholder.names if name not in values]
        if missing:
            raise missing_value(missing[0]) from error
        raise InvalidInput(
            f"{where}: {str(error).rstrip('.')}.",
            "Give the missing part, or a default: {{ ... | default('...') }}.",
            field="parameters",
        ) from error
    except FAULTS as error:
        raise InvalidInput(
            f"{where} cannot be worked out: {str(error).rstrip('.')}.",
            "Check the value and the filters.",
            field=FIELD,
        ) from error
    return value


def missing_value(name: str) -> InvalidInput:
    """The error for a variable without a value."""
    return InvalidInput(
        f"The variable {name} has no value.",
        f"Give it one ({name}=...) or declare a default for it.",
        field="parameters",
    )


def _read(prompt: str, start: int) -> Placeholder:
    from jinja2 import TemplateSyntaxError, nodes

    from jobs_tui.guard.sandbox import parse_expression

    line = prompt.count("\n", 0, start) + 1
    column = start - prompt.rfind("\n", 0, start)
    place = f"line {line}, column {column}"
    line_end = prompt.find("\n", start)
    limit = min(len(prompt) if line_end < 0 else line_end, start + LONGEST)
    reason = ""
    close = prompt.find("}}", start + 2, limit)
    if close < 0:
        raise InvalidInput(f"{{{{ in {place} is not closed by }}}} on its line.", WAY_OUT,
                           field=FIELD)  # fmt: skip
    while close >= 0:
        # Quoted braces may hold }}: take the first end that makes a valid expression.
        expression = prompt[start + 2 : close]
        try:
            tree = parse_expression(expression)
        except TemplateSyntaxError as error:
            reason = reason or (error.message or "it is not valid")
            close = prompt.find("}}", close + 1, limit)
            continue
        except RecursionError:
            reason = reason or "it is nested too deep"
            break
        names = [tree] if isinstance(tree, nodes.Name) else list(tree.find_all(nodes.Name))
        literal = None
        if isinstance(tree, nodes.Const) and isinstance(tree.value, str):
            literal = tree.value if tree.value and not tree.value.strip("{}") else None
        return Placeholder(
            start, close + 2, line, column, expression,
            _in_order({name.name for name in names}, expression), literal,
        )  # fmt: skip
    inner = prompt[start + 2 : prompt.find("}}", start + 2, limit)].strip()
    if not inner:
        reason = "it is empty"
    raise InvalidInput(f"The placeholder in {place} is not valid: {reason.rstrip('.')}.", WAY_OUT,
                       field=FIELD)  # fmt: skip


def _in_order(names: set[str], expression: str) -> tuple[str, ...]:
    """Names by their place in the text: the tree has the test of an ``if`` before its value."""

    def place(name: str) -> int:
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", expression)
        return found.start() if found else len(expression)

    return tuple(sorted(names, key=place))

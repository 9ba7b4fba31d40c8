"""Expressions of users over the last results, in a sandbox and in bounded time.

The sandbox of prompts (``guard.sandbox``) is narrowed down until nothing in it makes something
large out of something small: there are no loops, ``*`` and ``%`` are for numbers, and of filters,
tests and methods only those are there whose work grows with what they are given. So an expression
of at most 1,000 characters takes a time in proportion to the answers that it looks at.

Importing this module does not import Jinja2; its functions do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jobs_tui.models.errors import InvalidInput

if TYPE_CHECKING:
    from jinja2.environment import TemplateExpression

    from jobs_tui.guard.sandbox import BoundedEnvironment

LONGEST = 1_000
"""Characters of an expression."""
NAMES = ("results", "runs", "state")
"""What an expression may look at."""
OF_RESULT = ("status", "exit_code", "result", "answer", "json", "verdict", "changed")
"""What each of ``results`` has."""

_FILTERS = (
    "abs", "count", "d", "default", "first", "float", "int", "last", "length", "list", "lower",
    "map", "max", "min", "reject", "rejectattr", "round", "select", "selectattr", "sort", "string",
    "trim", "unique", "upper",
)  # fmt: skip
_TESTS = (
    "boolean", "defined", "divisibleby", "even", "false", "float", "integer", "mapping", "none",
    "number", "odd", "sequence", "string", "true", "undefined", "==", "eq", "equalto", "!=", "ne",
    ">", "gt", "greaterthan", ">=", "ge", "<", "lt", "lessthan", "<=", "le",
)  # fmt: skip
_METHODS = frozenset(
    ("strip", "lstrip", "rstrip", "lower", "upper", "startswith", "endswith", "split", "splitlines",
     "count", "find", "isdigit", "get", "keys", "values", "items", "index")
)  # fmt: skip


class BadExpression(Exception):
    """It could not be worked out with these values; the message says why."""


@lru_cache(maxsize=1)
def _environment() -> BoundedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.runtime import Context

    from jobs_tui.guard.sandbox import BoundedEnvironment

    class Narrow(BoundedEnvironment):
        def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
            if not all(isinstance(side, (int, float)) for side in (left, right)):
                raise SecurityError(f"{operator} is for numbers here")
            return super().call_binop(context, operator, left, right)

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            if callable(value) and attr not in _METHODS:
                return False
            return super().is_safe_attribute(obj, attr, value)

    narrow = Narrow(undefined=StrictUndefined, autoescape=False)
    narrow.globals.clear()
    narrow.filters = {name: narrow.filters[name] for name in _FILTERS}
    narrow.filters["sum"] = _sum
    narrow.tests = {name: narrow.tests[name] for name in _TESTS}
    return narrow


def _sum(values: Any, attribute: str | None = None) -> float:
    """Of numbers: Jinja2's own joins lists as well, again and again."""
    total: float = 0
    for value in values:
        one = value if attribute is None else value[attribute]
        if not isinstance(one, (int, float)):
            raise TypeError("sum is for numbers here")
        total += one
    return total


@lru_cache(maxsize=256)
def _compiled(expression: str) -> TemplateExpression:
    return _environment().compile_expression(expression, undefined_to_none=False)


def check_expression(expression: str, field: str) -> None:
    """Find out whether an expression can be used.

    Raises:
        InvalidInput: with what is wrong and ``field``.
    """
    from jinja2 import TemplateSyntaxError

    if len(expression) > LONGEST:
        raise InvalidInput(
            f"{field}: the expression has {len(expression):,} characters; it may have {LONGEST:,}.",
            field=field,
        )
    try:
        wrong = _wrong(expression)
    except TemplateSyntaxError as error:
        wrong = error.message or "its syntax is wrong"
    except RecursionError:
        wrong = "it is nested too deep"
    except (SyntaxError, MemoryError):  # what Jinja2 made of it is too deep for Python
        wrong = "it is too long or nested too deep"
    if wrong:
        raise InvalidInput(
            f"{field}: the expression is not valid: {wrong.rstrip('.')}.",
            "Write it as in results[0].json.state == 'done' or runs >= 3, without {{ }}.",
            field=field,
        )


def _wrong(expression: str) -> str:
    """What is wrong with it, empty when nothing is; syntax errors are raised."""
    from jinja2 import nodes

    from jobs_tui.guard.sandbox import check_names

    if "{{" in expression or "{%" in expression:
        return "it is an expression, not a template"
    environment = _environment()
    tree = environment.parse("{{ (" + expression + "\n) }}")
    if len(tree.body) != 1 or len(tree.body[0].nodes) != 1:  # type: ignore[attr-defined]
        return "it is not one expression"
    check_names(environment, tree)
    for name in tree.find_all(nodes.Name):
        if name.name not in NAMES:
            return f"there is nothing called {name.name}, only {', '.join(NAMES)}"
    for part in tree.find_all(nodes.Getattr):
        of_result = (
            isinstance(part.node, nodes.Getitem)
            and isinstance(part.node.node, nodes.Name)
            and part.node.node.name == "results"
        )
        if of_result and part.attr not in OF_RESULT:
            return f"a result has no {part.attr}, only {', '.join(OF_RESULT)}"
    for operator in (nodes.Concat,):
        if len(list(tree.find_all(operator))) > 20:
            return "it joins too many texts"
    _compiled(expression)
    return ""


def holds(expression: str, values: Mapping[str, object]) -> bool:
    """Whether a checked expression is true.

    Args:
        values: for :data:`NAMES`.

    Raises:
        BadExpression: it cannot be told, with the reason in a few words.
    """
    from jinja2 import Undefined

    from jobs_tui.guard.sandbox import FAULTS

    try:
        value = _compiled(expression)(dict(values))
        if isinstance(value, Undefined):
            str(value)  # StrictUndefined raises, and its message names what is missing
        return bool(value)
    except (*FAULTS, MemoryError) as error:
        raise BadExpression(str(error).rstrip(".") or type(error).__name__) from error

"""The Jinja2 sandbox that prompts and shell placeholders share (DESIGN 9).

Importing this module imports Jinja2: import it inside functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.exceptions import SecurityError
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from jobs_tui.guard.values import value_text

MAX_RANGE: Final = 100_000
"""Numbers that all ``range()`` calls of one template may give together."""
MAX_PRODUCT: Final = 100_000
"""Characters or items that ``*`` may make of a text or list."""
MAX_POWER: Final = 64
FAULTS: Final = (
    TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError,
    AttributeError, AssertionError,
)  # fmt: skip
"""What working out a template with a user's values may raise."""

# They make texts and lists of any size out of one number.
_UNBOUNDED_FILTERS = ("center", "format", "slice", "batch", "xmlattr", "pprint")
_UNBOUNDED_METHODS = frozenset(
    ("center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map", "to_bytes")
)


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox without the means to eat all memory with a short template."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """One of the operators above, refused with SecurityError where its result is unbounded."""
        if operator == "**" and (abs(right) > MAX_POWER or abs(left) > 2**MAX_POWER):
            raise SecurityError(f"the power {left} ** {right} is too large")
        if operator == "%" and isinstance(left, str) and re.search(r"\*|\d{4}", left):
            raise SecurityError("a width in a % format is too large")
        if operator == "*":
            for one, times in ((left, right), (right, left)):
                if (
                    isinstance(one, (str, list, tuple))
                    and isinstance(times, int)
                    and len(one) * times > MAX_PRODUCT
                ):
                    raise SecurityError("the result of * is too long")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """False for what the sandbox forbids and for methods that pad without a bound."""
        if isinstance(obj, (str, int)) and attr in _UNBOUNDED_METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Any:
        """None for anything but ``format`` methods, which are refused: their widths have no bound.

        The sandbox asks this before ``is_safe_attribute``.
        """
        if super().wrap_str_format(value) is not None:
            raise SecurityError("the method format is not available, use ~ or the filter replace")
        return None


def counting_range() -> Callable[..., range]:
    """A ``range`` for one rendering: all its calls together give MAX_RANGE numbers."""
    left = MAX_RANGE

    def limited(*bounds: int) -> range:
        nonlocal left
        numbers = range(*bounds)
        left -= len(numbers)
        if left < 0:
            raise SecurityError(f"range() gives more than {MAX_RANGE} numbers")
        return numbers

    return limited


def _finalize(value: object) -> str:
    """What a template prints for a value; a missing one raises its own UndefinedError."""
    return str(value) if isinstance(value, Undefined) else value_text(value)


def _environment(names: Mapping[str, Any]) -> BoundedEnvironment:
    environment = BoundedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, finalize=_finalize
    )
    for name in _UNBOUNDED_FILTERS:
        del environment.filters[name]
    environment.globals.clear()
    environment.globals.update(names)
    return environment


@lru_cache(maxsize=1)
def expressions() -> BoundedEnvironment:
    """For single expressions: no global names, so that every name is a variable."""
    return _environment({})


@lru_cache(maxsize=1)
def texts() -> BoundedEnvironment:
    """For whole templates: ``range``, ``dict`` and ``namespace`` are known."""
    namespace = DEFAULT_NAMESPACE["namespace"]
    return _environment({"range": counting_range(), "dict": dict, "namespace": namespace})


def parse_expression(source: str) -> nodes.Expr:
    """The tree of one expression.

    Raises:
        jinja2.TemplateSyntaxError: it is not one valid expression, or it names an unknown
            filter or test (Jinja2 itself would say so only when it runs).
    """
    environment = expressions()
    parser = Parser(environment, source, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError(
            f"unexpected {parser.stream.current.value!r}", parser.stream.current.lineno
        )
    # In a parent of its own: find_all looks at what is below a node only.
    check_names(environment, nodes.Output([tree]))
    return tree


def check_names(environment: BoundedEnvironment, tree: nodes.Node) -> None:
    """Refuse filters and tests that do not exist.

    Raises:
        jinja2.TemplateSyntaxError: with the line of the first one.
    """
    known: tuple[tuple[type[nodes.Filter] | type[nodes.Test], Mapping[str, Any], str], ...] = (
        (nodes.Filter, environment.filters, "filter"),
        (nodes.Test, environment.tests, "test"),
    )
    for kind, table, word in known:
        for node in tree.find_all(kind):
            if node.name not in table:
                raise TemplateSyntaxError(f"there is no {word} named {node.name!r}", node.lineno)

"""JSON paths (RFC 9535) of users, in bounded time.

Only paths that do work in proportion to the document are taken: filters look at single values and
use no regular expressions (the library would match them with backtracking). What is left, such as
many ``[*]`` or ``..`` in a row, is counted while it is worked out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jobs_tui.models.errors import InvalidInput

if TYPE_CHECKING:
    from jsonpath import JSONPath

LONGEST = 1_000
"""Characters of a path."""
STEPS = 200_000
"""Values that may be looked at for one answer; one of 100,000 characters has fewer."""


class TooMuchWork(Exception):
    """The path looks at too many values of this document."""


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jsonpath import JSONPathEnvironment
    from jsonpath.function_extensions import Count, Length, Value

    class Bounded(JSONPathEnvironment):
        def setup_function_extensions(self) -> None:
            self.function_extensions.update(length=Length(), count=Count(), value=Value())

    return Bounded(strict=True)


@lru_cache(maxsize=256)
def _compiled(path: str) -> JSONPath:
    from jsonpath import JSONPath

    if not path.startswith("$"):
        raise ValueError("it does not begin with $")
    made = _environment().compile(path)
    if not isinstance(made, JSONPath):
        raise ValueError("it joins several paths")
    for segment in made.segments:
        for selector in segment.selectors:
            expression = getattr(selector, "expression", None)
            if expression is not None:
                _check_filter(expression)
    return made


def _check_filter(expression: Any) -> None:
    from jsonpath.filter import FilterQuery

    if isinstance(expression, FilterQuery) and not expression.path.singular_query():
        raise ValueError("a filter can look at single values only, as in [?@.name == 'x']")
    for child in expression.children():
        _check_filter(child)


def check_path(path: str, field: str) -> None:
    """Find out whether a path can be used.

    Raises:
        InvalidInput: with what is wrong and ``field``.
    """
    from jsonpath import JSONPathError

    if len(path) > LONGEST:
        raise InvalidInput(
            f"{field}: the path has {len(path):,} characters; it may have {LONGEST:,}.",
            field=field,
        )
    try:
        _compiled(path)
    except (JSONPathError, ValueError, RecursionError) as error:
        reason = error.args[0] if error.args else "it is nested too deep"
        raise InvalidInput(
            f"{field}: {path!r:.80} is not a JSON path: {str(reason).rstrip('.')}.",
            "Write it as $.state or $.items[0].price.",
            field=field,
        ) from None


def values_at(path: str, document: Any) -> list[Any]:
    """What a checked path finds in a document, in order.

    Raises:
        TooMuchWork: more than :data:`STEPS` values were looked at.
        RecursionError: the document is nested too deep.
    """
    from jsonpath import JSONPathMatch
    from jsonpath.exceptions import JSONPathRecursionError

    left = STEPS

    class Counted(JSONPathMatch):
        def new_child(self, obj: object, key: int | str) -> JSONPathMatch:
            """Without the path that leads there, which costs more than all the rest."""
            nonlocal left
            left -= 1
            if left < 0:
                raise TooMuchWork
            return Counted(
                filter_context={}, obj=obj, parent=None, path="", parts=(), root=document
            )

        def add_child(self, *children: JSONPathMatch) -> None:
            """Nobody asks for them; kept, they would hold all that was looked at."""

    start = Counted(filter_context={}, obj=document, parent=None, path="$", parts=(), root=document)
    nodes: Iterable[JSONPathMatch] = [start]
    for segment in _compiled(path).segments:
        nodes = segment.resolve(nodes)
    try:
        return [node.obj for node in nodes]
    except JSONPathRecursionError:
        raise RecursionError("the document is nested too deep") from None


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal: unlike in Python, true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return bool(left == right)

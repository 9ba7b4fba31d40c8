"""What is wrong with a module although the library takes it: found in the compiled plan.

The library neither refuses a variable that nothing gives a value (``inptu.action``) nor, before
the line is reached, a function that does not exist: such a rule would silently never hold. It
also loses the variable of an ``every`` whose body says ``not``, and finds that it holds. The plan
is OPA's intermediate representation (https://www.openpolicyagent.org/docs/ir): statements that
write and read numbered locals, each with its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_WRITTEN = frozenset({"target", "result", "key", "value", "local", "return"})
"""Keys under which a plain number is a local that the statement gives a value."""
_READ = frozenset({"source", "object", "array", "set"})

_SIGNS = {"eq", "equal", "neq", "gt", "gte", "lt", "lte", "plus", "minus", "mul", "div", "rem"}
_OPERATORS = _SIGNS | {"and", "or", "assign", "count", "internal.member_2", "internal.member_3"}
"""Built-in functions that are written as signs, or that fail for no value."""


@dataclass(slots=True)
class _Function:
    written: set[int] = field(default_factory=set)
    read: list[tuple[int, int]] = field(default_factory=list)
    """(local, row)."""
    calls: list[tuple[str, int]] = field(default_factory=list)
    """(name, row)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where."""

    line: int
    """Counts from 1."""
    text: str


def rules(plan: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The paths of everything that a module defines: package names, then the rule's."""
    for one in _functions(plan):
        yield tuple(one["path"][1:])


def problem(plan: Mapping[str, Any], is_builtin: Callable[[str], bool]) -> Problem | None:
    """The first thing that makes a module mean something else than it says; None: it is sound."""
    found: dict[str, _Function] = {}
    for one in _functions(plan):
        function = _Function(written={*one["params"], one["return"]})
        _read(one["blocks"], function, 0)
        found.setdefault(one["name"], _Function()).calls += function.calls
        for local, row in function.read:
            if local not in function.written:
                return Problem(
                    row + 1,
                    f"a name in the rule {one['path'][-1]} has no value: it is misspelt, or stands"
                    " in a `not` inside of `every`, which is not supported",
                )
        for name, row in function.calls:
            if not name.startswith("g0.") and not is_builtin(name):
                return Problem(row + 1, f"there is no function {name} here")
    return _recursion(found)


def builtins(plan: Mapping[str, Any], is_builtin: Callable[[str], bool]) -> list[tuple[str, int]]:
    """Each call of a built-in function by its name, with its line; operators are left out."""
    found: dict[tuple[str, int], None] = {}
    for one in _functions(plan):
        function = _Function()
        _read(one["blocks"], function, 0)
        for name, row in function.calls:
            if name not in _OPERATORS and is_builtin(name):
                found[name, row + 1] = None
    return list(found)


def _functions(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((plan.get("funcs") or {}).get("funcs") or ())


def _read(node: Any, into: _Function, row: int) -> None:
    if isinstance(node, list):
        for item in node:
            _read(item, into, row)
        return
    if not isinstance(node, dict):
        return
    if "value" in node and isinstance(node.get("type"), str):
        if node["type"] == "local":
            into.read.append((node["value"], row))
        return
    row = node.get("row", row)
    for key, value in node.items():
        if key == "func" and isinstance(value, str):
            into.calls.append((value, row))
        elif isinstance(value, int) and not isinstance(value, bool):
            if key in _WRITTEN:
                into.written.add(value)
            elif key in _READ:
                into.read.append((value, row))
        else:
            _read(value, into, row)


def _recursion(functions: Mapping[str, _Function]) -> Problem | None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> Problem | None:
        for called, row in functions[name].calls:
            if called in above or called == name:
                return Problem(row + 1, f"{_rule(called)} refers to itself")
            if called in functions and called not in done:
                found = visit(called, (*above, name))
                if found is not None:
                    return found
        done.add(name)
        return None

    for name in functions:
        found = None if name in done else visit(name, ())
        if found is not None:
            return found
    return None


def _rule(name: str) -> str:
    return name.removeprefix("g0.data.").rpartition(".")[2]

"""Rego through regopy, with its traps closed.

Only the worker process imports this: the library aborts a process that has others of C++ loaded.

What is met here, all of it seen with regopy 1.5.2: errors of built-in functions make a rule
undefined unless they are strict; the text of an answer is not escaped, so that a value could pass
itself off as another answer (it is read node by node); strings of a module are kept as they are
written, those of a question are not (then the question is put in both forms, and the stricter
answer counts); C strings end at a NUL; integers above 64 bits wrap around.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regopy
from regopy import rego_shared as library
from regopy.rego_shared import NodeKind

from jobs_tui.guard.policy import plan as plans
from jobs_tui.guard.policy.answer import Answer, NoAnswer
from jobs_tui.guard.policy.literals import canonical, package_of
from jobs_tui.guard.policy.messages import LONGEST_MESSAGE, messages

RULES = ("deny", "ask", "allow")
TEST = "test_"
_FILE = "policy.rego"
_ANSWER = '{"expressions":'
_UNDEFINED = object()
_PARSE_ERROR = re.compile(r"\(error \d+:policy\.rego\|(\d+)\|\d+\s+\(errormsg (\d+):")
_MESSAGE = re.compile(r"\(errormsg (\d+):")
_PLACE = re.compile(rb"-- policy\.rego:(\d+):\d+")
_INT64 = 2**63

# May be called once a process; what is written all the same goes where the worker lets it go.
regopy.set_default_log_level("None")


class BadModule(Exception):
    """A module that cannot be used; the text is one sentence with the line."""


class BuiltinFailed(NoAnswer):
    """A built-in function cannot do anything with a value."""


@dataclass(frozen=True, slots=True)
class Module:
    """A compiled policy."""

    bundle: Any
    path: str
    """Its package as entry points are written: ``jobs/authz``."""
    rules: tuple[str, ...]
    """Those of RULES that it defines."""
    escapes: bool
    """See ``literals.Text``."""
    builtins: tuple[tuple[str, int], ...] = ()
    """Calls of built-in functions, with their lines."""
    tests: tuple[str, ...] = ()
    """Rules that begin with ``test_``, as OPA's own test runner finds them."""


def compile_module(source: str) -> Module:
    """Make a policy ready to be asked.

    Raises:
        BadModule: it is no sound Rego, or defines nothing that could decide.
    """
    package = package_of(source)
    if package is None:
        raise BadModule("line 1: a module begins with its package, such as `package jobs.policy`")
    text = canonical(source)
    path = "/".join(package)
    interpreter = _interpreter()
    with _complaints() as complaints:
        try:
            interpreter.add_module(_FILE, text.source)
            bundle = interpreter.build(None, [path, *(f"{path}/{rule}" for rule in RULES)])
        except library.RegoError as error:
            raise BadModule(_parse_error(text.source, str(error))) from None
        if not bundle.ok():
            place = _PLACE.search(complaints())
            where = "" if place is None else f"line {int(place[1])}: "
            failure = _failure(library.rego_bundle_node(bundle._impl))
            raise BadModule(f"{where}{_small(failure)}")
    plan = _plan(interpreter, bundle)
    problem = plans.problem(plan, interpreter.is_builtin)
    if problem is not None:
        raise BadModule(f"line {problem.line}: {problem.text}")
    size = len(package)
    names = {rule[size] for rule in plans.rules(plan) if rule[:size] == package}
    rules = tuple(rule for rule in RULES if rule in names)
    if not rules:
        raise BadModule("it defines none of deny, ask and allow: nothing would be allowed")
    tests = tuple(sorted(name for name in names if name.startswith(TEST)))
    calls = tuple(plans.builtins(plan, interpreter.is_builtin))
    return Module(bundle, path, rules, text.escapes, calls, tests)


def failed_tests(source: str, module: Module) -> list[str]:
    """Of a module's own tests, those that do not hold, each with what went wrong.

    Args:
        source: that the module was compiled from.
    """
    interpreter = _interpreter()
    interpreter.add_module(_FILE, canonical(source).source)
    bundle = interpreter.build(None, [f"{module.path}/{name}" for name in module.tests])
    failed = []
    for name in module.tests:
        try:
            if _evaluate(_interpreter(), bundle, f"{module.path}/{name}") is not True:
                failed.append(name)
        except (NoAnswer, library.RegoError, ValueError, RecursionError) as error:
            failed.append(f"{name} ({_small(str(error))})")
    return failed


def ask(module: Module, question: Mapping[str, Any]) -> Answer:
    """Put a question to a module.

    Raises:
        NoAnswer: the evaluation failed, whatever the reason.
    """
    given = _plain(question)
    answer = _ask(module, given, written=False)
    if module.escapes and "\\" in json.dumps(given, ensure_ascii=False):
        answer = _stricter(answer, _ask(module, given, written=True))
    return answer


def _ask(module: Module, question: Any, *, written: bool) -> Answer:
    values: dict[str, Any] = {}
    for rule in module.rules:
        interpreter = _interpreter()
        try:
            if written:
                interpreter.set_input_term(json.dumps(question, ensure_ascii=False))
            else:
                interpreter.set_input(_quoted(question))
            value = _evaluate(interpreter, module.bundle, f"{module.path}/{rule}")
        except BuiltinFailed as error:
            raise NoAnswer(f"{rule}: {_where(module, error)}") from None
        except (library.RegoError, ValueError, RecursionError, UnicodeError) as error:
            raise NoAnswer(f"{rule}: {error or type(error).__name__}") from None
        values[rule] = value
    return Answer(
        deny=_said("deny", values.get("deny", _UNDEFINED)),
        ask=_said("ask", values.get("ask", _UNDEFINED)),
        allow=(values["allow"] is True) if "allow" in values else None,
    )


def _stricter(one: Answer, other: Answer) -> Answer:
    return Answer(
        deny=_both(one.deny, other.deny),
        ask=_both(one.ask, other.ask),
        allow=None if one.allow is None else bool(one.allow and other.allow),
    )


def _both(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(dict.fromkeys([*one, *other]))


@contextlib.contextmanager
def _complaints() -> Iterator[Callable[[], bytes]]:
    """What the library writes to our streams meanwhile: some places are told only there."""
    kept = {stream: os.dup(stream) for stream in (1, 2)}
    with tempfile.TemporaryFile() as file:
        for stream in kept:
            os.dup2(file.fileno(), stream)
        try:
            yield lambda: os.pread(file.fileno(), 100_000, 0)
        finally:
            for stream, copy in kept.items():
                os.dup2(copy, stream)
                os.close(copy)


def _interpreter() -> Any:
    interpreter = regopy.Interpreter()
    interpreter.strict_built_in_errors = True
    return interpreter


def _plan(interpreter: Any, bundle: Any) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="jobs-tui-policy-") as place:
        folder = Path(place) / "bundle"
        interpreter.save_bundle(str(folder), bundle)
        found: dict[str, Any] = json.loads((folder / "plan.json").read_text("utf-8"))
        return found


def _evaluate(interpreter: Any, bundle: Any, entry: str) -> Any:
    """The value of a rule, past the wrapper: that reads answers as JSON, which they are not."""
    output = library.rego_bundle_query_entrypoint(interpreter._impl, bundle._impl, entry)
    if not output:
        raise NoAnswer(f"{entry}: no answer")
    try:
        if not library.rego_output_ok(output):
            raise _failed(library.rego_output_node(output))
        text = library.rego_output_string(output)
        if text == "undefined":
            return _UNDEFINED
        if not text.startswith(_ANSWER):
            raise NoAnswer(_sized(_MESSAGE, text) or "the evaluation failed")
        terms = library.rego_output_expressions_at_index(output, 0)
        if not terms or library.rego_node_size(terms) != 1:
            raise NoAnswer("the evaluation gave no value")
        return _value(library.rego_node_get(terms, 0))
    finally:
        library.rego_free_output(output)


def _value(node: Any) -> Any:
    kind, size = library.rego_node_type(node), library.rego_node_size(node)
    if kind in (NodeKind.Term, NodeKind.Scalar):
        return _value(library.rego_node_get(node, 0))
    children = (library.rego_node_get(node, place) for place in range(size))
    if kind in (NodeKind.Set, NodeKind.Array):
        return [_value(child) for child in children]
    if kind is NodeKind.Object:
        pairs = (
            (library.rego_node_get(item, 0), library.rego_node_get(item, 1)) for item in children
        )
        return {str(_value(key)): _value(value) for key, value in pairs}
    if kind is NodeKind.Null:
        return None
    text = library.rego_node_value(node)
    if kind is NodeKind.Boolean:
        return text == "true"
    if kind in (NodeKind.Int, NodeKind.Float):
        return float(text)
    if kind is NodeKind.String:  # with quotes when it was computed, without when it was given
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    raise NoAnswer(f"an answer of the kind {kind.name} is not understood")


def _said(rule: str, value: Any) -> tuple[str, ...] | None:
    return None if value is _UNDEFINED else messages(rule, _readable(value))


def _readable(value: Any) -> Any:
    """A value whose texts are for people: those of the module arrive with escapes as written."""
    if isinstance(value, str):
        return _unescaped(value)
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, dict):
        return {_unescaped(key): item for key, item in value.items()}
    return value


def _unescaped(text: str) -> str:
    if "\\" in text:
        try:
            return str(json.loads(f'"{text}"', strict=False))
        except ValueError:
            return text  # it is a text of the question
    return text


def _failure(node: Any) -> str:
    for place in range(library.rego_node_size(node)):
        error = library.rego_node_get(node, place)
        for part in range(library.rego_node_size(error)):
            child = library.rego_node_get(error, part)
            if library.rego_node_type(child) is NodeKind.ErrorMessage:
                return " ".join(library.rego_node_value(child).split())[:LONGEST_MESSAGE]
    return "the evaluation failed"


def _failed(node: Any) -> NoAnswer:
    """The error of an evaluation; the library tells neither the function nor the line."""
    message, value, code = _failure(node), "", ""
    for error in _children(node):
        for child in _children(error):
            kind = library.rego_node_type(child)
            if kind is NodeKind.ErrorCode:
                code = code or library.rego_node_value(child)
            elif kind is NodeKind.ErrorAst and not value:
                value = "".join(library.rego_node_value(one) for one in _children(child))
    if code != "eval_builtin_error":
        return NoAnswer(message)
    return BuiltinFailed(f"{message} ({value:.60})" if value else message)


def _children(node: Any) -> list[Any]:
    return [library.rego_node_get(node, at) for at in range(library.rego_node_size(node))]


def _where(module: Module, error: BuiltinFailed) -> str:
    """Which call it may have been: where there is one only, it is that one."""
    if not module.builtins:
        return str(error)
    calls = ", ".join(f"{name} in line {line}" for name, line in module.builtins[:3])
    more = ", ..." if len(module.builtins) > 3 else ""
    said = f"{calls}{more}" if len(module.builtins) == 1 else f"one of {calls}{more}"
    return f"{said}: {error}"


def _parse_error(source: str, text: str) -> str:
    found = _PARSE_ERROR.search(text)
    if found is None:
        return _sized(_MESSAGE, text) or " ".join(text.split())[:LONGEST_MESSAGE]
    before = source.encode()[: int(found[1])].decode(errors="replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = text[found.end() : found.end() + int(found[2])]
    return f"line {line}, column {column}: {_small(message)}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _sized(pattern: re.Pattern[str], text: str) -> str:
    """A text that is written with its size before it: ``5:hello``."""
    found = pattern.search(text)
    return "" if found is None else text[found.end() : found.end() + int(found[1])]


def _quoted(value: Any) -> Any:
    """A question whose texts keep their quotes: the library takes one pair away, if there is."""
    if isinstance(value, str):
        return f'"{value}"' if value[:1] == value[-1:] == '"' else value
    if isinstance(value, dict):
        return {_quoted(key): _quoted(item) for key, item in value.items()}
    return [_quoted(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """A question as the library can take it without losing the end of a text or a digit."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if -_INT64 <= value < _INT64 else _rounded(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _rounded(value: int) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return str(value)[:LONGEST_MESSAGE]

"""Patterns, paths and expressions of end conditions: tried when saved, bounded when used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobs_tui.guard.end_conditions import check_end_condition, check_watch
from jobs_tui.guard.expressions import BadExpression, check_expression, holds
from jobs_tui.guard.json_paths import STEPS, TooMuchWork, check_path, same, values_at
from jobs_tui.guard.patterns import check_pattern, found
from jobs_tui.models.end_condition import normalised
from jobs_tui.models.errors import InvalidInput


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"matches": "(a"}, "matches", "missing )"),
        ({"matches": "(?=a)b"}, "matches", "look-around"),
        ({"matches": "(?:a{1000}){1000}"}, "matches", "repetition"),
        ({"json_path": "state"}, "path", "begin with $"),
        ({"json_path": "$.a["}, "path", "not a JSON path"),
        ({"json_path": "$[?match(@.a, 'x')]"}, "path", "'match' is not defined"),
        ({"json_path": "$[?@.a[*]]"}, "path", "single values"),
        ({"json_path": "$[?@[?@[*]]]"}, "path", "single values"),
        ({"expression": "results[0"}, "expression", "expected ']'"),
        ({"expression": "{{ runs }}"}, "expression", "not a template"),
        ({"expression": "runs }} x {{ 1"}, "expression", "not a template"),
        ({"expression": "result.status"}, "expression", "nothing called result,"),
        ({"expression": "results[0].state"}, "expression", "a result has no state"),
        ({"expression": "results|join('x')"}, "expression", "no filter named 'join'"),
        ({"expression": "runs is odder"}, "expression", "no test named 'odder'"),
        ({"expression": "(" * 400 + "1" + ")" * 400}, "expression", "nested too deep"),
        ({"expression": "-" * 900 + "1"}, "expression", "nested too deep"),
    ],
)
def test_what_cannot_be_compiled_is_refused(sent: Any, field: str, said: str) -> None:
    condition, _, _ = normalised({"any": [{"exit_code": 0}, sent]})
    with pytest.raises(InvalidInput) as caught:
        check_end_condition(condition)
    assert caught.value.field == f"end_condition.any.1.{field}"
    assert said in caught.value.sentence()


def test_what_can_be_compiled_is_taken() -> None:
    condition, _, _ = normalised(
        {
            "any": [
                {"matches": "(?i)grün$"},
                {"json_path": "$.items[?@.name == 'x'].price"},
                {"expression": "runs > 3 and results[0].json.state == 'open'"},
            ]
        }
    )
    check_end_condition(condition)
    check_end_condition(None)
    check_watch(None)
    check_watch({"what": "answer", "ignore": ["^Date:"]})
    with pytest.raises(InvalidInput) as caught:
        check_watch({"what": "answer", "ignore": ["ok", "("]})
    assert caught.value.field == "watch.ignore.1"


def test_a_pattern_that_would_go_back_for_ever_answers_at_once() -> None:
    check_pattern("(a|aa)+$", "f")
    assert found("(a|aa)+$", "a" * 90_000 + "b") is None
    assert found("(?i)GRÜN", "alles grün \ud800") == "grün"


def test_paths_are_counted() -> None:
    deep: list[Any] = []
    inner = deep
    for _ in range(80):
        more: list[Any] = [1, 2]
        inner.append(more)
        inner = more
    check_path("$..*..*..*.nothing", "f")
    with pytest.raises(TooMuchWork):
        values_at("$..*..*..*.nothing", deep)
    assert values_at("$[*]", [1] * (STEPS - 1)) == [1] * (STEPS - 1)
    with pytest.raises(RecursionError):
        values_at("$..a", json.loads("[" * 500 + "]" * 500))


def test_paths_find() -> None:
    document = {"items": [{"name": "x", "price": 5}, {"name": "y", "price": 6}]}
    assert values_at("$.items[?@.name == 'y'].price", document) == [6]
    assert values_at("$..price", document) == [5, 6]
    assert values_at("$.nothing", document) == []
    assert values_at("$", 5) == [5]


def test_true_is_not_one() -> None:
    assert same(1, 1.0)
    assert same({"a": [True, None]}, {"a": [True, None]})
    assert not same(True, 1)
    assert not same([0], [False])
    assert not same({"a": 1}, {"a": 1, "b": 2})


@pytest.mark.parametrize(
    "expression",
    [
        "results[0] * 100000",
        "'a'.replace('a', 'b')",
        "'x'.__class__",
        "'%9d' % 1",
        "'{:>9}'.format(1)",
        "results.append(1)",
        "results|sum",
        "10 ** 100 ** 2",
        "1 / 0",
        "results[7]",
        "state.missing",
        "state.missing.more",
    ],
)
def test_what_an_expression_may_not_do_is_said(expression: str) -> None:
    check_expression(expression, "f")
    with pytest.raises(BadExpression) as caught:
        holds(expression, {"results": ["x"], "runs": 1, "state": {}})
    assert str(caught.value)


def test_expressions_hold() -> None:
    values = {"results": [{"answer": "up up"}], "runs": 4, "state": {"paid": [2, 3]}}
    assert holds("runs >= 3 and 'up' in results[0].answer", values)
    assert holds("state.paid|sum == 5 and results[0].answer.split()|length == 2", values)
    assert holds("state.more|default(0) == 0", values)
    assert not holds("state.more is defined", values)

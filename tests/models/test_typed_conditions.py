"""Conditions as a person types them, by whatever face they come."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.end_condition import normalised
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.typed_conditions import typed_condition


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("the invoice is paid", "the invoice is paid"),
        ("note: it is paid", "note: it is paid"),
        ("exit:0", {"exit_code": 0}),
        ("EXIT: 3", {"exit_code": 3}),
        ("text:it is: green", {"type": "text", "contains": "it is: green"}),
        ("match:^ok$", {"type": "text", "matches": "^ok$"}),
        ("json:$.state", {"json_path": "$.state"}),
        ("json:$.state=done", {"json_path": "$.state", "equals": "done"}),
        ("json:$.n = 3", {"json_path": "$.n", "equals": 3}),
        ("json:$.a[?(@.b=='c')].d=true", {"json_path": "$.a[?(@.b=='c')].d", "equals": True}),
        ("expr:results[0].exit_code == 0", {"expression": "results[0].exit_code == 0"}),
        ("changed", {"changed": True}),
        ('{"verdict": true}', {"verdict": True}),
    ],
)
def test_a_condition_as_it_is_typed(text: str, sent: Any) -> None:
    assert typed_condition(text) == sent


@pytest.mark.parametrize("text", ["exit:", "exit:x", "text: ", "match:", "json:", "expr:", "{no"])
def test_a_sign_without_its_value_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        typed_condition(text, "end_condition.any.1")
    assert caught.value.field == "end_condition.any.1"
    assert "For example" in caught.value.hint


@pytest.mark.parametrize(
    "sent",
    [
        '{"any": [{"text": "green"}, {"exit_code": 3}]}',
        {"any": ["text:green", "exit:3"]},
        {"any": ["text:green", {"exit_code": 3}]},
    ],
)
def test_it_stands_wherever_a_condition_does(sent: Any) -> None:
    green = {"type": "text", "contains": "green"}
    wanted = {"any": [green, {"type": "exit_code", "equals": 3}]}
    assert normalised(sent) == (wanted, None, None)

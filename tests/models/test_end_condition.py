"""End conditions and watches: short forms, the normal form, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.models.end_condition import goals, normalised, normalised_watch, watches, words
from jobs_tui.models.errors import InvalidInput

VERDICT = {"type": "verdict"}
EXIT_0 = {"type": "exit_code", "equals": 0}

SHORT_FORMS: list[tuple[Any, list[dict[str, Any]], int | None, str | None]] = [
    ("  it is paid ", [{"type": "verdict", "goal": "it is paid"}], None, None),
    ({"verdict": True}, [VERDICT], None, None),
    ({"verdict": "it is paid"}, [{"type": "verdict", "goal": "it is paid"}], None, None),
    ({"goal": "it is paid"}, [{"type": "verdict", "goal": "it is paid"}], None, None),
    ({"exit_code": 0}, [EXIT_0], None, None),
    ({"type": "exit_code"}, [EXIT_0], None, None),
    ({"text": "green"}, [{"type": "text", "contains": "green"}], None, None),
    ({"matches": "gr.+n"}, [{"type": "text", "matches": "gr.+n"}], None, None),
    ({"text": {"matches": "gr.+n"}}, [{"type": "text", "matches": "gr.+n"}], None, None),
    ({"json_path": "$.x"}, [{"type": "json_path", "path": "$.x"}], None, None),
    (
        {"json_path": "$.x", "equals": None},
        [{"type": "json_path", "path": "$.x", "equals": None}],
        None,
        None,
    ),
    ({"expression": "runs > 3"}, [{"type": "expression", "expression": "runs > 3"}], None, None),
    ({"changed": True}, [{"type": "changed", "times": 1}], None, None),
    ({"changed": 2}, [{"type": "changed", "times": 2}], None, None),
    ({"max_runs": 3}, [], 3, None),
    ({"exit_code": 0, "end_at": "tomorrow"}, [EXIT_0], None, "tomorrow"),
    ({"any": [{"exit_code": 0}, EXIT_0, {"max_runs": 2}]}, [EXIT_0], 2, None),
    ({"any": [{"exit_code": 0}], "max_runs": 4}, [EXIT_0], 4, None),
]


@pytest.mark.parametrize(("sent", "found", "max_runs", "end_at"), SHORT_FORMS)
def test_short_forms(
    sent: Any, found: list[dict[str, Any]], max_runs: int | None, end_at: str | None
) -> None:
    normal = ({"any": found} if found else None, max_runs, end_at)
    assert normalised(sent) == normal
    if found:
        assert normalised(normal[0] or {}) == (normal[0], None, None)


REFUSED: list[tuple[Any, str, str]] = [
    (" ", "end_condition", "blank"),
    (5, "end_condition", "a text or an object"),
    ({}, "end_condition", "empty"),
    ({"any": []}, "end_condition.any", "a list"),
    ({"any": [{}]}, "end_condition.any.0", "empty"),
    ({"any": [{"exit_code": 0}], "all": []}, "end_condition", "beside any"),
    ({"soon": True}, "end_condition", "no condition 'soon'"),
    ({"type": "soon"}, "end_condition.type", "no condition 'soon'"),
    ({"exit_code": True}, "end_condition.equals", "number"),
    ({"exit_code": "0"}, "end_condition.equals", "integer"),
    ({"exit_code": 300}, "end_condition.equals", "255"),
    ({"text": {"contains": "a", "matches": "b"}}, "end_condition", "one of"),
    ({"text": " "}, "end_condition.contains", "blank"),
    ({"type": "text", "contains": "x" * 1001}, "end_condition.contains", "1000"),
    ({"type": "verdict", "goals": "x"}, "end_condition.goals", "extra"),
    ({"max_runs": 0}, "end_condition.max_runs", "from 1"),
    ({"end_at": 5}, "end_condition.end_at", "a time"),
    ({"changed": False}, "end_condition.changed", "ends nothing"),
    ({"text": "a", "exit_code": 1, "matches": "b"}, "end_condition", "not clear"),
    ({"any": [{"max_runs": 1}, {"max_runs": 2}]}, "end_condition.any.1", "twice"),
    ({"any": [{"exit_code": n} for n in range(21)]}, "end_condition", "may have 20"),
    ({"json_path": "$.x", "equals": "y" * 1001}, "end_condition.equals", "longer"),
]


@pytest.mark.parametrize(("sent", "field", "said"), REFUSED)
def test_refused(sent: Any, field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        normalised(sent)
    assert caught.value.field == field
    assert said in caught.value.sentence()
    assert "\n" not in caught.value.sentence()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("it is\npaid", "until the agent says done: it is paid"),
        ({"exit_code": 0}, "until exit code 0"),
        ({"text": "green"}, "until the answer contains 'green'"),
        ({"json_path": "$.x", "equals": "y"}, 'until $.x is "y"'),
        ({"any": [{"changed": 2}, {"matches": "x"}]},
         "until the answer has changed 2 times or the answer matches x"),
    ],
)  # fmt: skip
def test_words(sent: Any, said: str) -> None:
    assert words(normalised(sent)[0]) == said


def test_no_condition_has_no_words() -> None:
    assert words(None) == ""
    assert goals(None) is None


def test_goals_are_those_that_the_agent_judges() -> None:
    assert goals(normalised({"exit_code": 0})[0]) is None
    assert goals(normalised({"verdict": True})[0]) == ()
    assert goals(normalised({"any": ["a", {"goal": "b"}]})[0]) == ("a", "b")


def test_a_changed_condition_watches() -> None:
    assert watches(normalised({"changed": True})[0], None)
    assert watches(None, {"what": "answer"})
    assert not watches(normalised({"exit_code": 0})[0], None)


def test_a_watch_may_ignore_lines() -> None:
    assert normalised_watch(None) is None
    assert normalised_watch({}) == {"what": "answer"}
    assert normalised_watch({"ignore": "^Date"}) == {"what": "answer", "ignore": ["^Date"]}
    with pytest.raises(InvalidInput) as caught:
        normalised_watch({"what": "weather"})
    assert caught.value.field == "watch.what"

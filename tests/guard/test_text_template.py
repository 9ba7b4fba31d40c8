"""Templates for agents that are not a shell."""

from __future__ import annotations

import pytest

from jobs_tui.guard.text_template import MAX_RESULT, MAX_TEMPLATE, render_text, text_variables
from jobs_tui.models.errors import InvalidInput


@pytest.mark.parametrize(
    ("template", "result"),
    [
        ("plain $(x) `y`\n", "plain $(x) `y`\n"),
        ("a {{ a }} {{a}}\n", "a <b>&{{ x }} <b>&{{ x }}\n"),
        ("{{ d }} {{ n }} {{ t }}", '{"k":[1,null]}  true'),
        ("{% for k in d.k %}[{{ k }}]{% endfor %}", "[1][]"),
        ("{% if t %}yes{% endif %}{# no #}", "yes"),
        ("{{ missing | default('d') }}", "d"),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", "012"),
        ("{{ range }}", "mine"),
    ],
)
def test_render(template: str, result: str) -> None:
    values: dict[str, object] = {"a": "<b>&{{ x }}", "d": {"k": [1, None]}, "n": None, "t": True}
    if template == "{{ range }}":
        values["range"] = "mine"
    assert render_text(template, values) == result


@pytest.mark.parametrize(
    ("template", "field", "says"),
    [
        ("x\n{{ missing }}", "parameters", "variable missing has no value"),
        ("{% for x in missing %}{% endfor %}", "parameters", "variable missing has no value"),
        ("x\n{{ a.b }}", "parameters", "(line 2)"),
        ("x\n{% if %}", "prompt_template", "line 2"),
        ("x\n{{ a | nope }}", "prompt_template", "line 2: there is no filter named 'nope'"),
        ("{% include 'x' %}", "prompt_template", "no loader"),
        ("{{ a.__class__.__mro__ }}", "prompt_template", "unsafe"),
        ("x\n{{ 1 / 0 }}", "prompt_template", "(line 2): division by zero"),
        ("{{ 'a' * 10 ** 9 }}", "prompt_template", "too long"),
        ("{% for i in range(999) %}{% for j in range(999) %}{% endfor %}{% endfor %}",
         "prompt_template", "range() gives more"),
        ("{% for i in range(20000) %}{{ 'a' * 100 }}{% endfor %}", "prompt_template",
         "longer than"),
        ("{{ a.upper }}", "prompt_template", "has no text"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "prompt_template", "recursion"),
    ],
)  # fmt: skip
def test_errors(template: str, field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        render_text(template, {"a": "x"})
    assert says in caught.value.message
    assert caught.value.field == field


def test_limits() -> None:
    assert len(render_text("{{ a }}", {"a": "x" * MAX_RESULT})) == MAX_RESULT
    with pytest.raises(InvalidInput, match="longer than"):
        render_text("{{ a }}.", {"a": "x" * MAX_RESULT})
    with pytest.raises(InvalidInput, match="characters"):
        text_variables("{{ a }}" + " " * MAX_TEMPLATE)


def test_the_budget_of_range_is_for_each_rendering() -> None:
    for _ in range(3):
        render_text("{% for i in range(60000) %}{% endfor %}", {})


def test_variables() -> None:
    template = "{{ b }} {% for x in items %}{{ x }} {{ a.c }}{% endfor %} {{ b }} {{ range(2) }}"
    assert text_variables(template) == ("b", "items", "a")
    assert text_variables("plain") == ()

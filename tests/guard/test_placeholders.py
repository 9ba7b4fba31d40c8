"""Placeholders of shell prompts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jobs_tui.guard.placeholders import evaluate, find, variables
from jobs_tui.models.errors import InvalidInput


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("echo hi", ()),
        ("echo {{ b }} {{a}} {{ b }}", ("b", "a")),
        ("{{ name | upper }}", ("name",)),
        ("{{ payload.ref }} {{ payload['a b'] }} {{ headers['X-Y'] }}", ("payload", "headers")),
        ("{{ y if z else w }}", ("y", "z", "w")),
        ("{{ range }} {{ dict }}", ("range", "dict")),
        ("docker ps --format '{{.Names}}' {{ a }} {{.ID}}", ("a",)),
        ("{% if %} {# ${#x} #} ${x} { {a} }", ()),
        ('{{ "{{" }} {{ "}}" }} {{ {"a": {"b": c}}["a"] }}', ("c",)),
    ],
)
def test_variables(prompt: str, names: tuple[str, ...]) -> None:
    assert variables(prompt) == names


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("echo\n  {{ a", "line 2, column 3 is not closed"),
        ("{{ a\n}}", "line 1, column 1 is not closed"),
        ("x {{ }}", "line 1, column 3 is not valid: it is empty"),
        ("{{ a b }}", "unexpected 'b'"),
        ("{{ a | nope }}", "no filter named 'nope'"),
        ("{{ (a | nope) + 1 }}", "no filter named 'nope'"),
        ("{{ a is nope }}", "no test named 'nope'"),
        ("{{{ v }}}", "not valid"),
        ("awk '{{ print $1 }}'", "not valid"),
        ("{{ " + "(" * 900 + " }}", "not valid"),
    ],
)
def test_bad_placeholders(prompt: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        find(prompt)
    assert says in caught.value.message
    assert caught.value.field == "prompt_template"
    assert '{{ "{{" }}' in caught.value.hint


def test_places() -> None:
    (one,) = find("a\nbc {{ v | trim }} d")
    assert (one.start, one.end, one.line, one.column) == (5, 19, 2, 4)
    assert one.label == "v | trim"


VALUES = {"a": "x", "p": {"k": [1, 2]}, "result": "r", "self": "s", "n": 3}


@pytest.mark.parametrize(
    ("prompt", "value"),
    [
        ("{{ a }}", "x"), ("{{ a | upper }}", "X"), ("{{ p.k[1] }}", 2), ("{{ p['k'] }}", [1, 2]),
        ("{{ result }}", "r"), ("{{ result | upper }}", "R"), ("{{ n + 1 }}", 4),
        ("{{ missing | default('d') }}", "d"), ("{{ p.nope | default('d') }}", "d"),
        ("{{ '%s-%s' % (a, n) }}", "x-3"), ("{{ a * 3 }}", "xxx"),
    ],
)  # fmt: skip
def test_evaluate(prompt: str, value: object) -> None:
    assert evaluate(find(prompt)[0], VALUES) == value


@pytest.mark.parametrize(
    ("prompt", "field"),
    [
        ("{{ missing }}", "parameters"), ("{{ missing | upper }}", "parameters"),
        ("{{ p.nope }}", "parameters"), ("{{ p.nope.more }}", "parameters"),
        ("{{ a + 1 }}", "prompt_template"), ("{{ 1 / 0 }}", "prompt_template"),
        ("{{ a.__class__ }}", "prompt_template"), ("{{ a.__class__.__mro__ }}", "prompt_template"),
        ("{{ a * 10 ** 9 }}", "prompt_template"), ("{{ 9 ** 999 }}", "prompt_template"),
        ("{{ '%99999d' % n }}", "prompt_template"), ("{{ a.zfill(10 ** 9) }}", "prompt_template"),
        ("{{ '{:999999}'.format(a) }}", "prompt_template"),
        ("{{ p.k.append(3) }}", "prompt_template"),
    ],
)  # fmt: skip
def test_evaluate_refuses(prompt: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        evaluate(find(prompt)[0], VALUES)
    assert caught.value.field == field


def test_prompts_without_markup_do_not_load_jinja() -> None:
    code = (
        "import sys; from jobs_tui.guard import shell_template, text_template, masking; "
        "shell_template.render_shell('echo hi', {}); text_template.render_text('hi', {}); "
        "sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

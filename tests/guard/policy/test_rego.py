"""Rego modules: what they say, and every way in which they fail to say anything."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_tui.guard.policy.answer import Answer, NoAnswer
from tests.guard.policy.made import asked, problem_of


def said(module: str, **question: Any) -> Answer:
    """What a module of the package p says."""
    return asked(f"package p\n{module}\n", question)


def problem(source: str) -> str:
    found = problem_of(source)
    assert found is not None
    return found


class TestDecisions:
    def test_a_set_gives_its_messages_in_order(self) -> None:
        module = 'deny contains "b" if input.x\ndeny contains "a" if input.x\nask contains "c"'
        assert said(module, x=1) == Answer(("a", "b"), ("c",), None)
        assert said(module) == Answer(None, ("c",), None)

    def test_true_and_false(self) -> None:
        assert said("deny if input.x", x=True).deny == ()
        assert said("deny if input.x").deny is None
        assert said("default deny := false\ndeny if input.x").deny is None
        assert said("ask := true").ask == ()

    def test_a_text(self) -> None:
        assert said('deny := "never" if input.x', x=1).deny == ("never",)

    @pytest.mark.parametrize("value", [1, 2, "true", None, [True]])
    def test_only_true_allows(self, value: object) -> None:
        assert said("allow := input.x", x=value).allow is False
        assert said("allow := input.x", x=True).allow is True

    def test_an_allow_that_is_undefined_does_not_allow_whatever_else_is_there(self) -> None:
        module = "allow if input.x == 1\ndeny contains 1 if false"
        assert said(module, x=2) == Answer(None, None, False)

    def test_sets_of_version_0(self) -> None:
        module = 'deny[message] { input.x == 1; message := "old" }'
        assert said(module, x=1).deny == ("old",)
        assert said(module, x=2).deny is None

    def test_a_rule_with_parts_denies_by_their_names(self) -> None:
        assert said('deny.late contains "x" if input.x', x=1).deny == ("late",)

    def test_what_is_no_decision(self) -> None:
        with pytest.raises(NoAnswer, match="deny is neither a set of texts nor true or false"):
            said("deny := 3")

    def test_messages_that_are_no_texts_are_shown(self) -> None:
        assert said("deny contains [1, true]").deny == ("[1.0, true]",)

    def test_metadata_imports_and_the_language(self) -> None:
        module = """# METADATA
# title: All of it
package p.q
import rego.v1
import input.tool as tool
kinds := {"a": 1, "b": 2}
twice(x) := y if { y := x * 2 }
size(x) := "big" if { x > 5 } else := "small"
default allow := false
allow if {
    every word in split(tool.cmd, " ") { word != "rm" }
    some kind, number in kinds
    number == 2
    kind == "b"
    twice(number) == 4
    size(number) == "small"
}
deny contains message if {
    words := {word | some word in split(tool.cmd, " "); startswith(word, "mk")}
    count(words) > 0
    message := concat(", ", sort([word | some word in words]))
}
deny contains "deep" if { walk(tool.deep, [path, value]); value == "secret"; count(path) == 2 }
ask contains "with" if { thing with input as {"thing": true} }
thing if input.thing
"""
        tool = {"cmd": "mkfs mkdir x", "deep": {"a": {"b": "secret"}}}
        assert asked(module, {"tool": tool}) == Answer(("deep", "mkdir, mkfs"), ("with",), True)
        assert asked(module, {"tool": {"cmd": "rm x"}}).allow is False


class TestErrors:
    @pytest.mark.parametrize(
        ("module", "why"),
        [
            ('deny contains "x" if startswith(input.n, "a")', "startswith: operand 1 must be"),
            ('allow if not startswith(input.n, "a")', "startswith: operand 1 must be"),
            ('deny contains "x" if to_number("abc") > 1', "invalid syntax"),
            ("deny := 1 if true\ndeny := 2 if true", "must not produce multiple outputs"),
            ('deny contains "x" if input.n / 0 > 1', "divide by zero"),
        ],
    )
    def test_a_rule_that_fails_is_no_answer(self, module: str, why: str) -> None:
        with pytest.raises(NoAnswer, match=why):
            said(module, n=1)

    def test_a_rule_that_nobody_uses_may_fail(self) -> None:
        assert said('unused := to_number("abc")\nallow if input.n == 1', n=1).allow is True


class TestBadModules:
    @pytest.mark.parametrize(
        ("source", "says"),
        [
            ("", "line 1: a module begins with its package"),
            ("hello", "line 1: a module begins with its package"),
            ("# package p\nallow := true", "line 1: a module begins with its package"),
            ("package p", "none of deny, ask and allow"),
            ("package p\nother := 1", "none of deny, ask and allow"),
            ("package p\n\ndeny contains 1 if {", "line 3, column 20: this is unclosed"),
            ('package p\n\ndeny contains "ü" if { ]] }', "line 3, column 24: syntax error"),
            (
                "package p\n\nallow if {\n  split(input.a, 1)[_] + split(input.b, 1)[_] == 0\n}",
                "line 4: invalid bracket argument",
            ),
            ("package p\nallow if nope(1)", "line 2: there is no function nope here"),
            (
                "package p\ndeny contains 1 if {\n  input.x\n  http.send({})\n}",
                "line 4: there is no function http.send here",
            ),
            (
                'package p\nallow if net.cidr_contains("10.0.0.0/8", input.x)',
                "line 2: there is no function net.cidr_contains here",
            ),
            ("package p\nallow if a\na if b\nb if a", "refers to itself"),
            ("package p\nallow if f(1)\nf(x) := g(x)\ng(x) := f(x)", "refers to itself"),
        ],
    )
    def test_one_sentence_with_the_line(self, source: str, says: str) -> None:
        assert says in problem(source)

    @pytest.mark.parametrize(
        "rule",
        [
            'deny contains "x" if inptu.action == "tool"',
            "deny contains message if { not other }",
            'deny contains message if { input.x; mesage := "x" }',
            'allow if { helper == "x" }\nhelpers := "x"',
            # The library finds that this holds, whatever the words are.
            'allow if { every word in input.words { not word in {"rm"} } }',
        ],
    )
    def test_a_name_without_a_value_is_found_before_anything_is_asked(self, rule: str) -> None:
        assert "line 2: a name in the rule" in problem(f"package p\n{rule}")


class TestTexts:
    """The library keeps literals as they are written and questions as they are."""

    @pytest.mark.parametrize(
        ("rule", "text"),
        [
            ('contains(input.t, "\\n")', "a\nb"),
            ('input.t == "say \\"hi\\""', 'say "hi"'),
            ('input.t == "C:\\\\dir"', "C:\\dir"),
            ("input.t == `C:\\dir`", "C:\\dir"),
            ('input.t == "\\u00fc\\/"', "ü/"),
            ('input.t == "\\u001b[1m"', "\x1b[1m"),
            ('contains(input.t, `"`)', 'a"b'),
            ("regex.match(`(^|\\s)rm\\s`, input.t)", "ls\nrm\t-rf"),
            ('regex.match("(^|\\\\s)rm\\\\s", input.t)', "ls\nrm\t-rf"),
            ('regex.match(`^"[^"]+"$`, input.t)', '"x"'),
            ("regex.match(`^.$`, input.t)", '"'),
            ('input.t == "\\"x\\""', '"x"'),
            ('input.k["\\"x\\""] == 1', '"x"'),
            ('startswith(input.t, "\\"rm")', '"rm" -rf "/"'),
        ],
    )
    def test_compare_as_they_read(self, rule: str, text: str) -> None:
        assert said(f'deny contains "found" if {rule}', t=text, k={text: 1}).deny == ("found",)
        assert said(f'deny contains "found" if {rule}', t="other", k={}).deny is None

    def test_quotes_around_a_text_belong_to_it(self) -> None:
        assert said('deny if input.t == "x"', t='"x"').deny is None
        assert said('allow if input.t in {"x"}', t='"x"').allow is False

    def test_a_pattern_that_allows_is_read_once(self) -> None:
        module = r'allow if regex.match(`^echo [\w\s"]+$`, input.t)'
        assert said(module, t='echo "a\nb"').allow is True
        assert said(module, t="echo $(x)").allow is False

    def test_nothing_in_a_question_passes_itself_off_as_an_answer(self) -> None:
        module = 'deny contains msg if msg := sprintf("no %v", [input.t])\nallow := true'
        answer = said(module, t='x"], "deny": [], "allow": true, "z": ["')
        assert answer.deny == ('no x"], "deny": [], "allow": true, "z": ["',)

    def test_nothing_hides_behind_a_nul(self) -> None:
        assert said('deny contains "x" if contains(input.t, "rm")', t="ls\x00rm").deny == ("x",)

    def test_what_no_text_can_hold_is_looked_at_all_the_same(self) -> None:
        assert said('deny contains "x" if contains(input.t, "rm")', t="\ud800rm").deny == ("x",)

    def test_messages_are_one_line_without_escapes(self) -> None:
        module = 'deny contains sprintf("say \\"no\\"\\nto %v", [input.t])'
        assert said(module, t="\x1b[31mred\x1b[0m").deny == ('say "no" to red',)


class TestNumbers:
    def test_large_ones_do_not_wrap_around(self) -> None:
        assert said("deny if input.n > 1000", n=2**64 + 1).deny == ()
        assert said("deny if input.n < 0", n=2**63).deny is None

    def test_what_json_has_no_number_for_is_text(self) -> None:
        assert said('deny if input.n == "inf"', n=float("inf")).deny == ()
        assert said('deny if input.n == "nan"', n=float("nan")).deny == ()

    def test_a_number_beyond_any_other_is_no_answer_to_be_afraid_of(self) -> None:
        assert said("allow if is_string(input.n)", n=10**400).allow is True

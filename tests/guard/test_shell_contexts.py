"""Every quoting context of PROTOTYPES D against real bash: values come out byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs_tui.guard.shell_template import render_shell
from jobs_tui.models.errors import InvalidInput
from tests.guard.bash import HOSTILE, output

# script -> what it prints when {{ v }} is the value V
TEXT_PLACES = [
    ("printf '%s\\n' {{ v }}", "V\n"),
    ("printf '%s\\n' {{v}}{{v}}", "VV\n"),
    ("printf '%s\\n' {{v}}/file", "V/file\n"),
    ("printf '%s\\n' ~{{v}}", "~V\n"),
    ("printf '%s\\n' a{{v}}b'c{{v}}d'\"e{{v}}f\"", "aVbcVdeVf\n"),
    ("printf '%s\\n' \"it's {{ v }}\"", "it's V\n"),
    ("printf '%s\\n' '\"{{ v }}\"'", '"V"\n'),
    ("printf '%s\\n' $'a\\t{{ v }}\\'b'", "a\tV'b\n"),
    ("printf '%s\\n' $\"a{{ v }}\"", "aV\n"),
    ("printf '%s\\n' '\\{{ v }}'", "\\V\n"),
    ("printf '%s\\n' \"\\\\{{ v }}\"", "\\V\n"),
    ("X={{ v }}; printf '%s\\n' \"$X\"", "V\n"),
    ("X={{ v }} printenv X", "V\n"),
    ("export X={{ v }}; printenv X", "V\n"),
    ("f() { local x={{ v }}; printf '%s\\n' \"$x\"; }; f", "V\n"),
    ('a=(1 {{ v }} "x{{ v }}"); printf \'%s\\n\' "${a[@]}"', "1\nV\nxV\n"),
    ("a=([3]={{ v }}); printf '%s\\n' \"${a[3]}\"", "V\n"),
    ("for x in {{ v }} '{{v}}'; do printf '%s\\n' \"$x\"; done", "V\nV\n"),
    ("for x in a; do printf '%s\\n' {{v}}; done", "V\n"),
    ("case {{ v }} in {{ v }}) echo same;; *) echo other;; esac", "same\n"),
    ("case x{{ v }}y in (a|x{{ v }}y) printf '%s\\n' {{v}};; esac", "V\n"),
    ("echo $(case x in x) printf '%s' \"{{ v }}\" >/dev/null; echo k;; esac)", "k\n"),
    ("[[ {{ v }} == {{ v }} ]] && echo same", "same\n"),
    ("[[ a{{ v }} =~ ^a{{ v }}$ ]] && echo same", "same\n"),
    ("[ {{ v }} = {{ v }} ] && echo same", "same\n"),
    ("cat <<< {{ v }}", "V\n"),
    ("cat <<E\nx {{ v }} \"{{ v }}\" '{{ v }}'\nE\n", "x V \"V\" 'V'\n"),
    ("cat <<-E\n\tx {{ v }}\n\tE\necho end", "x V\nend\n"),
    ("cat <<E - <<F\nno {{v}}\nE\n{{ v }}\nF\n", "V\n"),
    ("cat <<E; cat <<F\na {{v}}\nE\nb {{ v }}\nF\n", "a V\nb V\n"),
    ("x=$(cat <<E\n{{ v }}\nE\n); printf '%s\\n' \"$x\"", "V\n"),
    ("printf '%s\\n' ${x:-{{ v }}}", "V\n"),
    ("printf '%s\\n' \"${x:-{{ v }}}\"", "V\n"),
    ('printf \'%s\\n\' "${x:-a"b{{ v }}"c}"', "abVc\n"),
    ("x=y; IFS=; set -f; printf '%s\\n' ${x/y/{{ v }}}", "V\n"),
    ("x=y; printf '%s\\n' \"${x/y/{{ v }}}\"", "V\n"),
    ("x=a{{ v }}b; printf '%s\\n' ${x#a{{ v }}}", "b\n"),
    ("x=a{{ v }}b; printf '%s\\n' \"${x%{{ v }}b}\"", "a\n"),
    ("x=a{{ v }}b; printf '%s\\n' ${x/{{ v }}/-}", "a-b\n"),
    ("printf '%s\\n' \"$(printf '%s' \"$(printf '%s.' {{ v }})\")\"", "V.\n"),
    ("cat <(printf '%s' {{ v }})", "V"),
    ('bash -c \'printf "%s\\n" "$1"\' _ {{ v }}', "V\n"),
    ('env X=1 bash -lc \'printf "%s\\n" "$1"\' _ {{ v }}', "V\n"),
    ("bash -s -- {{ v }} <<'E'\nprintf '%s\\n' \"$1\"\nE\n", "V\n"),
    ("printf -v x %s {{ v }}; printf '%s\\n' \"$x\"", "V\n"),
    ("echo a # {{ v }} ' \" `\necho b", "a\nb\n"),
    ("echo ${#HOME} >/dev/null; printf '%s\\n' \\\n  {{ v }}", "V\n"),
    ("if true; then printf '%s\\n' {{ v }}; fi", "V\n"),
    ("{ printf '%s\\n' {{ v }}; } 2>&1 | cat", "V\n"),
    ("(printf '%s\\n' {{ v }})", "V\n"),
    ("$( (echo printf) ) '%s\\n' \"{{ v }}\"", "V\n"),
    ("2>/dev/null printf '%s\\n' {{ v }}", "V\n"),
    ("function f { printf '%s\\n' \"$1\"; }; f {{ v }}", "V\n"),
    ("coproc cat; printf '%s\\n' {{ v }}", "V\n"),
    ("set -u; printf '%s\\n' {{ v }}", "V\n"),
    ("IFS=/; printf '%s\\n' {{ v }}", "V\n"),
    ("shopt -s extglob\ncase {{ v }} in @(a|{{ v }})) echo same;; esac", "same\n"),
]


@pytest.mark.parametrize(("script", "expected"), TEXT_PLACES)
def test_values_come_out_as_they_went_in(script: str, expected: str, tmp_path: Path) -> None:
    for value in ("plain", *HOSTILE[:2], "a\nb 'c' \"d\" \\ $e `f` * -x é!", "-n", "\\"):
        assert output(script, tmp_path, v=value) == expected.replace("V", value)


@pytest.mark.parametrize("value", HOSTILE)
def test_every_hostile_value_in_one_script(value: str, tmp_path: Path) -> None:
    script = (
        "printf '%s\\n' {{ v }} \"a{{ v }}b\" 'a{{ v }}b' $'{{v}}'\n"
        'cat <<E\n{{ v }}\nE\nx={{ v }}; printf \'%s\\n\' "${x}" "${y:-{{ v }}}"'
    )
    expected = f"{value}\na{value}b\na{value}b\n{value}\n{value}\n{value}\n{value}\n"
    assert output(script, tmp_path, v=value) == expected


def test_the_acceptance_prompt(tmp_path: Path) -> None:
    value = '$(touch pwned); "`id`"'
    text = output(
        "echo \"branch: {{ branch }}\" {{ branch }} '{{ branch }}'", tmp_path, branch=value
    )
    assert text == f"branch: {value} {value} {value}\n"


ARITHMETIC = [
    "echo $(( {{ n }} + 1 ))",
    "(( {{ n }} > 1 )) && echo 8",
    "for ((i={{ n }}; i<8; i++)); do :; done; echo $((i))",
    "echo $[ {{ n }} + 1 ]",
    "x=abcdefghij; echo ${x:{{ n }}:1}",
    'x=abcdefghij; echo "${x:"{{ n }}":1}"',
    "[[ {{ n }} -eq 7 ]] && echo ok",
    '[[ "{{ n }}" -eq 7 ]] && echo ok',
    "[[ '{{ n }}' -lt 8 ]] && echo ok",
    "[[ {{ n }} == 7 && 1 -eq 1 ]] && echo ok",
    "echo $(( $(echo {{ n }}) + 1 ))",
    'echo $(( "{{ n }}" + 1 ))',
    "declare -i x; x={{ n }}; echo $x",
    "declare -i x; for x in {{ n }}; do echo $x; done",
    "if (( {{ n }} )); then echo yes; fi",
    "sleep 0 & wait -n {{ n }}",
]


@pytest.mark.parametrize("script", ARITHMETIC)
def test_arithmetic_takes_whole_numbers_only(script: str, tmp_path: Path) -> None:
    if "wait" not in script:
        assert output(script, tmp_path, n=7).strip()
    assert render_shell(script, {"n": "-12"}).env == {"JT_1": "-12"}
    for value in ("a[$(touch pwned)]", "x", "", "1+1", "010", "1 ", "0x1", 1.5, "\u0661", "1\n"):
        with pytest.raises(InvalidInput, match="whole number") as caught:
            render_shell(script, {"n": value})
        assert caught.value.field == "parameters"


def test_a_comment_shows_the_name_and_never_the_value() -> None:
    rendering = render_shell("# for {{ v }}\necho {{ v }} # {{ v }}", {"v": "\ntouch pwned"})
    assert rendering.source == '# for {{ v }}\necho "${JT_1}" # {{ v }}'


def test_two_parentheses_that_are_a_subshell(tmp_path: Path) -> None:
    assert output("echo $((echo a) | cat) {{ v }}", tmp_path, v="b") == "a b\n"
    assert output("((echo a) | cat); echo {{ v }}", tmp_path, v="b") == "a\nb\n"

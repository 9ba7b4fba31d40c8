"""What PROTOTYPES D refuses and warns about, and the traps met on the way."""

from __future__ import annotations

import pytest

from jobs_tui.guard.shell_template import check_shell, render_shell
from jobs_tui.models.errors import InvalidInput

# ruff: noqa: E501 (one row of a table is one line)
REFUSED = [
    "bash -c $x {{ v }}", ". /dev/stdin <<< {{ v }}", "source /dev/stdin <<E\n{{ v }}\nE\n",
    "$BASH <<< {{ v }}", "bash -o posix <<< {{ v }}", "bash /dev/stdin <<< {{ v }}",
    'd""eclare -n k; declare -i k={{ v }}',
    # a command's name
    "{{ v }}", "{{ v }} x", "X=1 {{ v }}", "X={{ v }} {{ v }}", "if {{ v }}; then :; fi",
    "! {{ v }}", "time {{ v }}", "time -p {{ v }}", "a && {{ v }}", "a | {{ v }}", "a & {{ v }}",
    "( {{ v }} )", "{ {{ v }}; }", "$( {{ v }} )", "$(echo {{ v }})", "{{ v }}() { :; }",
    "while {{ v }}; do :; done", "case x in x) {{ v }};; esac", "'x={{ v }}'", "./{{ v }}/run",
    "command {{ v }}", "exec {{ v }}", "env {{ v }}", "env A=1 {{ v }}", "nohup {{ v }}",
    "timeout 5 {{ v }}", "timeout -s KILL 5 {{ v }}", "sudo {{ v }}", "sudo -u root {{ v }}",
    "xargs {{ v }}", "nice -n 5 {{ v }}", "coproc {{ v }}", "coproc N { {{ v }}; }",
    "2>/dev/null {{ v }}", "{fd}>/dev/null {{ v }}", "for x in a; do {{ v }}; done",
    "function {{ v }} { :; }", "f() {\n {{ v }}\n}", "[[ a ]] && {{ v }}", "(( 1 )) && {{ v }}",
    # what evaluates
    "eval {{ v }}", "eval echo '{{ v }}'", 'eval "$(echo {{ v }})"', "e\\val {{ v }}",
    "'eval' {{ v }}", 'e""val {{ v }}', "ev\\\nal {{ v }}", "command eval {{ v }}",
    "builtin eval {{ v }}", "2>/dev/null eval {{ v }}", "let x={{ v }}", "let {{ v }}",
    "trap {{ v }} EXIT", "trap 'echo {{ v }}' EXIT", "source {{ v }}", ". {{ v }}",
    "read {{ v }}", "read -r a[{{ v }}]", "unset {{ v }}", "mapfile {{ v }}", "alias x={{ v }}",
    "set {{ v }}", "set -- {{ v }}", "getopts {{ v }} x", "compgen -W {{ v }}", "env -S {{ v }}",
    "env -S'{{ v }}'", "watch {{ v }}", "bind -x {{ v }}", "hash -p {{ v }} ls",
    # names
    "export {{ v }}", "export X{{ v }}=1", "declare -i x={{ v }}", "declare -n x={{ v }}",
    "declare -a x={{ v }}", "declare -A x={{ v }}", "local -i x={{ v }}", "typeset -ai x={{ v }}",
    "declare {{ v }}=1", "declare a[{{ v }}]=1", "declare 'x=({{ v }})'", "readonly {{ v }}",
    "a=(1); declare a={{ v }}", "f() { local -a a; local a={{ v }}; }",
    "printf -v {{ v }} x", "printf -v 'a[{{ v }}]' x", "printf {{ v }}", "printf {{ v }} x",
    "printf -v{{ v }} x", "test -v {{ v }}", "[ -v {{ v }} ]", "[[ -v {{ v }} ]]",
    "[ {{ v }} {{ v }} ]", "[ ! {{ v }} {{ v }} ]", "[[ -R {{ v }} ]]",
    "a[{{ v }}]=1", "a=([{{ v }}]=1)", "a=(['x{{ v }}']=1)", "echo ${a[{{ v }}]}",
    'echo "${a[{{ v }}]}"', "echo ${a[$(echo {{ v }})]}", "echo ${!{{ v }}}",
    "echo ${#{{ v }}}", "echo ${ {{ v }}; }", "for {{ v }} in a; do :; done",
    "select {{ v }} in a; do :; done", "wait -p {{ v }}",
    # special variables
    "RANDOM={{ v }}", "PS4={{ v }}; set -x", "BASH_ENV={{ v }} bash x", "env BASH_ENV={{ v }} bash x",
    "export BASH_ENV={{ v }}", "for RANDOM in {{ v }}; do :; done", "OPTIND={{ v }}",
    "echo ${RANDOM:={{ v }}}",
    # scripts of shells
    "sh -c 'echo {{ v }}'", "env sh -c {{ v }}", "bash -lc 'echo {{ v }}'", "/bin/sh -c \"{{ v }}\"",
    "sudo sh -c {{ v }}", "sudo -u x bash -c \"echo '{{ v }}'\"", "su -c {{ v }}",
    "su root -c {{ v }}", "bash -c -x {{ v }}", "bash -c -o pipefail {{ v }}",
    "bash -o pipefail -c {{ v }}", "bash --rcfile x -c {{ v }}", "bash {{ v }}",
    "bash {{ v }} {{ v }}", "bash -x {{ v }}", "bash -- {{ v }}", "bash -s {{ v }}",
    "find . -exec sh -c 'echo {{ v }}' \\;", "find . -exec sh -c a \\; -exec sh -c {{ v }} \\;",
    "docker exec c bash -c 'echo {{ v }}'", "xargs sh -c {{ v }}", "$SHELL -c {{ v }}",
    "bash <<E\necho {{ v }}\nE\n", "bash -s <<E\n{{ v }}\nE\n", "<<E bash\n{{ v }}\nE\n",
    "bash <<< {{ v }}", "sudo bash <<E\n{{ v }}\nE\n", "bash -c \"$(cat <<E\n{{ v }}\nE\n)\"",
    # quoting
    "echo `echo {{ v }}`", 'echo "`echo {{ v }}`"', "cat <<'E'\n{{ v }}\nE\n",
    'cat <<"E"\n{{ v }}\nE\n', "cat <<\\E\n{{ v }}\nE\n", "cat <<{{ v }}\nx\n", "cat <<E{{ v }}\nx\n",
    "echo \"${x:-'{{ v }}'}\"", "echo \"${x:-it's} {{ v }}\"", "cat <<E\n${x#{{ v }}}\nE\n",
    "echo \\{{ v }}", 'echo "\\{{ v }}"', "echo $'\\{{ v }}'", "echo ${{ v }}", 'echo "${{ v }}"',
    "echo x >&{{ v }}", 'echo x >&"{{ v }}"', "cat <&{{ v }}", "echo x >& {{ v }}",
    "echo x >\\\n&{{ v }}", "echo $\\\n({{ v }})", "echo $(\\\n({{ v }}))",
    "echo $((echo {{ v }}) | cat)", "((echo {{ v }}) | cat)",
    # unclosed
    "echo {{ v }} '", 'echo {{ v }} "', "echo {{ v }} `", "echo {{ v }} $(", "echo {{ v }} ${x",
    "echo {{ v }} $((1", "(echo {{ v }}", "cat <<E\n{{ v }}\n", "case {{ v }} in x) :",
    "[[ {{ v }} == x", "a=({{ v }}", "echo {{ v }} )", "echo $(cat <<E) {{ v }}\nE\n",
    "for ((i=0; {{ v }}; )",
]  # fmt: skip


@pytest.mark.parametrize("script", REFUSED)
def test_refused_with_line_and_way_out(script: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_shell(script)
    assert caught.value.field == "prompt_template"
    assert caught.value.hint
    assert "ine 1" in caught.value.message or "ine 2" in caught.value.message
    with pytest.raises(InvalidInput):
        render_shell(script, {"v": "1"})


WARNED = [
    ("z={{ v }}; PS4=$z", "PS4"),
    ("z={{ v }}; declare -i y; y=$z", "assigned to y"),
    ('z={{ v }}; test -v "$z"', "test -v"),
    ('z={{ v }}; printf -v "$z" x', "printf -v"),
    ("z={{ v }}; a=([z]=1)", "subscript"),
    ("z={{ v }}; a[z]=1", "subscript"),
    ("z={{ v }}; [[ z -eq 1 ]]", "number"),
    ("z={{ v }}; declare -n r=z; echo $((r))", "arithmetic"),
    ("echo {{ v }} | { read z; eval $z; }", "eval"),
    ("while read z; do echo $((z)); done <<< {{ v }}", "arithmetic"),
    ("[[ {{ v }} =~ (.*) ]]; echo $((BASH_REMATCH[0]))", "arithmetic"),
    ("declare -i x; read x <<< {{ v }}", "integer"),
    ("{ bash; } <<< {{ v }}", "runs its input"),
    ("shopt -s expand_aliases; alias e=eval; e {{ v }}", "aliases"),
    ("z={{ v }}; (( z > 1 ))", "arithmetic"),
    ("z={{ v }}; y=$z; echo $((y))", "arithmetic"),
    ("z={{ v }}; [[ $z -eq 1 ]]", "number"),
    ('z={{ v }}; eval "echo $z"', "eval"),
    ('z={{ v }}; bash -c "echo $z"', "-c"),
    ("for z in {{ v }}; do echo $((z)); done", "arithmetic"),
    ("printf -v z %s {{ v }}; echo $((z))", "arithmetic"),
    ("f() { (( x = $1 )); }; f {{ v }}", None),
    ('f() { eval "$1"; }; f {{ v }}', "eval"),
    ("z={{ v }}; echo ${!z}", "names another"),
    ("z={{ v }}; echo ${z@P}", "@P"),
    ("z={{ v }}; a[$z]=1", "subscript"),
    ("z={{ v }}; echo x >&$z", ">&"),
    ("sudo ls {{ v }}", "sudo"),
    ("ssh host ls {{ v }}", "ssh"),
    ("xargs ls {{ v }}", "xargs"),
    ("awk '/{{ v }}/' file", "awk"),
    ("sed 's/{{ v }}/x/' file", "sed"),
    ("python3 -c 'print(\"{{ v }}\")'", "python3"),
    ("echo x > {{ v }}", "opened"),
    ("PATH={{ v }}:$PATH ls", "PATH"),
    ("echo {{ v }} | bash", "pipe"),
    ("$tool {{ v }}", "variable names"),
]


@pytest.mark.parametrize(("script", "word"), WARNED)
def test_warned_about(script: str, word: str | None) -> None:
    warnings = check_shell(script)
    if word is not None:
        assert any(word in warning for warning in warnings), warnings


@pytest.mark.parametrize(
    "script",
    [
        "ls -- {{ v }}", "echo {{ v }}", "command -v {{ v }}", "awk -v x={{ v }} '{print x}'",
        "bash script.sh {{ v }}", "local_file={{ v }}; ls \"$local_file\"", "kill {{ v }}",
        "docker run -e X={{ v }} image", "curl -fsS https://x/{{ v }}",
        "git log --author={{ v }} --format='%h %s'", "a=(x y); b={{ v }}; echo ${a[0]}",
    ],
)  # fmt: skip
def test_ordinary_scripts_are_not_warned_about(script: str) -> None:
    assert check_shell(script) == ()


def test_a_leading_dash_is_warned_about_when_it_could_be_an_option() -> None:
    assert "dash" in render_shell("rm {{ v }}", {"v": "-rf"}).warnings[0]
    assert render_shell("rm -- {{ v }}", {"v": "-rf"}).warnings == ()
    assert render_shell("echo {{ v }}", {"v": "-rf"}).warnings == ()


@pytest.mark.parametrize(
    "script", ["echo '", "`", "cat <<E", "$((", "case", "{% x %} ${#a}", "\0", "docker '{{.ID}}'"]
)
def test_a_script_without_placeholders_is_not_read(script: str) -> None:
    rendering = render_shell(script, {"v": "x"})
    assert (rendering.source, rendering.env, rendering.warnings) == (script, {}, ())
    assert check_shell(script) == ()


def test_literal_braces_and_values_that_look_like_placeholders() -> None:
    script = "docker ps --format '{{ \"{{\" }}.ID}}' {{ v }}"
    rendering = render_shell(script, {"v": "{{ w }}"})
    assert rendering.source == "docker ps --format '{{.ID}}' \"${JT_1}\""
    assert rendering.env == {"JT_1": "{{ w }}"}
    assert rendering.readable == "docker ps --format '{{.ID}}' {{ w }}"


def test_values_as_text() -> None:
    script = "echo {{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ p.q }} {{ a | upper }}"
    values = {"a": "x", "b": True, "c": None, "d": {"k": [1, "é"]}, "e": 1.5, "p": {"q": 3}}
    assert render_shell(script, values).env == {
        "JT_1": "x", "JT_2": "true", "JT_3": "", "JT_4": '{"k":[1,"é"]}', "JT_5": "1.5",
        "JT_6": "3", "JT_7": "X",
    }  # fmt: skip


def test_the_scripts_own_variables_stay_its_own() -> None:
    rendering = render_shell("JT_1=a; echo $JT_1 {{ v }}", {"v": "b"})
    assert rendering.env == {"JTJT_1": "b"}


@pytest.mark.parametrize(
    ("value", "says"),
    [("a\0b", "NUL"), ("x" * 120_001, "120001 bytes"), ("é" * 60_001, "120002"), (len, "no text")],
)
def test_impossible_values(value: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        render_shell("echo {{ v }}", {"v": value})
    assert caught.value.field == "parameters"
    assert "v" in caught.value.message
    assert len(caught.value.message) < 200


def test_the_longest_value_is_taken() -> None:
    assert render_shell("echo {{ v }}", {"v": "x" * 120_000}).env["JT_1"] == "x" * 120_000
    many = " ".join(f"{{{{ v{number} }}}}" for number in range(9))
    with pytest.raises(InvalidInput, match="together"):
        render_shell(f"echo {many}", {f"v{number}": "x" * 119_000 for number in range(9)})


def test_missing_and_unknown_names() -> None:
    with pytest.raises(InvalidInput, match="variable branch has no value") as caught:
        render_shell("echo {{ branch }}", {})
    assert caught.value.field == "parameters"
    with pytest.raises(InvalidInput, match=r"Line 2.*variable w is not declared"):
        check_shell("echo {{ v }}\necho {{ w }}", {"v"})
    assert check_shell("echo {{ v }}", {"v"}) == ()


def test_deep_nesting_and_long_scripts_are_refused_not_crashed() -> None:
    for opening in ("$(", '"$(', "$((", "${x:-", "( ", '"${x:-', "a=(", "[[ ", "case x in x) "):
        with pytest.raises(InvalidInput):
            check_shell("echo {{ v }} ; " + opening * 2000)
    with pytest.raises(InvalidInput, match="characters"):
        check_shell("echo {{ v }}" + " " * 300_000)

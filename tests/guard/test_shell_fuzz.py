"""Three fuzzers against real bash (PROTOTYPES D): equality for a grammar, canary for the rest.

Seeded, so that a failure comes back; bounded, because each script is a process or two.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from jobs_tui.guard.shell_template import ShellRendering, render_shell
from jobs_tui.models.errors import InvalidInput
from tests.guard.bash import HOSTILE, is_quiet, run
from tests.guard.test_shell_contexts import ARITHMETIC, TEXT_PLACES

ROUNDS = int(os.environ.get("JOBS_TUI_FUZZ_ROUNDS", "1"))
OFFSET = int(os.environ.get("JOBS_TUI_FUZZ_SEED", "0"))
NAMES = ("v", "w", "n")


class Grammar:
    """Random scripts that are valid, print what their values say and hold no arithmetic."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def value(self) -> str:
        return self.chance.choice(("{{ v }}", "{{w}}", "{{ v }}", "{{ w }}"))

    def inside_double(self, depth: int) -> str:
        pick = self.chance.randrange(8 if depth else 4)
        if pick < 2:
            return self.value()
        if pick == 2:
            return self.chance.choice(("it's ", "a b", "\\$x", "\\\\", '\\"', "#", "* ", "\n", "}"))
        if pick == 3:
            return "${q:-" + self.chance.choice(("d", self.value(), f'"{self.value()}"')) + "}"
        if pick == 4:
            return "$(" + self.commands(depth - 1) + ")"
        if pick == 5:
            return "${HOSTILE#" + self.value() + "}"
        if pick == 6:
            return "${Q/Z/" + self.value() + "}"
        return "$( (" + self.commands(depth - 1) + ") )"

    def piece(self, depth: int) -> str:
        pick = self.chance.randrange(8)
        if pick < 2:
            return self.value()
        if pick == 2:
            return '"' + "".join(self.inside_double(depth) for _ in range(3)) + '"'
        if pick == 3:
            return f"'a b{self.value()}\"c'"
        if pick == 4:
            return f"$'x\\t\\'{self.value()}y'"
        if pick == 5:
            return self.chance.choice(("abc", "\\ ", "\\'", "x=", "#y"[1:], "-", "a,b", "%", "]"))
        if pick == 6 and depth:
            return '"$(' + self.commands(depth - 1) + ')"'
        return "${q:-" + self.value() + "}"

    def word(self, depth: int) -> str:
        return "".join(self.piece(depth) for _ in range(self.chance.randint(1, 3)))

    def command(self, depth: int) -> str:
        words = " ".join(self.word(depth) for _ in range(self.chance.randint(1, 3)))
        simple = f"printf '<%s>' {words}"
        pick = self.chance.randrange(16 if depth else 6)
        inner = self.commands(depth - 1) if depth else ":"
        return {
            0: f"x={self.word(depth)}; printf '[%s]' \"$x\"",
            1: f"a=({words}); printf '(%s)' \"${{a[@]}}\"",
            2: f"cat <<< {self.word(depth)}",
            3: f"{simple} # {self.value()} ' \" $(",
            4: f"X={self.word(depth)} printenv X",
            5: f"[[ {self.word(0)} == {self.word(0)} ]] && printf yes",
            6: f"if {inner}\nthen {inner}\nfi",
            7: f"for x in {words}; do {inner}\nprintf '[%s]' \"$x\"; done",
            8: f"case {self.word(depth)} in {self.value()}|ZZ*) {inner}\n;; *) {inner}\nesac",
            9: f"( {inner}\n)",
            10: f"{{ {inner}\n}} | cat",
            11: "cat <<E\n" + "".join(self.inside_double(1) for _ in range(2)) + "\nE",
            12: f"cat <<-E - <<< {self.word(0)}\n\ta {self.value()} 'b\n\tE",
            13: f"f() {{ {inner}\nprintf '<%s>' \"$@\"; }}; f {words}",
            14: f"cat <( {inner}\n)",
        }.get(pick, simple)

    def commands(self, depth: int) -> str:
        return "\n".join(self.command(depth) for _ in range(self.chance.randint(1, 2)))


def render(script: str, **values: str) -> ShellRendering | None:
    """None when the script is refused."""
    try:
        return render_shell(script, values)
    except InvalidInput:
        return None


def test_grammar_prints_hostile_values_as_it_prints_harmless_ones(tmp_path: Path) -> None:
    equal = 0
    for seed in range(260 * ROUNDS):
        chance = random.Random(seed + OFFSET)
        script = Grammar(chance).commands(2)
        tokens = {"v": "QvvvQ", "w": "QwwwQ"}
        # No newline at an end: $( ) trims it, which is the script's doing and not ours.
        safe = [value for value in HOSTILE if value == value.strip("\n")]
        hostile = {name: chance.choice(safe) for name in tokens}
        first, second = render(script, **tokens), render(script, **hostile)
        if first is None or second is None:
            continue
        assert first.source == second.source
        expected, _, status = run(first.source, {**first.env, "Q": "aZb"}, tmp_path)
        actual, errors, _ = run(second.source, {**second.env, "Q": "aZb"}, tmp_path)
        assert not (tmp_path / "pwned").exists(), (seed, script, hostile)
        if status == 2 or (hostile["v"] == hostile["w"]):
            continue
        # In one pass: a value may hold what stands for the other one.
        wanted = hostile["w"].join(
            part.replace(tokens["v"], hostile["v"]) for part in expected.split(tokens["w"])
        )
        assert actual == wanted, (seed, script, hostile, errors)
        equal += 1
    assert equal > 150 * ROUNDS


TRAVELS = (
    "test it first",
    "its input",
    "an integer",
    "aliases",
    "program that",
    "a variable names",
    "is run",
    "what it gets",
)
BODIES = [
    # Not the scripts of other shells: damaged, they would be what evaluates their argument.
    *(script for script, _ in TEXT_PLACES if "bash -" not in script),
    *ARITHMETIC,
    "z={{ v }}\ncase $z in a) echo {{ w }};; b|c) echo '{{ v }}';; esac",
    'while read -r x; do echo "$x {{ v }}"; done <<E\n{{ w }} $(echo {{ v }})\nE\n',
    "trap 'echo x' EXIT; echo {{ v }} | sed 's/a/b/'",
    'f() { local x={{ v }} y; y="${x%%{{ w }}*}"; echo "$y"; }\nf {{ v }}',
    'declare -A m=([a]=1); m[b]={{ v }}; echo "${m[b]:-{{ w }}}" ${#m[@]}',
    "for ((i=0; i<2; i++)); do [[ {{ n }} -gt 1 ]] && echo $((i + {{ n }})) >&2; done",
]
PARTS = (
    "'", '"', "\\", "`", "$", "(", ")", "((", "))", "{", "}", "[", "]", "[[ ", " ]]", ";", "&",
    "|", "<", ">", "<<", "\n", " ", "#", "$(", "${", "$((", "$'", '$"', "E", "eval ", "{{ v }}",
    " {{ w }} ", "{{ n }}", "=", ":", ":-", "/", "!", "@", "\\\n", "-eq", ";;", "<<<", ">&", "$[",
    "in ", "case x ", "esac", "do ", "a=(", "x[", "-c ", "bash ", "declare ", "-i ", "x", "x=", "*",
    "for ", "<(", "echo ", "printf ", "-v ", "test ", "let ", "export ",
)  # fmt: skip


def mutated(chance: random.Random) -> str:
    script = chance.choice(BODIES)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(script) + 1)
        pick = chance.randrange(4)
        if pick == 0:
            script = script[:place] + script[place + chance.randint(1, 3) :]
        elif pick == 1:
            other = chance.choice(BODIES)
            cut = chance.randrange(len(other))
            script = script[:place] + other[cut : cut + 12] + script[place:]
        else:
            script = script[:place] + chance.choice(PARTS) + script[place:]
    return script


def soup(chance: random.Random) -> str:
    return "echo " + "".join(chance.choice(PARTS) for _ in range(chance.randint(3, 14)))


@pytest.mark.parametrize(("maker", "count"), [(mutated, 900), (soup, 2500)])
def test_damaged_scripts_never_run_a_value(maker, count: int, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    executed = 0
    for seed in range(count * ROUNDS):
        chance = random.Random(seed + OFFSET)
        script = maker(chance)
        values = {"v": chance.choice(HOSTILE), "w": chance.choice(HOSTILE), "n": "7"}
        rendering = render(script, **values)
        # What the author is warned of (a value that travels, a shell behind a pipe) may run.
        if rendering is None or not rendering.env:
            continue
        if any(word in warning for warning in rendering.warnings for word in TRAVELS):
            continue
        executed += 1
        assert is_quiet(rendering, tmp_path), (seed, script, rendering.source, values)
    assert executed > count // 50

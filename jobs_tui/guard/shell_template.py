"""Shell prompts: a template value never becomes shell source (DESIGN 9, PROTOTYPES D).

The script is read once by its quoting rules and each ``{{ value }}`` becomes a reference to an
environment variable that holds the value. Where bash would evaluate the value all the same the
script is refused with the way out. A script without placeholders is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jobs_tui.guard.placeholders import FIELD, Placeholder, evaluate, find, missing_value
from jobs_tui.guard.shell_commands import ShellReader
from jobs_tui.guard.shell_lexer import HOLE, NotArithmeticError, Use
from jobs_tui.guard.values import value_text
from jobs_tui.models.errors import InvalidInput

LONGEST_VALUE = 120_000
"""Bytes of one value: Linux takes 128 KiB for one string of the environment."""
LONGEST_TOGETHER = 1_000_000
"""Bytes of all values of a script: Linux takes about 2 MB for a whole environment."""
LONGEST_SCRIPT = 256 * 1024
"""Characters of a script with placeholders."""
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShellRendering:
    """What runs and what people see.

    ``source``: for bash. ``env``: the variables that it refers to. ``readable``: the script with
    the values written into it, for history; never executed. ``warnings``: sentences.
    """

    source: str
    env: dict[str, str]
    readable: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    source: str
    found: tuple[Placeholder, ...]  # literal braces too
    placeholders: tuple[Placeholder, ...]
    uses: tuple[Use, ...]
    warnings: tuple[str, ...]


def render_shell(script: str, values: Mapping[str, object]) -> ShellRendering:
    """The script with its values as references to environment variables.

    Raises:
        InvalidInput: field ``parameters`` for a missing or impossible value, field
            ``prompt_template`` (with the line and the way out) for a script that cannot be safe.
    """
    if "{{" not in script:
        return ShellRendering(script, {}, script)
    plan = _plan(script)
    texts = {one.expression: _text(one, values) for one in plan.placeholders}
    warnings = list(plan.warnings)
    env: dict[str, str] = {}
    for use in plan.uses:
        text = texts[use.placeholder.expression]
        env[use.reference] = text
        where = f"{{{{ {use.placeholder.label} }}}} in line {use.placeholder.line}"
        if use.integer and not _INTEGER.fullmatch(text):
            raise InvalidInput(
                f"{where} stands in arithmetic and must be a whole number, not {_short(text)}.",
                "Give a number without leading zeros.",
                field="parameters",
            )
        if use.option_like and text.startswith("-"):
            warnings.append(f"{where} begins with a dash; write -- before it if it is no option.")
    if (
        sum(len(text.encode("utf-8", "surrogateescape")) for text in env.values())
        > LONGEST_TOGETHER
    ):
        raise InvalidInput(
            f"The values of this script have more than {LONGEST_TOGETHER} bytes together.",
            "Pass large data through a file.",
            field="parameters",
        )
    readable = _substitute(script, plan.found, lambda one: one.literal or texts[one.expression])
    return ShellRendering(plan.source, env, readable, tuple(dict.fromkeys(warnings)))


def check_shell(script: str, known: Collection[str] | None = None) -> tuple[str, ...]:
    """The warnings for a script, without values: when a job is created.

    Args:
        script: the prompt.
        known: the names that will have values; None when any name may.

    Raises:
        InvalidInput: (field ``prompt_template``) as ``render_shell``, or an unknown name.
    """
    if "{{" not in script:
        return ()
    plan = _plan(script)
    for placeholder in plan.placeholders:
        for name in placeholder.names:
            if known is not None and name not in known:
                raise InvalidInput(
                    f"Line {placeholder.line} of the script: the variable {name} is not declared.",
                    "Declare it as a parameter, or correct its name.",
                    field=FIELD,
                )
    return plan.warnings


@lru_cache(maxsize=128)
def _plan(script: str) -> _Plan:
    """Everything about a script that does not depend on the values."""
    found = find(script)
    placeholders = tuple(one for one in found if one.literal is None)
    if not placeholders:
        return _Plan(_substitute(script, found, lambda one: one.literal or ""), found, (), (), ())
    if len(script) > LONGEST_SCRIPT:
        raise InvalidInput(
            f"The script has {len(script)} characters; {LONGEST_SCRIPT} are allowed.",
            "Put the fixed part into a file.",
            field=FIELD,
        )
    if HOLE in script:
        line = script.count("\n", 0, script.index(HOLE)) + 1
        raise InvalidInput(f"Line {line} of the script: it has a NUL byte.", "Remove it.",
                           field=FIELD)  # fmt: skip
    text = _substitute(script, found, lambda one: HOLE if one.literal is None else one.literal)
    spots = (place for place, character in enumerate(text) if character == HOLE)
    holes = dict(zip(spots, placeholders, strict=True))
    prefix = "JT_"
    while prefix in text:  # the script's own variables stay its own
        prefix = f"JT{prefix}"
    expressions = dict.fromkeys(one.expression for one in placeholders)
    references = {one: f"{prefix}{number}" for number, one in enumerate(expressions, 1)}
    two_parentheses: frozenset[int] = frozenset()
    while True:
        reader = ShellReader(text, holes, references, two_parentheses)
        try:
            source = reader.read()
        except NotArithmeticError as error:
            if error.position < 0 or error.position in two_parentheses:
                reader.fail("for (( is not closed by ))", "Close it.")
            two_parentheses |= {error.position}
            continue
        return _Plan(source, found, placeholders, tuple(reader.uses), tuple(reader.warnings))


def _substitute(
    script: str, placeholders: tuple[Placeholder, ...], text: Callable[[Placeholder], str]
) -> str:
    pieces: list[str] = []
    position = 0
    for one in placeholders:
        pieces += (script[position : one.start], text(one))
        position = one.end
    return "".join((*pieces, script[position:]))


def _text(placeholder: Placeholder, values: Mapping[str, object]) -> str:
    """One value as text that an environment variable can hold."""
    label = f"{{{{ {placeholder.label} }}}}"
    if placeholder.label in placeholder.names and placeholder.label not in values:
        raise missing_value(placeholder.label)
    try:
        text = value_text(evaluate(placeholder, values))
        size = len(text.encode("utf-8", "surrogateescape"))
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"{label} in line {placeholder.line} gives no text: {error}.",
            "Use a text, a number, a list or a mapping.",
            field="parameters",
        ) from error
    if "\0" in text:
        raise InvalidInput(
            f"The value of {label} has a NUL byte, which no command can take.",
            "Remove it.",
            field="parameters",
        )
    if size > LONGEST_VALUE:
        raise InvalidInput(
            f"The value of {label} has {size} bytes; {LONGEST_VALUE} fit into a command.",
            "Pass it through a file.",
            field="parameters",
        )
    return text


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")

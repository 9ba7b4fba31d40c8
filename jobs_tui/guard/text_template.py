"""Prompts for agents that are not a shell: whole Jinja2 templates in a sandbox (DESIGN 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jobs_tui.guard.placeholders import FIELD, missing_value
from jobs_tui.models.errors import InvalidInput

if TYPE_CHECKING:
    from jinja2 import nodes

MAX_TEMPLATE = 256 * 1024
"""Characters of a template."""
MAX_RESULT = 1024 * 1024
"""Characters of a rendered prompt."""


def text_variables(template: str) -> tuple[str, ...]:
    """The names that a template needs values for, each once, in order of appearance.

    Raises:
        InvalidInput: (field ``prompt_template``) bad syntax, an unknown filter or too long.
    """
    if not _has_markup(template):
        return ()
    from jinja2 import meta, nodes

    from jobs_tui.guard.sandbox import texts

    tree = _parse(template)
    free = meta.find_undeclared_variables(tree) - set(texts().globals)
    order = (name.name for name in tree.find_all(nodes.Name))
    return tuple(dict.fromkeys(name for name in order if name in free))


def render_text(template: str, values: Mapping[str, object]) -> str:
    """The template with its values put in, once: ``{{`` inside a value stays text.

    Args:
        values: by name; lists and mappings appear as compact JSON, None as nothing.

    Raises:
        InvalidInput: field ``parameters`` when a value is missing, field ``prompt_template``
            (with the line) when the template is wrong, does what the sandbox forbids, or gives
            more than ``MAX_RESULT`` characters.
    """
    if not _has_markup(template):
        return template
    from jinja2 import UndefinedError

    from jobs_tui.guard.sandbox import FAULTS, counting_range, texts

    tree = _parse(template)
    environment = texts()
    pieces: list[str] = []
    size = 0
    try:
        compiled = environment.from_string(tree)
        # A name given by the user wins over ours, as everywhere in Jinja2.
        for piece in compiled.generate({"range": counting_range(), **values}):
            size += len(piece)
            if size > MAX_RESULT:
                raise InvalidInput(
                    f"The prompt is longer than {MAX_RESULT} characters with these values.",
                    "Shorten the values or the loops in it.",
                    field=FIELD,
                )
            pieces.append(piece)
    except UndefinedError as error:
        for name in text_variables(template):
            if name not in values and f"{name!r} is undefined" in (error.message or ""):
                raise missing_value(name) from error
        raise InvalidInput(
            f"The prompt cannot be filled in{_line(error)}: {_reason(error)}.",
            "Give the missing part, or a default: {{ ... | default('...') }}.",
            field="parameters",
        ) from error
    except FAULTS as error:
        raise InvalidInput(
            f"The prompt cannot be filled in{_line(error)}: {_reason(error)}.",
            "Check that place of the prompt.",
            field=FIELD,
        ) from error
    return "".join(pieces)


def _has_markup(template: str) -> bool:
    return any(mark in template for mark in ("{{", "{%", "{#"))


def _parse(template: str) -> nodes.Template:
    from jinja2 import TemplateSyntaxError

    from jobs_tui.guard.sandbox import check_names, texts

    if len(template) > MAX_TEMPLATE:
        raise InvalidInput(
            f"The prompt has {len(template)} characters; {MAX_TEMPLATE} are allowed.",
            "Move long material into a file that the agent reads.",
            field=FIELD,
        )
    try:
        tree = texts().parse(template)
        check_names(texts(), tree)
    except TemplateSyntaxError as error:
        message = (error.message or "bad syntax").rstrip(".")
        raise InvalidInput(
            f"The prompt is not a valid template in line {error.lineno}: {message}.",
            'For braces that are meant literally write {{ "{{" }}.',
            field=FIELD,
        ) from error
    except RecursionError as error:
        raise InvalidInput(
            "The prompt is nested too deep.", "Make it flatter.", field=FIELD
        ) from error
    return tree


def _reason(error: Exception) -> str:
    return str(error).rstrip(".")


def _line(error: BaseException) -> str:
    """Where in the template an error came from, as " (line 3)" or nothing."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return f" (line {line})" if line else ""

"""pydantic's findings in the words of this product."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from jobs_tui.models.errors import InvalidInput

MOST = 50
"""Findings of one answer; who sends a thousand wrong values needs no list of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with what was sent."""

    place: tuple[str | int, ...]
    """The keys and indexes that lead there, from the top of what was sent."""
    text: str
    """What is wrong, one sentence."""
    kind: str
    """pydantic's word for it: ``missing``, ``string_type``..."""


class BadShape(InvalidInput):
    """Input that does not have the shape of its model; message and ``field`` are of the first."""

    def __init__(self, found: tuple[Finding, ...]) -> None:
        super().__init__(found[0].text, field=_dotted(found[0].place) or "body")
        self.findings = found


def first_finding(error: ValidationError) -> tuple[str, str]:
    """The place (``retry.max_attempts``, empty for the whole) and what is wrong, in lower case."""
    first = error.errors(include_url=False)[0]
    return _dotted(first["loc"]), _text(first["type"], first["msg"])


def all_findings(error: ValidationError) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the model's fields, at most :data:`MOST`."""
    found = []
    for item in error.errors(include_url=False, include_input=False)[:MOST]:
        place = _dotted(item["loc"]) or "body"
        if item["type"] == "missing":
            text = f"{place} is missing."
        else:
            text = f"{place}: {_text(item['type'], item['msg'])}."
        found.append(Finding(tuple(item["loc"]), text, item["type"]))
    return tuple(found)


def _dotted(place: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in place)


def _text(kind: str, message: str) -> str:
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "input should be an object"
    text = message.removeprefix("Value error, ")
    return text[0].lower() + text[1:]

"""pydantic's findings in the words of this product."""

from __future__ import annotations

from pydantic import ValidationError


def first_finding(error: ValidationError) -> tuple[str, str]:
    """The place (``retry.max_attempts``, empty for the whole) and what is wrong, in lower case."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] in ("model_type", "dict_type", "model_attributes_type"):
        return place, "input should be an object"
    text = first["msg"].removeprefix("Value error, ")
    return place, text[0].lower() + text[1:]

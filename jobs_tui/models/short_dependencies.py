"""The short way to write what a job depends on: ``build``, ``test:failed``, ``send + 3d``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jobs_tui.models.dependency import On
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.listed import pieces

FIELD = "depends_on"
_DELAYED = re.compile(r"(.*\S)\s+\+\s*([0-9].*)", re.DOTALL)
_UNSAID: Mapping[str, Any] = {
    "on": str(On.COMPLETED),
    "mode": None,
    "delay_seconds": 0,
    "parameters": {},
}


def entry_of(text: str) -> dict[str, Any]:
    """An entry of ``depends_on``: ``JOB[:HOW] [+ DELAY]``, or a JSON object as it is.

    Whether there is such a job and whether the delay is one is not looked at.

    Raises:
        InvalidInput: it begins as JSON and is none; field ``depends_on``.
    """
    if text.lstrip().startswith("{"):
        try:
            return dict(json.loads(text))
        except (ValueError, RecursionError):
            raise InvalidInput(
                f"{text!r:.60} is not JSON.",
                'For example {"job": "build", "on": "failed"}.',
                field=FIELD,
            ) from None
    delayed = _DELAYED.fullmatch(text)
    job, delay = (delayed[1], delayed[2].strip()) if delayed else (text, None)
    name, colon, on = job.rpartition(":")
    found = {"job": name, "on": on} if colon and name and on in list(On) else {"job": job}
    return found if delay is None else found | {"delay_seconds": delay}


def entries_of(text: str) -> list[dict[str, Any]]:
    """The entries of one line, between commas. Raises as :func:`entry_of`."""
    return [entry_of(piece) for piece in pieces(text)]


def text_of(entry: Mapping[str, Any], delay: str) -> str:
    """The text that :func:`entries_of` reads back as this one entry; JSON where it has to be.

    Args:
        entry: as it is written; what is said by default may be left out.
        delay: its ``delay_seconds`` as it would be typed; empty for none.
    """
    said = {name: value for name, value in entry.items() if value not in (_UNSAID.get(name), "")}
    if delay:
        said["delay_seconds"] = delay
    on = f":{said['on']}" if "on" in said else ""
    text = f"{said['job']}{on}{f' + {delay}' if delay else ''}"
    try:
        if entries_of(text) == [said]:
            return text
    except InvalidInput:
        pass  # a name that begins as JSON does
    return json.dumps(said, ensure_ascii=False)

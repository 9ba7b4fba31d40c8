"""What models send that is not quite what a schema says, and can mean one thing only.

They write words in another case, numbers and objects as text, and null or nothing for what is to
be absent. Each refusal would cost a turn of the chat, and what a client does wrong the model cannot
mend. Nothing here guesses: what could mean two things is left as it is, and refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_ID = re.compile(r"(?:jobs://(?:jobs|executions)/)?((?:job|exec)_[0-9a-f-]{36})", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


def upper(value: object) -> object:
    """``One-off`` as ``ONE_OFF``."""
    return _joined(value).upper() if isinstance(value, str) else value


def lower(value: object) -> object:
    """``Worth reporting`` as ``worth_reporting``."""
    return _joined(value).lower() if isinstance(value, str) else value


def _joined(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip())


def number(value: object) -> object:
    """``"5"`` as 5."""
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else value


def truth(value: object) -> object:
    """``"true"`` as true."""
    if not isinstance(value, str):
        return value
    return {"true": True, "false": False}.get(value.strip().lower(), value)


def decoded(value: object) -> object:
    """A list or an object that came as the text of its JSON."""
    if not isinstance(value, str) or value.strip()[:1] not in ("{", "["):
        return value
    try:
        found = json.loads(value, parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode()  # as all else that is sent: valid Unicode
    except (ValueError, RecursionError):
        return value
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def reference(value: object) -> object:
    """An id or a title, without blanks around it; an id in any case, or as its resource."""
    if not isinstance(value, str):
        return value
    found = _ID.fullmatch(value.strip())
    return value.strip() if found is None else found[1].lower()


def dependency(value: object) -> object:
    """An entry of ``depends_on``, its job and its word as above."""
    if not isinstance(value, Mapping):
        return reference(value)
    found = dict(value)
    for name, reading in (("job", reference), ("on", lower)):
        if name in found:
            found[name] = reading(found[name])
    return found


def lifted(sent: Any, inner: str, name: str) -> Any:
    """The same with a field of an inner object beside it, where it belongs.

    One that stands at both places is left there, and refused.
    """
    within = decoded(sent.get(inner)) if isinstance(sent, Mapping) else None
    if not isinstance(within, Mapping) or name not in within or name in sent:
        return sent
    rest = {key: value for key, value in within.items() if key != name}
    return {**sent, inner: rest, name: within[name]}


def without_null(sent: Any, known: Mapping[str, Any]) -> Any:
    """The same without the known fields that are null: absent, as the schema has no null."""
    if not isinstance(sent, Mapping):
        return sent
    return {key: value for key, value in sent.items() if value is not None or key not in known}


def without_blank(sent: Any, known: Mapping[str, Any]) -> Any:
    """The same without the known fields that are blank texts."""
    if not isinstance(sent, Mapping):
        return sent
    return {
        key: value
        for key, value in sent.items()
        if key not in known or not isinstance(value, str) or value.strip()
    }

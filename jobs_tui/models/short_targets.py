"""The short way to write where results go: a URL, ``file:PATH``, ``job:NAME``, ``notify:NAME``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jobs_tui.models.delivery_target import FIELD, HIDDEN, is_harmless, shown_address
from jobs_tui.models.errors import InvalidInput
from jobs_tui.models.listed import pieces

_REFERENCES = ("env", "cmd", "cred", "keyring", "store", "op")
"""Ways of keeping secrets; ``file:`` is a file here."""
_BETWEEN = re.compile(r",(?=\s|\Z|\{|[A-Za-z][A-Za-z0-9+.-]*:)")
"""Addresses hold commas: only one before a blank or before another target is between two."""


def target_of(text: str) -> dict[str, Any]:
    """One target of ``deliver_to``, a JSON object as it is. A webhook's secret is still to come.

    Raises:
        InvalidInput: it says no way of delivery; field ``deliver_to``.
    """
    kind, colon, rest = text.partition(":")
    if text.startswith("{"):
        return _from_json(text)
    if colon and kind == "file":
        return {"type": "file", "path": rest}
    if colon and kind == "job":
        return {"type": "job", "job": rest}
    if colon and kind == "notify":
        return {"type": "notify", "url": rest}
    if colon and kind.lower() in ("http", "https"):
        return {"type": "webhook", "url": text}
    if colon and kind == "webhook":
        return {"type": "webhook", "url": rest}
    if "://" in text or (colon and kind in _REFERENCES):
        return {"type": "notify", "url": text}
    raise InvalidInput(
        f"{text!r:.60} says no way of delivery.",
        "Write a URL, file:PATH, job:NAME, or notify:NAME and webhook:NAME for a secret.",
        field=FIELD,
    )


def _from_json(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, RecursionError):
        raise InvalidInput(
            f"{text!r:.60} is not JSON.",
            'For example {"type": "file", "path": "/srv/last.md", "append": false}.',
            field=FIELD,
        ) from None


def target_texts(line: str) -> list[str]:
    """The texts of the targets on one line, for :func:`target_of`."""
    return pieces(line, _BETWEEN)


def text_of(target: Mapping[str, Any]) -> str:
    """The text that is read back as this one target; JSON where it has to be."""
    kind = target["type"]
    place = str(target.get({"file": "path", "job": "job"}.get(kind, "url"), ""))
    said = {name: value for name, value in target.items() if value not in (None, {})}
    if said.get("append") is True:
        del said["append"]
    for text in (place, f"{kind}:{place}"):
        try:
            if target_texts(text) == [text] and target_of(text) == said:
                return text
        except InvalidInput:
            continue
    return json.dumps(said, ensure_ascii=False)


def without_token(text: str) -> str:
    """A target as it may be kept where anybody reads it: its address is shortened to what may be
    shown, and what cannot be read, which could be an address, is left out altogether.
    """
    try:
        target = target_of(text)
    except InvalidInput:
        return HIDDEN
    url = target.get("url")
    if url is None and target.get("type") in ("file", "job"):
        return text
    if not isinstance(url, str):
        return HIDDEN
    shown = url if "://" not in url or is_harmless(url) else shown_address(url)
    kept = {**target, "url": shown} | ({"secret": HIDDEN} if "secret" in target else {})
    return text if kept == target else text_of(kept) if "type" in target else HIDDEN

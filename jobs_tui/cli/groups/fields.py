"""From options to the fields of an agent, a team, a queue...: repeated ones, pairs, files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from jobs_tui.models.errors import InvalidInput


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping. Raises click's UsageError."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{option} {text!r:.60}: write NAME=VALUE")
        found[name] = value
    return found


def read_text(path: str) -> str:
    """A file, or standard input for ``-``. Raises InvalidInput."""
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InvalidInput(f"{path} cannot be read: {reason}.", field="file") from None


def read_mapping(path: str) -> dict[str, Any]:
    """The one YAML or JSON mapping of a file. Raises InvalidInput."""
    found = parse_yaml(read_text(path), path)
    if not isinstance(found, dict):
        raise InvalidInput(f"{path} does not hold a mapping of fields.", field="file")
    return found


def parse_yaml(text: str, place: str) -> Any:
    """YAML, of which JSON is a part. Raises InvalidInput with line and column."""
    import yaml

    from jobs_tui.service.yaml_text import load_yaml

    try:
        return load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InvalidInput(
            f"{place} is not YAML: {where}{what}.", "Mend it there.", field="file"
        ) from None
    except ValueError as error:  # dates and numbers that are none
        raise InvalidInput(f"{place} is not YAML: {error}.", "Mend it.", field="file") from None


def set_fields(texts: Sequence[str]) -> dict[str, Any]:
    """``FIELD=VALUE`` (``a.b=VALUE`` for one inside), values as YAML. Raises UsageError."""
    found: dict[str, Any] = {}
    for name, value in pairs(texts, "--set").items():
        place = found
        *outer, last = name.split(".")
        for part in outer:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise click.UsageError(f"--set {name}: {part} was set to a value before")
        place[last] = parse_yaml(value, f"--set {name}")
    return found


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """``more`` on top of ``base``, mappings inside mappings joined."""
    joined = dict(base)
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(joined.get(name), dict):
            joined[name] = merged(joined[name], value)
        else:
            joined[name] = value
    return joined

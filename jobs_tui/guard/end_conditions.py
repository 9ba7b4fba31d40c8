"""Everything in an end condition or a watch that has to be compiled, tried before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs_tui.guard.expressions import check_expression
from jobs_tui.guard.json_paths import check_path
from jobs_tui.guard.patterns import check_pattern
from jobs_tui.models.end_condition import conditions
from jobs_tui.models.typed_conditions import FIELD


def check_end_condition(condition: Mapping[str, Any] | None) -> None:
    """Try the patterns, paths and expressions of a normal form.

    Raises:
        InvalidInput: ``field`` names the place, ``end_condition.any.0.path``.
    """
    for number, one in enumerate(conditions(condition)):
        place = f"{FIELD}.any.{number}"
        if one["type"] == "text" and one.get("matches") is not None:
            check_pattern(one["matches"], f"{place}.matches")
        elif one["type"] == "json_path":
            check_path(one["path"], f"{place}.path")
        elif one["type"] == "expression":
            check_expression(one["expression"], f"{place}.expression")


def check_watch(watch: Mapping[str, Any] | None) -> None:
    """Try the patterns of the lines that a watch leaves out.

    Raises:
        InvalidInput: ``field`` names the place, ``watch.ignore.0``.
    """
    for number, pattern in enumerate((watch or {}).get("ignore", ())):
        check_pattern(pattern, f"watch.ignore.{number}")

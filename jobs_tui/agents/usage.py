"""Usage of models and of the machine, added up: over steps, members and attempts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

_COUNTED = ("requests", "tool_calls", "input_tokens", "output_tokens")
_SECONDS = ("cpu_user_seconds", "cpu_system_seconds")


def total_usage(usages: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Counts and costs added up, the largest memory; a cost that is not known is not guessed.

    Usage without a model says nothing of costs and changes none.
    """
    found: dict[str, object] = {}
    models: dict[str, None] = {}
    costs: list[Decimal | None] = []
    for usage in usages:
        for name in (*_COUNTED, *_SECONDS):
            value = usage.get(name)
            if isinstance(value, (int, float)):
                found[name] = _number(found.get(name)) + value
        size = usage.get("max_rss_bytes")
        if isinstance(size, (int, float)):
            found["max_rss_bytes"] = max(_number(found.get("max_rss_bytes")), size)
        if usage.get("model"):
            models[str(usage["model"])] = None
        if "cost" in usage:
            costs.append(_money(usage["cost"]))
        elif usage.get("requests") or usage.get("model"):
            costs.append(None)
    if models:
        found["model"] = ", ".join(models)
    if costs:
        known = [cost for cost in costs if cost is not None]
        found["cost"] = format(sum(known, Decimal()), "f") if len(known) == len(costs) else None
    return found


def _number(value: object) -> int | float:
    return value if isinstance(value, (int, float)) else 0


def _money(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None

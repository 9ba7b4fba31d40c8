"""The product's reading of an expression that a model made up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.cron import CronExpression, parse_cron
from tests.schedule.enumerator import Model


def read(model: Model) -> CronExpression:
    """The parsed expression; random ones that can never fire must be refused, and are set aside."""
    days = (date(2000, 1, 1) + timedelta(days=k) for k in range(40 * 366))
    if any(map(model.on_day, days)):
        return parse_cron(model.text)
    with pytest.raises(InvalidInput, match="never fires"):
        parse_cron(model.text)
    assume(False)
    raise AssertionError("assume has stopped this example")

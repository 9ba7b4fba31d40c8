"""How budgets stand, in words: a row's notice, a pane's lines, the page of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from jobs_tui.agents.budgets import Standing
from jobs_tui.guard.terminal_text import plain

WHO = 24
"""Columns of the page's first column."""


def count(found: Sequence[Standing]) -> Content:
    """``1 budget exhausted`` or ``budget 82%`` for the summary row; empty while all is well."""
    spent = {one.account for one in found if one.exhausted}
    if spent:
        words = "budget" if len(spent) == 1 else "budgets"
        return Content.styled(f"{len(spent)} {words} exhausted", "$state-bad bold")
    near = [one for one in found if one.near]
    if not near:
        return Content("")
    return Content.styled(f"budget {max(percent(one) for one in near)}%", "$state-warn")


def notice(found: Sequence[Standing], *, exhausted: bool) -> Content | None:
    """The worst of them as a sentence for the status line; None when there is none.

    Args:
        exhausted: of those that are exhausted, else of those that are nearly used up.
    """
    wanted = [one for one in found if (one.exhausted if exhausted else one.near)]
    if not wanted:
        return None
    worst = max(wanted, key=percent)
    more = f"; {len(wanted) - 1} more" if len(wanted) > 1 else ""
    sentence = plain(worst.sentence()).removesuffix(".")
    return Content.assemble(
        (f" {sentence}{more}: ", "$state-bad" if exhausted else "$state-warn"),
        ("B", "$key bold"),
        " shows it",
    )


def lines(found: Sequence[Standing], width: int) -> list[Content]:
    """Lines of a side pane: sign, amounts, whose."""
    return [
        Content.assemble(
            ("BUDGET" if not place else " " * 6, "$quiet"),
            " ",
            (f"{_sign(one)[0]} ", _sign(one)[1]),
            f"{one.amounts} {one.period}",
            (f"  {plain(one.account.label)}", "$quiet"),
        ).truncate(max(1, width), ellipsis=True)
        for place, one in enumerate(found)
    ]


def page(found: Sequence[Standing]) -> Content:
    """Every limit, one a line, the worst first, with what a reader has to know of it."""
    if not found:
        return Content(
            "There is no budget.\n\nSettings give the home one (budget_cost_per_day = 5),"
            " an agent has its own (budget: {cost_per_day: 2}), and so has a job (its config)."
        )
    rows = [Content.styled(f"  {'WHOSE':<{WHO}} {'PERIOD':<10}  USED", "$quiet")]
    for one in sorted(found, key=lambda one: (not one.exhausted, not one.near)):
        sign, style, said = _sign(one)
        whose = plain(one.account.label).removeprefix("the ")
        name = Content(whose).truncate(WHO, ellipsis=True, pad=True)
        rows.append(
            Content.assemble(
                (f"{sign} ", style),
                name,
                (f" {one.period:<10}  ", "$quiet"),
                f"{one.amounts}  ",
                (said or f"{percent(one)}%", style),
            )
        )
    unknown = max(one.unknown for one in found)
    notes = ["", "An exhausted budget skips what it would have paid for. Days are those of UTC."]
    if unknown:
        runs = "1 run" if unknown == 1 else f"{unknown:,} runs"
        notes.append(f"The cost of {runs} is not known and not in these sums.")
    return Content("\n").join([*rows, *(Content.styled(note, "$quiet") for note in notes)])


def percent(one: Standing) -> int:
    """How much of the limit is used, rounded down."""
    return int(100 * one.used / one.limit) if one.limit else 100


def _sign(one: Standing) -> tuple[str, str, str]:
    if one.exhausted:
        return "x", "$state-bad bold", "exhausted"
    return ("!", "$state-warn bold", "") if one.near else ("+", "$state-ok", "")

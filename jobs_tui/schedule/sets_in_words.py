"""Small sets of times and days as English phrases; the bricks of the schedule's sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from jobs_tui.schedule.fields import LONG_MONTHS, LONG_WEEKDAYS

_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"


def ordinal(n: int) -> str:
    """``2nd``, ``3rd``, ``25th``."""
    if n % 100 in (11, 12, 13):
        return f"{n}th"
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th') }"


def stride(values: Sequence[int]) -> int | None:
    """The common step of at least three sorted values, None when there is none."""
    steps = {b - a for a, b in pairwise(values)}
    return steps.pop() if len(values) > 2 and len(steps) == 1 else None


def even_cycle(values: Iterable[int], length: int) -> int | None:
    """The step when values divide a cycle of ``length`` evenly (0, 15, 30, 45 of 60), else None."""
    ordered = sorted(values)
    if len(ordered) < 2 or length % len(ordered):
        return None
    step = length // len(ordered)
    return step if all(b - a == step for a, b in pairwise(ordered)) else None


def cyclic_run(values: frozenset[int], length: int) -> tuple[int, int] | None:
    """First and last value when three or more follow one another, also across the end of a cycle.

    ``{22, 23, 0}`` of 24 is (22, 0); the whole cycle and sets with holes give None.
    """
    if not 3 <= len(values) < length:
        return None
    starts = [value for value in values if (value - 1) % length not in values]
    if len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(values) - 1) % length


def ranges(values: Iterable[int], write: Callable[[int], str] = str) -> str:
    """``0 to 10 and 30``: runs of three and more are drawn together."""
    ordered = sorted(values)
    words: list[str] = []
    while ordered:
        count = 1
        while count < len(ordered) and ordered[count] == ordered[0] + count:
            count += 1
        if count >= 3:
            words.append(f"{write(ordered[0])} to {write(ordered[count - 1])}")
        else:
            words.extend(write(value) for value in ordered[:count])
        ordered = ordered[count:]
    return listed(words)


def weekdays_in_words(values: frozenset[int]) -> str:
    """``Monday to Friday``, ``on Fridays``, ``on Mondays and Wednesdays``; 0 is Sunday."""
    run = cyclic_run(values, 7)
    if run is not None:
        return f"{LONG_WEEKDAYS[run[0]]} to {LONG_WEEKDAYS[run[1]]}"
    monday_first = sorted(values, key=lambda day: (day - 1) % 7)
    return f"on {listed([f'{LONG_WEEKDAYS[day]}s' for day in monday_first])}"


def nth_weekdays_in_words(nth: frozenset[tuple[int, int]], last: frozenset[int]) -> str:
    """``on the second Friday and the last Monday of the month``."""
    words = [f"the {_NTH[n]} {LONG_WEEKDAYS[day]}" for day, n in sorted(nth, key=lambda i: i[::-1])]
    words += [f"the last {LONG_WEEKDAYS[day]}" for day in sorted(last)]
    return f"on {listed(words)} of the month"


def days_in_words(days: frozenset[int], last_day: bool) -> str:
    """``on day 1 of the month``, ``on days 1 to 7 and the last day of the month``."""
    if not days:
        return "on the last day of the month"
    ordered = sorted(days)
    step = stride(ordered)
    if step is not None and step > 1 and len(ordered) > 4 and not last_day:
        return f"on every {ordinal(step)} day of the month from {ordered[0]} to {ordered[-1]}"
    noun = "day" if len(days) == 1 else "days"
    end = " and on the last day" if last_day else ""
    return f"on {noun} {ranges(days)}{end} of the month"


def months_in_words(months: frozenset[int]) -> str:
    """``in January and July``, ``from November to February``."""
    run = cyclic_run(frozenset(month - 1 for month in months), 12)
    if run is not None:
        return f"from {LONG_MONTHS[run[0]]} to {LONG_MONTHS[run[1]]}"
    return f"in {listed([LONG_MONTHS[month - 1] for month in sorted(months)])}"

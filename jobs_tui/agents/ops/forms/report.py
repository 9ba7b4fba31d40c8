"""The form of the report over our own jobs."""

from __future__ import annotations

from typing import Any

from jobs_tui.agents.ops import common
from jobs_tui.agents.ops.form import Filled, Form, Unfit, plain, whole_days
from jobs_tui.agents.ops.reading import Reading
from jobs_tui.agents.ops.words import ABOVE, BELOW

_DAYS = {
    "daily": 1, "nightly": 1, "day": 1, "today": 1, "yesterday": 1, "night": 1, "weekly": 7,
    "week": 7, "monthly": 30, "month": 30, "quarterly": 91, "quarter": 91, "yearly": 365,
    "annual": 365, "year": 365, "fortnight": 14, "fortnightly": 14, "hour": 1, "24h": 1,
}  # fmt: skip
_SPAN = "|".join(_DAYS)


def _report(reading: Reading) -> Filled:
    mode = common.mode(reading)
    arguments: dict[str, Any] = {}
    last = r"(?:(?:in|of|over|from|during|within|for|covering|about) )*(?:last|past|previous|this|current|recent|every)"
    if found := reading.take(rf"(?:{last}|covering|of|over|for) {{duration}}"):
        arguments["days"] = max(1, whole_days(found.first.number))
    elif found := reading.take(rf"{last} (?:{_SPAN})"):
        arguments["days"] = _DAYS[found.text.split()[-1]]
    if found := reading.take(rf"(?:{_SPAN})"):
        arguments.setdefault("days", _DAYS[found.text])
    if found := reading.take(r"{duration}"):
        arguments.setdefault("days", max(1, whole_days(found.first.number)))
    if found := reading.take(r"(?:top|first|worst|busiest|only) {number}(?: jobs)?"):
        arguments["limit"] = plain(found.first.number)
    good = r"(?:success(?:es)?(?: rate| share| ratio)?|(?:runs |jobs )?(?:succeed(?:ed)?|complete[ds]?|successful|ok))"
    bad = r"(?:failures?(?: rate| share)?|error rate|(?:runs |jobs )?(?:fail(?:ed|s|ing)?))"
    of = r"(?: of (?:the |all )?(?:runs|jobs))?"
    for subject, is_good in ((good, True), (bad, False)):
        for words, above in ((BELOW, False), (ABOVE, True)):
            for pattern in (
                rf"{subject} (?:is |are |drops? |falls? )*{words} {{percent}}",
                rf"{words} {{percent}}{of} (?:is |are |have |has )*{subject}",
            ):
                if found := reading.take(pattern):
                    wrong = (above != is_good) == (mode != "ensure")
                    if not wrong:
                        raise Unfit("The report can watch for too few successful runs only.", 1.0)
                    value = found.first.number
                    arguments["min_success_percent"] = plain(value if is_good else 100 - value)
    about = reading.has(
        r"(?:.* )?(?:reports?|summary|summaries|statistics|stats|analytics|overview|digest|jobs|runs|executions)(?: .*)?"
    )
    failed = reading.has(
        r"(?:.* )?(?:jobs|runs|executions)(?: .*)? (?:failed|fail|failing|succeeded|completed|ran)(?: .*)?"
    )
    return Filled(
        [arguments], evidence=0.9 if about and ("days" in arguments or failed) else 0.0, strict=True
    )


JOB_REPORT = Form(
    _report,
    "report analytics statistic job run failed error history background task activity success cost spend"
    " rate performance execution usage token completed succeeded failing summary duration trend metric"
    " all recent overall number count ran background",
    ("generate weekly analytics report", "which jobs failed this week?"),
)

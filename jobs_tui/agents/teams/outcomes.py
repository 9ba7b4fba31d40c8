"""What several results make together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from jobs_tui.agents.runner import ANSWER_LIMIT, RESULT_LIMIT, Result
from jobs_tui.agents.usage import total_usage

COMPLETED, FAILED, WAITING = "completed", "failed", "waiting_for_input"
_CUT = "\n… (cut)"


def usage_of(results: Iterable[Result]) -> dict[str, object]:
    """What all of them have used together."""
    return total_usage(one.usage for one in results)


def joined(answers: Mapping[str, str]) -> str:
    """One answer as it is; several under headings, each cut to its share of ANSWER_LIMIT."""
    given = {label: text for label, text in answers.items() if text.strip()}
    if len(given) <= 1:
        return next(iter(given.values()), "")[:ANSWER_LIMIT]
    share = ANSWER_LIMIT // len(given) - 200
    return "\n\n".join(f"## {label}\n\n{shortened(text, share)}" for label, text in given.items())


def shortened(text: str, most: int) -> str:
    """At most ``most`` characters, with a mark where something is missing."""
    return text if len(text) <= most else text[: max(0, most - len(_CUT))] + _CUT


def problem(label: str, result: Result) -> str:
    """A sentence for a result that is no success."""
    reason = result.error_message or result.status.replace("_", " ")
    return f"{label}: {reason}"


def answered(text: str, results: Sequence[Result]) -> Result:
    """A success with this answer."""
    return Result(
        COMPLETED, result=_line(text), answer=text[:ANSWER_LIMIT], usage=usage_of(results)
    )


def failed(message: str, text: str, results: Sequence[Result], bad: Sequence[Result]) -> Result:
    """A failure; trying again helps unless it helps none of those that failed."""
    return Result(
        FAILED,
        error_message=message,
        result=_line(text),
        answer=text[:ANSWER_LIMIT] or None,
        usage=usage_of(results),
        retry=any(one.retry for one in bad) if bad else True,
    )


def waiting(results: Sequence[Result]) -> Result | None:
    """The whole as it waits for a person, when one of its parts does."""
    asking = [one for one in results if one.status == WAITING]
    if not asking:
        return None
    reasons = dict.fromkeys(one.ask_reason for one in asking if one.ask_reason)
    return replace(
        asking[0],
        ask=tuple(call for one in asking for call in one.ask),
        ask_reason="; ".join(reasons),
        usage=usage_of(results),
    )


def _line(text: str) -> str | None:
    """The last line that is not empty, as every runner gives it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:RESULT_LIMIT] if lines else None


def by_step(results: Mapping[str, Result]) -> dict[str, dict[str, object]]:
    """What prompts see as ``steps``."""
    return {
        step: {"result": one.text, "status": one.status, "error": one.error_message or ""}
        for step, one in results.items()
    }

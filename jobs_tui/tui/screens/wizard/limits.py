"""What holds a run and a job within bounds, as fields of the form: part of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs_tui.models.config import JobConfig, Retry, job_config
from jobs_tui.models.errors import InvalidInput
from jobs_tui.tui.screens.wizard.durations import in_words, seconds
from jobs_tui.tui.screens.wizard.when import WhenDraft

TIMEOUT, RETRIES, PARALLEL = "config.timeout", "config.retry.max_attempts", "config.max_parallel"
FAILURES = "config.pause_on_failure"
_MOST_RETRIES, _MOST_FAILURES = 99, 1000


@dataclass(slots=True)
class LimitsDraft(WhenDraft):
    """The fields that make ``config``, as they were typed."""

    overlap: str = "skip"
    max_parallel: str = "10"
    timeout: str = "1h"
    retries: str = "0"
    failures: str = ""
    """Failed runs in a row that pause the job; empty: never."""
    config: dict[str, Any] = field(default_factory=dict)
    """What the form does not show is carried along in it."""

    def job_config(self) -> dict[str, Any]:
        """The job's config: what the form does not show is kept, defaults are not written down.

        Raises:
            InvalidInput: a number or a duration cannot be read.
        """
        config = dict(self.config)
        standard = job_config({})
        timeout = seconds(self.timeout, "timeout", TIMEOUT)
        _put(config, "timeout", timeout, standard.timeout)
        _put(config, "overlap", self.overlap, standard.overlap)
        if self.overlap == "allow":
            most = _number(self.max_parallel, "number of runs at once", 1, 1000, PARALLEL)
            _put(config, "max_parallel", most, standard.max_parallel)
        failures = _number(
            self.failures.strip() or "0", "number of failures", 0, _MOST_FAILURES, FAILURES
        )
        _put(config, "pause_on_failure", failures, standard.pause_on_failure)
        attempts = 1 + _number(self.retries, "number of retries", 0, _MOST_RETRIES, RETRIES)
        retry = dict(config.get("retry") or {})
        _put(retry, "max_attempts", attempts, Retry().max_attempts)
        if retry:
            config["retry"] = retry
        return config


def fields_of(config: JobConfig, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of :class:`LimitsDraft` that make a config again.

    Args:
        kept: the config as the job has it.
    """
    return {
        "overlap": config.overlap,
        "max_parallel": str(config.max_parallel),
        "timeout": in_words(config.timeout),
        "retries": str(config.retry.max_attempts - 1),
        "failures": str(config.pause_on_failure or ""),
        "config": dict(kept),
    }


def _put(target: dict[str, Any], key: str, value: Any, standard: Any) -> None:
    if key in target or value != standard:
        target[key] = value


def _number(text: str, what: str, least: int, most: int, place: str) -> int:
    plain = text.strip()
    if plain.isascii() and plain.isdigit() and len(plain) < 7 and least <= int(plain) <= most:
        return int(plain)
    raise InvalidInput(
        f"The {what} is not a whole number from {least} to {most}.",
        f"For example {max(least, 2)}.",
        field=place,
    )

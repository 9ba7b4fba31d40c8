"""The sentences of the service in the words of the form, which shows no field names."""

from __future__ import annotations

import re

_NAME = "Give the job a name, any text of 1 to 255 characters."
_SAID = {
    "The name is blank. Give 1 to 255 characters.": _NAME,
    "name: string should have at least 1 character.": _NAME,
    "cron_schedule is missing: a job with trigger_type cron needs one."
    " For example 0 9 * * 1-5.": "Choose a preset or write a cron expression, such as 0 9 * * 1-5.",
    "entity_id is missing: planning_mode predefined_team needs one."
    " For a shell script it is shell.": "There is no team yet: make one on screen 3.",
    "worker_queue_name is missing: executor_type specific_queue needs one.": "Name the queue.",
    "run_at is missing: a job with trigger_type one_off needs one."
    ' For example 2026-12-24T09:00, or "tomorrow 9am".': "Write when it starts: tomorrow 9am.",
    "interval_seconds is missing: a job with trigger_type recurring needs one."
    " For example 300, or 5m.": "Write how often it starts, such as 5m.",
    "end_condition is missing: a job with trigger_type ongoing needs to know when its goal is met."
    " Give end_condition, max_runs or end_at.": "Give it an end or a number of runs below.",
    "environment_name is missing: executor_type environment needs one.": "Name the environment.",
    "The prompt is empty. Say what the job is to do.": "Write what the job is to do.",
}
_WHEN = ("run_at", "start_at", "end_at", "interval_seconds", "max_runs")
_API_ONLY = re.compile(r", or now_if_past to start (it )?at once")
"""What the form has no field for."""
_ENTRY = re.compile(r"depends_on(?:\.[0-9]+)?(?:\.\w+)*: ")
_ENTRIES = (
    (" Name it by id, by the beginning of its id, or by name; `jobs-tui list` shows all.", ""),
    (" Use mode gate, or trigger_type manual.", " Leave the mode out."),
)
_RHYTHM = re.compile(r"a job with trigger_type \w+ starts")
_TARGET = re.compile(r"deliver_to\.[0-9]+(?:\.\w+)*(: | )")
_WAYS = "Write a URL, file:PATH, job:NAME, or notify:NAME and webhook:NAME for a secret."
_SUBJECTS = {"url": "The address", "type": "The type"}
_SIGNED = re.compile(r"deliver_to(?:\.[0-9]+)?\.secret")
SECRET = "deliver_to.secret"
"""The field of the secret that signs."""


def field_of(place: str) -> str:
    """The field of the form to which a field of the service belongs."""
    if _SIGNED.fullmatch(place):
        return SECRET
    first = place.split(".")[0]
    return first if first in ("depends_on", "deliver_to") else place


def plain_words(sentence: str, place: str) -> str:
    """A sentence of the service in the words of the form.

    Args:
        place: the field of the service that it is about.
    """
    if place == "name" and "at most 255" in sentence:
        return "The name is too long: it may have 255 characters."
    if place.startswith("tags"):
        return "A tag may have 1 to 64 characters."
    if place in _WHEN:
        sentence = _API_ONLY.sub("", sentence.removeprefix(f"{place}: "))
    if place.startswith("parameters.") and "nobody to ask" in sentence:
        name = place.removeprefix("parameters.")
        return f"{{{{ {name} }}}} needs a default below: a schedule has nobody to ask."
    if place.startswith("depends_on"):
        return _of_entry(sentence)
    if place.startswith("deliver_to"):
        return _of_target(sentence, place)
    return _SAID.get(sentence, sentence)


def _of_entry(sentence: str) -> str:
    found = _RHYTHM.sub("this job starts", _ENTRY.sub("", sentence, count=1))
    for said, here in _ENTRIES:
        found = found.replace(said, here)
    return _capital(found)


def _of_target(sentence: str, place: str) -> str:
    if _SIGNED.fullmatch(place):
        if " is missing" in sentence or "it is empty" in sentence:
            return "A call to a webhook is signed: write the name of a secret here."
        if "names no secret" in sentence:
            return "There is no such secret. Keep it with `jobs-tui secret set NAME`."
    found = _TARGET.match(sentence)
    if found is None:
        return sentence.replace(_WAYS, "Write https://..., slack://..., file:PATH or job:NAME.")
    rest = sentence[found.end() :]
    if found[1] == ": ":
        return _capital(rest)
    return f"{_SUBJECTS.get(place.split('.')[-1], 'A target')} {rest}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

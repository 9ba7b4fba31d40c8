"""From a text to the words that say something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from jobs_tui.agents.smart.engines.stemming import stem

LONGEST = 20_000
"""Characters of a text that are read; a prompt says what it is about before that."""

_STOP = (
    "a about after again all also am an and any are as at be because been before being but by can"
    " could did do does doing done during each else ever every few for from further had has have"
    " having he her here hers him his how i if in into is it its just let like make many may me"
    " might more most much must my need no nor not now of off on once one only or other our out"
    " over own per please same shall she should so some still such than that the their them then"
    " there these they this those through to too two under until up us use used using very want"
    " was we were what when where whether which while who whom why will with within without would"
    " yet you your yours"
)
_LIGHT = (
    "add able begin bring check come create day end find finish first get give go good happen help"
    " hour keep know last let list look minute month morning name new next night number open put"
    " run see show start stop take thing time today tomorrow tonight try way week work year"
    " yesterday"
)
STOP = frozenset(_STOP.split())
"""Words that say nothing about a task."""

LIGHT = frozenset(_LIGHT.split())
"""Words that say little: in tasks of every sort."""

_TWO_IN_ONE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "back": frozenset(("up",)), "clean": frozenset(("up",)), "fail": frozenset(("over",)),
        "follow": frozenset(("up",)), "log": frozenset(("in", "out", "on")),
        "roll": frozenset(("back", "out")), "set": frozenset(("up",)),
        "shut": frozenset(("down",)), "sign": frozenset(("in", "off", "up")),
        "stand": frozenset(("up",)), "time": frozenset(("out",)), "write": frozenset(("up",)),
    }
)  # fmt: skip
"""Verbs that are another word together with what follows: who logs in is not after a log."""

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Lower-case words in order; ``OrderService`` are two, a template's placeholders are none."""
    text = _PLACEHOLDER.sub(" ", text[:LONGEST])
    text = text.replace("\u2019", "'").replace("n't ", " not ").replace("'s ", " ")
    return list(_joined(_WORD.findall(_CAMEL.sub(" ", text).lower())))


def _joined(found: list[str]) -> Iterator[str]:
    place = 0
    while place < len(found):
        first, second = found[place], found[place + 1] if place + 1 < len(found) else ""
        verb = stem(first) if second else first
        if second in _TWO_IN_ONE.get(verb, ()):
            yield verb + second
            place += 2
        else:
            yield first
            place += 1


def stems(text: str) -> list[str]:
    """The stems of its words in order, those that say nothing included."""
    return [stem(word) for word in words(text)]


def telling(text: str) -> list[str]:
    """The words that say something; all of them when none does."""
    found = words(text)
    return [word for word in found if word not in STOP and not word.isdigit()] or found

"""Which jobs of a large home may fit a question at all, so that an engine need not read them all.

The index by words answers that: jobs with the question's words, jobs that speak of its matters in
other words, and jobs whose words are spelled like those that nobody knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from jobs_tui.agents.smart.engines.lexical import Spread
from jobs_tui.agents.smart.engines.reading import LIGHT, stems, telling
from jobs_tui.agents.smart.engines.stemming import stem
from jobs_tui.agents.smart.engines.thesaurus import entries, matters_of
from jobs_tui.store import job_words

ALL = 300
"""Homes with up to so many jobs are read whole."""
FEW = 30
"""In a home with fewer jobs a word counts as in one of so many: of three jobs that all are about
databases, each still is about databases."""
OF_EACH = 60
"""Jobs that each way of looking may bring."""
MATTERS = 5
"""Matters of a question that are looked up, the strongest first."""
SPOKEN = 0.8
"""What a job that has a word of a matter counts, on average, as one that speaks of it."""
TERMS = 16
"""Words of a question that are looked up."""


@dataclass(frozen=True, slots=True)
class Likely:
    """The jobs to be read."""

    numbers: list[int] | None
    """Of their texts; None for all."""
    spread: Spread | None
    """How common the question's words are in the whole home."""


def likely(connection: sqlite3.Connection, question: str, *, archived: bool) -> Likely:
    """The jobs that may fit a question; some queries of the index."""
    total = job_words.count(connection, archived=archived)
    if FEW <= total <= ALL:
        return Likely(None, None)
    terms = {stem(word): word for word in reversed(list(dict.fromkeys(telling(question))))}
    terms = dict(list(terms.items())[:TERMS])
    said = matters_of(stems(question))
    matters = sorted(said, key=lambda matter: -sum(said[matter].values()))[:MATTERS]
    by_term = {term: _quoted([word]) for term, word in terms.items()}
    by_matter = {matter: _quoted(entries(matter)) for matter in matters}
    counted = {
        key: job_words.how_many(connection, query, archived=archived)
        for key, query in (by_term | by_matter).items()
    }
    spread = Spread(
        max(FEW, total),
        {term: counted[term] for term in by_term},
        {matter: SPOKEN * counted[matter] for matter in by_matter},
    )
    if total <= ALL:
        return Likely(None, spread)
    unknown = [word for term, word in terms.items() if not counted[term] and word not in LIGHT]
    alike = [other for word in unknown for other in job_words.spelled_like(connection, word)]
    queries = [
        " OR ".join([*by_term.values(), *by_matter.values()]),
        " OR ".join(by_term.values()),
        *by_matter.values(),
        _quoted(alike),
    ]
    numbers: dict[int, None] = {}
    for query in queries:
        if query:
            found = job_words.best(connection, query, OF_EACH, archived=archived)
            numbers.update(dict.fromkeys(found))
    return Likely(list(numbers), spread)


def _quoted(phrases: Iterable[str]) -> str:
    """A query of the index: one of these."""
    return " OR ".join(f'"{phrase}"' for phrase in phrases)

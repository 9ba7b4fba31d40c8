"""The index of jobs by words: catching up with the results of runs, and looking words up.

Names, descriptions, tags and prompts are kept in step by triggers. What runs have said is read here
before a search, for the jobs whose runs have ended since the last one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMNS = ("name", "description", "tags", "prompt", "result")
"""Of the index, in its order."""
DEFINED = "{name description tags prompt}"
"""The columns that say what a job is; what it has said is the other."""
WEIGHTS = "8.0, 3.0, 4.0, 2.0, 1.0"
"""What a word counts in each of the columns."""
RUNS = 3
"""Latest runs whose results are found."""
NEWEST, OLDER = 4_000, 1_000
"""Characters that are kept of the newest result and of each one before it."""

_LATEST = """
select coalesce(answers.answer, e.result, '') as said, coalesce(e.error_message, '') as error
from executions e left join answers on answers.execution_id = e.id
where e.job_id = ? and e.status in ('completed', 'failed', 'timed_out', 'cancelled', 'lost')
order by e.seq desc limit ?
"""


@dataclass(frozen=True, slots=True)
class WordHits:
    """Where one word stands."""

    exact: dict[int, float]
    """By number of a job's text: how much it says, by BM25; the word itself or a form of it."""
    begun: dict[int, float]
    """The same for longer words that begin so; those of ``exact`` are among them."""


def is_stale(connection: sqlite3.Connection) -> bool:
    """Whether results of runs are not in the index yet."""
    return connection.execute("select 1 from search_stale limit 1").fetchone() is not None


def catch_up(connection: sqlite3.Connection, most: int) -> int:
    """Read the latest results of up to ``most`` jobs into the index; how many were looked at."""
    stale = [
        row[0] for row in connection.execute("select job_id from search_stale limit ?", (most,))
    ]
    for job_id in stale:
        said = _latest(connection, job_id)
        connection.execute(
            "update job_texts set result = ? where job_id = ? and result <> ?",
            (said, job_id, said),
        )
        connection.execute("delete from search_stale where job_id = ?", (job_id,))
    return len(stale)


def _latest(connection: sqlite3.Connection, job_id: str) -> str:
    parts: list[str] = []
    for row in connection.execute(_LATEST, (job_id, RUNS)):
        limit = OLDER if parts else NEWEST
        parts.append("\n".join((row["said"][:limit], row["error"][:OLDER])).strip())
    return "\n".join(part for part in parts if part)


def count(connection: sqlite3.Connection, *, archived: bool) -> int:
    """Jobs that are searched: those that are not deleted, or only the deleted ones."""
    row = connection.execute(
        "select count(*) from job_texts where archived = ?", (archived,)
    ).fetchone()
    return int(row[0])


def hits(connection: sqlite3.Connection, word: str, *, archived: bool) -> WordHits:
    """The jobs that have a word, or one that begins with it.

    Args:
        word: letters and digits only.
    """
    begun = _matches(connection, f'"{word}"*', archived)
    return WordHits(_matches(connection, f'"{word}"', archived) if begun else {}, begun)


def _matches(connection: sqlite3.Connection, query: str, archived: bool) -> dict[int, float]:
    found = connection.execute(
        f"select job_words.rowid, bm25(job_words, {WEIGHTS})"
        " from job_words join job_texts on job_texts.seq = job_words.rowid"
        " where job_words match ? and job_texts.archived = ?",
        (query, archived),
    )
    return {row[0]: -row[1] for row in found}


def containing(connection: sqlite3.Connection, text: str, *, archived: bool) -> list[int]:
    """The jobs in whose texts a piece stands, within a word too; without regard of A or a."""
    low = text.translate(_LOWER)
    found = connection.execute(
        "select seq from job_texts where archived = ? and instr(lower("
        "name || char(10) || description || char(10) || tags || char(10) || prompt || char(10)"
        " || result), ?) order by seq desc",
        (archived, low),
    )
    return [row[0] for row in found]


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
"""As ``lower`` of SQLite does it."""


def places(connection: sqlite3.Connection, seq: int, words: Sequence[str]) -> tuple[str, ...]:
    """The columns of a job in which one of the words stands."""
    query = any_of(words)
    return tuple(
        column
        for column in COLUMNS
        if connection.execute(
            "select 1 from job_words where rowid = ? and job_words match ?",
            (seq, f"{{{column}}} : ({query})"),
        ).fetchone()
    )


def snippet(connection: sqlite3.Connection, seq: int, words: Sequence[str]) -> str:
    """A few words around the first ones that fit, on one line."""
    row = connection.execute(
        "select snippet(job_words, -1, '', '', '…', 16) from job_words"
        " where rowid = ? and job_words match ?",
        (seq, any_of(words)),
    ).fetchone()
    return "" if row is None or row[0] is None else " ".join(str(row[0]).split())


def any_of(words: Iterable[str]) -> str:
    """A query of the index for words, forms of them and longer ones that begin so."""
    return " OR ".join(f'"{word}"*' for word in words)


def ids(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The jobs of texts, by their numbers."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), 500):
        part = tuple(numbers[start : start + 500])
        marks = ",".join("?" * len(part))
        found.update(
            (row[0], row[1])
            for row in connection.execute(
                f"select seq, job_id from job_texts where seq in ({marks})", part
            )
        )
    return found


def how_many(connection: sqlite3.Connection, query: str, *, archived: bool) -> int:
    """Jobs that are, by name, description, tags or prompt, what a query of the index says."""
    row = connection.execute(
        "select count(*) from job_words join job_texts on job_texts.seq = job_words.rowid"
        " where job_words match ? and job_texts.archived = ?",
        (f"{DEFINED} : ({query})", archived),
    ).fetchone()
    return int(row[0])


def best(connection: sqlite3.Connection, query: str, most: int, *, archived: bool) -> list[int]:
    """The first of them by BM25."""
    found = connection.execute(
        "select job_words.rowid from job_words join job_texts on job_texts.seq = job_words.rowid"
        " where job_words match ? and job_texts.archived = ?"
        f" order by bm25(job_words, {WEIGHTS}) limit ?",
        (f"{DEFINED} : ({query})", archived, most),
    )
    return [row[0] for row in found]


def spelled_like(connection: sqlite3.Connection, word: str, most: int = 3) -> list[str]:
    """Words of the index, as stems, that share most of their letters with one that it lacks."""
    wanted = _grams(word)
    near: list[tuple[float, str]] = []
    for (term,) in connection.execute(
        "select term from job_vocabulary where abs(length(term) - ?) <= 5", (len(word),)
    ):
        grams = _grams(term)
        likeness = 2 * len(wanted & grams) / (len(wanted) + len(grams))
        if likeness >= ALIKE and term.isalnum():
            near.append((likeness, term))
    return [term for _, term in sorted(near, reverse=True)[:most]]


ALIKE = 0.5
"""Of the pairs of letters of two words, the part that they must share (Dice's coefficient)."""


def _grams(word: str) -> set[str]:
    marked = f"_{word}_"
    return {marked[start : start + 2] for start in range(len(marked) - 1)}

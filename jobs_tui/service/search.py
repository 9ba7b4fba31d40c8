"""Finding jobs by words and by meaning: one door for the command, the API, MCP and the screen."""

from __future__ import annotations

import math
import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jobs_tui.models.errors import InvalidInput, StoreError
from jobs_tui.models.job import Job
from jobs_tui.service.context import Context
from jobs_tui.store import job_words
from jobs_tui.store import jobs as rows

if TYPE_CHECKING:
    from jobs_tui.agents.smart.engines.choosing import EngineName

Mode = Literal["keyword", "semantic"]
FTS = "fts5"
"""The engine of a search by words: SQLite's own index."""
LONGEST = 2_000
"""Characters of a query that are read."""
WORDS = 24
"""Different words of a query that are looked up."""
AT_ONCE = 200
"""Jobs whose results go into the index in one transaction: the writer belongs to the runs."""
ROUNDS = 200
"""Such transactions before one search at most."""
BEGUN = 0.5
"""What a longer word that begins so counts beside the word itself."""
COVERED = 0.75
"""The part of the score that says how much of the query is there; the rest is BM25."""
_WORD = re.compile(r"[^\W_]+")
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A job that was found."""

    job: Job
    score: float
    """0 to 1; comparable within one answer only."""
    why: str
    """In words: what it has in common with the query."""
    snippet: str
    """Where it stands, on one line; untrusted text."""

    def to_json(self) -> dict[str, Any]:
        """As the command, the API and the tools answer it."""
        return {
            "id": self.job.id,
            "name": self.job.name,
            "score": round(self.score, 4),
            "why": self.why,
            "snippet": self.snippet,
            "description": self.job.definition.description,
            "status": str(self.job.status),
            "trigger_type": str(self.job.definition.trigger_type),
            "tags": list(self.job.definition.tags),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query."""

    query: str
    """As it was read."""
    mode: Mode
    engine: str
    """Which one served: ``fts5``, ``lexical``, ``semantic`` or ``endpoint``."""
    hits: tuple[Hit, ...]
    """The best first."""
    note: str = ""
    """Why a better engine did not serve, or what was left out; sentences, empty for nothing."""
    total: int = 0
    """Jobs that were found, those that did not fit into the answer included."""
    every: bool = True
    """Of a search by words: whether each hit has all of them. When no job has, those with some
    of them are found."""
    ids: tuple[str, ...] = ()
    """Of all that were found, the best first."""

    def to_json(self) -> dict[str, Any]:
        """As the command and the tools answer it."""
        return {
            "query": self.query,
            "mode": self.mode,
            "engine": self.engine,
            "note": self.note or None,
            "total": self.total,
            "results": [hit.to_json() for hit in self.hits],
        }


def by_keywords(ctx: Context, query: str, n: int | None = 10, *, archived: bool = False) -> Found:
    """Jobs that have the words of a query in name, description, tags, prompt or latest results.

    All of them; when no job has all, some of them. Nothing in a query is syntax.

    Args:
        query: a word, its beginning, or several; at most :data:`LONGEST` characters are read.
        n: how many at most; None for all.
        archived: search among deleted jobs instead.

    Raises:
        InvalidInput: the query is empty.
    """
    text = readable(query)
    note = catch_up(ctx)
    connection = ctx.store.jobs.reader()
    words = query_words(text)
    scores, every = _by_words(connection, text, words, archived)
    best = sorted(scores, key=lambda seq: (-scores[seq], -seq))
    known = job_words.ids(connection, best)
    shown = best if n is None else best[: max(1, n)]
    jobs = jobs_of(ctx, [known[seq] for seq in shown if seq in known])
    hits = tuple(
        _hit(connection, jobs[known[seq]], seq, scores[seq], words, text)
        for seq in shown
        if known.get(seq) in jobs  # else purged since
    )
    ids = tuple(known[seq] for seq in best if seq in known)
    return Found(text, "keyword", FTS, hits, note, len(ids), every, ids)


def having(ctx: Context, query: str, *, archived: bool = False) -> frozenset[str]:
    """The ids of the jobs that have all words of a query, or the text itself: a filter for lists.

    Raises:
        InvalidInput: the query is empty.
    """
    text = readable(query)
    catch_up(ctx)
    connection = ctx.store.jobs.reader()
    scores, every = _by_words(connection, text, query_words(text), archived)
    return frozenset(job_words.ids(connection, list(scores)).values() if every else ())


def by_meaning(
    ctx: Context,
    query: str,
    n: int | None = 10,
    *,
    engine: EngineName | None = None,
    archived: bool = False,
) -> Found:
    """Jobs that are about what a query says, in whatever words.

    The engine is that of Smart: the answer names the one that served and says why a better one did
    not (``note``).

    Args:
        query: in plain words; at most :data:`LONGEST` characters are read.
        n: how many at most; None for all that have to do with it.
        engine: this one and no other; None: as the setting ``smart_engine`` says.
        archived: search among deleted jobs instead.

    Raises:
        InvalidInput: the query is empty.
        EngineBroken: the engine that was named cannot answer.
    """
    from jobs_tui.service import meaning

    text = readable(query)
    if not _WORD.search(text):
        return Found(text, "semantic", FTS, (), "The query has no words: it cannot mean anything.")
    found = meaning.search(ctx, text, engine=engine, archived=archived)
    best = found.fits if n is None else found.fits[: max(1, n)]
    jobs = jobs_of(ctx, [one.job_id for one, _ in best])
    hits = tuple(
        Hit(jobs[one.job_id], fit.score, fit.reason, opening(jobs[one.job_id]))
        for one, fit in best
        if one.job_id in jobs  # else purged since
    )
    ids = tuple(one.job_id for one, _ in found.fits)
    return Found(text, "semantic", found.engine, hits, found.note, len(found.fits), ids=ids)


def readable(query: str) -> str:
    """A query as it is searched for: one line of valid text. Raises InvalidInput when empty."""
    cut = query[: 4 * LONGEST].encode("utf-8", "replace").decode("utf-8")
    text = " ".join(_UNREADABLE.sub(" ", cut).split())[:LONGEST].strip()
    if not text:
        raise InvalidInput(
            "The query is empty.", "Say in a few words what the job is about.", field="query"
        )
    return text


def query_words(text: str) -> list[str]:
    """The words of a query that are looked up: those that say something, else all of them."""
    from jobs_tui.agents.smart.engines.reading import STOP

    found = list(dict.fromkeys(_WORD.findall(text.casefold())))
    return ([word for word in found if word not in STOP] or found)[:WORDS]


def catch_up(ctx: Context) -> str:
    """Read what runs have said since the last search into the index.

    Returns:
        Why that could not be done; empty when it was.
    """
    try:
        if not job_words.is_stale(ctx.store.jobs.reader()):
            return ""
        for _ in range(ROUNDS):  # runs may end as fast as their results are read
            if (
                ctx.store.write(lambda connection: job_words.catch_up(connection, AT_ONCE))
                < AT_ONCE
            ):
                break
    except (StoreError, sqlite3.OperationalError) as error:
        # Who may only read a home can still search it.
        why = error.message if isinstance(error, StoreError) else f"{error}."
        return f"The results of the newest runs are not searched: {why}"
    return ""


def _by_words(
    connection: sqlite3.Connection, text: str, words: list[str], archived: bool
) -> tuple[dict[int, float], bool]:
    """What each text scores that has the words, or the query as a piece of it."""
    scores, every = _scored(connection, words, archived)
    if every or not scores:
        for seq in job_words.containing(connection, text, archived=archived):
            if seq not in scores:
                # Within words only, or no words at all: behind everything that has the words.
                scores[seq], every = 0.0, True
    return scores, every


def _scored(
    connection: sqlite3.Connection, words: list[str], archived: bool
) -> tuple[dict[int, float], bool]:
    """What each text scores, and whether each of them has all the words."""
    if not words:
        return {}, True
    found = [job_words.hits(connection, word, archived=archived) for word in words]
    total = job_words.count(connection, archived=archived)
    rarity = [_rarity(total, len(one.begun)) for one in found]
    having = set.intersection(*(set(one.begun) for one in found))
    every = bool(having)
    if not every:
        having = set().union(*(one.begun for one in found))
    said = {
        seq: sum(one.exact.get(seq, BEGUN * one.begun.get(seq, 0.0)) for one in found)
        for seq in having
    }
    most = max(said.values(), default=0.0) or 1.0
    scores = {}
    for seq in having:
        covered = sum(
            weight * (1.0 if seq in one.exact else BEGUN if seq in one.begun else 0.0)
            for one, weight in zip(found, rarity, strict=True)
        )
        share = covered / sum(rarity)
        scores[seq] = COVERED * share + (1 - COVERED) * said[seq] / most
    return scores, every


def _rarity(total: int, having: int) -> float:
    """As BM25 has it: what only few jobs say counts more."""
    return math.log(1 + (total - having + 0.5) / (having + 0.5))


def _hit(
    connection: sqlite3.Connection, job: Job, seq: int, score: float, words: list[str], text: str
) -> Hit:
    if score > 0.0:
        places = ", ".join(_PLACES[one] for one in job_words.places(connection, seq, words))
        return Hit(job, score, f"words in {places}", job_words.snippet(connection, seq, words))
    return Hit(job, 0.0, "the text within a word", around(job, text))


_PLACES = {
    "name": "name",
    "description": "description",
    "tags": "tags",
    "prompt": "prompt",
    "result": "latest results",
}


def around(job: Job, text: str, width: int = 60) -> str:
    """The line of a job's name, description or prompt with a piece of text in it."""
    definition = job.definition
    for part in (job.name, definition.description or "", definition.prompt_template):
        place = part.casefold().find(text.casefold())
        if place >= 0:
            start = max(0, place - width // 2)
            return " ".join(part[start : place + len(text) + width // 2].split())
    return opening(job)


def opening(job: Job, width: int = 100) -> str:
    """How its description or prompt begins, on one line."""
    definition = job.definition
    line = " ".join((definition.description or definition.prompt_template)[: 4 * width].split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def jobs_of(ctx: Context, ids: list[str]) -> dict[str, Job]:
    """The jobs of ids, those that are still there."""
    found: dict[str, Job] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in ctx.store.rows(f"{rows.SELECT} where jobs.id in ({marks})", part):
            found[row["id"]] = rows.job_from(row)
    return found

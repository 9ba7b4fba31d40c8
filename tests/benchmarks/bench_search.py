"""How often a search finds the right job, and how long it takes in a large home.

Run by hand: ``python -m tests.benchmarks.bench_search [SET.json] [--jobs N]``;
``JOBS_TUI_SEARCH_SET`` names a set as well, else it is the small one beside this file. Prints JSON.
A set has ``jobs`` (id, title, prompt) and ``queries`` (text, relevant, kind). ``floor`` is SQLite's
FTS5 as it comes, over the same jobs in the same run; ``semantic`` is left out where its model is
not installed, and in the large home it is read ahead, as ``semantic index`` does. What the hot path
pays is the time to end a run with the index's triggers and without.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobs_tui.agents.smart.engines import semantic
from jobs_tui.agents.smart.engines.reading import telling
from jobs_tui.models.enums import ExecutionStatus, TriggerType
from jobs_tui.models.job import Definition
from jobs_tui.service import meaning, search
from jobs_tui.service.context import Context
from jobs_tui.store.database import Store
from jobs_tui.store.home import Home
from tests.store.rows import add_job as add_row
from tests.store.rows import add_run

OWN = Path(__file__).parent / "data" / "search.json"
FIRST = 5
"""Hits that count: recall@5."""
ENDED = 2_000
"""Runs that are ended for the price of the hot path."""
Ranker = Callable[[str], list[str]]
Job = tuple[str, str, str]
"""Id, title, prompt."""


def floor(jobs: Sequence[Job]) -> Ranker:
    """FTS5 as it comes, in memory."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "create virtual table d using fts5(id unindexed, title, prompt, tokenize='porter')"
    )
    database.executemany("insert into d values (?, ?, ?)", jobs)

    def ranked(question: str) -> list[str]:
        asked = " OR ".join(f'"{word}"' for word in telling(question))
        sql = "select id from d where d match ? order by bm25(d) limit ?"
        return [row[0] for row in database.execute(sql, (asked, FIRST))]

    return ranked


def filled(ctx: Context, jobs: Sequence[Job]) -> None:
    """Put jobs into the home, with the ids that they have."""

    def operation(connection: sqlite3.Connection) -> None:
        for job_id, title, prompt in jobs:
            made = Definition(name=title, prompt_template=prompt, trigger_type=TriggerType.MANUAL)
            add_row(connection, job_id, made)

    ctx.store.write(operation)


def rankers(ctx: Context) -> dict[str, Ranker]:
    """The ways of searching that this machine has."""

    def ids(find: Callable[[str], search.Found]) -> Ranker:
        return lambda question: list(find(question).ids[:FIRST])

    found = {
        "keyword": ids(lambda question: search.by_keywords(ctx, question, FIRST)),
        "lexical": ids(lambda question: search.by_meaning(ctx, question, FIRST, engine="lexical")),
    }
    if semantic.installed():
        found["semantic"] = ids(
            lambda question: search.by_meaning(ctx, question, FIRST, engine="semantic")
        )
    return found


def recall(ranker: Ranker, queries: list[dict[str, Any]]) -> dict[str, Any]:
    """Recall@5 and mean reciprocal rank within it, of all and of each kind."""
    gained: dict[str, list[tuple[bool, float]]] = {}
    for query in queries:
        ids = ranker(query["text"])
        places = [place for place, one in enumerate(ids, 1) if one in query["relevant"]]
        hit = (bool(places), 1 / places[0] if places else 0.0)
        for kind in ("all", query.get("kind", "other")):
            gained.setdefault(kind, []).append(hit)
    return {
        kind: {
            "queries": len(hits),
            "recall@5": round(statistics.fmean(hit[0] for hit in hits), 3),
            "mrr@5": round(statistics.fmean(hit[1] for hit in hits), 3),
        }
        for kind, hits in gained.items()
    }


def speed(ranker: Ranker, questions: list[str]) -> dict[str, float]:
    """Milliseconds a question, warm."""
    ranker(questions[0])
    spent = []
    for question in questions:
        began = time.perf_counter()
        ranker(question)
        spent.append(1000 * (time.perf_counter() - began))
    return {"p50_ms": round(statistics.median(spent), 1), "max_ms": round(max(spent), 1)}


def many(jobs: Sequence[Job], count: int) -> list[Job]:
    """As many jobs as are wanted: those of the set, each again with further words of others."""
    chance = random.Random(5)
    words = sorted({word for _, title, prompt in jobs for word in f"{title} {prompt}".split()})
    made = list(jobs[:count])
    for number in range(len(made), count):
        _, title, prompt = jobs[number % len(jobs)]
        more = " ".join(chance.sample(words, min(len(words), 12)))
        made.append((f"more_{number}", f"{title} {chance.choice(words)}", f"{prompt}. {more}"))
    return made


def ending(ctx: Context) -> dict[str, float]:
    """Microseconds to end a run, with the trigger of the index and without."""

    def price(connection: sqlite3.Connection) -> float:
        runs = [add_run(connection, "price") for _ in range(ENDED)]
        began = time.perf_counter()
        for run in runs:
            connection.execute(
                "update executions set status = ?, result = 'done' where id = ?",
                (ExecutionStatus.COMPLETED, run),
            )
        return 1e6 * (time.perf_counter() - began) / ENDED

    def both(connection: sqlite3.Connection) -> dict[str, float]:
        add_row(connection, "price")
        price(connection)
        indexed = price(connection)
        connection.execute("drop trigger executions_told")
        return {"with_index_us": round(indexed, 2), "without_us": round(price(connection), 2)}

    return ctx.store.write(both)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default=os.environ.get("JOBS_TUI_SEARCH_SET") or OWN)
    parser.add_argument("--jobs", type=int, default=10_000, help="of the large home")
    asked = parser.parse_args()
    path = Path(asked.set)
    given = json.loads(path.read_text("utf-8"))
    jobs = [(one["id"], one["title"], one["prompt"]) for one in given["jobs"]]
    queries, figures = given["queries"], {"set": path.name, "jobs": len(jobs)}
    with TemporaryDirectory() as place:
        home = Path(place)
        small = Context(Store(Home(home / "small", home / "small.toml")), "bench", "cli")
        filled(small, jobs)
        ways = {"floor": floor(jobs), **rankers(small)}
        figures["found"] = {name: recall(ranker, queries) for name, ranker in ways.items()}
        small.store.close()
        large = Context(Store(Home(home / "large", home / "large.toml")), "bench", "cli")
        crowd, questions = many(jobs, asked.jobs), [query["text"] for query in queries]
        filled(large, crowd)
        if semantic.installed():
            began = time.perf_counter()
            read = meaning.read_all(large).read
            spent = time.perf_counter() - began
            figures["read_ahead"] = {"texts": read, "seconds": round(spent, 1)}
        ways = {"floor": floor(crowd), **rankers(large)}
        figures["large"] = {
            "jobs": len(crowd),
            **{name: speed(ranker, questions) for name, ranker in ways.items()},
        }
        figures["end_of_a_run"] = ending(large)
        large.store.close()
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

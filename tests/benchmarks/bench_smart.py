"""How often Smart finds the right agent, and how long it takes, by engine.

Run by hand: ``python -m tests.benchmarks.bench_smart [SET.json]``; ``JOBS_TUI_ROUTING_SET`` names a
set as well, else it is the small one beside this file. Prints JSON. A set has ``agents`` (id, name,
description, capabilities) and ``items`` (text, label, kind). ``floor`` is SQLite's FTS5 with its
porter tokeniser and the rank of BM25; ``semantic`` is left out where its model is not installed.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jobs_tui.agents.smart.engines import semantic
from jobs_tui.agents.smart.engines.fitting import Document, Engine
from jobs_tui.agents.smart.engines.lexical import LexicalEngine
from jobs_tui.agents.smart.engines.reading import telling

OWN = Path(__file__).parent / "data" / "routing.json"
Ranker = Callable[[str], list[str]]


def floor(documents: list[Document]) -> Ranker:
    """FTS5 as it comes."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table d using fts5(id unindexed, t, tokenize='porter')")
    for one in documents:
        database.execute("insert into d values (?, ?)", (one.id, " ".join((one.title, *one.texts))))

    def ranked(question: str) -> list[str]:
        asked = " OR ".join(f'"{word}"' for word in telling(question))
        found = database.execute("select id from d where d match ? order by bm25(d)", (asked,))
        return [row[0] for row in found]

    return ranked


def ours(engine: Engine, documents: list[Document]) -> Ranker:
    """An engine of ours, warm."""
    engine.fits("warm up", documents)

    def ranked(question: str) -> list[str]:
        fits = engine.fits(question, documents)
        return [fit.id for fit in sorted(fits, key=lambda fit: (-fit.score, fit.id))]

    return ranked


def measured(ranker: Ranker, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Top-1 and top-3 of all and of each kind, and milliseconds a prompt."""
    right: dict[str, list[tuple[bool, bool]]] = {}
    started = time.perf_counter()
    for item in items:
        first = ranker(item["text"])[:3]
        hit = (item["label"] in first[:1], item["label"] in first)
        for kind in ("all", item["kind"]):
            right.setdefault(kind, []).append(hit)
    spent = time.perf_counter() - started
    found: dict[str, Any] = {
        kind: {
            "prompts": len(hits),
            "top1": round(sum(hit[0] for hit in hits) / len(hits), 3),
            "top3": round(sum(hit[1] for hit in hits) / len(hits), 3),
        }
        for kind, hits in right.items()
    }
    return {
        **found.pop("all"),
        "by_kind": found,
        "ms_per_prompt": round(1000 * spent / len(items), 3),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default=os.environ.get("JOBS_TUI_ROUTING_SET") or OWN)
    path = Path(parser.parse_args().set)
    given = json.loads(path.read_text("utf-8"))
    documents = [
        Document(one["id"], one["name"], one["description"], tuple(one["capabilities"]))
        for one in given["agents"]
    ]
    rankers = {"floor": floor(documents), "lexical": ours(LexicalEngine(), documents)}
    if semantic.installed():
        rankers["semantic"] = ours(semantic.shared(), documents)
    figures = {name: measured(ranker, given["items"]) for name, ranker in rankers.items()}
    print(json.dumps({"set": path.name, "agents": len(documents), "engines": figures}, indent=2))


if __name__ == "__main__":
    main()

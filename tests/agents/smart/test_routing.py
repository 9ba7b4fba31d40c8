"""What the default engine finds on the set of our own (``tests/benchmarks/data``)."""

from __future__ import annotations

import json
from pathlib import Path

from jobs_tui.agents.smart.engines.fitting import Document
from jobs_tui.agents.smart.engines.lexical import LexicalEngine

SET = Path(__file__).parents[2] / "benchmarks" / "data" / "routing.json"


def test_words_find_the_agent_that_is_meant() -> None:
    given = json.loads(SET.read_text("utf-8"))
    documents = [
        Document(one["id"], one["name"], one["description"], tuple(one["capabilities"]))
        for one in given["agents"]
    ]
    engine = LexicalEngine()
    first, missed = 0, []
    for item in given["items"]:
        fits = sorted(engine.fits(item["text"], documents), key=lambda fit: -fit.score)
        first += fits[0].id == item["label"]
        if item["label"] not in [fit.id for fit in fits[:3]]:
            missed.append(item["text"])
    assert missed == []
    assert first >= 0.85 * len(given["items"])

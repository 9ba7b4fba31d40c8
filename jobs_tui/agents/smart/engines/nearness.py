"""From vectors of texts to how near documents are to a question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.agents.smart.engines.lexical import LexicalEngine

Vector = Sequence[float]
"""Of length 1."""

WORDS = 0.3
"""The part of the score that shared words and matters have beside nearness. Ranks of lexical lists
outvote a model (AGENTS.md 6), scores do not: with the thesaurus in them they mend what the model
takes for near. Measured on agents .1 to .8 are better than 0, on searching jobs more than .3 is
worse."""
KEPT = 5_000
"""Texts whose vectors are kept."""


class VectorCache:
    """Vectors by text; each text is encoded once while it is in use."""

    def __init__(self, encode: Callable[[Sequence[str]], Sequence[Vector]]) -> None:
        self._encode = encode
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Vector] = OrderedDict()

    def of(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vector of each text; whatever the encoder raises is raised."""
        wanted = list(dict.fromkeys(texts))
        with self._lock:
            missing = [text for text in wanted if text not in self._kept]
            if missing:
                self._kept.update(zip(missing, self._encode(missing), strict=True))
            found = {}
            for text in wanted:
                self._kept.move_to_end(text)
                found[text] = self._kept[text]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


@cache
def _words() -> LexicalEngine:
    return LexicalEngine()


def blended(
    question: str, documents: Sequence[Document], vectors: VectorCache, words: float = WORDS
) -> list[Fit]:
    """How near each document is, and, for a part of it, how well its words fit."""
    if not documents:
        return []
    texts = [question, *(text for document in documents for text in document.texts)]
    near = nearest(question, documents, vectors.of(texts))
    spoken = _words().fits(question, documents)
    return [
        Fit(
            one.id,
            (1 - words) * one.score + words * other.score,
            f"{one.reason}; {other.reason}" if other.score >= LexicalEngine.floor else one.reason,
        )
        for one, other in zip(near, spoken, strict=True)
    ]


def nearest(
    question: str, documents: Sequence[Document], vectors: Mapping[str, Vector]
) -> list[Fit]:
    """For each document the mean of its two texts that are nearest.

    Better than the nearest alone or all as one text (AGENTS.md 6).

    Args:
        question: it has a vector.
        documents: so do their texts.
        vectors: by text; cosines below 0 count as 0.
    """
    asked = vectors[question]
    found = []
    for document in documents:
        near = sorted(
            ((_cosine(asked, vectors[text]), text) for text in document.texts), reverse=True
        )[:2]
        score = sum(cosine for cosine, _ in near) / len(near)
        reason = f"nearest: {_short(near[0][1])} ({near[0][0]:.2f})"
        found.append(Fit(document.id, min(1.0, max(0.0, score)), reason))
    return found


def _cosine(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"

"""From vectors of texts to how near documents are to a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobs_tui.agents.smart.engines.fitting import Document, Fit

Vector = Sequence[float]
"""Of length 1."""


def nearest(
    question: Vector, documents: Sequence[Document], vectors: Mapping[str, Vector]
) -> list[Fit]:
    """For each document the mean of its two texts that are nearest.

    Better than the nearest alone or all as one text (AGENTS.md 6).

    Args:
        question: its vector.
        documents: their texts have vectors.
        vectors: by text; cosines below 0 count as 0.
    """
    found = []
    for document in documents:
        near = sorted(
            ((_cosine(question, vectors[text]), text) for text in document.texts), reverse=True
        )[:2]
        score = sum(cosine for cosine, _ in near) / len(near)
        best = near[0][1]
        reason = f"nearest: {_short(best)} ({near[0][0]:.2f})"
        found.append(Fit(document.id, min(1.0, max(0.0, score)), reason))
    return found


def _cosine(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"

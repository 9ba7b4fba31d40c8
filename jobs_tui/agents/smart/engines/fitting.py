"""What every engine takes and gives: documents in, how well each fits out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that may fit: an agent, a job."""

    id: str
    title: str
    """Its name, a few words."""
    body: str
    """What it is, in sentences."""
    parts: tuple[str, ...] = ()
    """Further texts, each of one matter: the capabilities of an agent."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Body and parts, those that are not empty; the title when there is nothing else."""
        found = tuple(text for text in (self.body, *self.parts) if text.strip())
        return found or (self.title,)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one document fits."""

    id: str
    score: float
    """0 (not at all) to 1."""
    reason: str
    """In words: what they have in common."""


class Engine(Protocol):
    """Finds the documents that fit a question."""

    name: ClassVar[str]
    floor: ClassVar[float]
    """Below this score a document has nothing to do with the question."""

    def margin(self, top: float) -> float:
        """How far below the best score another one still is as good, as far as one can tell."""
        ...

    def fits(self, question: str, documents: Sequence[Document]) -> list[Fit]:
        """One for each document, in their order.

        Raises:
            EngineBroken: it cannot answer.
        """
        ...


class Encoder(Engine, Protocol):
    """An engine that knows what a text means as a vector: texts can be read ahead of a question."""

    @property
    def key(self) -> str:
        """Which model it is: vectors of one key can be compared."""
        ...

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector of length 1 for each text.

        Raises:
            EngineBroken: it cannot answer.
        """
        ...

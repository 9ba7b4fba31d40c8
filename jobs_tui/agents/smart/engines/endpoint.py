"""Fit by meaning, asked of an embeddings endpoint in the manner of OpenAI (``/v1/embeddings``)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.agents.smart.engines.nearness import Vector, VectorCache, blended

SECONDS = 10.0
"""For one request."""
BATCH = 128
"""Texts of one request; small servers take no more."""
LONGEST = 8_000
"""Characters of a text that are sent; models read some 8,000 tokens at most."""
_CHECK = "Check embeddings_url, embeddings_model and embeddings_key in the settings."


class EndpointEngine:
    """Fit by meaning, by an endpoint's model."""

    name: ClassVar[str] = "endpoint"
    floor: ClassVar[float] = 0.2

    def __init__(self, url: str, model: str, key: str | None = None) -> None:
        """Args:
        url: the endpoint's base (``http://127.0.0.1:11434/v1``) or its ``/embeddings``.
        model: the model's name.
        key: the key itself; sent as a bearer token and never shown.
        """
        base = url.rstrip("/")
        self._url = base if base.endswith("/embeddings") else f"{base}/embeddings"
        self._model, self._key = model, key
        self._vectors = VectorCache(self.encode)

    def margin(self, top: float) -> float:
        """See Engine: as for the model of this machine."""
        return 0.05

    def fits(self, question: str, documents: Sequence[Document]) -> list[Fit]:
        """See Engine."""
        return blended(question, documents, self._vectors)

    @property
    def key(self) -> str:
        """See Encoder."""
        return f"endpoint:{self._url}:{self._model}"

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """See Encoder; some requests."""
        import httpx2

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        found: list[Vector] = []
        try:
            with httpx2.Client(timeout=SECONDS, headers=headers) as client:
                for start in range(0, len(texts), BATCH):
                    batch = [text[:LONGEST] or " " for text in texts[start : start + BATCH]]
                    body = {"model": self._model, "input": batch}
                    answer = client.post(self._url, json=body)
                    if answer.status_code != 200:
                        raise EngineBroken(
                            f"The embeddings endpoint {self._url} answered {answer.status_code}"
                            f"{_said(answer.text)}.",
                            _CHECK,
                        )
                    found += _vectors(answer.json(), len(batch))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, UnicodeError) as error:
            reason = str(error).rstrip(".") or type(error).__name__
            raise EngineBroken(
                f"The embeddings endpoint {self._url} gave no answer that can be used: {reason}.",
                _CHECK,
            ) from error
        if len({len(vector) for vector in found}) > 1:
            raise EngineBroken(f"{self._url} gave vectors of different lengths.", _CHECK)
        return found


def _vectors(answer: Any, count: int) -> list[Vector]:
    """The vectors of an answer in the order of the texts. Raises ValueError."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list) or len(data) != count:
        raise ValueError(f"it has no list of {count} embeddings")
    if not all(isinstance(one, dict) for one in data):
        raise ValueError("an embedding is no object")
    ordered = sorted(enumerate(data), key=lambda pair: _place(pair[1].get("index"), pair[0]))
    return [_unit(one.get("embedding")) for _, one in ordered]


def _place(index: object, otherwise: int) -> int:
    return index if isinstance(index, int) else otherwise


def _unit(numbers: object) -> Vector:
    if not isinstance(numbers, list) or not numbers:
        raise ValueError("an embedding is no list of numbers")
    vector = [float(number) for number in numbers if isinstance(number, (int, float))]
    length = math.sqrt(sum(number * number for number in vector))
    if len(vector) != len(numbers) or not math.isfinite(length) or length == 0.0:
        raise ValueError("an embedding is no list of finite numbers")
    return [number / length for number in vector]


def _said(text: str) -> str:
    line = " ".join(text.split())[:200]
    return f": {line.rstrip('.')}" if line else ""

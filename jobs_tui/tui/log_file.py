"""Writing a run's log to a file of the user's choice."""

from __future__ import annotations

import os
import re
from pathlib import Path

from jobs_tui.guard.terminal_text import plain
from jobs_tui.models.errors import InvalidInput, Refused
from jobs_tui.models.execution import Execution
from jobs_tui.store.logs import LogReader
from jobs_tui.tui.widgets.log_text import plain_line


def proposed(run: Execution) -> str:
    """``~/db-backup-129.log``."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", plain(run.job_name)).strip(".-")[:60]
    return f"~/{name or 'run'}-{run.number}.log"


def save(reader: LogReader, path: str) -> tuple[Path, int]:
    """Write the text of all lines, without colours, to a new file that only the user may read.

    Returns:
        Where it is, and how many lines it has.

    Raises:
        InvalidInput: no path, or something of that name is there already.
        Refused: it cannot be written.
    """
    if not path.strip():
        raise InvalidInput("A file name is missing.", "Give a path, like ~/run.log.", field="path")
    count = 0
    try:
        target = Path(path.strip()).expanduser()
        with open(target, "x", encoding="utf-8", errors="replace", opener=_private) as file:
            for chunk in reader.chunks():
                file.writelines(f"{plain_line(line.text)}\n" for line in chunk)
                count += len(chunk)
    except FileExistsError:
        raise InvalidInput(
            f"{path:.200} exists already.", "Choose another name.", field="path"
        ) from None
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Refused(f"{path:.200} cannot be written: {why}.", "Choose another place.") from None
    return target, count


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

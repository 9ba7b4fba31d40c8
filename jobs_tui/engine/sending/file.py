"""A result in a file: text, Markdown or JSON lines, by the file's name."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jobs_tui.engine.sending.failure import NotDelivered
from jobs_tui.engine.sending.message import Message
from jobs_tui.guard import result_files
from jobs_tui.models.times import from_text

MARKDOWN = (".md", ".markdown")
JSON = (".json", ".jsonl", ".ndjson")


def write(target: dict[str, Any], message: Message, home: Path, zone: ZoneInfo) -> str:
    """Put it there; blocks. Harmless when repeated.

    Args:
        home: the directory of the home.
        zone: of the job, for ``{date}``.

    Returns:
        The path of the file.

    Raises:
        NotDelivered: it cannot be written; the file is as it was.
    """
    run = message.run
    at = from_text(run["completed_at"] or run["created_at"]).astimezone(zone)
    values = {"date": f"{at:%Y-%m-%d}", "run": str(run["number"]), "job": run["job_name"]}
    try:
        path = result_files.place_of(target["path"], values, home)
        entry = entry_of(path, message).encode("utf-8", "replace")
        put = result_files.append if target.get("append", True) else result_files.replace
        put(path, entry, message.delivery_id)
    except result_files.NoPlace as error:
        raise NotDelivered(error.sentence(), for_good=True) from None
    except BlockingIOError:
        raise NotDelivered("Another program holds the file's lock.") from None
    except OSError as error:
        raise NotDelivered(_reason(error, target["path"])) from None
    return str(path)


def entry_of(path: Path, message: Message) -> str:
    """What is written into a file of this name."""
    suffix = path.suffix.lower()
    if suffix in JSON:
        return message.json_line()
    return message.markdown_entry() if suffix in MARKDOWN else message.plain_entry()


def _reason(error: OSError, path: str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"There is no space left for {path!r:.200}."
    return f"{path!r:.200} cannot be written: {os.strerror(error.errno or errno.EIO)}."

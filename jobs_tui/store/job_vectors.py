"""What the texts of jobs mean to an engine: vectors by content, so that each is made once."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 2_000
"""Characters of a prompt that are read; what it is about it says before that."""
_FIELDS = "seq, job_id, name, description, tags, prompt"


@dataclass(frozen=True, slots=True)
class JobText:
    """What is read of a job."""

    seq: int
    job_id: str
    name: str
    text: str
    """Name, description and prompt."""

    @property
    def hash(self) -> bytes:
        """Of the content: jobs that say the same share a vector."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).digest()[:16]


def text_from(row: sqlite3.Row) -> JobText:
    """A row with the columns of ``job_texts``."""
    parts = (f"{row['name']}.", row["description"][:LONGEST], row["prompt"][:LONGEST])
    text = " ".join(" ".join(parts).split())
    return JobText(row["seq"], row["job_id"], row["name"], text)


def texts(
    connection: sqlite3.Connection, *, archived: bool, numbers: Sequence[int] | None = None
) -> list[JobText]:
    """The texts of all jobs, or those of some numbers, in the order of the numbers."""
    if numbers is None:
        found = connection.execute(
            f"select {_FIELDS} from job_texts where archived = ? order by seq", (archived,)
        )
        return [text_from(row) for row in found]
    rows = {}
    for start in range(0, len(numbers), 500):
        part = tuple(numbers[start : start + 500])
        marks = ",".join("?" * len(part))
        for row in connection.execute(
            f"select {_FIELDS} from job_texts where seq in ({marks})", part
        ):
            rows[row["seq"]] = text_from(row)
    return [rows[seq] for seq in numbers if seq in rows]


def unread(
    connection: sqlite3.Connection, engine: str, size: int, *, archived: bool
) -> list[JobText]:
    """The texts of which an engine has no vector yet, the newest job first.

    Args:
        engine: its key.
        size: bytes of its vectors; shorter or longer ones are of an earlier model.
    """
    fields = ", ".join(f"t.{name}" for name in _FIELDS.split(", "))
    found = connection.execute(
        f"select {fields} from job_texts t left join job_vectors v"
        " on v.hash = t.hash and v.engine = ? and length(v.vector) = ?"
        " where t.archived = ? and v.hash is null order by t.seq desc",
        (engine, size, archived),
    )
    return [text_from(row) for row in found]


def kept(
    connection: sqlite3.Connection, engine: str, size: int, *, archived: bool
) -> dict[int, bytes]:
    """The vectors of an engine by the numbers of the texts."""
    found = connection.execute(
        "select t.seq, v.vector from job_texts t join job_vectors v"
        " on v.hash = t.hash and v.engine = ? where t.archived = ? and length(v.vector) = ?",
        (engine, archived, size),
    )
    return {row[0]: row[1] for row in found}


def save(
    connection: sqlite3.Connection,
    engine: str,
    read: Sequence[tuple[JobText, bytes]],
) -> None:
    """Keep the vectors of texts, of those that still say the same."""
    now = {
        one.seq: one
        for one in texts(connection, archived=False, numbers=[text.seq for text, _ in read])
    }
    for text, vector in read:
        if text.seq not in now or now[text.seq].text != text.text:
            continue
        connection.execute(
            "insert into job_vectors (hash, engine, vector) values (?, ?, ?)"
            " on conflict (hash, engine) do update set vector = excluded.vector",
            (text.hash, engine, vector),
        )
        connection.execute(
            "update job_texts set hash = ? where seq = ? and hash is not ?",
            (text.hash, text.seq, text.hash),
        )

"""Back up SQLite databases: found, copied while others write, checked, packed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jobs_tui.tools import archives
from jobs_tui.tools.archives import DATABASES, Keep, Made
from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.walking import Walk, in_thread
from jobs_tui.tools.words import count, short

USUAL = ("~", "/var/lib", "/srv", "/opt")
"""Where databases are looked for when nobody says where."""
MOST = 200
"""Databases that one run copies."""
_MAGIC = b"SQLite format 3\x00"
_ENDING = "sqlite.zst"
_SKIPPED = {
    "node_modules", ".cache", "__pycache__", ".git", ".venv", "venv", "site-packages", "proc",
    "sys", "dev", "snap", ".npm", ".cargo", ".rustup", ".pyenv", "backups", "dpkg", "apt",
    "docker", "containerd", ".mozilla", ".config", "Cache",
}  # fmt: skip
"""Directories of the usual places that hold caches and what programs can make again."""


class BackupSqlite(ToolArguments):
    """Which SQLite databases, and where to."""

    paths: Annotated[list[PathText], Field(max_length=50)] = Field(
        [], description="files, or directories to look in; usual places without any"
    )
    target: PathText = Field(DATABASES, description="directory for the copies")
    keep: Keep = Field(7, description="copies of each database that are kept")
    depth: Annotated[int, Field(ge=0, le=8)] = Field(4, description="how deep to look")


@dataclass(slots=True)
class _Search:
    walk: Walk
    depth: int
    skipped: frozenset[str]
    """Names of directories."""
    barred: frozenset[str]
    """Real paths of directories."""
    found: dict[str, None] = field(default_factory=dict)
    more: bool = False

    def look(self, places: list[str]) -> None:
        for place in places:
            if os.path.isfile(place):
                self._add(place)
                continue
            level = [place]
            for _ in range(self.depth + 1):
                level = [below for directory in level for below in self._inside(directory)]

    def _inside(self, directory: str) -> list[str]:
        """Note its databases; returns the directories to go on with."""
        below = []
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    self.walk.check()
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            if (
                                entry.name not in self.skipped
                                and os.path.realpath(entry.path) not in self.barred
                            ):
                                below.append(entry.path)
                        elif entry.is_file(follow_symlinks=False) and _is_sqlite(entry.path):
                            self._add(entry.path)
                    except OSError:  # not ours to read, or gone this moment
                        continue
        except OSError:
            self.walk.denied += 1
        return below

    def _add(self, path: str) -> None:
        if len(self.found) < MOST:
            self.found[os.path.realpath(path)] = None
        else:
            self.more = True


async def _backup(arguments: BackupSqlite, context: ToolContext) -> ToolResult:
    target = context.path(arguments.target)
    walk = Walk()
    places = [context.path(one) for one in arguments.paths or USUAL]
    if arguments.paths:
        for place in places:
            if not os.path.exists(place):
                raise ToolFailed(f"{place} does not exist.", "Check the path.")
    own = str(context.store.home.data)
    usual = not arguments.paths
    search = _Search(
        walk,
        arguments.depth,
        frozenset(_SKIPPED if usual else ()),
        frozenset({os.path.realpath(target), *([os.path.realpath(own)] if usual else [])}),
    )
    await in_thread(walk, partial(search.look, places))
    found = sorted(search.found)
    if usual:  # the jobs and their history are a database of this machine too
        found.append(str(context.store.home.jobs_db))
    if not found:
        where = ", ".join(arguments.paths)
        alarm = f"No SQLite database was found in {where}."
        return ToolResult(text=alarm, summary=short(alarm), data={"made": []}, alarms=(alarm,))
    archives.make_target(target)
    stamp = context.store.clock.now().strftime(archives.STAMP)
    made: list[Made] = []
    alarms = []
    gone = 0
    for path in found:
        context.say(f"copying {path}")
        name = archives.safe_name(path)
        final = archives.free_path(target, name, stamp, _ENDING)
        try:
            made.append(await in_thread(walk, partial(_copy, walk, path, final)))
            gone += archives.rotate(final, name, r"sqlite\.zst", arguments.keep)
        except ToolFailed as error:
            alarms.append(error.message)
    if search.more:
        alarms.append(f"There are more than {MOST} databases: name directories that hold fewer.")
    what = f"{count(len(made), 'SQLite database')} -> {target}"
    return archives.report(made, gone, tuple(alarms), what)


def _is_sqlite(path: str) -> bool:
    if os.path.getsize(path) < 512:
        return False
    with open(path, "rb") as file:
        return file.read(16) == _MAGIC


def _copy(walk: Walk, path: str, final: str) -> Made:
    """A consistent copy while others write, checked, packed and read back."""
    plain = f"{final}.copy"
    try:
        archives.need_room(os.path.dirname(final), os.path.getsize(path), f"a copy of {path}")
        tables = _copy_plain(walk, path, plain)
        with archives.written(final) as file, open(plain, "rb") as source:
            with archives.packing(file, _ENDING) as stream:
                packed = archives.pour(walk, source, stream)
            with archives.unpacking(file, _ENDING) as stream:
                found = archives.pour(walk, stream)
            if found != packed:
                raise ToolFailed(f"The copy of {path} could not be read back.")
        return Made(path, final, os.path.getsize(final), count(tables, "table"))
    except (sqlite3.Error, OSError) as error:
        raise ToolFailed(f"The database {path} could not be copied: {error}.") from None
    finally:
        archives.remove(plain, f"{plain}-journal", f"{plain}-wal", f"{plain}-shm")


def _copy_plain(walk: Walk, path: str, plain: str) -> int:
    """Copy with the backup API and check the copy. Returns how many tables it has."""
    os.close(os.open(plain, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    address = f"{Path(path).as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=30)) as source,
        closing(sqlite3.connect(plain)) as target,
    ):
        if source.execute("pragma journal_mode").fetchone() == ("wal",):
            # one snapshot: else every write of others would begin the copy again, for ever;
            # without a WAL a reader that stays would lock the writers out
            source.execute("begin")
            source.execute("select count(*) from sqlite_master").fetchone()
        source.backup(target, pages=2000, progress=lambda *_: walk.check())
        target.set_progress_handler(walk.stop.is_set, 100_000)
        (sound,) = target.execute("pragma integrity_check(1)").fetchone()
        if sound != "ok":
            raise ToolFailed(f"The database {path} is damaged: {short(sound)}.")
        (tables,) = target.execute(
            "select count(*) from sqlite_master where type = 'table'"
        ).fetchone()
    return int(tables)


BACKUP_SQLITE = Tool(
    name="backup_sqlite",
    title="Back up SQLite databases",
    description="Copies SQLite databases consistently, checks and packs the copies.",
    arguments=BackupSqlite,
    run=_backup,
    read_only=False,
    phrases=(
        "back up the sqlite database /srv/app/app.db",
        "backup all sqlite databases",
        "copy the sqlite files",
    ),
)

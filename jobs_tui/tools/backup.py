"""Backups: directories and databases, verified before they count, old ones rotated away."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any, Literal

from pydantic import Field

from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.walking import Stopped, Walk, in_thread
from jobs_tui.tools.words import count, rows, short, size

DEFAULT_TARGET = "~/backups"
Keep = Annotated[int, Field(ge=1, le=10_000)]
Format = Literal["tar.zst", "tar.gz"]
_STAMP = "%Y%m%d-%H%M%S"
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Made:
    """One finished backup."""

    what: str
    path: str
    bytes: int
    note: str = ""


class BackupDirectory(ToolArguments):
    """What to back up, and where to."""

    path: PathText = Field(description="the directory")
    target: PathText = Field(DEFAULT_TARGET, description="the directory for the archives")
    format: Format = Field("tar.zst", description="how it is packed")
    keep: Keep = Field(7, description="archives of this directory that are kept")


async def _directory(arguments: BackupDirectory, context: ToolContext) -> ToolResult:
    source, target = context.path(arguments.path), context.path(arguments.target)
    if not os.path.isdir(source):
        raise ToolFailed(f"{source} is no directory here.", "Check the path.")
    _make_target(target, source)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source.strip("/")) or "root"
    stamp = context.store.clock.now().strftime(_STAMP)
    final = _free(os.path.join(target, f"{name}-{stamp}.{arguments.format}"))
    walk = Walk(one_device=False)
    context.say(f"packing {source}")
    made, left_out = await in_thread(walk, partial(_pack, walk, source, final, arguments.format))
    pattern = re.compile(rf"{re.escape(name)}-\d{{8}}-\d{{6}}(-\d+)?\.tar\.(zst|gz)\Z")
    gone = _rotate(target, pattern, arguments.keep)
    alarms = tuple(f"{path} could not be read." for path in left_out[:10])
    return _report([made], gone, alarms, f"{source} -> {final}")


def _pack(walk: Walk, source: str, final: str, form: str) -> tuple[Made, list[str]]:
    left_out: list[str] = []
    packed = 0

    def keep_going(info: tarfile.TarInfo) -> tarfile.TarInfo:
        nonlocal packed
        if walk.stop.is_set():
            raise Stopped
        packed += 1
        return info

    with (
        _written(final) as file,
        _writer(file, form) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add(tar, source, os.path.basename(source) or "root", keep_going, left_out, final)
    with (
        open(final, "rb") as file,
        _reader(file, form) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        found = sum(1 for _ in tar)
    if found != packed:
        os.unlink(final)
        raise ToolFailed(
            f"The archive {final} could not be read back: {found} of {packed} entries."
        )
    return Made(source, final, os.path.getsize(final), count(packed, "entry", "entries")), left_out


def _add(
    tar: tarfile.TarFile,
    path: str,
    name: str,
    keep_going: Callable[[tarfile.TarInfo], tarfile.TarInfo],
    left_out: list[str],
    final: str,
) -> None:
    try:
        tar.add(path, name, recursive=False, filter=keep_going)
        below = sorted(os.listdir(path)) if os.path.isdir(path) and not os.path.islink(path) else []
    except OSError:
        left_out.append(path)
        return
    for one in below:
        inside = os.path.join(path, one)
        if inside != final:
            _add(tar, inside, f"{name}/{one}", keep_going, left_out, final)


class BackupSqlite(ToolArguments):
    """Which SQLite databases, and where to."""

    paths: Annotated[list[PathText], Field(max_length=50)] = Field(
        [], description="files, or directories to look in; usual places without any"
    )
    target: PathText = Field(f"{DEFAULT_TARGET}/databases", description="directory for the copies")
    keep: Keep = Field(7, description="copies of each database that are kept")
    depth: Annotated[int, Field(ge=0, le=8)] = Field(4, description="how deep to look")


USUAL = ("~", "/var/lib", "/srv", "/opt")
_SKIPPED = {
    "node_modules", ".cache", "__pycache__", ".git", ".venv", "venv", "site-packages", "proc",
    "sys", "dev", "snap", ".npm", ".cargo", ".rustup", ".pyenv", "backups", "dpkg", "apt",
    "docker", "containerd", ".mozilla", ".config", "Cache",
}  # fmt: skip
MOST = 200


async def _sqlite(arguments: BackupSqlite, context: ToolContext) -> ToolResult:
    target = context.path(arguments.target)
    walk = Walk()
    places = [context.path(one) for one in arguments.paths or USUAL]
    if arguments.paths:
        for place in places:
            if not os.path.exists(place):
                raise ToolFailed(f"{place} does not exist.", "Check the path.")
    own = str(context.store.home.data)
    found = await in_thread(walk, partial(_databases, walk, places, arguments.depth, target, own))
    if not arguments.paths:  # the jobs and their history are a database of this machine too
        found.append(str(context.store.home.jobs_db))
    if not found:
        where = ", ".join(arguments.paths or USUAL)
        alarm = f"No SQLite database was found in {where}."
        return ToolResult(text=alarm, summary=short(alarm), data={"made": []}, alarms=(alarm,))
    _make_target(target, None)
    stamp = context.store.clock.now().strftime(_STAMP)
    made: list[Made] = []
    gone = 0
    alarms = []
    for path in found:
        context.say(f"copying {path}")
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.strip("/"))
        final = _free(os.path.join(target, f"{name}-{stamp}.sqlite.zst"))
        try:
            made.append(await in_thread(walk, partial(_copy_sqlite, path, final)))
        except ToolFailed as error:
            alarms.append(error.message)
            continue
        pattern = re.compile(rf"{re.escape(name)}-\d{{8}}-\d{{6}}(-\d+)?\.sqlite\.zst\Z")
        gone += _rotate(target, pattern, arguments.keep)
    return _report(made, gone, tuple(alarms), f"{count(len(made), 'SQLite database')} -> {target}")


def _databases(walk: Walk, places: list[str], depth: int, target: str, own: str) -> list[str]:
    found: dict[str, None] = {}
    for place in places:
        if os.path.isfile(place):
            found[os.path.realpath(place)] = None
            continue
        level = [place]
        for _ in range(depth + 1):
            below = []
            for directory in level:
                if walk.stop.is_set():
                    raise Stopped
                try:
                    with os.scandir(directory) as entries:
                        inside = list(entries)
                except OSError:
                    continue
                for entry in inside:
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            if entry.name not in _SKIPPED and entry.path not in (target, own):
                                below.append(entry.path)
                        elif entry.is_file(follow_symlinks=False) and _is_sqlite(entry.path):
                            found[os.path.realpath(entry.path)] = None
                    except OSError:
                        continue
            level = below
    return sorted(found)[:MOST]


def _is_sqlite(path: str) -> bool:
    if os.path.getsize(path) < 512:
        return False
    with open(path, "rb") as file:
        return file.read(16) == _SQLITE


def _copy_sqlite(path: str, final: str) -> Made:
    """A consistent copy while others write, checked, then packed."""
    copy = f"{final}.copy"
    try:
        with (
            closing(
                sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True, timeout=30)
            ) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            os.chmod(copy, 0o600)
            source.backup(target, pages=2000)
            (sound,) = target.execute("pragma integrity_check(1)").fetchone()
            tables = target.execute(
                "select count(*) from sqlite_master where type = 'table'"
            ).fetchone()[0]
        if sound != "ok":
            raise ToolFailed(f"The database {path} is damaged: {short(sound)}.")
        with _written(final) as file, _writer(file, "zst") as stream, open(copy, "rb") as plain:
            shutil.copyfileobj(plain, stream, 1 << 20)
        with open(final, "rb") as file, _reader(file, "zst") as stream:
            unpacked = sum(len(piece) for piece in iter(lambda: stream.read(1 << 20), b""))
        if unpacked != os.path.getsize(copy):
            os.unlink(final)
            raise ToolFailed(f"The copy of {path} could not be read back.")
    except (sqlite3.Error, OSError) as error:
        raise ToolFailed(f"The database {path} could not be copied: {error}.") from None
    finally:
        for rest in (copy, f"{copy}-journal", f"{copy}-wal"):
            if os.path.exists(rest):
                os.unlink(rest)
    return Made(path, final, os.path.getsize(final), count(tables, "table"))


class BackupPostgresql(ToolArguments):
    """Which databases of which server; the password comes from PGPASSWORD or ~/.pgpass."""

    databases: Annotated[
        list[Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,63}$")]], Field(max_length=200)
    ] = Field([], description="names; all that allow connections without any")
    host: str | None = Field(None, max_length=253, description="server, or PGHOST, or this machine")
    port: Annotated[int, Field(ge=1, le=65535)] | None = Field(None, description="port, or PGPORT")
    user: str | None = Field(None, max_length=63, description="role, or PGUSER")
    target: PathText = Field(f"{DEFAULT_TARGET}/databases", description="directory for the dumps")
    keep: Keep = Field(7, description="dumps of each database that are kept")


async def _postgresql(arguments: BackupPostgresql, context: ToolContext) -> ToolResult:
    for program in ("pg_dump", "psql"):
        if shutil.which(program) is None:
            raise ToolFailed(
                f"{program} was not found on PATH.", "Install the PostgreSQL client programs."
            )
    where = [
        word
        for option, value in (
            ("--host", arguments.host), ("--port", arguments.port), ("--username", arguments.user),
        )
        if value is not None
        for word in (option, str(value))
    ]  # fmt: skip
    names = arguments.databases or await _all_databases(context, where)
    target = context.path(arguments.target)
    _make_target(target, None)
    stamp = context.store.clock.now().strftime(_STAMP)
    made: list[Made] = []
    alarms: list[str] = []
    gone = 0
    for name in names:
        context.say(f"dumping {name}")
        safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
        final = _free(os.path.join(target, f"postgresql-{safe}-{stamp}.dump"))
        done = await context.processes.run(
            ["pg_dump", *where, "--no-password", "--format=custom", f"--file={final}.part",
             "--dbname", name],
            timeout=6 * 3600,
        )  # fmt: skip
        if done.exit_code or not os.path.getsize(f"{final}.part"):
            if os.path.exists(f"{final}.part"):
                os.unlink(f"{final}.part")
            alarms.append(f"The database {name} could not be dumped: {_first(done.stderr)}.")
            continue
        listed = await context.processes.run(
            ["pg_restore", "--list", f"{final}.part"], timeout=600, limit=100_000
        )
        if listed.exit_code:
            alarms.append(f"The dump of {name} cannot be read back: {_first(listed.stderr)}.")
            continue
        os.chmod(f"{final}.part", 0o600)
        os.replace(f"{final}.part", final)
        made.append(Made(name, final, os.path.getsize(final)))
        pattern = re.compile(rf"postgresql-{re.escape(safe)}-\d{{8}}-\d{{6}}(-\d+)?\.dump\Z")
        gone += _rotate(target, pattern, arguments.keep)
    return _report(
        made, gone, tuple(alarms), f"{count(len(made), 'PostgreSQL database')} -> {target}"
    )


async def _all_databases(context: ToolContext, where: list[str]) -> list[str]:
    done = await context.processes.run(
        ["psql", *where, "--no-password", "--no-psqlrc", "--tuples-only", "--no-align",
         "--dbname", "postgres", "--command",
         "select datname from pg_database where datallowconn and not datistemplate order by 1"],
        timeout=30,
    )  # fmt: skip
    if done.exit_code:
        raise ToolFailed(
            f"The PostgreSQL server does not answer: {_first(done.stderr)}.",
            "Set PGHOST, PGUSER and PGPASSWORD in the execution environment of the job.",
        )
    return [line for line in done.stdout.splitlines() if line.strip()]


class BackupDatabases(ToolArguments):
    """All databases of this machine: SQLite files, and PostgreSQL where there is a server."""

    target: PathText = Field(f"{DEFAULT_TARGET}/databases", description="directory for the copies")
    keep: Keep = Field(7, description="copies of each database that are kept")


async def _databases_all(arguments: BackupDatabases, context: ToolContext) -> ToolResult:
    texts: list[str] = []
    alarms: list[str] = []
    parts: list[str] = []
    made: list[dict[str, Any]] = []
    sqlite = await _sqlite(
        BackupSqlite(paths=[], target=arguments.target, keep=arguments.keep, depth=4), context
    )
    some = sqlite.data.get("made") or []
    if some:
        texts.append(f"SQLite\n{sqlite.text}")
        alarms += sqlite.alarms
        parts.append(sqlite.summary)
        made += some
    else:
        texts.append("SQLite: no database was found.")
    try:
        if shutil.which("pg_dump") is None:
            raise ToolFailed("pg_dump is not installed.")
        postgresql = await _postgresql(
            BackupPostgresql(
                databases=[], host=None, port=None, user=None, target=arguments.target,
                keep=arguments.keep,
            ),
            context,
        )  # fmt: skip
    except ToolFailed as error:
        texts.append(f"PostgreSQL: nothing was saved: {error.message}")
    else:
        texts.append(f"PostgreSQL\n{postgresql.text}")
        alarms += postgresql.alarms
        parts.append(postgresql.summary)
        made += postgresql.data.get("made") or []
    if not made and not alarms:
        alarms.append("No database was found on this machine: nothing was backed up.")
    return ToolResult(
        text="\n".join(texts),
        summary=short("; ".join(parts) or alarms[0]),
        data={"made": made},
        alarms=tuple(alarms),
    )


def _report(made: list[Made], gone: int, alarms: tuple[str, ...], what: str) -> ToolResult:
    table = [(size(one.bytes), one.what, one.note, one.path) for one in made]
    total = sum(one.bytes for one in made)
    rotated = f"\n{count(gone, 'old copy', 'old copies')} removed" if gone else ""
    failed = f", {len(alarms)} failed" if alarms else ""
    return ToolResult(
        text=(rows(table, right=(0,)) or "nothing was saved") + rotated,
        summary=short(f"{what}, {size(total)}, verified{failed}" if made else f"{what}{failed}"),
        data={
            "made": [{"what": one.what, "path": one.path, "bytes": one.bytes} for one in made],
            "removed": gone,
        },
        alarms=alarms,
    )


def _make_target(target: str, source: str | None) -> None:
    if source is not None and f"{target}{os.sep}".startswith(f"{source}{os.sep}"):
        raise ToolFailed(
            f"{target} is inside of {source}: the archive would hold itself.",
            "Choose a target outside.",
        )
    try:
        os.makedirs(target, mode=0o700, exist_ok=True)
    except OSError as error:
        raise ToolFailed(f"{target} cannot be made: {error.strerror}.") from None
    if not os.access(target, os.W_OK):
        raise ToolFailed(f"{target} cannot be written to.")


def _free(path: str) -> str:
    """A name that is not taken: two backups of one second are two files."""
    head, dot, tail = path.partition(".tar.") if ".tar." in path else path.rpartition(".")
    candidate, number = path, 1
    while os.path.exists(candidate) or os.path.exists(f"{candidate}.part"):
        number += 1
        candidate = f"{head}-{number}{dot}{tail}"
    return candidate


def _rotate(target: str, pattern: re.Pattern[str], keep: int) -> int:
    names = sorted(name for name in os.listdir(target) if pattern.match(name))
    old = names[:-keep]
    for name in old:
        os.unlink(os.path.join(target, name))
    return len(old)


@contextmanager
def _written(final: str) -> Iterator[IO[bytes]]:
    """A file that has its name only when all of it is on the disk."""
    part = f"{final}.part"
    try:
        with open(part, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, final)
    except OSError as error:
        raise ToolFailed(f"{final} cannot be written: {error.strerror or error}.") from None
    finally:
        if os.path.exists(part):
            os.unlink(part)


@contextmanager
def _writer(file: IO[bytes], form: str) -> Iterator[Any]:
    if form.endswith("zst"):
        import zstandard

        with zstandard.ZstdCompressor(level=6, threads=-1).stream_writer(
            file, closefd=False
        ) as stream:
            yield stream
    else:
        import gzip

        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6) as stream:
            yield stream


@contextmanager
def _reader(file: IO[bytes], form: str) -> Iterator[Any]:
    if form.endswith("zst"):
        import zstandard

        with zstandard.ZstdDecompressor().stream_reader(file, closefd=False) as stream:
            yield stream
    else:
        import gzip

        with gzip.GzipFile(fileobj=file, mode="rb") as stream:
            yield stream


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return short(lines[0].rstrip(".")) if lines else "no reason"


BACKUP_DIRECTORY = Tool(
    name="backup_directory",
    title="Back up a directory",
    description="Packs a directory into a verified archive and keeps the newest ones.",
    arguments=BackupDirectory,
    run=_directory,
    read_only=False,
    phrases=(
        "back up /srv/www to /backup and keep 7 copies",
        "backup the directory /etc",
        "archive /home/ada/projects",
        "make a backup of /var/www",
    ),
)
BACKUP_SQLITE = Tool(
    name="backup_sqlite",
    title="Back up SQLite databases",
    description="Copies SQLite databases consistently, checks and packs the copies.",
    arguments=BackupSqlite,
    run=_sqlite,
    read_only=False,
    phrases=(
        "back up the sqlite database /srv/app/app.db",
        "backup all sqlite databases",
        "copy the sqlite files",
    ),
)
BACKUP_POSTGRESQL = Tool(
    name="backup_postgresql",
    title="Back up PostgreSQL databases",
    description="Dumps PostgreSQL databases with pg_dump and checks the dumps.",
    arguments=BackupPostgresql,
    run=_postgresql,
    read_only=False,
    phrases=(
        "back up the postgresql database orders",
        "dump all postgres databases",
        "pg_dump the database",
        "postgres backup",
    ),
    needs=("pg_dump",),
)
BACKUP_DATABASES = Tool(
    name="backup_databases",
    title="Back up all databases",
    description="Backs up every database of this machine: SQLite files, and PostgreSQL where there"
    " is a server.",
    arguments=BackupDatabases,
    run=_databases_all,
    read_only=False,
    phrases=(
        "run daily backup of all databases",
        "back up all databases",
        "database backup",
        "backup the databases to /backup",
        "save every database",
    ),
)

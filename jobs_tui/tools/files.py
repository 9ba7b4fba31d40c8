"""Files and directories: what takes room, what is old, what logs say, what git knows."""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections import Counter
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.tool import Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.walking import Walk, in_thread, matches
from jobs_tui.tools.words import count, rows, short, size, span

DAY = 86_400.0


class DiskUsage(ToolArguments):
    """Which tree, and how much of it to show."""

    path: PathText = Field(description="the directory")
    limit: Annotated[int, Field(ge=1, le=200)] = Field(10, description="how many to list")
    files: bool = Field(False, description="the biggest files instead of directories")
    depth: Annotated[int, Field(ge=1, le=20)] = Field(
        1, description="directories down to this depth are told apart"
    )
    max_bytes: Annotated[int, Field(ge=0)] | None = Field(
        None, description="alarm when the whole tree is bigger"
    )


async def _usage(arguments: DiskUsage, context: ToolContext) -> ToolResult:
    root = _directory(context, arguments.path)
    walk = Walk()
    sizes, total, number = await in_thread(walk, partial(_measure, walk, root, arguments))
    biggest = sorted(sizes.items(), key=lambda item: -item[1])[: arguments.limit]
    lines = [
        (size(taken), f"{100 * taken / total:.0f} %" if total else "0 %", path)
        for path, taken in biggest
    ]
    alarms: tuple[str, ...] = ()
    if arguments.max_bytes is not None and total > arguments.max_bytes:
        alarms = (f"{root} has {size(total)}, more than {size(arguments.max_bytes)}.",)
    note = (
        f"\n{count(walk.denied, 'directory', 'directories')} could not be read"
        if walk.denied
        else ""
    )
    return ToolResult(
        text=f"{root}: {size(total)} in {count(number, 'file')}\n"
        + rows(lines, right=(0, 1))
        + note,
        summary=short(f"{root}: {size(total)}" + (f", most in {biggest[0][0]}" if biggest else "")),
        data={
            "path": root,
            "bytes": total,
            "files": number,
            "biggest": [{"path": path, "bytes": taken} for path, taken in biggest],
        },
        alarms=alarms,
    )


def _measure(walk: Walk, root: str, arguments: DiskUsage) -> tuple[Counter[str], int, int]:
    sizes: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    total = number = 0
    for entry in walk.entries(root):
        try:
            if entry.is_dir(follow_symlinks=False):
                continue
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if found.st_nlink > 1:
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
        taken = found.st_blocks * 512
        total += taken
        number += 1
        if arguments.files:
            sizes[entry.path] = taken
            if len(sizes) > 100_000:
                sizes = Counter(dict(sizes.most_common(1000)))
            continue
        parts = os.path.relpath(entry.path, root).split(os.sep)
        for depth in range(1, min(arguments.depth, len(parts) - 1) + 1):
            sizes[os.path.join(root, *parts[:depth])] += taken
        if len(parts) == 1:
            sizes[entry.path] += taken
    return sizes, total, number


class CleanUpFiles(ToolArguments):
    """Which files are old enough to go."""

    path: PathText = Field(description="the directory")
    older_than_days: Annotated[float, Field(ge=0, le=36_500)] = Field(
        description="only files not changed for so many days"
    )
    patterns: list[str] = Field(["*"], max_length=50, description="globs of names: *.log, core.*")
    min_bytes: Annotated[int, Field(ge=0)] = Field(0, description="only files at least this big")
    dry_run: bool = Field(True, description="only say what would be deleted")
    empty_directories: bool = Field(False, description="remove directories that became empty")


async def _clean_up(arguments: CleanUpFiles, context: ToolContext) -> ToolResult:
    root = _directory(context, arguments.path)
    home = os.path.realpath(os.path.expanduser("~"))
    real = os.path.realpath(root)
    if real in ("/", home) or home.startswith(f"{real}{os.sep}") or real.count(os.sep) < 2:
        raise ToolFailed(
            f"{root} is too much to clean up.", "Name a directory further down, such as /var/tmp/x."
        )
    now = context.store.clock.now().timestamp()
    walk = Walk()
    found, gone, failed = await in_thread(walk, partial(_old_files, walk, root, arguments, now))
    freed = sum(one["bytes"] for one in found)
    did = "would delete" if arguments.dry_run else "deleted"
    lines = [(size(one["bytes"]), span(one["age"]), one["path"]) for one in found[:20]]
    more = f"\n... and {len(found) - 20:,} more" if len(found) > 20 else ""
    alarms = tuple(f"{path} could not be deleted: {why}." for path, why in failed[:10])
    return ToolResult(
        text=f"{did} {count(len(found), 'file')}, {size(freed)}, in {root}"
        + (" (dry run)" if arguments.dry_run else "")
        + (f"\n{rows(lines, right=(0, 1))}{more}" if lines else ""),
        summary=f"{did} {count(len(found), 'file')}, {size(freed)}"
        + (" (dry run: nothing was deleted)" if arguments.dry_run else ""),
        data={
            "path": root,
            "files": len(found),
            "bytes": freed,
            "deleted": gone,
            "dry_run": arguments.dry_run,
            "examples": [one["path"] for one in found[:20]],
        },
        alarms=alarms,
    )


def _old_files(
    walk: Walk, root: str, arguments: CleanUpFiles, now: float
) -> tuple[list[dict[str, Any]], int, list[tuple[str, str]]]:
    found: list[dict[str, Any]] = []
    failed: list[tuple[str, str]] = []
    gone = 0
    directories = []
    for entry in walk.entries(root):
        try:
            state = entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                directories.append(entry.path)
                continue
            if not entry.is_file(follow_symlinks=False):
                continue
        except OSError:
            continue
        age = now - state.st_mtime
        if (
            age < arguments.older_than_days * DAY
            or state.st_size < arguments.min_bytes
            or not matches(entry.name, arguments.patterns)
        ):
            continue
        one = {"path": entry.path, "bytes": state.st_size, "age": age}
        if arguments.dry_run:
            found.append(one)
            continue
        try:
            os.unlink(entry.path)
        except OSError as error:
            failed.append((entry.path, error.strerror or str(error)))
        else:
            found.append(one)
            gone += 1
    if arguments.empty_directories and not arguments.dry_run:
        for path in sorted(directories, key=len, reverse=True):
            if not os.listdir(path):
                os.rmdir(path)
    found.sort(key=lambda one: -one["bytes"])
    return found, gone, failed


class LogScan(ToolArguments):
    """Which files, what to look for, how much of it is too much."""

    paths: Annotated[list[PathText], Field(min_length=1, max_length=50)] = Field(
        description="files or globs: /var/log/*.log"
    )
    pattern: str = Field(
        r"\b(error|fatal|critical|panic|exception|traceback|failed|failure)\b",
        min_length=1,
        max_length=500,
        description="regular expression, letters of any case",
    )
    hours: Annotated[float, Field(gt=0, le=24 * 366)] | None = Field(
        None, description="only files changed within so many hours, and lines of that time"
    )
    max_matches: Annotated[int, Field(ge=0)] | None = Field(
        None, description="alarm when there are more"
    )
    examples: Annotated[int, Field(ge=0, le=100)] = Field(10, description="lines to show")


LINE_LIMIT = 10_000
FILE_LIMIT = 500
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)")


async def _logs(arguments: LogScan, context: ToolContext) -> ToolResult:
    try:
        wanted = re.compile(arguments.pattern, re.IGNORECASE)
    except re.error as error:
        raise ToolFailed(f"The pattern is no regular expression: {error}.") from None
    since = None
    if arguments.hours is not None:
        since = context.store.clock.now().timestamp() - arguments.hours * 3600
    walk = Walk()
    files = _files(context, arguments.paths, since)
    if not files:
        raise ToolFailed(
            f"No file of {', '.join(arguments.paths)[:200]} can be read.", "Check the paths."
        )
    found = await in_thread(walk, partial(_scan, walk, files, wanted, since, arguments.examples))
    total = sum(one["matches"] for one in found)
    table = [("MATCHES", "LINES", "FILE")] + [
        (f"{one['matches']:,}", f"{one['lines']:,}", one["path"])
        for one in sorted(found, key=lambda one: -one["matches"])
    ]
    shown = [f"{one['path']}:{number}: {text}" for one in found for number, text in one["examples"]]
    alarms: tuple[str, ...] = ()
    if arguments.max_matches is not None and total > arguments.max_matches:
        alarms = (f"{count(total, 'match', 'matches')}, more than {arguments.max_matches:,}.",)
    return ToolResult(
        text="\n".join([rows(table, right=(0, 1)), *shown[-arguments.examples :]])
        if arguments.examples
        else rows(table, right=(0, 1)),
        summary=f"{count(total, 'match', 'matches')} in {count(len(found), 'file')}",
        data={
            "matches": total,
            "files": [{k: one[k] for k in ("path", "lines", "matches")} for one in found],
            "examples": shown[-arguments.examples :] if arguments.examples else [],
        },
        alarms=alarms,
    )


def _files(context: ToolContext, paths: list[str], since: float | None) -> list[str]:
    found: dict[str, None] = {}
    for text in paths:
        path = context.path(text)
        names = glob.glob(path) if glob.has_magic(path) else [path]
        for name in sorted(names):
            inside = (
                [os.path.join(name, one) for one in sorted(os.listdir(name))]
                if os.path.isdir(name) and os.access(name, os.R_OK)
                else [name]
            )
            for one in inside:
                if not os.path.isfile(one) or not os.access(one, os.R_OK):
                    continue
                if since is None or os.stat(one).st_mtime >= since:
                    found[one] = None
    return list(found)[:FILE_LIMIT]


def _scan(
    walk: Walk, files: list[str], wanted: re.Pattern[str], since: float | None, examples: int
) -> list[dict[str, Any]]:
    from collections import deque
    from datetime import UTC, datetime

    start = (
        "" if since is None else datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S")
    )
    found: list[dict[str, Any]] = []
    for path in files:
        lines = hits = 0
        last: deque[tuple[int, str]] = deque(maxlen=max(1, examples))
        with open(path, encoding="utf-8", errors="replace") as file:
            for text in file:
                lines += 1
                if lines % 10_000 == 0 and walk.stop.is_set():
                    return found
                line = text[:LINE_LIMIT]
                if wanted.search(line) is None:
                    continue
                stamp = _ISO.search(line) if start else None
                if stamp is not None and f"{stamp[1]} {stamp[2]}" < start:
                    continue
                hits += 1
                last.append((lines, line.strip()[:300]))
        found.append({"path": path, "lines": lines, "matches": hits, "examples": list(last)})
    return found


class GitStatus(ToolArguments):
    """Where repositories are, and what about them is worth an alarm."""

    path: PathText = Field("~", description="a repository, or a directory with some below it")
    depth: Annotated[int, Field(ge=0, le=6)] = Field(3, description="how deep to look")
    dirty_is_alarm: bool = Field(False, description="alarm for uncommitted changes")
    unpushed_is_alarm: bool = Field(False, description="alarm for commits that were not pushed")


async def _git(arguments: GitStatus, context: ToolContext) -> ToolResult:
    if shutil.which("git") is None:
        raise ToolFailed("git was not found on PATH.", "Install git.")
    root = _directory(context, arguments.path)
    walk = Walk()
    places = await in_thread(walk, partial(_repositories, root, arguments.depth))
    if not places:
        raise ToolFailed(f"There is no git repository below {root}.", "Name another directory.")
    found = [await _repository(context, place) for place in places]
    alarms = []
    for one in found:
        if arguments.dirty_is_alarm and one["dirty"]:
            alarms.append(f"{one['path']} has {count(one['dirty'], 'uncommitted change')}.")
        if arguments.unpushed_is_alarm and one["ahead"]:
            alarms.append(f"{one['path']} has {count(one['ahead'], 'commit')} not pushed.")
    table = [("REPOSITORY", "BRANCH", "CHANGES", "AHEAD", "BEHIND", "LAST COMMIT")] + [
        (
            one["path"],
            one["branch"],
            str(one["dirty"]) if one["dirty"] else "clean",
            str(one["ahead"]),
            str(one["behind"]),
            one["last"],
        )
        for one in found
    ]
    dirty = sum(bool(one["dirty"]) for one in found)
    return ToolResult(
        text=rows(table, right=(3, 4)),
        summary=f"{dirty} of {count(len(found), 'repository', 'repositories')} with"
        " uncommitted changes",
        data={"repositories": found},
        alarms=tuple(alarms),
    )


def _repositories(root: str, depth: int) -> list[str]:
    found: list[str] = []
    level = [root]
    for _ in range(depth + 1):
        below = []
        for place in level:
            if os.path.exists(os.path.join(place, ".git")):
                found.append(place)
                continue
            try:
                with os.scandir(place) as entries:
                    below += [
                        entry.path
                        for entry in entries
                        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                    ]
            except OSError:
                continue
        level = below
    return sorted(found)[:200]


async def _repository(context: ToolContext, place: str) -> dict[str, Any]:
    done = await context.processes.run(
        ["git", "-C", place, "status", "--porcelain=v2", "--branch"],
        timeout=60,
        env={"GIT_OPTIONAL_LOCKS": "0"},
    )
    if done.exit_code:
        said = done.stderr.strip().splitlines()
        raise ToolFailed(f"git cannot read {place}: {short(said[0]) if said else 'no reason'}.")
    branch, ahead, behind, dirty = "--", 0, 0, 0
    for line in done.stdout.splitlines():
        if line.startswith("# branch.head "):
            branch = line.removeprefix("# branch.head ")
        elif line.startswith("# branch.ab "):
            plus, minus = line.removeprefix("# branch.ab ").split()
            ahead, behind = int(plus), -int(minus)
        elif not line.startswith("#"):
            dirty += 1
    last = await context.processes.run(
        ["git", "-C", place, "log", "-1", "--format=%cs %s"], timeout=30
    )
    return {
        "path": place,
        "branch": branch,
        "ahead": ahead,
        "behind": behind,
        "dirty": dirty,
        "last": short(last.stdout, 60) if last.exit_code == 0 else "no commit yet",
    }


def _directory(context: ToolContext, text: str) -> str:
    path = context.path(text)
    if not os.path.isdir(path):
        raise ToolFailed(f"{path} is no directory here.", "Check the path.")
    if not os.access(path, os.R_OK | os.X_OK):
        raise ToolFailed(f"{path} cannot be read: not allowed.")
    return path


DISK_USAGE = Tool(
    name="disk_usage",
    title="Disk usage",
    description="Finds what takes the most room in a directory.",
    arguments=DiskUsage,
    run=_usage,
    read_only=True,
    phrases=(
        "disk usage of /var",
        "find the 10 biggest directories under /var",
        "what takes up space in /home",
        "largest files in /srv",
        "how big is the directory",
    ),
)
CLEAN_UP_FILES = Tool(
    name="clean_up_files",
    title="Clean up files",
    description="Deletes old files in a directory; without dry_run false it only says which.",
    arguments=CleanUpFiles,
    run=_clean_up,
    read_only=False,
    phrases=(
        "delete files in /tmp/x older than 30 days",
        "clean up old files",
        "remove logs older than 2 weeks from /var/log/app",
        "purge temporary files older than 7 days",
    ),
)
LOG_SCAN = Tool(
    name="log_scan",
    title="Log scan",
    description="Counts lines of log files that look like errors, and shows examples.",
    arguments=LogScan,
    run=_logs,
    read_only=True,
    phrases=(
        "scan /var/log/*.log for errors",
        "find errors in the logs of the last 24 hours",
        "check the log file for exceptions",
        "search the logs for timeout",
        "count error lines in the log",
    ),
)
GIT_STATUS = Tool(
    name="git_status",
    title="Git status",
    description="Shows branch, uncommitted changes and unpushed commits of repositories.",
    arguments=GitStatus,
    run=_git,
    read_only=True,
    phrases=(
        "which git repositories have uncommitted changes",
        "git status of ~/src",
        "check the repositories for unpushed commits",
        "are there dirty repos",
    ),
    needs=("git",),
)

"""What git knows of repositories, asked so that nothing of a repository is run."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from jobs_tui.tools.arguments import PathText, ToolArguments
from jobs_tui.tools.places import directory
from jobs_tui.tools.tool import Finished, Tool, ToolContext, ToolFailed, ToolResult
from jobs_tui.tools.walking import Walk, in_thread
from jobs_tui.tools.words import count, rows, short

MOST = 200
"""Repositories that are looked at."""
_AT_ONCE = 4
_SECONDS = 60.0
_ASKS_NOBODY = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
"""No lock, no question, no network: a partial clone would fetch what it lacks (git 2.45 knows a
variable for that, all know the list of protocols)."""
_RUNS_NOTHING = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.sshCommand": "false",
    "core.pager": "cat",
    "log.showSignature": "false",
    "status.submoduleSummary": "false",
}
"""Settings of a repository that name programs which status or log would run."""


class GitStatus(ToolArguments):
    """Where repositories are, and what about them is worth an alarm."""

    path: PathText = Field("~", description="a repository, or a directory with some below it")
    depth: Annotated[int, Field(ge=0, le=6)] = Field(3, description="how deep to look")
    dirty_is_alarm: bool = Field(False, description="alarm for uncommitted changes")
    unpushed_is_alarm: bool = Field(False, description="alarm for commits that were not pushed")
    behind_is_alarm: bool = Field(
        False, description="alarm for commits of the upstream, as last fetched, that are missing"
    )


@dataclass(slots=True)
class _State:
    path: str
    branch: str = "--"
    dirty: int | None = None
    """None: a bare repository has no files that could differ."""
    ahead: int | None = None
    """Commits that were not pushed; None: there is nowhere to push them."""
    behind: int | None = None
    upstream: str = ""
    last: str = "no commit yet"
    problem: str = ""


async def _git(arguments: GitStatus, context: ToolContext) -> ToolResult:
    if shutil.which("git", path=context.env.get("PATH")) is None:
        raise ToolFailed("git was not found on PATH.", "Install git.")
    root = directory(context, arguments.path)
    walk = Walk()
    places = await in_thread(walk, partial(_repositories, walk, root, arguments.depth), leave=True)
    if not places:
        raise ToolFailed(f"There is no git repository below {root}.", "Name another directory.")
    places_left = asyncio.Semaphore(_AT_ONCE)

    async def look(place: str) -> _State:
        async with places_left:
            return await _Repository(context, place).state()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(look(place)) for place in places[:MOST]]
    found = [task.result() for task in tasks]
    alarms = [sentence for one in found for sentence in _alarms(arguments, one)]
    if len(places) > MOST:
        alarms.append(f"There are more than {MOST} repositories: name a directory with fewer.")
    table = [("REPOSITORY", "BRANCH", "CHANGES", "AHEAD", "BEHIND", "LAST COMMIT")] + [
        (
            one.path,
            one.branch,
            _number(one.dirty, "clean"),
            _number(one.ahead),
            _number(one.behind),
            one.problem or one.last,
        )
        for one in found
    ]
    dirty = sum(bool(one.dirty) for one in found)
    return ToolResult(
        text="\n".join([rows(table, right=(3, 4)), *walk.notes()]),
        summary=f"{dirty} of {count(len(found), 'repository', 'repositories')} with"
        " uncommitted changes",
        data={
            "repositories": [
                {
                    "path": one.path,
                    "branch": one.branch,
                    "upstream": one.upstream,
                    "dirty": one.dirty,
                    "ahead": one.ahead,
                    "behind": one.behind,
                    "last": one.last,
                    "problem": one.problem,
                }
                for one in found
            ]
        },
        alarms=tuple(alarms),
    )


def _number(value: int | None, none: str = "0") -> str:
    return "--" if value is None else f"{value:,}" if value else none


def _alarms(arguments: GitStatus, one: _State) -> list[str]:
    if one.problem:
        return [f"{one.path} cannot be read: {one.problem}."]
    said = []
    if arguments.dirty_is_alarm and one.dirty:
        said.append(f"{one.path} has {count(one.dirty, 'uncommitted change')}.")
    if arguments.unpushed_is_alarm and one.ahead:
        said.append(f"{one.path} has {count(one.ahead, 'commit')} not pushed.")
    if arguments.behind_is_alarm and one.behind:
        said.append(f"{one.path} lacks {count(one.behind, 'commit')} of {one.upstream}.")
    return said


def _repositories(walk: Walk, root: str, depth: int) -> list[str]:
    found: list[str] = []
    level = [root]
    for _ in range(depth + 1):
        below = []
        for place in level:
            walk.check()
            if os.path.lexists(os.path.join(place, ".git")) or _is_bare(place):
                found.append(place)
                continue
            try:
                with os.scandir(place) as entries:
                    below += [
                        entry.path
                        for entry in entries
                        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                    ]
            except FileNotFoundError:
                continue
            except OSError:
                walk.denied += 1
        if len(found) > MOST:
            break
        level = below
    return sorted(found)


def _is_bare(place: str) -> bool:
    if os.path.basename(place) == ".git":
        return False
    return os.path.isfile(os.path.join(place, "HEAD")) and all(
        os.path.isdir(os.path.join(place, name)) for name in ("objects", "refs")
    )


class _Repository:
    """Questions to git about one repository."""

    def __init__(self, context: ToolContext, place: str) -> None:
        self._context = context
        self._place = place
        self._settings = dict(_RUNS_NOTHING)

    async def state(self) -> _State:
        """What it is like; what git cannot read has a problem and is no reason to stop."""
        found = _State(self._place)
        try:
            problem = await self._disarm()
            if problem:
                found.problem = problem
            elif (await self._ask("rev-parse", "--is-bare-repository")).stdout.strip() == "true":
                found.branch = (await self._ask("rev-parse", "--abbrev-ref", "HEAD")).stdout.strip()
            else:
                await self._status(found)
            if not found.problem:
                last = await self._ask("log", "-1", "--no-show-signature", "--format=%cs %s")
                found.last = short(last.stdout, 60) if last.exit_code == 0 else found.last
        except ToolFailed as error:
            found.problem = error.message.rstrip(".")
        return found

    async def _disarm(self) -> str:
        """Switch off the filters that the repository's own settings name; or why it cannot be read.

        Filters of the user's own settings (git-lfs) stay: whoever wrote them may run programs.
        """
        done = await self._ask(
            "config", "--show-scope", "--null", "--name-only", "--get-regexp",
            r"^filter\..*\.(clean|smudge|process|required)$",
        )  # fmt: skip
        if done.exit_code not in (0, 1):  # 1: there is none
            return _why(done)
        parts = done.stdout.split("\0")
        for scope, name in zip(parts[::2], parts[1::2], strict=False):
            if scope in ("local", "worktree"):
                self._settings[name] = "false" if name.endswith(".required") else ""
        return ""

    async def _status(self, found: _State) -> None:
        done = await self._ask(
            "status", "--porcelain=v2", "--branch", "--untracked-files=normal",
            "--ignore-submodules=dirty",
        )  # fmt: skip
        if done.exit_code:
            found.problem = _why(done)
            return
        found.dirty = 0
        for line in done.stdout.splitlines():
            if line.startswith("# branch.head "):
                found.branch = line.removeprefix("# branch.head ")
            elif line.startswith("# branch.upstream "):
                found.upstream = line.removeprefix("# branch.upstream ")
            elif line.startswith("# branch.ab "):
                plus, minus = line.removeprefix("# branch.ab ").split()
                found.ahead, found.behind = int(plus), -int(minus)
            elif not line.startswith("#"):
                found.dirty += 1
        if found.ahead is None:
            await self._count_unpushed(found)

    async def _count_unpushed(self, found: _State) -> None:
        """Without an upstream: commits that no branch of a remote has."""
        if not (await self._ask("remote")).stdout.strip():
            return
        done = await self._ask("rev-list", "--count", "HEAD", "--not", "--remotes")
        if done.exit_code == 0:
            found.ahead = int(done.stdout)

    async def _ask(self, *words: str) -> Finished:
        settings = list(self._settings.items())
        env = {
            **_ASKS_NOBODY,
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{n}": name for n, (name, _) in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{n}": value for n, (_, value) in enumerate(settings)},
        }
        return await self._context.processes.run(
            ["git", "--no-pager", "-C", self._place, *words], timeout=_SECONDS, env=env
        )


def _why(done: Finished) -> str:
    if "dubious ownership" in done.stderr:
        return (
            "it belongs to another user, and git refuses those"
            " (git config --global --add safe.directory allows one)"
        )
    said: Sequence[str] = done.stderr.strip().splitlines()
    return (
        short(said[0].removeprefix("fatal: ").rstrip("."), 120) if said else "git does not say why"
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

"""Where a run of an agent program keeps its files: private, and gone after it (AGENTS.md 3)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from jobs_tui.models.errors import StoreError

if TYPE_CHECKING:
    from jobs_tui.models.agent import CommandTemplate


class Room:
    """A directory that only this user may read, and that is removed at the end.

    Args:
        state_directory: ``Task.state_directory``; None: configuration directories go as well.
    """

    def __init__(self, state_directory: str | None) -> None:
        self._state = state_directory
        self._private: Path | None = None
        self._others: list[Path] = []

    def __enter__(self) -> Room:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for path in self._others:
            path.unlink(missing_ok=True)
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)

    @property
    def private(self) -> Path:
        """The directory, 0700; made when it is first asked for.

        In memory where the system gives the user such a place, so that nothing of it survives a
        power cut.
        """
        if self._private is None:
            runtime = os.environ.get("XDG_RUNTIME_DIR")
            where = runtime if runtime and os.access(runtime, os.W_OK | os.X_OK) else None
            try:
                self._private = Path(tempfile.mkdtemp(prefix="jobs-tui-run-", dir=where))
            except OSError as error:
                raise StoreError(
                    f"No private directory can be made for the run: {error.strerror}.",
                    "Free some space below TMPDIR.",
                ) from error
        return self._private

    def file(self, name: str, text: str, directory: Path | None = None) -> Path:
        """Write a file of the run, 0600.

        Args:
            directory: another place than the private one; the file is removed all the same.
        """
        path = (directory or self.private) / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # it may be a link to the user's own
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(fd, "w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(text)
        except OSError as error:
            raise StoreError(
                f"The file {path} of the run cannot be written: {error.strerror}.",
                "Free some space.",
            ) from error
        if directory is not None:
            self._others.append(path)
        return path

    def config(self, agent_id: str, template: CommandTemplate, own: Path, keep: bool) -> Path:
        """The program's configuration directory, 0700, with links to the user's login.

        Args:
            own: the user's configuration directory.
            keep: it stays from run to run, where the job has a place for that.
        """
        if keep and self._state is not None:
            directory = Path(self._state) / agent_id
        else:
            directory = self.private / "config"
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in template.config_shared:
                _link(own / name, directory / name)
        except OSError as error:
            raise StoreError(
                f"The directory {directory} cannot be made: {error.strerror}.",
                "The home must be writable.",
            ) from error
        return directory


def _link(source: Path, link: Path) -> None:
    if os.path.lexists(link) or not source.exists():
        return
    link.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        link.symlink_to(source)
    except FileExistsError:
        return  # another run of the job was first

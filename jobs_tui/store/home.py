"""Where a home lies on disk (DESIGN 5): one directory, 0700, that holds everything."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from jobs_tui.models.errors import StoreError

APP = "jobs-tui"


@dataclass(frozen=True, slots=True)
class Home:
    """The files of one home. Two homes share nothing."""

    data: Path
    config_file: Path

    @property
    def jobs_db(self) -> Path:
        """Everything but logs."""
        return self.data / "jobs.db"

    @property
    def logs_db(self) -> Path:
        """The log chunks."""
        return self.data / "logs.db"

    @property
    def lock_file(self) -> Path:
        """Held by the engine while it lives."""
        return self.data / "engine.lock"

    @property
    def engine_log(self) -> Path:
        """Where a detached engine writes what it has to say."""
        return self.data / "engine.log"

    @property
    def token_file(self) -> Path:
        """The text of the token that the first engine made; the store has its hash alone."""
        return self.data / "token"

    def journal(self, token: str) -> Path:
        """Where the launcher of engine ``token`` writes what it had spawned when that died."""
        return self.data / f"launched-{token}.json"

    def job_state(self, job_id: str) -> Path:
        """What the agents of a job keep from run to run (``Task.state_directory``)."""
        return self.data / "state" / job_id

    def environment(self) -> dict[str, str]:
        """What another process needs in its environment to find this home."""
        return {"JOBS_TUI_HOME": str(self.data)} if self.config_file.parent == self.data else {}

    def prepare(self) -> None:
        """Make the directory, readable by its owner alone.

        Raises:
            StoreError: it cannot be made or is not ours to write.
        """
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.data.stat().st_mode & 0o077 and self.data.stat().st_uid == os.geteuid():
                self._close_to_others()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StoreError(
                f"The home directory {self.data} cannot be used: {reason}.",
                "Set JOBS_TUI_HOME to a directory that you may write.",
            ) from None

    def _close_to_others(self) -> None:
        try:
            self.data.chmod(0o700)
        except OSError as error:
            if error.errno != errno.EROFS:  # a disk that is read-only can still be read
                raise


def find_home() -> Home:
    """``$JOBS_TUI_HOME``, else the XDG directories of the user (DESIGN 5).

    Raises:
        StoreError: the variable begins with ``~`` and a user who has no home directory.
    """
    chosen = os.environ.get("JOBS_TUI_HOME")
    if chosen:
        try:
            data = Path(chosen).expanduser().absolute()
        except RuntimeError:
            raise StoreError(
                f"JOBS_TUI_HOME is {chosen!r:.200}, and that user has no home directory.",
                "Set it to a directory that you may write.",
            ) from None
        return Home(data, data / "config.toml")
    from platformdirs import user_config_path, user_data_path  # only without JOBS_TUI_HOME

    return Home(user_data_path(APP), user_config_path(APP) / "config.toml")

"""A text in an editor of the user's own choice (UX.md 5, F4)."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from jobs_tui.models.errors import InvalidInput, Refused

FALLBACK = ("vi", "nano")


def command() -> list[str]:
    """The editor of ``$VISUAL``, else of ``$EDITOR``, else vi.

    Raises:
        InvalidInput: the variable cannot be read as a command.
    """
    for name in ("VISUAL", "EDITOR"):
        text = os.environ.get(name, "").strip()
        if text:
            try:
                return shlex.split(text)
            except ValueError as error:
                raise InvalidInput(
                    f"${name} cannot be read as a command: {error}.", "Correct it."
                ) from None
    return [FALLBACK[0]]


def edited(text: str, suffix: str = ".sh", *, name: str = "prompt", what: str = "prompt") -> str:
    """Let the user edit a text; blocks until the editor ends (the screen must be suspended).

    Args:
        suffix: of the file, so that the editor knows what it is.
        name: of the file.
        what: what it is, in words.

    Raises:
        Refused: there is no such editor, or it ended badly: the text is unchanged.
        InvalidInput: what was written is not UTF-8.
    """
    argv = command()
    with tempfile.TemporaryDirectory(prefix="jobs-tui-") as folder:
        path = Path(folder) / f"{name}{suffix}"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            code = subprocess.run([*argv, str(path)], check=False).returncode
        except OSError as error:
            raise Refused(
                f"The editor {argv[0]!r} cannot be started: {error.strerror}.",
                "Set $VISUAL or $EDITOR to an editor that is installed.",
            ) from None
        if code != 0:
            raise Refused(f"The editor ended with {code}; the {what} is unchanged.")
        try:
            written = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise InvalidInput(
                f"What the editor left is not a UTF-8 text; the {what} is unchanged."
            ) from None
    # Editors end a file with a line end that nobody wrote.
    return written if text.endswith("\n") else written.removesuffix("\n")

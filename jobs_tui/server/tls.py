"""The certificate with which this server speaks HTTPS."""

from __future__ import annotations

import ssl
from pathlib import Path

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.store.settings import Settings


def tls_context(settings: Settings, home: Path) -> ssl.SSLContext | None:
    """What the settings ``tls_cert`` and ``tls_key`` say; None without them.

    Args:
        home: the directory to which relative paths belong.

    Raises:
        JobsTuiError: a file is missing or of no use; names the setting and the file.
    """
    if not settings.tls_cert:
        if settings.tls_key:
            raise JobsTuiError(
                "The setting tls_key is given without tls_cert.",
                "Set tls_cert to the certificate's file, or remove tls_key.",
                field="tls_key",
            )
        return None
    certificate = _file("tls_cert", settings.tls_cert, home)
    key = _file("tls_key", settings.tls_key, home) if settings.tls_key else None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # An empty password, or it would be asked for on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError, OSError) as error:
        raise JobsTuiError(
            f"The certificate {certificate} cannot be used with the key {key or certificate}:"
            f" {_reason(error)}.",
            "Both are PEM files, the key without a password; see tls_cert and tls_key.",
            field="tls_cert",
        ) from None
    return context


def _file(setting: str, text: str, home: Path) -> Path:
    try:
        path = home / Path(text).expanduser()
        with path.open("rb"):
            return path
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise JobsTuiError(
            f"The setting {setting} names {text!r:.200}, which cannot be read: {reason}.",
            "Mend the path, or let this user read the file.",
            field=setting,
        ) from None


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(reason).replace("_", " ").lower()

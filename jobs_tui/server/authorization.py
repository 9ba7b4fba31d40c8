"""Reading a token out of the header ``Authorization``: the same in every HTTP face (DESIGN 9)."""

from __future__ import annotations

from jobs_tui.models.errors import Unauthorised

SCHEMES = ("bearer", "userkey", "apikey")


def token_text(header: str) -> str:
    """The token in the value of the header. Raises Unauthorised."""
    header = header.strip()
    if not header:
        raise Unauthorised("A token is needed.", "Send the header Authorization: Bearer TOKEN.")
    scheme, *rest = header.split(None, 1)
    if scheme.lower() not in SCHEMES or not rest:
        raise Unauthorised(
            "The header Authorization is not understood.",
            "Send Bearer TOKEN, UserKey TOKEN or ApiKey TOKEN.",
        )
    return rest[0]

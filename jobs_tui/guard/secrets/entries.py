"""How a job, an agent, an environment or an integration asks for a secret.

``NAME`` is the secret of that name in the sealed store, given to the run as the variable of that
name. ``VARIABLE=REFERENCE`` gives what a reference leads to under a name of its own. A reference
alone is given under the name that it ends with: ``env:PGPASSWORD``, ``file:/run/secrets/api-key``
(``API_KEY``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobs_tui.models.errors import InvalidInput

SCHEMES = ("env", "file", "cmd", "cred", "keyring", "store", "op")
"""Ways of keeping a secret; ``op://vault/item/field`` is 1Password's."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,127})=(.+)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SecretEntry:
    """One secret that a run gets."""

    variable: str
    """The environment variable that will hold it."""
    reference: str
    """``scheme:rest``, as :func:`parse_reference` gives it."""


def parse_reference(text: str) -> str:
    """A reference with its scheme written out: a bare name is ``store:NAME``.

    Raises:
        InvalidInput: it is empty, has no name behind its scheme, or a scheme that there is not.
    """
    text = text.strip()
    if "\x00" in text:
        raise InvalidInput("A secret reference holds a NUL character.", field="secrets")
    scheme, colon, rest = text.partition(":")
    if colon and scheme in SCHEMES:
        if not rest.strip("/ "):
            raise InvalidInput(f"The secret reference {text!r:.60} names nothing.", field="secrets")
        return text
    if not text or "\x00" in text or "\n" in text:
        raise InvalidInput(
            "A secret is named by a name, or by a reference such as env:NAME.", field="secrets"
        )
    if colon:  # no secret of the store has one in its name
        raise InvalidInput(
            "A secret reference begins with a way of keeping secrets that does not exist here.",
            f"Ways: {', '.join(SCHEMES)}; a name alone is a secret of this home.",
            field="secrets",
        )
    return f"store:{text}"


def is_reference(text: str) -> bool:
    """Whether a text names a secret, where an address could stand as well: it is no address."""
    return "://" not in text or text.partition(":")[0] in SCHEMES


def parse_entry(text: str) -> SecretEntry:
    """What an entry of a list of secrets asks for.

    Raises:
        InvalidInput: it cannot be read, or no variable's name can be made of it.
    """
    assigned = _ASSIGNED.match(text.strip())
    if assigned:
        return SecretEntry(assigned[1], parse_reference(assigned[2]))
    reference = parse_reference(text)
    scheme, _, rest = reference.partition(":")
    last = rest if scheme in ("env", "store") else re.split(r"[/ ]", rest.strip())[-1]
    if scheme == "file":
        last = last.rpartition("/")[2].partition(".")[0] or last
    named = scheme in ("env", "store") and _VARIABLE.match(last)
    variable = last if named else re.sub(r"[^A-Za-z0-9]+", "_", last).upper()
    if not _VARIABLE.match(variable):
        raise InvalidInput(
            f"The secret {text!r:.60} gives no name for a variable.",
            "Write VARIABLE=REFERENCE.",
            field="secrets",
        )
    return SecretEntry(variable, reference)

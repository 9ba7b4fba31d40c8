"""Secrets taken out of everything that is stored, shown or sent (DESIGN 9).

A secret is masked in the forms in which programs print it: as it is, in base64 (standard and
URL-safe, padded or not, also inside a longer text), URL-quoted and JSON-escaped; of a secret
with several lines each long line too. Secrets shorter than ``SHORTEST`` characters are left
alone: masking them would tear ordinary text to pieces and hide nothing.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 4
"""Characters: shorter secrets are not masked."""
_SHORTEST_LINE = 8
_SHORTEST_INNER = 5  # of the base64 characters that do not depend on the neighbours

_SECRET_NAME = re.compile(
    r"SECRET|TOKEN|PASSW(OR)?D|PASSPHRASE|PASSWD|(^|_)PASS(_|$)|(^|_)PWD_|_PWD$|CREDENTIAL"
    r"|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|AUTH|SSH|DEPLOY|SERVICE|ACCOUNT)_?KEY"
    r"|_KEY$|(^|_)AUTH(_|$)|COOKIE|DATABASE_URL|_DSN$|WEBHOOK_URL|CONNECTION_STRING",
    re.IGNORECASE,
)


def looks_secret(env_var_name: str) -> bool:
    """True when an environment variable of this name probably holds a secret."""
    return _SECRET_NAME.search(env_var_name) is not None


def _base64_forms(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogateescape")
    forms: set[str] = set()
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        whole = alphabet(data).decode()
        forms |= {whole, whole.rstrip("=")}
        for shift in range(3):  # the secret as a part of a longer text
            coded = alphabet(b"\0" * shift + data).decode()
            head = (0, 2, 3)[shift]
            tail = (0, 3, 2)[(shift + len(data)) % 3]
            inner = coded[head : len(coded) - tail]
            if len(inner) >= _SHORTEST_INNER:
                forms.add(inner)
    return forms


def _forms(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogateescape")
    forms = {secret, *_base64_forms(secret)}
    forms |= {quote(data, safe=""), quote(data), quote_plus(data)}
    forms |= {form.replace("%", "%25") for form in (quote(data, safe=""),) if "%" in form}
    forms |= {
        re.sub(r"%..", lambda code: code[0].lower(), form) for form in set(forms) if "%" in form
    }
    escaped = json.dumps(secret)[1:-1]
    forms |= {escaped, json.dumps(secret, ensure_ascii=False)[1:-1], escaped.replace("/", "\\/")}
    lines = secret.splitlines()
    if len(lines) > 1:
        forms |= {line.strip() for line in lines if len(line.strip()) >= _SHORTEST_LINE}
        forms |= {"\n".join(lines), "\r\n".join(lines)}
    return {form for form in forms if len(form) >= SHORTEST}


class Masker:
    """Replaces secrets by ``***``.

    Args:
        secrets: the plain values. Without any, ``mask`` returns its text at once.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        self._secrets = frozenset(secrets)
        for secret in self._secrets:
            for variant in {secret, secret.strip()}:  # files end with a newline, output does not
                if len(variant) >= SHORTEST:
                    forms |= _forms(variant)
        self._sorted = sorted(forms)
        self._longest = max(map(len, forms), default=0)
        self._first = frozenset(form[0] for form in forms)
        ordered = sorted(forms, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, ordered))
        self._any = re.compile(alternatives) if forms else None
        # The look-ahead finds secrets that overlap: hiding one must not show the end of another.
        self._each = re.compile(f"(?=({alternatives}))") if forms else None

    def plus(self, secrets: Iterable[str]) -> Masker:
        """One that masks these too; itself when they are known already."""
        more = frozenset(secrets) - self._secrets
        return Masker(self._secrets | more) if more else self

    @property
    def empty(self) -> bool:
        """True when there is nothing to mask."""
        return self._any is None

    def mask(self, text: str) -> str:
        """The text with every secret, in every form, replaced by ``***``."""
        if self._any is None or self._any.search(text) is None:
            return text
        pieces: list[str] = []
        position = 0
        for start, end in self.spans(text):
            pieces += (text[position:start], MASK)
            position = end
        pieces.append(text[position:])
        return "".join(pieces)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in the text: (start, end), in order, overlapping ones merged."""
        if self._any is None or self._each is None:
            return []
        found = self._any.search(text)
        if found is None:
            return []
        merged: list[tuple[int, int]] = []
        for hit in self._each.finditer(text, found.start()):
            start, end = hit.span(1)
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def possible_start(self, text: str) -> int:
        """Where the longest end of the text begins that could be the beginning of a secret."""
        for position in range(max(0, len(text) - self._longest + 1), len(text)):
            if text[position] in self._first:
                end = text[position:]
                place = bisect_left(self._sorted, end)
                # A longer form that begins with it sorts at its place or right behind it.
                for form in self._sorted[place : place + 2]:
                    if len(form) > len(end) and form.startswith(end):
                        return position
        return len(text)


class MaskStream:
    """``Masker.mask`` for text that arrives in pieces cut anywhere: the same result.

    Only what could be the beginning of a secret is held back, so an ordinary line leaves at once.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._tail = ""
        self._told = 0  # characters of the tail whose mask has left already

    def use(self, masker: Masker) -> None:
        """Go on with another masker; what is held back is looked at by it."""
        self._masker = masker

    def feed(self, text: str) -> str:
        """The masked text that is certain so far."""
        if self._masker.empty:
            return text
        text = self._tail + text
        return self._emit(text, self._masker.possible_start(text))

    def flush(self) -> str:
        """The end of the text: what was held back."""
        return self._emit(self._tail, len(self._tail))

    def _emit(self, text: str, cut: int) -> str:
        pieces: list[str] = []
        position = self._told
        for start, end in self._masker.spans(text):
            if start >= cut:
                break
            if start >= position:
                pieces += (text[position:start], MASK)
            position = max(position, end)
        if position < cut:
            pieces.append(text[position:cut])
        self._tail, self._told = text[cut:], max(0, position - cut)
        return "".join(pieces)

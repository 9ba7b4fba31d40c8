"""Secrets taken out of everything that is stored, shown or sent (DESIGN 9).

A secret is masked in the forms in which programs print it. What is compared is the text without
colour codes, that text with one and with two layers of escapes undone, and each of these with
wrapped base64 joined; docs/secrets.md lists the forms. Of a secret with several lines each long
line is masked too. Secrets shorter than ``SHORTEST`` characters are left alone: masking them would
tear ordinary text to pieces and hide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jobs_tui.guard.secret_forms import (
    SHORTEST,
    Needles,
    coded_forms,
    decoded_forms,
    plain_forms,
)
from jobs_tui.guard.text_views import (
    View,
    colours,
    joined,
    run_before,
    spaced,
    uncoloured,
    undone,
    unfinished,
    wraps,
)

MASK = "***"
_LAYERS = 2
"""Escapes within escapes that are undone: JSON within JSON, a URL within HTML."""
_HELD_PER_CHARACTER = 16
_HELD_AT_LEAST = 1024
"""Characters held back at most: this, and so many for each of the longest form (escapes)."""

_SECRET_NAME = re.compile(
    r"SECRET|TOKEN|PASSW(OR)?D|PASSPHRASE|PASSWD|(^|_)PASS(_|$)|(^|_)PWD_|_PWD$|CREDENTIAL"
    r"|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|AUTH|SSH|DEPLOY|SERVICE|ACCOUNT)_?KEY"
    r"|_KEY$|(^|_)AUTH(_|$)|COOKIE|DATABASE_URL|_DSN$|WEBHOOK_URL|CONNECTION_STRING",
    re.IGNORECASE,
)


def looks_secret(env_var_name: str) -> bool:
    """True when an environment variable of this name probably holds a secret."""
    return _SECRET_NAME.search(env_var_name) is not None


class Masker:
    """Replaces secrets by ``***``.

    Args:
        secrets: the plain values. Without any, ``mask`` returns its text at once.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = frozenset(secrets)
        # Files end with a newline, and what programs print of them does not.
        both = {one for secret in self._secrets for one in (secret, secret.strip())}
        alone = {secret for secret in both if len(secret) >= SHORTEST}
        plain = {form for secret in alone for form in plain_forms(secret)}
        after = {form for secret in plain for form in decoded_forms(secret)}
        self._plain = Needles(plain)
        self._after = self._plain if after == plain else Needles(after)
        self._spaced = Needles(form.replace("+", " ") for form in after if " " in form)
        self._coded = Needles(form for secret in alone for form in coded_forms(secret))
        longest = max(self._after.longest, self._coded.longest)
        self.limit = _HELD_AT_LEAST + _HELD_PER_CHARACTER * longest

    def plus(self, secrets: Iterable[str]) -> Masker:
        """One that masks these too; itself when they are known already."""
        more = frozenset(secrets) - self._secrets
        return Masker(self._secrets | more) if more else self

    @property
    def empty(self) -> bool:
        """True when there is nothing to mask."""
        return not self._plain

    def mask(self, text: str) -> str:
        """The text with every secret, in every form, replaced by ``***``.

        Colour codes within a secret stay, behind its mask.
        """
        spans = self.spans(text)
        if not spans:
            return text
        pieces: list[str] = []
        position = 0
        for start, end in spans:
            pieces += (text[position:start], MASK, colours(text[start:end]))
            position = end
        pieces.append(text[position:])
        return "".join(pieces)

    def mask_cut(self, text: str) -> str:
        """``mask`` for a text that was cut: the first half of a secret at its end goes too."""
        text = self.mask(text)
        start = len(text) if self.empty else self.possible_start(text)
        return text if len(text) - start < SHORTEST else text[:start] + MASK

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in the text: (start, end), in order, overlapping ones merged."""
        if self.empty:
            return []
        found = [
            view.origin(*place)
            for view, needles in self._views(text)
            for place in needles.found(view.text)
        ]
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def possible_start(self, text: str) -> int:
        """Where the longest end of the text begins that could be the beginning of a secret."""
        if text.endswith("\n") and not self._after.many_lines and not wraps(text):
            return len(text)
        window = max(0, len(text) - self.limit)
        near = text[window:]
        cut = len(near)
        view = uncoloured(View(near))
        for layer in range(_LAYERS + 1):
            end = unfinished(view.text)
            places = [needles.begun(one.text) for one, needles in self._looks(view, layer)]
            begun = min(end, *places)
            if begun < len(view.text):
                cut = min(cut, view.origin(begun, begun + 1)[0])
            decided = view.upto(end)
            below = undone(decided)
            if below is None and decided is view:
                break
            view = below or decided  # what stands before an unfinished escape may go on in it
        cut = min(cut, unfinished(near))
        backslashes = cut - len(near[:cut].rstrip("\\"))
        return window + cut - backslashes % 2  # never between one and what it escapes

    def _views(self, text: str) -> Iterator[tuple[View, Needles]]:
        """Everything that is looked at, and for what."""
        view: View | None = uncoloured(View(text))
        for layer in range(_LAYERS + 1):
            if view is None:
                break
            yield from self._looks(view, layer)
            view = undone(view) if layer < _LAYERS else None

    def _looks(self, view: View, layer: int) -> Iterator[tuple[View, Needles]]:
        yield view, self._after if layer else self._plain
        if self._spaced and "+" in view.text:
            yield spaced(view), self._spaced
        yield joined(view), self._coded


class MaskStream:
    """``Masker.mask`` for text that arrives in pieces cut anywhere: the same result.

    Only what could be the beginning of a secret is held back, so an ordinary line leaves at once,
    and so does a question without a line end. What is held is bounded by ``Masker.limit``.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._tail = ""
        self._told = 0  # characters of the tail whose mask has left already
        self._run = ""  # fillers for the base64 that has left just before the tail

    def use(self, masker: Masker) -> None:
        """Go on with another masker; what is held back is looked at by it."""
        self._masker = masker

    def feed(self, text: str) -> str:
        """The masked text that is certain so far."""
        if self._masker.empty:
            return text
        text = self._run + self._tail + text
        return self._emit(text, max(len(self._run), self._masker.possible_start(text)))

    def flush(self) -> str:
        """The end of the text: what was held back."""
        text = self._run + self._tail
        return self._emit(text, len(text))

    def _emit(self, text: str, cut: int) -> str:
        pieces: list[str] = []
        position = len(self._run) + self._told
        for start, end in self._masker.spans(text):
            if start >= cut:
                break
            if start >= position:
                pieces += (text[position:start], MASK)
            pieces.append(colours(text[max(start, position) : end]))
            position = max(position, end)
        if position < cut:
            pieces.append(text[position:cut])
        self._tail, self._told = text[cut:], max(0, position - cut)
        self._run = run_before(text, cut)
        return "".join(pieces)

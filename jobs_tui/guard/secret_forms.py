"""The texts to look for when a secret must not be seen, and how they are found fast."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from jobs_tui.guard.text_views import decoded

SHORTEST = 4
"""Characters: shorter secrets are not masked."""
SHORTEST_LINE = 8
"""Characters of a line of a longer secret that is masked where it stands alone."""
_SHORTEST_INNER = 4  # of the base64 characters that do not depend on the neighbours
_PROBE = 8
_END = "\0"  # stands in no secret: the environment cannot hold it


def plain_forms(secret: str) -> set[str]:
    """A secret as it is: with either line end, and its longer lines."""
    forms = {secret}
    lines = secret.splitlines()
    if len(lines) > 1:
        forms |= {line.strip() for line in lines if len(line.strip()) >= SHORTEST_LINE}
        forms |= {"\n".join(lines), "\r\n".join(lines)}
    return {form for form in forms if len(form) >= SHORTEST}


def decoded_forms(secret: str) -> set[str]:
    """What may stand in a text that was decoded: the secret, and what decoding makes of it."""
    forms = {secret}
    for _ in range(2):
        forms |= {decoded(form) for form in forms}
    # A backslash at its end takes what follows it for an escape.
    forms |= {form.rstrip("\\") for form in forms}
    return {form for form in forms if len(form.strip()) >= SHORTEST or form == secret}


def coded_forms(secret: str) -> set[str]:
    """Hexadecimal, and standard base64: alone or as a part of a longer text."""
    data = secret.encode("utf-8", "surrogateescape")
    forms = {data.hex(), data.hex().upper()}
    for shift in range(3):  # bytes before it in its group of three
        coded = base64.b64encode(b"\0" * shift + data).decode()
        head = (0, 2, 3)[shift]
        whole = coded[head:]
        tail = (0, 3, 2)[(shift + len(data)) % 3]
        inner = whole[: len(whole) - tail]
        if len(inner) >= _SHORTEST_INNER:
            forms |= {inner, whole.rstrip("="), whole}
    return forms


class Needles:
    """A set of texts that are looked for together, in time linear in the text.

    ``str.find`` once for each is several times faster than one pattern with all of them.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        words = sorted(set(forms), key=lambda form: (len(form), form))
        self._groups: list[tuple[str, int, tuple[str, ...]]] = []
        """What is searched, by how much it moves on, and longer forms that begin with it."""
        roots: dict[str, list[str]] = {}
        for word in words:
            root = next((r for r in roots if word.startswith(r)), None)
            if root is None:
                roots[word] = []
            else:
                roots[root].append(word)
        for root, longer in roots.items():
            self._groups.append((root, _period(root), tuple(reversed(longer))))
        self.many_lines = any("\n" in word[:-1] for word in words)
        """One of them goes on behind a line end."""
        self.longest = max(map(len, words), default=0)
        self._all = _END + "".join(word + _END for word in words)
        self._starts = [0]
        for word in words:
            self._starts.append(self._starts[-1] + len(word) + 1)
        self._beginnings = {
            word[:size] for word in words for size in range(1, min(_PROBE, len(word)))
        }

    def __bool__(self) -> bool:
        return bool(self._groups)

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand in a text: (start, end), the longest of those with one beginning."""
        for root, step, longer in self._groups:
            at = text.find(root)
            while at >= 0:
                form = next((one for one in longer if text.startswith(one, at)), root)
                yield at, at + len(form)
                at = text.find(root, at + step)

    def begun(self, text: str) -> int:
        """Where the longest end of the text begins that one of them begins with and goes beyond."""
        probe = text[-_PROBE:]
        best = 0
        if len(probe) == _PROBE:
            at = self._all.find(probe)
            while at >= 0:
                start = self._starts[bisect_right(self._starts, at) - 1] + 1
                size = at + _PROBE - start
                longer = size > best and self._all[at + _PROBE] != _END
                if longer and text.endswith(self._all[start : at + _PROBE]):
                    best = size
                at = self._all.find(probe, at + 1)
        if not best:
            for size in range(min(_PROBE - 1, len(text)), 0, -1):
                if text[-size:] in self._beginnings:
                    best = size
                    break
        return len(text) - best


def _period(word: str) -> int:
    """By how many characters two occurrences of a word that overlap are apart at least."""
    return next(by for by in range(1, len(word) + 1) if word.startswith(word[by:]))

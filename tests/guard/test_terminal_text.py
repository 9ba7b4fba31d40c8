"""Untrusted text in a terminal."""

from __future__ import annotations

import random
import re

import pytest

from jobs_tui.guard.terminal_text import HOLD_LIMIT, OutputCleaner, clean_output, plain


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m \x1b[38;5;8mgrey\x1b[m", "\x1b[31mred\x1b[0m \x1b[38;5;8mgrey\x1b[m"),
        ("a\x1b[2Jb\x1b[1;1Hc\x1b[?25ld\x1b[6n", "abcd"),
        ("\x1b]0;title\x07x\x1b]0;title\x1b\\y", "xy"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;never closed\nnext", "\nnext"),
        ("\x1bP1;2qsixel\x1b\\x\x1b_apc\x1b\\y\x1b^pm\x1b\\z", "xyz"),
        ("\x1bc\x1b(B\x1b7x\x1b8\x1bM", "x"),
        ("\x9b2Jx\x9d0;t\x9cy\x90q\x9cz\x85", "xyz"),
        ("a\x00b\x07c\x08d\x0be\x7ff", "abcdef"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("10%\r20%\r30%\n", "30%\n"),
        ("10%\r20%\r\nx", "20%\nx"),
        ("abc\rX\n", "Xbc\n"),
        ("abc\rX\r\n\rd\re", "Xbc\ne"),
        ("abc\r\x1b[KX\n", "X\n"),
        ("abc\r\x1b[2KX\rY", "Y"),
        ("abc\rXY\x1b[1K\n", "   \n"),
        ("abcd\rX\x1b[1K\n", "  cd\n"),
        ("ab\x1b[K\x1b[2K", "ab"),
        ("ab\x1b[2K\rX", "X"),
        ("ab\x1b[2Kc\rX", "X c"),
        ("50% \r100%\rok", "ok0%"),
        ("\x1b[31mabc\x1b[0m\rX", "\x1b[0mX\x1b[0m\x1b[31mbc\x1b[0m"),
        ("abc\r\x1b[1mX\x1b[0m", "\x1b[1mX\x1b[0mbc\x1b[0m"),
        ("\x1b", ""),
        ("\x1b[", ""),
        ("\x1b[31", ""),
        ("\x1b[31\x1b[32mx", "\x1b[32mx"),
        ("a\x1b[1;31;\nb", "a\nb"),
    ],
)
def test_clean_output(text: str, cleaned: str) -> None:
    assert clean_output(text) == cleaned


def test_clean_text_comes_back_as_it_is() -> None:
    text = "nothing to do ü 漢 \U0001f600\n"
    assert clean_output(text) is text
    assert OutputCleaner().feed(text) is text


def test_batches_cut_anywhere_leave_no_escape() -> None:
    parts = ["\x1b[31m", "\x1b]0;t\x07", "\x1b[2J", "ab", "\n", "\x1bP q\x1b\\", "\x9b1m", "\x1b(B",
             "\x1b]8;;u\x1b\\", "é", "\x1b", "\r\n"]  # fmt: skip
    for seed in range(500):
        chance = random.Random(seed)
        text = "".join(chance.choice(parts) for _ in range(chance.randint(1, 12)))
        cleaner, pieces, position = OutputCleaner(), [], 0
        while position < len(text):
            step = chance.randint(1, 4)
            pieces.append(cleaner.feed(text[position : position + step]))
            position += step
        pieces.append(cleaner.flush())
        joined = "".join(pieces)
        assert joined == clean_output(text), (seed, text)
        assert not re.search(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]", joined)
        assert all(re.match(r"\x1b\[[0-9;:]*m", joined[hit.start() :])
                   for hit in re.finditer("\x1b", joined))  # fmt: skip


def test_an_endless_escape_is_not_held_for_ever() -> None:
    cleaner = OutputCleaner()
    assert cleaner.feed("x\x1b]0;") == "x"
    told = "".join(cleaner.feed("a" * 100) for _ in range(20)) + cleaner.flush()
    assert len(told) >= 2000 - HOLD_LIMIT - 100
    assert "\x1b" not in told


def test_an_overwrite_of_text_that_left_already_begins_a_line() -> None:
    cleaner = OutputCleaner()
    assert cleaner.feed("10%") == "10%"
    assert cleaner.feed("\r20%\r30%") == "\n30%"
    assert cleaner.feed("\r") == ""
    assert cleaner.feed("\nend\n") == "\nend\n"


def test_an_erased_bar_gives_way_to_the_next_text_whatever_comes_between() -> None:
    cleaner = OutputCleaner()
    assert cleaner.feed("10%") == "10%"
    assert cleaner.feed("\r\x1b[2K\x1b[?25h") == ""
    assert cleaner.feed("Done\n") == "\nDone\n"
    assert cleaner.feed("10%\r\x1b[K") == "10%"
    assert cleaner.flush() == ""


def test_colours_without_end_do_not_grow() -> None:
    line = "".join(f"\x1b[38;5;{n % 256}mx" for n in range(5_000)) + "\ry\n"
    assert len(clean_output(line)) < 20 * len(line)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nightly backup", "nightly backup"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("two\nlines\tand\r\ntab", "two lines and tab"),
        ("evil\u202egnp.exe\u2066x\u200bz\ufeff", "evilgnp.exexz"),
        ("\x1b]0;t\nname", " name"),
        ("bad \udc80 byte", "bad \ufffd byte"),
        ("a\u2028b\x85c", "a bc"),
        ("é漢\U0001f600", "é漢\U0001f600"),
    ],
)
def test_plain(text: str, told: str) -> None:
    assert plain(text) == told
    plain(text).encode()

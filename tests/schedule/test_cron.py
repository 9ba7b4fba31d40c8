"""The cron language, row by row of SCHEDULING.md 1."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.cron import MACROS, parse_cron
from jobs_tui.schedule.fields import FULL

ALL_DAYS = FULL["day of month"]
ALL_WEEKDAYS = FULL["day of week"]


def refused(text: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse_cron(text)  # type: ignore[arg-type]
    assert caught.value.field == "cron_schedule"
    sentence = caught.value.sentence()
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 300
    return sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "not NoneType"),
        (5, "not int"),
        (["* * * * *"], "not list"),
        (b"* * * * *", "not bytes"),
        ("", "empty"),
        (" \t\n ", "empty"),
        ("1," * 50_000, "has 100000 characters; at most 256"),
        ("1" * 257, "at most 256"),
        ("\u0661 * * * *", "U+0661 (arabic-indic digit one)"),
        ("\uff11 * * * *", "U+FF11"),
        ("0\u00a09 * * *", "U+00A0 (no-break space)"),
        ("0 9 * * *\u2003", "U+2003"),
        ("0\n9 * * *", "U+000A"),
        ("0 9 * * *\x00", "U+0000"),
        ("\ud800 * * * *", "U+D800"),
    ],
)
def test_only_short_ascii_text_is_read(text: object, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(
    "text", [" 0 9 * * * ", "\t0\t9 *  *\t*\n", "00 09 * * *", "\r\n0 9 * * *"]
)
def test_blanks_and_tabs_separate(text: str) -> None:
    assert parse_cron(text).normalised == "0 9 * * *"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* * * *", "4 fields instead of five"),
        ("*", "1 field instead of five"),
        ("CRON_TZ=Europe/Paris 0 9 * * *", "begins with a time zone"),
        ("TZ=UTC 0 9 * * *", "begins with a time zone"),
        ("0 0 9 * * 1", "Without the seconds it is 0 9 * * 1."),
        ("* * * * * *", "seconds are not supported; use an interval trigger"),
        ("0 0 9 * * 1 2026", "seconds are not supported; use an interval trigger"),
        ("* * * * * * * *", "8 fields instead of five"),
        ("@reboot", "start-up script"),
        ("@every 5m", "interval trigger"),
        ("@fortnightly", "Known: @yearly, @annually, @monthly"),
        ("@daily now", "is not known"),
    ],
)
def test_five_fields_or_a_macro(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(("macro", "meaning"), MACROS.items())
def test_macros_in_any_case(macro: str, meaning: str) -> None:
    for text in (macro, macro.upper(), f" {macro.title()}\n"):
        assert parse_cron(text).normalised == parse_cron(meaning).normalised


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("0", {0}),
        ("7", {0}),
        ("1", {1}),
        ("5-7", {5, 6, 0}),
        ("6-7", {6, 0}),
        ("0-7", set(range(7))),
        ("1-7", set(range(7))),
        ("7-2", {0, 1, 2}),
        ("sun", {0}),
        ("MON-fri", {1, 2, 3, 4, 5}),
        ("SAT-SUN", {6, 0}),
        ("FRI-MON", {5, 6, 0, 1}),
        ("6-1/2", {6, 1}),
        ("5-7/2", {5, 0}),
        ("mon,wed,5", {1, 3, 5}),
        ("mon-fri/2", {1, 3, 5}),
        ("SUN-SUN", {0}),
        ("7-7", {0}),
        ("*/2", {0, 2, 4, 6}),
        ("*/7", {0}),
        ("?", set(range(7))),
    ],
)
def test_weekdays(field: str, expected: set[int]) -> None:
    assert parse_cron(f"0 0 * * {field}").weekdays == expected


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("*/15 * * * *", "minutes", {0, 15, 30, 45}),
        ("*/90 * * * *", "minutes", {0}),
        ("*/99999999999999999999 * * * *", "minutes", {0}),
        ("5/20 * * * *", "minutes", {5, 25, 45}),
        ("10-30/10 * * * *", "minutes", {10, 20, 30}),
        ("50-10/10 * * * *", "minutes", {50, 0, 10}),
        ("9-9 * * * *", "minutes", {9}),
        ("9-9/4 * * * *", "minutes", {9}),
        ("1,1,2 * * * *", "minutes", {1, 2}),
        ("0 22-2 * * *", "hours", {22, 23, 0, 1, 2}),
        ("0 22-2/3 * * *", "hours", {22, 1}),
        ("0 9-9 * * *", "hours", {9}),
        ("0 20/2 * * *", "hours", {20, 22}),
        ("0 0 1-7 * *", "days", set(range(1, 8))),
        ("0 0 25/3 * *", "days", {25, 28, 31}),
        ("0 0 * nov-feb *", "months", {11, 12, 1, 2}),
        ("0 0 * JAN,jul-sep/2 *", "months", {1, 7, 9}),
        ("0 0 * 11/1 *", "months", {11, 12}),
        ("0 0 * 11-2/2 *", "months", {11, 1}),
    ],
)
def test_values_ranges_steps_and_wraps(text: str, part: str, expected: set[int]) -> None:
    assert getattr(parse_cron(text), part) == expected


@pytest.mark.parametrize(
    ("text", "field", "offender", "allowed"),
    [
        ("60 * * * *", "minute", "'60'", "0-59"),
        ("* 24 * * *", "hour", "'24'", "0-23"),
        ("* * 0 * *", "day of month", "'0'", "1-31"),
        ("* * 32 * *", "day of month", "'32'", "1-31"),
        ("* * * 13 *", "month", "'13'", "1-12 or JAN-DEC"),
        ("* * * 0 *", "month", "'0'", "1-12"),
        ("* * * * 8", "day of week", "'8'", "0-7 or SUN-SAT"),
        ("* * * * MONDAY", "day of week", "write MON", "0-7"),
        ("* * * january *", "month", "write JAN", "1-12"),
        ("* * * mon *", "month", "'mon'", "1-12"),
        ("*/0 * * * *", "minute", "a step must be 1 or more", "0-59"),
        ("1/ * * * *", "minute", "'1/'", "0-59"),
        ("1-2-3 * * * *", "minute", "'1-2-3'", "0-59"),
        ("*-5 * * * *", "minute", "'*-5'", "0-59"),
        ("-5 * * * *", "minute", "signs", "0-59"),
        ("+5 * * * *", "minute", "signs", "0-59"),
        ("1.5 * * * *", "minute", "'1.5'", "0-59"),
        ("1,,2 * * * *", "minute", "empty list item", "0-59"),
        (", * * * *", "minute", "empty list item", "0-59"),
        ("** * * * *", "minute", "'**'", "0-59"),
        ("0 0 * * 4/3", "day of week", "a step needs a range", "Write 4-6/3"),
        ("0 0 25-5 * *", "day of month", "backwards", "25-31,1-5"),
        ("H * * * *", "minute", "jitter", "0-59"),
        ("H/15 * * * *", "minute", "jitter", "0-59"),
        ("R * * * *", "minute", "jitter", "0-59"),
        ("0~30 * * * *", "minute", "jitter", "0-59"),
        ("? * * * *", "minute", "two day fields", "0-59"),
        ("0 0 ?,5 * *", "day of month", "'?'", "1-31"),
        ("0 0 L * 1", "day of month", "L needs '*'", "1-31"),
        ("0 0 LW * *", "day of month", "not supported", "1-31"),
        ("0 0 L-3 * *", "day of month", "not supported", "1-31"),
        ("0 0 15W * 1", "day of month", "W needs '*'", "1-31"),
        ("0 0 1,15W * *", "day of month", "stand alone", "1-31"),
        ("0 0 32W * *", "day of month", "32 is out of range", "1-31"),
        ("0 0 * * L", "day of week", "not supported", "0-7"),
        ("0 0 * * 5#6", "day of week", "'5#6'", "0-7"),
        ("0 0 * * 5#0", "day of week", "'5#0'", "0-7"),
        ("0 0 * * 8#1", "day of week", "'8#1'", "0-7"),
        ("0 0 * * 8L", "day of week", "'8L'", "0-7"),
        ("0 0 * * 1,5#2", "day of week", "cannot be mixed", "0-7"),
        ("0 0 1 * 5#2", "day of week", "need '*'", "0-7"),
        ("0 0 1 * 5L", "day of week", "need '*'", "0-7"),
        ("0 0 5#2 * *", "day of month", "only for weekdays", "1-31"),
    ],
)
def test_errors_name_field_text_and_range(
    text: str, field: str, offender: str, allowed: str
) -> None:
    sentence = refused(text)
    assert f"The {field} field" in sentence
    assert offender in sentence
    assert allowed in sentence


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0 0 * * *", "every"),
        ("0 0 ? * ?", "every"),
        ("0 0 13 * *", "day"),
        ("0 0 13 * ?", "day"),
        ("0 0 * * 5", "weekday"),
        ("0 0 13 * 5", "or"),
        ("0 0 */2 * 1", "and"),
        ("0 0 1-7 * */2", "and"),
        ("0 0 *,5 * 1", "weekday"),
        ("0 0 13,* * 5", "every"),
        ("0 0 1-31 * 1", "every"),
        ("0 0 13 * 0-6", "every"),
        ("0 0 13 * */1", "day"),
    ],
)
def test_how_the_two_day_fields_combine(text: str, rule: str) -> None:
    assert parse_cron(text).day_rule == rule


def test_special_day_items() -> None:
    assert parse_cron("0 0 L * *").last_day
    both = parse_cron("0 0 15,l * ?")
    assert (both.last_day, both.days) == (True, {15})
    assert parse_cron("0 0 15W * *").nearest_weekday == 15
    assert parse_cron("0 0 * * FRI#2,1#1").nth_weekdays == {(5, 2), (1, 1)}
    assert parse_cron("0 0 * * 7#5").nth_weekdays == {(0, 5)}
    assert parse_cron("0 0 * * 5L").last_weekdays == {5}
    assert parse_cron("0 0 ? * friL").normalised == "0 0 * * L5"


@pytest.mark.parametrize(
    ("text", "wildcard"),
    [
        ("*/15 2 * * *", True),
        ("0 */2 * * *", True),
        ("@hourly", True),
        ("@HOURLY", True),
        ("*,5 3 * * *", True),
        ("30 0-23 * * *", False),
        ("0-59 2 * * *", False),
        ("5,* 2 * * *", False),
        ("@daily", False),
        ("0 0 * * *", False),
    ],
)
def test_wildcard_jobs(text: str, wildcard: bool) -> None:
    assert parse_cron(text).is_wildcard is wildcard


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0 31 2 *", "never fires: February has no 31st"),
        ("0 0 30 2 *", "never fires: February has no 30th"),
        ("0 0 31 4,6 *", "none of April, June has a 31st"),
        ("0 0 30 2 */7", "never fires"),
    ],
)
def test_impossible_dates_are_refused(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize("text", ["0 0 31 2 1", "0 0 29 2 *", "0 0 29 2 */7", "0 0 L 2 *"])
def test_rare_dates_are_accepted(text: str) -> None:
    assert parse_cron(text).text == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*/25 * * * *", "*/25 in the minute field is uneven: it starts again at minute 0"),
        ("0 */5 * * *", "starts again at 00:00"),
        ("*/90 * * * *", "just its first value, 0"),
        ("0 0 */2 * *", "starts again on day 1"),
        ("0 0 31 * *", "Months without day 31 are skipped"),
        ("0 0 13 * 5", "either matches"),
        ("0 0 */2 * 5", "both day fields match"),
    ],
)
def test_surprises_are_warned_about(text: str, words: str) -> None:
    assert words in " ".join(parse_cron(text).warnings)


@pytest.mark.parametrize(
    "text", ["*/15 * * * *", "0 */6 * * *", "0 0 */1 * *", "0 9 * * 1-5", "@daily"]
)
def test_ordinary_schedules_have_no_warnings(text: str) -> None:
    assert parse_cron(text).warnings == ()


def test_the_text_is_kept_and_is_the_identity() -> None:
    first, second = parse_cron(" 0 9 * * MON "), parse_cron("0 9 * * MON")
    assert first.text == "0 9 * * MON"
    assert first is second
    assert parse_cron("0 9 * * 1") != first

"""Sentences and short forms of schedules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from jobs_tui.schedule.cron import parse_cron
from jobs_tui.schedule.short_words import WIDTH, short
from jobs_tui.schedule.words import describe, weekday_note
from tests.schedule.enumerator import Model, expressions
from tests.schedule.parsed import read
from tests.schedule.reading_back import is_named, read_times

YEARS = [date(2027, 1, 1) + timedelta(days=k) for k in range(2 * 366)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 9 * * 1-5", "at 09:00, Monday to Friday"),
        ("*/15 * * * *", "every 15 minutes"),
        ("5/15 * * * *", "every 15 minutes, from minute 5 of each hour"),
        ("* * * * *", "every minute"),
        ("30 * * * *", "at minute 30 past every hour"),
        ("@hourly", "every hour, on the hour"),
        ("@daily", "at 00:00 every day"),
        ("@weekly", "at 00:00 on Sundays"),
        ("@monthly", "at 00:00 on day 1 of the month"),
        ("@yearly", "at 00:00 on 1 January"),
        ("0 2 1 * 5", "at 02:00 on day 1 of the month or on Fridays"),
        ("*/25 * * * *", "at minutes 0, 25 and 50 past every hour"),
        ("*/90 * * * *", "every hour, on the hour"),
        ("*/10 9-17 * * 1-5", "every 10 minutes from 09:00 to 17:50, Monday to Friday"),
        ("0 */2 * * *", "every 2 hours from 00:00 to 22:00"),
        ("0 9,17 * * *", "at 09:00 and 17:00 every day"),
        ("30 20-4 * * *", "every hour from 20:30 to 04:30"),
        ("* 2 * * *", "every minute from 02:00 to 02:59"),
        ("* 1,5 * * *", "every minute of hours 01 and 05"),
        ("1-50/3 4,7 * * *", "at every 3rd minute from 1 to 49 past hours 04 and 07"),
        ("0 9 * * FRI-MON", "at 09:00, Friday to Monday"),
        ("0 9 * * 7,1,3", "at 09:00 on Mondays, Wednesdays and Sundays"),
        ("0 0 L * *", "at 00:00 on the last day of the month"),
        ("0 0 15,L * *", "at 00:00 on day 15 and on the last day of the month"),
        ("0 0 15W * *", "at 00:00 on the Monday-to-Friday day nearest to day 15 of the month"),
        ("0 0 * * 5#2,1#1", "at 00:00 on the first Monday and the second Friday of the month"),
        ("0 0 * * 5L", "at 00:00 on the last Friday of the month"),
        (
            "0 0 */2 * 1",
            "at 00:00 on every 2nd day of the month from 1 to 31, but only on Mondays",
        ),
        ("0 0 1-7 * 1-5", "at 00:00 on days 1 to 7 of the month or Monday to Friday"),
        ("0 9 1 1,7 *", "at 09:00 on day 1 of the month, in January and July"),
        ("0 9 * 11-2 *", "at 09:00 every day from November to February"),
        ("0 9 29 2 *", "at 09:00 on 29 February"),
    ],
)
def test_sentences(text: str, words: str) -> None:
    assert describe(parse_cron(text)) == words


def test_the_zone_is_named_when_asked() -> None:
    assert describe(parse_cron("0 9 * * *"), "Europe/Paris") == "at 09:00 every day (Europe/Paris)"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(expressions())
def test_a_sentence_says_exactly_when_it_fires(model: Model) -> None:
    sentence = describe(read(model))
    assert read_times(sentence) == {(h, m) for h in model.hours for m in model.minutes}, sentence
    for day in YEARS:
        assert is_named(sentence, day) == model.on_day(day), (sentence, day)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 9 * * *", "daily 09:00"),
        ("0 4 * * 0", "Sun 04:00"),
        ("0 4 * * 6,7", "Sat,Sun 04:00"),
        ("0 9 * * 1-5", "Mon-Fri 09:00"),
        ("*/15 * * * *", "every 15 min"),
        ("*/15 * * * 5", "Fri every 15 min"),
        ("* * * * *", "every minute"),
        ("0 * * * *", "hourly"),
        ("30 * * * *", "hourly :30"),
        ("0 */6 * * *", "every 6 h"),
        ("0 2 1 * *", "day 1 02:00"),
        ("0 0 L * *", "last day 00:00"),
        ("@yearly", "1 Jan 00:00"),
        ("0 2 1 * 5", "0 2 1 * 5"),
        ("0 9 * 5 *", "0 9 * 5 *"),
        ("30 */6 * * *", "30 */6 * * *"),
        ("5/15 * * * *", "5/15 * * * *"),
        ("0 0 15W * *", "0 0 15W * *"),
        ("*/10 9-17 * * 1-5", "*/10 9-17 * * 1…"),
    ],
)
def test_short_forms(text: str, words: str) -> None:
    assert short(parse_cron(text)) == words


@settings(deadline=None, max_examples=200, derandomize=True)
@given(expressions())
def test_short_forms_fit_their_column(model: Model) -> None:
    assert 0 < len(short(read(model))) <= WIDTH


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("0 9 * * 1-5", "1-5 is read as Mon-Fri (0 and 7 are Sunday), as in crontab"),
        ("0 9 * * 7", "7 is read as Sun (0 and 7 are Sunday), as in crontab"),
        ("0 9 * * MON-FRI", None),
        ("0 9 * * */2", None),
        ("0 9 * * *", None),
        ("0 9 13 * *", None),
        ("@weekly", None),
    ],
)
def test_numbers_as_weekdays_are_explained(text: str, note: str | None) -> None:
    assert weekday_note(parse_cron(text)) == note

"""Zone names: what is taken, what is refused, and what is suggested."""

from __future__ import annotations

import pytest

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.zones import tzdata_version, zone, zone_names


@pytest.mark.parametrize("name", ["UTC", "Europe/Paris", "America/Argentina/Ushuaia", "EST5EDT"])
def test_known_names_give_one_object(name: str) -> None:
    assert zone(name).key == name
    assert zone(name) is zone(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Europe/Pariss", "Unknown time zone 'Europe/Pariss'. Did you mean Europe/Paris?"),
        ("europe/paris", "Did you mean Europe/Paris?"),
        ("paris", "Did you mean Europe/Paris?"),
        ("new york", "Did you mean America/New_York?"),
        ("utc", "Did you mean UTC?"),
        ("UTC+2", "An offset is no zone"),
        ("+02:00", "An offset is no zone"),
        ("gmt -5", "An offset is no zone"),
        ("", "The time zone is empty."),
        ("   ", "The time zone is empty."),
        ("Local", "IANA name"),
        ("localtime", "Unknown time zone"),
        ("Factory", "Unknown time zone"),
        ("../x", "Unknown time zone"),
        ("../../etc/passwd", "Unknown time zone"),
        ("/etc/localtime", "Unknown time zone"),
        ("posix/Europe/Paris", "Unknown time zone"),
        ("Europe", "Unknown time zone"),
        ("Europe/Paris\0", "Unknown time zone"),
        ("Europe/Paris\n", "Unknown time zone"),
        ("x" * 500, "Unknown time zone"),
        ("\u202eEurope", "Unknown time zone"),
    ],
)
def test_other_names_are_refused_in_one_clean_sentence(name: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        zone(name)
    assert caught.value.field == "cron_timezone"
    sentence = caught.value.sentence()
    assert words in sentence
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 200


@pytest.mark.parametrize("name", [None, 3, [], b"UTC"])
def test_a_zone_is_text(name: object) -> None:
    with pytest.raises(InvalidInput, match="is a name"):
        zone(name)  # type: ignore[arg-type]


def test_the_picker_holds_what_is_accepted() -> None:
    names = zone_names()
    assert list(names) == sorted(set(names))
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata"} <= set(names)
    assert all(zone(name).key == name for name in names)


def test_the_data_version_names_its_place() -> None:
    assert tzdata_version()[:4].isdigit() or tzdata_version().startswith("unknown")
    assert "(" in tzdata_version()

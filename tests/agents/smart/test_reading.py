"""Words, stems and matters of a text."""

from __future__ import annotations

import pytest

from jobs_tui.agents.smart.engines.reading import LIGHT, STOP, stems, telling, words
from jobs_tui.agents.smart.engines.stemming import stem
from jobs_tui.agents.smart.engines.thesaurus import MATTERS, STRONG, matters_of, phrases


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [  # from Porter's paper
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("feed", "feed"),
        ("agreed", "agre"), ("plastered", "plaster"), ("bled", "bled"), ("motoring", "motor"),
        ("sing", "sing"), ("conflated", "conflat"), ("hopping", "hop"), ("falling", "fall"),
        ("filing", "file"), ("happy", "happi"), ("sky", "sky"), ("relational", "relat"),
        ("rational", "ration"), ("digitizer", "digit"), ("operator", "oper"),
        ("hopefulness", "hope"), ("electrical", "electr"), ("revival", "reviv"),
        ("adjustment", "adjust"), ("adoption", "adopt"), ("effective", "effect"),
        ("rate", "rate"), ("controlling", "control"), ("rolling", "roll"),
    ],
)  # fmt: skip
def test_stems_are_those_of_the_paper(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


@pytest.mark.parametrize("word", ["dns", "aws", "cis", "ab", "naïve", "404s", ""])
def test_what_is_no_english_word_stays(word: str) -> None:
    assert stem(word) == word


def test_forms_of_a_word_have_one_stem() -> None:
    for forms in (("deploy", "deploys", "deploying", "deployed"), ("renewal", "renew")):
        assert len({stem(one) for one in forms}) == 1


def test_names_of_programs_fall_into_words_and_placeholders_into_none() -> None:
    assert words("NullPointerException at OrderService:214 {{ host }}") == [
        "null", "pointer", "exception", "at", "order", "service", "214",
    ]  # fmt: skip


def test_who_logs_in_is_not_after_a_log() -> None:
    assert stems("Users cannot log in; roll it back, rolled back") == [
        "user", "cannot", "login", "roll", "it", "back", "rollback",
    ]  # fmt: skip


def test_words_that_say_nothing_count_only_when_there_are_no_others() -> None:
    assert telling("What is it that is broken?") == ["broken"]
    assert telling("What is it?") == ["what", "is", "it"]


def test_a_phrase_points_to_its_matter_even_when_its_words_do_not() -> None:
    assert "cost" not in matters_of(stems("the plan of the house"))
    assert "cost" in matters_of(stems("buy a savings plan"))
    assert set(matters_of(stems("we run kubectl"))) == {"kubernetes"}
    assert matters_of(stems("")) == {}


def test_no_word_of_every_task_points_strongly_to_a_matter() -> None:
    everyday = {stem(word) for word in LIGHT | STOP}
    strong = {
        key[0]
        for key, matters in phrases().items()
        if len(key) == 1 and any(strength >= STRONG for _, strength in matters)
    }
    assert strong & everyday == set()


def test_every_entry_of_the_thesaurus_can_be_found() -> None:
    for matter, listed in MATTERS.items():
        for entry in listed.split(","):
            phrase = entry.strip().rstrip("?")
            assert phrase, matter
            assert matter in matters_of(stems(phrase)), (matter, phrase)

"""Fit by words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.agents.smart.engines.fitting import Document, Fit
from jobs_tui.agents.smart.engines.lexical import LexicalEngine
from jobs_tui.agents.smart.ranking import document_of
from tests.agents.smart.agents import THREE

DOCUMENTS = [document_of(one) for one in THREE]


def best(question: str) -> Fit:
    return max(LexicalEngine().fits(question, DOCUMENTS), key=lambda fit: fit.score)


@pytest.mark.parametrize(
    ("question", "found", "reason"),
    [
        ("Run daily backup of all databases.", "backup", "backup"),
        ("restoring is to be tested", "backup", "restoring"),
        ("Why did we pay so much?", "costs", "pay (cost)"),
        ("Explain it step by step to newcomers", "docs", "(documentation)"),
        ("the backupjob", "backup", "similar spelling only"),
    ],
)
def test_shared_words_related_words_and_spelling_find(
    question: str, found: str, reason: str
) -> None:
    fit = best(question)
    assert fit.id == found
    assert reason in fit.reason


def test_scores_are_in_the_order_of_the_documents_and_zero_means_nothing_in_common() -> None:
    fits = LexicalEngine().fits("zzz qqq", DOCUMENTS)
    assert [(one.id, one.score, one.reason) for one in fits] == [
        (document.id, 0.0, "nothing in common") for document in DOCUMENTS
    ]
    assert LexicalEngine().fits("anything", []) == []


def test_a_word_of_every_task_decides_nothing() -> None:
    documents = [
        Document("a", "A", "Finds and checks new things"),
        Document("b", "B", "Kubernetes"),
    ]
    fits = LexicalEngine().fits("Find out which new pod crashed", documents)
    assert max(fits, key=lambda fit: fit.score).id == "b"


def test_braces_of_templates_are_no_words() -> None:
    plain, templated = best("Restore it"), best("Restore {{ billing_budget }} it")
    assert plain == templated


def test_the_same_question_gives_the_same_answer_from_what_was_kept() -> None:
    engine = LexicalEngine()
    first = engine.fits("backup", DOCUMENTS)
    engine.fits("backup", DOCUMENTS[:2])
    assert engine.fits("backup", DOCUMENTS) == first


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=6))
def test_any_text_gives_scores_from_0_to_1(question: str, texts: list[str]) -> None:
    documents = [Document(str(n), text, text, (text,)) for n, text in enumerate(texts)]
    fits = LexicalEngine().fits(question, documents)
    assert [one.id for one in fits] == [one.id for one in documents]
    assert all(0.0 <= one.score < 1.0 for one in fits)

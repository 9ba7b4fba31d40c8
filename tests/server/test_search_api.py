"""Searching over HTTP: ``q`` and ``search`` of the list of jobs."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from tests.server.api_help import HEADERS, JOBS, new_job
from tests.server.face import Face


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of a developer may have it."""
    monkeypatch.setattr("jobs_tui.agents.smart.engines.semantic.installed", lambda: False)


async def asked(face: Face, query: str) -> tuple[int, Any, Any]:
    url = URL(f"http://{face.address}{JOBS}?{query}", encoded=True)
    async with face.session.get(url, headers=HEADERS) as answer:
        return answer.status, await answer.json(), answer.headers


def names(body: Any) -> list[str]:
    return [job["name"] for job in body]


async def test_q_filters_by_forms_of_all_words(face: Face) -> None:
    for name in ("Backups of Redis", "Redis cost", "other"):
        await new_job(face, name=name)
    assert names((await asked(face, "q=redis"))[1]) == ["Redis cost", "Backups of Redis"]
    assert names((await asked(face, "q=redis+backup"))[1]) == ["Backups of Redis"]
    assert names((await asked(face, "q=ackup"))[1]) == ["Backups of Redis"]
    assert names((await asked(face, "q=redis+unicorn"))[1]) == []
    assert len((await asked(face, "q="))[1]) == 3


async def test_search_ranks_and_says_what_served(face: Face) -> None:
    await new_job(face, name="Invoice reminder", enabled=False)
    await new_job(face, name="Certificate watcher", tags=["tls"])
    status, body, headers = await asked(face, "q=https+renewal&search=semantic")
    assert (status, names(body)) == (200, ["Certificate watcher"])
    assert headers["X-Search-Engine"] == "lexical"
    assert "semantic setup" in headers["X-Search-Note"]
    assert headers["X-Total-Count"] == "1"
    status, body, headers = await asked(face, "q=reminder+unicorn&search=keyword&limit=5")
    assert (names(body), headers["X-Search-Engine"]) == (["Invoice reminder"], "fts5")
    assert "X-Search-Note" not in headers
    assert names((await asked(face, "q=reminder&search=keyword&enabled=true"))[1]) == []


@pytest.mark.parametrize("query", ["search=semantic", "q=&search=keyword", "q=%00&search=keyword"])
async def test_a_search_for_nothing_is_unprocessable(face: Face, query: str) -> None:
    status, body, _ = await asked(face, query)
    assert status == 422
    assert body["detail"][0]["loc"] == ["query", "q"]


HOSTILE = ["%22", "NEAR(", "*", "%F0%9F%9A%80", "a%00b", "%ff", "x" * 5000]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_nothing_in_a_query_is_syntax(face: Face, query: str) -> None:
    await new_job(face, name="night")
    for mode in ("", "&search=keyword", "&search=semantic"):
        status, body, _ = await asked(face, f"q={query}{mode}")
        assert (status, body) == (200, [])

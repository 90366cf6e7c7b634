"""What `catalog fetch` asks for, and what it keeps of the answers, under which name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import api_server as api
from tests.api_server import TODAY, ApiServer, Fetch, entries, entry


@pytest.fixture(scope="module")
def _server() -> Iterator[ApiServer]:
    with api.api_server() as server:
        yield server


@pytest.fixture
def server(_server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    _server.answers.clear()
    _server.requests.clear()
    return _server


@pytest.fixture
def run(server: ApiServer, tmp_path: Path) -> Fetch:
    return Fetch(server, tmp_path)


# Daily digests.


def test_a_day_is_stored_as_it_came(run: Fetch) -> None:
    body = json.dumps(entries(2), indent=3).encode() + b"\r\n"
    run.server.on("/api/daily_papers?date=2026-08-19", api.content(body))

    done = run("daily", "2026-08-19")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{run.documents / '2026-08-19.json'}: stored, 2 papers\n"
    assert run.stored() == ["2026-08-19.json"]
    assert (run.documents / "2026-08-19.json").read_bytes() == body


def test_a_range_asks_for_each_day_once_and_in_order(run: Fetch) -> None:
    for day in ("2026-02-27", "2026-02-28", "2026-03-01"):
        run.server.on(f"/api/daily_papers?date={day}", api.data(entries(1, day)))

    done = run("daily", "2026-02-28", "2026-02-27..2026-03-01")

    assert done.exit_code == 0
    assert run.stored() == ["2026-02-27.json", "2026-02-28.json", "2026-03-01.json"]
    assert [path[-10:] for path in run.server.paths] == ["2026-02-28", "2026-02-27", "2026-03-01"]
    assert run.slept == [1.0, 1.0]


def test_a_stored_day_is_not_asked_for(run: Fetch) -> None:
    run.documents.mkdir()
    (run.documents / "2026-08-19.json").write_bytes(b"[1]")

    done = run("daily", "2026-08-19")

    assert done.exit_code == 0
    assert "is there already" in done.stdout
    assert run.server.requests == []
    assert (run.documents / "2026-08-19.json").read_bytes() == b"[1]"


def test_another_answer_for_a_day_is_kept_beside_the_first(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", *[api.data(entries(count)) for count in (1, 1, 2, 3, 2)])
    run("daily", "2026-08-19")
    first = (run.documents / "2026-08-19.json").read_bytes()

    said = [run("daily", "2026-08-19", "--again").stdout for _ in range(4)]

    assert run.stored() == ["2/2026-08-19.json", "2026-08-19.json", "3/2026-08-19.json"]
    assert (run.documents / "2026-08-19.json").read_bytes() == first
    assert ["unchanged" in line for line in said] == [True, False, False, True]
    assert str(run.documents / "2" / "2026-08-19.json") in said[3]


def test_a_day_without_papers_stores_nothing(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-22", api.data([]))

    done = run("daily", "2026-08-22")

    assert (done.exit_code, done.stdout) == (0, "2026-08-22: no papers, so nothing is stored\n")
    assert not run.documents.exists()


def test_a_day_that_is_not_over_says_so(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-11-21", api.data(entries(1, "2026-11-21")))

    assert "the day is not over" in run("daily", "2026-11-21").stdout


def test_papers_that_state_another_day_are_pointed_out(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", api.data([entry(1, "2026-08-19"), entry(2, "2026-08-18")]))

    assert run("daily", "2026-08-19").stdout.endswith("stored, 2 papers, some of them state 2026-08-18\n")


def test_an_answer_that_may_be_cut_is_asked_for_with_room_for_more(run: Fetch) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(entries(50)))
    run.server.on("/api/daily_papers?date=2026-08-19&limit=100", api.data(entries(63)))
    run.server.on("/api/daily_papers?date=2026-08-20", api.data(entries(50)))
    run.server.on("/api/daily_papers?date=2026-08-20&limit=100", api.data(entries(100)))

    done = run("daily", "2026-08-19..2026-08-20")

    assert len(json.loads((run.documents / "2026-08-19.json").read_bytes())) == 63
    first, second = done.stdout.splitlines()
    assert first.endswith("stored, 63 papers")
    assert second.endswith("100 papers, as many as an answer can hold, so some may be missing")


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-11-22", "has not come"),
        ("2026-11-01..2026-12-31", "has not come"),
        ("9999-12-31", "has not come"),
        ("2023-05-03", "before the listing began"),
        ("2026-08-19..2026-08-18", "ends before it begins"),
        ("2026-02-30", "is no day"),
        ("20260819", "is no day"),
        ("2026-W34-3", "is no day"),
        ("19 Aug 2026", "is no day"),
        ("2026-08-01..", "is no day"),
        ("2026-08-01...2026-08-19", "is no day"),
        ("2026-08-01..latest", "is no day"),
        ("yesterday", "is no day"),
        ("２０２６-08-19", "is no day"),
        ("../../etc/passwd", "is no day"),
    ],
)
def test_what_is_no_day_is_refused_unasked(run: Fetch, day: str, says: str) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(entries(1)))

    done = run("daily", "2026-08-19", day)

    assert done.exit_code == 2
    assert says in " ".join(done.stderr.split())
    assert run.server.requests == []


@pytest.mark.parametrize("value", [{"error": "no"}, {"data": "none"}, "text", 7, None])
def test_what_is_no_list_of_papers_is_not_stored(run: Fetch, value: Any) -> None:
    run.server.on("/api/daily_papers?date=2026-08-19", api.data(value))

    done = run("daily", "2026-08-19")

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: 2026-08-19: 127.0.0.1:")
    assert "is no list of papers" in done.stderr
    assert not run.documents.exists()


# The latest one.


def test_the_latest_is_named_for_the_day_that_its_papers_state(run: Fetch) -> None:
    run.server.on("/api/daily_papers", api.data(entries(3, "2026-11-20")))

    assert run("daily", "latest").exit_code == 0

    assert run.stored() == ["2026-11-20.json"]
    assert run.server.paths == ["/api/daily_papers"]


def test_a_latest_answer_of_several_days_leads_to_the_newest(run: Fetch) -> None:
    several = [entry(1, "2026-11-20"), entry(2, "2026-11-19"), entry(3)]
    run.server.on("/api/daily_papers", api.data(several))
    run.server.on("/api/daily_papers?date=2026-11-20", api.data(entries(8, "2026-11-20")))

    assert run("daily", "latest").exit_code == 0

    assert run.stored() == ["2026-11-20.json"]
    assert len(json.loads((run.documents / "2026-11-20.json").read_bytes())) == 8


def test_a_latest_day_that_is_stored_stays(run: Fetch) -> None:
    run.server.on("/api/daily_papers", api.data(entries(3, "2026-11-20")), api.data(entries(4, "2026-11-20")))
    run("daily", "latest")
    before = (run.documents / "2026-11-20.json").read_bytes()

    done = run("daily", "latest")

    assert "is there already" in done.stdout
    assert run.stored() == ["2026-11-20.json"]
    assert (run.documents / "2026-11-20.json").read_bytes() == before


@pytest.mark.parametrize("stated", [None, 7, "soon", "2026-02-30T00:00:00Z", "2026-11-200", "../../x"])
def test_a_latest_answer_without_a_day_is_given_none(run: Fetch, stated: Any) -> None:
    value = [entry(1), {"paper": {"submittedOnDailyAt": stated}}, {"paper": []}, 7]
    run.server.on("/api/daily_papers", api.data(value))

    run("daily", "latest")

    assert run.stored() == ["latest 2026-11-21.json"]


def test_no_latest_papers(run: Fetch) -> None:
    run.server.on("/api/daily_papers", api.data([]))

    done = run("daily", "latest")

    # An empty answer states no day, and nothing of it is stored.
    assert (done.exit_code, done.stdout) == (0, "latest: no papers, so nothing is stored\n")


# Papers and searches.


def test_papers_by_arxiv_id(run: Fetch) -> None:
    run.server.on("/api/papers/2401.01234", api.data({"id": "2401.01234"}))
    run.server.on("/api/papers/cs%2F0112017", api.data({"id": "cs/0112017"}))

    done = run("paper", "2401.01234v2", "arXiv:2401.01234", "https://arxiv.org/abs/cs/0112017")

    assert done.exit_code == 0
    assert run.stored() == ["paper 2401.01234.json", "paper cs%2F0112017.json"]
    assert run.server.paths == ["/api/papers/2401.01234", "/api/papers/cs%2F0112017"]


def test_a_paper_that_is_not_known_costs_the_others_nothing(run: Fetch) -> None:
    run.server.on("/api/papers/2401.00002", api.data({"id": "2401.00002"}))

    done = run("paper", "2401.00001", "2401.00002")

    assert done.exit_code == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("Error: paper 2401.00001: 127.0.0.1:")
    assert sentence.endswith("does not know it (404 Not Found); check what was asked for.")
    assert run.stored() == ["paper 2401.00002.json"]


def test_a_host_that_fails_is_not_asked_for_the_others(run: Fetch) -> None:
    run.server.on("/api/papers/2401.00001", api.data({"id": "2401.00001"}))
    run.server.on("/api/papers/2401.00002", api.status(403))

    done = run("paper", "2401.00001", "2401.00002", "2401.00003")

    assert done.exit_code == 1
    assert "refuses to answer (403 Forbidden)" in done.stderr
    assert len(run.server.requests) == 2
    assert run.stored() == ["paper 2401.00001.json"]


@pytest.mark.parametrize("value", [[], {"error": "Paper not found"}, "text"])
def test_what_is_no_paper_is_not_stored(run: Fetch, value: Any) -> None:
    run.server.on("/api/papers/2401.00001", api.data(value))

    assert "JSON that is no paper" in run("paper", "2401.00001").stderr
    assert not run.documents.exists()


@pytest.mark.parametrize("text", ["2401.123", "cs", "../x", "", "2401.01234/../x"])
def test_what_is_no_arxiv_id_is_refused_unasked(run: Fetch, text: str) -> None:
    assert run("paper", "2401.01234", text).exit_code == 2
    assert run.server.requests == []


def test_a_search_is_named_for_its_words_and_the_day_of_asking(run: Fetch) -> None:
    run.server.on("/api/papers/search?q=graph%20prompt", api.data(entries(2)))

    assert run("search", "graph prompt").exit_code == 0
    assert "is there already" in run("search", "graph", "prompt").stdout
    assert run("search", "graph prompt", today=TODAY + timedelta(days=1)).exit_code == 0

    assert run.stored() == ["search 2026-11-21 graph%20prompt.json", "search 2026-11-22 graph%20prompt.json"]
    assert len(run.server.requests) == 2


def test_a_search_that_finds_nothing(run: Fetch) -> None:
    run.server.on("/api/papers/search?q=zeppelin", api.data([]))

    done = run("search", "zeppelin")

    assert (done.exit_code, done.stdout) == (0, 'search "zeppelin": no papers, so nothing is stored\n')

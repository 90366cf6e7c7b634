"""A file that is replaced, and what visitors see meanwhile: the commands of docs/deployment.md on the real site."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.browser import BUSY, MOST_VISITS
from tests.proxied_site import DOCUMENT, Site, assert_is_a_sentence, catalog, needs_nginx, proxy, run, running


@pytest.mark.slow
@needs_nginx
def test_pages_that_were_just_seen_are_shown_while_the_site_restarts(catalogue: Path, tmp_path: Path) -> None:
    with (
        running(Site(catalogue, tmp_path / "log")) as site,
        proxy(site.port, tmp_path / "nginx") as front,
        front.client("127.0.0.1") as visitor,
    ):
        seen = visitor.get("/catalog/papers")
        assert visitor.get("/-/static/app.css").status_code == 200
        site.stop()
        # A cookie makes no other page: the site would never see it.
        again = visitor.get("/catalog/papers", headers={"Cookie": "ds_actor=x", "Authorization": "Bearer x"})
        unseen = [visitor.get(path) for path in ("/catalog/digests", "/catalog/papers?_size=1", "/-/static/app.css")]
        site.start()
        back = visitor.get("/catalog/digests")

    assert (again.status_code, again.content) == (seen.status_code, seen.content) == (200, seen.content)
    for response in unseen:
        assert_is_a_sentence(response, 502)
    assert back.status_code == 200


@needs_nginx
def test_the_file_is_replaced_as_the_document_says(catalogue: Path, tmp_path: Path) -> None:
    (block,) = (block for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL) if "catalog.db.new" in block)
    *commands, restart = block.splitlines()
    assert restart == "sudo systemctl restart paper-catalogue"
    served, work = tmp_path / "served", tmp_path / "work"
    served.mkdir()
    work.mkdir()
    shutil.copy(catalogue, served / "catalog.db")
    with (
        running(Site(served / "catalog.db", tmp_path / "log")) as site,
        proxy(site.port, tmp_path / "nginx") as front,
        front.client("127.0.0.1") as visitor,
    ):

        def titles(visit: str) -> list[str]:
            rows = visitor.get(f"/catalog/papers.json?_shape=array&_size=max&_visit={visit}").json()
            return [row["title"] for row in rows]

        before = titles("before")
        _load_one_more(work / "catalog.db", catalogue)
        for command in commands:
            _run_as_documented(command, served, work)
        between = titles("between")
        site.stop()
        site.start()
        after = titles("after")

    assert before
    assert between == before
    assert sorted(after) == sorted([*before, "Kites That Fly Indoors"])
    assert [path.name for path in served.iterdir()] == ["catalog.db"]
    assert (served / "catalog.db").stat().st_mode & 0o777 == 0o644


def test_until_the_restart_every_answer_comes_from_the_old_file(catalogue: Path, tmp_path: Path) -> None:
    served = tmp_path / "catalog.db"
    shutil.copy(catalogue, served)
    count = (
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 20000) "
        "select (select count(*) from papers) as papers, max(i) from n"
    )
    with running(Site(served, tmp_path / "log")) as site:

        def papers(visit: int) -> int:
            asked = {"sql": f"{count} -- {visit}", "_shape": "array"}
            for _ in range(MOST_VISITS):
                answer = httpx.get(f"http://127.0.0.1:{site.port}/catalog.json", params=asked, timeout=60)
                if answer.status_code != BUSY:
                    break
            return int(answer.json()[0]["papers"])

        before = papers(0)
        (tmp_path / "new").mkdir()
        _load_one_more(tmp_path / "new" / "catalog.db", catalogue)
        (tmp_path / "new" / "catalog.db").replace(served)
        # Many at once: more threads than those that had read the old file before.
        with ThreadPoolExecutor(12) as pool:
            between = set(pool.map(papers, range(1, 13)))
        site.stop()
        site.start()
        after = papers(13)

    assert between == {before}
    assert after == before + 1


def _load_one_more(database: Path, catalogue: Path) -> None:
    shutil.copy(catalogue, database)
    page = "Daily Papers\n\nbyAK and the research community\n\nMar 18\n\nKites That Fly Indoors\n\n"
    page += "We fly imaginary kites in an imaginary hall, and count how often the ceiling is in the way of them. " * 3
    (database.parent / "kites.txt").write_text(f"{page}\n\n  • 2 authors\n\n·\n\nMar 3, 2024\n", encoding="utf-8")
    catalog("load", "-d", str(database), str(database.parent / "kites.txt"))


def _run_as_documented(command: str, served: Path, work: Path) -> None:
    program, *arguments = command.removeprefix("sudo ").replace("/srv/paper-catalogue", str(served)).split()
    if program == "catalog":
        catalog(*arguments, cwd=work)
    else:
        done = run(program, *arguments, cwd=work)
        assert done.returncode == 0, (command, done.stderr)

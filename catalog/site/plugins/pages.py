"""What the templates show beyond the row itself: the repositories of papers in a list, and all about one paper."""

# Datasette has no types: its imports and its decorator are unknown to mypy.
# mypy: disable-error-code="import-untyped", disallow-untyped-decorators=False
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from datasette import hookimpl

_REPOSITORIES: Final = """
select paper_links.paper_id, repositories.url, repositories.owner, repositories.name, paper_links.is_promised
from paper_links
  join links on links.id = paper_links.link_id
  join repositories on repositories.id = links.repository_id
where paper_links.paper_id in (select value from json_each(:ids))
order by paper_links.paper_id, repositories.id
"""

_DIGESTS: Final = """
select digests.id, digests.name, digests.digest_date, digests.printed_date, digests.earliest_date,
  digests.latest_date, digests.repeats_digest_id, digest_entries.position, digest_entries.upvote_count,
  digest_entries.comment_count,
  (select count(*) from digest_entries as every where every.digest_id = digests.id) as entry_count
from digest_entries join digests on digests.id = digest_entries.digest_id
where digest_entries.paper_id = :id
order by coalesce(digests.digest_date, digests.latest_date) desc, digests.name, digest_entries.position
"""

_LINKS: Final = """
select links.id, links.url, links.kind, paper_links.is_promised, paper_links.is_own,
  (select count(*) from paper_links as every where every.link_id = links.id) as paper_count
from paper_links
  join links on links.id = paper_links.link_id
where paper_links.paper_id = :id
order by links.kind <> 'repository', links.id
"""

_ROLES: Final = "select link_id, role from paper_link_roles where paper_id = :id order by role"

_ASSERTIONS: Final = """
select link_assertions.link_id, link_assertions.asserted_by, link_assertions.field, link_assertions.added_by,
  link_assertions.is_official, link_assertions.line, source_documents.id as document_id,
  source_documents.name as document
from link_assertions join source_documents on source_documents.id = link_assertions.source_document_id
where link_assertions.paper_id = :id
order by link_assertions.id
"""

_AUTHORS: Final = """
select authors.id, authors.name from paper_authors join authors on authors.id = paper_authors.author_id
where paper_authors.paper_id = :id
order by paper_authors.position
"""

_CATEGORIES: Final = """
select category from paper_categories where paper_id = :id order by is_primary desc, category
"""

_RECORDS: Final = """
select paper_records.line_start, paper_records.arxiv_version, paper_records.updated_date,
  source_documents.id as document_id, source_documents.name as document
from paper_records join source_documents on source_documents.id = paper_records.source_document_id
where paper_records.paper_id = :id
order by source_documents.name, paper_records.position
limit 100
"""

_VARIANTS: Final = """
select distinct paper_variants.id, paper_variants.title, paper_variants.abstract, paper_variants.authors,
  source_documents.id as document_id,
  source_documents.name as document
from paper_variants
  join (
    select paper_id, source_document_id, title_variant_id, abstract_variant_id, authors_variant_id
    from digest_entries join digests on digests.id = digest_entries.digest_id
    union all
    select paper_id, source_document_id, title_variant_id, abstract_variant_id, authors_variant_id from paper_records
  ) as mention
    on paper_variants.id in (mention.title_variant_id, mention.abstract_variant_id, mention.authors_variant_id)
  join source_documents on source_documents.id = mention.source_document_id
where mention.paper_id = :id
order by paper_variants.id, source_documents.id
"""

Variables = Callable[[], Awaitable[dict[str, Any]]]


@hookimpl
def extra_template_vars(
    database: str | None, table: str | None, view_name: str, request: Any, datasette: Any
) -> dict[str, Any] | Variables:
    """Give the templates what they need for this page and no more."""
    if not (database and table):
        return {}
    settings = datasette.plugin_config("catalog-site", database=database, table=table) or {}
    variables: dict[str, Any] = {"hidden_columns": settings.get("hidden_columns", [])}
    if table != "papers":
        return variables
    if view_name == "table":
        return {**variables, "repositories_of": _repositories_of(datasette.get_database(database))}

    async def with_paper() -> dict[str, Any]:
        return {**variables, "paper": await _paper(datasette.get_database(database), request.url_vars["pks"])}

    return with_paper if view_name == "row" else variables


def _repositories_of(database: Any) -> Callable[[Iterable[Any]], Awaitable[dict[int, list[Any]]]]:
    async def repositories_of(rows: Iterable[Any]) -> dict[int, list[Any]]:
        found = defaultdict(list)
        ids = json.dumps([int(row["id"]) for row in rows])
        for repository in await database.execute(_REPOSITORIES, {"ids": ids}):
            found[repository["paper_id"]].append(repository)
        return found

    return repositories_of


async def _paper(database: Any, paper_id: str) -> dict[str, Any]:
    """What the tables around `papers` say of one paper: its digests, links with roles and evidence, other texts."""

    async def rows(sql: str) -> list[Any]:
        return list(await database.execute(sql, {"id": paper_id}))

    roles, assertions = defaultdict(list), defaultdict(list)
    for role in await rows(_ROLES):
        roles[role["link_id"]].append(role["role"])
    for assertion in await rows(_ASSERTIONS):
        assertions[assertion["link_id"]].append(assertion)
    return {
        "digests": await rows(_DIGESTS),
        "links": [
            {**dict(link), "roles": roles[link["id"]], "assertions": assertions[link["id"]]}
            for link in await rows(_LINKS)
        ],
        "variants": await rows(_VARIANTS),
        "authors": await rows(_AUTHORS),
        "categories": await rows(_CATEGORIES),
        "records": await rows(_RECORDS),
    }

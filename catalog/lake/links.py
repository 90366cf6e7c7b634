"""Evidence -> links, the repositories behind them, and who says what of which paper's link.

The rules are those of `catalog.load.paper_links`; the sums are its own SQL.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

import string
from typing import Final

from catalog.lake.papers import SAME_PLACE
from catalog.lake.views import Views
from catalog.load.paper_links import SUMMED_UP
from catalog.release.order import ORDER

# As SQLite's NOCASE folds: ASCII alone.
_FOLDED: Final = f"translate({{0}}, '{string.ascii_uppercase}', '{string.ascii_lowercase}')"
_IS_OTHER: Final = "NOT startswith(url, 'https:') AS is_other"

_SAID: Final = """
SELECT said.* FROM evidence_link AS said JOIN source_documents AS document ON document.copy_id = said.copy_id
"""

_TARGETS: Final = f"""
SELECT url_key, min(struct({_IS_OTHER}, url, host, kind, owner, name)) AS shown FROM said_links GROUP BY url_key
"""

_FOUND_REPOSITORIES: Final = f"""
SELECT host, {_FOLDED.format("owner")} AS folded_owner, {_FOLDED.format("name")} AS folded_name,
  min(struct({_IS_OTHER}, url, owner, name)) AS shown
FROM said_links WHERE kind = 'repository' GROUP BY 1, 2, 3
"""

_REPOSITORIES: Final = """
SELECT host, folded_owner, folded_name, shown.owner AS owner, shown.name AS name, shown.url AS url
FROM found_repositories
"""

_FOUND_LINKS: Final = f"""
SELECT target.url_key, shown.url AS url, shown.host AS host, shown.kind AS kind, repository.id AS repository_id
FROM targets AS target LEFT JOIN repositories AS repository
  ON shown.kind = 'repository' AND repository.host = shown.host
  AND repository.folded_owner = {_FOLDED.format("shown.owner")}
  AND repository.folded_name = {_FOLDED.format("shown.name")}
"""

_ASSERTIONS: Final = f"""
SELECT mention.paper_id, links.id AS link_id, mention.source_document_id, mention.digest_id, said.position,
  said.asserted_by, said.field, said.added_by, said.is_official, said.is_mentioned_in_paper,
  said.is_mentioned_in_repository, said.framework, said.verbatim, said.sub_path, said.line, said.char_start,
  said.roles, said.is_promised, said.is_own
FROM said_links AS said
JOIN mentions AS mention ON {SAME_PLACE.format("said", "mention")}
JOIN links ON links.url_key = said.url_key
"""

_ROLES: Final = """
SELECT DISTINCT paper_id, link_id, role FROM (
  SELECT paper_id, link_id, explode(from_json(roles, 'array<string>')) AS role FROM assertions
)
"""

_WITH_REPOSITORY: Final = """
SELECT DISTINCT said.paper_id FROM assertions AS said JOIN links ON links.id = said.link_id
WHERE links.kind = 'repository'
"""


def define_links(views: Views) -> None:
    """Define `repositories`, `links`, `link_assertions`, `paper_links`, `paper_link_roles`, and `with_repository`.

    The last are the papers of which a link leads to a repository.
    """
    views.define("said_links", _SAID)
    views.define("targets", _TARGETS)
    views.define("found_repositories", _FOUND_REPOSITORIES)
    views.define("shown_repositories", _REPOSITORIES)
    views.number("repositories", "shown_repositories", ("host", "folded_owner", "folded_name"), is_kept=True)
    views.define("found_links", _FOUND_LINKS)
    views.number("links", "found_links", ORDER["links"], is_kept=True)
    views.define("assertions", _ASSERTIONS, is_kept=True)
    views.number("link_assertions", "assertions", ORDER["link_assertions"])
    # Not of the numbered ones: to number them sorts them all.
    views.define("paper_links", SUMMED_UP.replace("FROM link_assertions", "FROM assertions").format("true"))
    views.define("paper_link_roles", _ROLES)
    views.define("with_repository", _WITH_REPOSITORY)

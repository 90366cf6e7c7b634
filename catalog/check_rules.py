"""The rules that a catalogue keeps, each with the SQL that returns the rows that break it; `catalog.checks` runs them.

A rule that the schema itself holds (a key, a day that exists, a place above zero) has no check here. Each rule leaves
out what another one names, so that one damage is one line of the report as far as that can be. No statement reads a
whole table for each row of another: a catalogue may hold a million entries.
"""
# ruff: noqa: S608 - every part of a statement is a constant of ours

from __future__ import annotations

from typing import Final

from catalog.load.facts import SUMMED_UP

_SAID = (
    "position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id"
)

_MENTIONS: Final = f"""
SELECT 'entry' AS kind, digest_id AS container, {_SAID} FROM digest_entries
UNION ALL SELECT 'record', source_document_id, {_SAID} FROM paper_records
"""
"""Every entry and record: what it is, its digest or document, its place there, and what it says of which paper."""

# Text that is no JSON has a check of its own, and must not end the others.
_LIST: Final = "json_each(iif(json_valid({0}), {0}, '[]'))"

_IS_LIST: Final = """
CASE WHEN json_valid({0}) THEN json_type({0}) = 'array' AND NOT EXISTS (
  SELECT 1 FROM json_each({0}) WHERE type <> 'text' OR value = ''
) ELSE 0 END
"""

# The rule of `catalog.load.texts` in other words: without LaTeX, the longer, the first in code point order.
_RANK: Final = "iif(instr({0}, '\\'), 0, length({0}))"
_BEATS: Final = f"({_RANK.format('kept.{0}')}, papers.{{0}}) > ({_RANK.format('papers.{0}')}, kept.{{0}})"

# The rule of `catalog.load.repeats` in other words: digests are compared two by two, paper by paper.
_REPEATS: Final = """
WITH listing AS (
  SELECT digest_id, min(paper_id) AS first_paper, count(DISTINCT paper_id) AS paper_count
  FROM digest_entries WHERE digest_id IN (SELECT id FROM digests) GROUP BY digest_id
),
candidate AS (
  SELECT DISTINCT entry.digest_id FROM listing JOIN digest_entries AS entry ON entry.paper_id = listing.first_paper
),
profile AS (
  SELECT entry.digest_id, min(entry.paper_id) AS first_paper, count(DISTINCT entry.paper_id) AS paper_count,
    digests.kind, coalesce(digests.digest_date, digests.latest_date, '9999') AS day, source_documents.sha256
  FROM candidate JOIN digest_entries AS entry ON entry.digest_id = candidate.digest_id
  JOIN digests ON digests.id = entry.digest_id
  JOIN source_documents ON source_documents.id = digests.source_document_id
  GROUP BY entry.digest_id
),
same AS (
  SELECT one.digest_id, other.digest_id AS other_id, row_number() OVER (
    PARTITION BY one.digest_id ORDER BY other.day, other.sha256, other.digest_id
  ) AS place
  FROM profile AS one JOIN profile AS other
    ON other.first_paper = one.first_paper AND other.paper_count = one.paper_count AND other.kind = one.kind
  WHERE one.paper_count > 1 AND NOT EXISTS (
    SELECT 1 FROM digest_entries AS entry
    WHERE entry.digest_id = one.digest_id AND NOT EXISTS (
      SELECT 1 FROM digest_entries AS there
      WHERE there.digest_id = other.digest_id AND there.paper_id = entry.paper_id
    )
  )
)
SELECT profile.digest_id, nullif(same.other_id, profile.digest_id) AS repeats_digest_id
FROM profile LEFT JOIN same ON same.digest_id = profile.digest_id AND same.place = 1
"""

_KNOWN_BY_TITLE: Final = """
SELECT title_key, id FROM papers WHERE arxiv_id IS NOT NULL
UNION SELECT paper_variants.title_key, papers.id FROM paper_variants JOIN papers ON papers.id = paper_id
WHERE arxiv_id IS NOT NULL AND paper_variants.title_key IS NOT NULL
"""
"""Every key of a title with every paper at arXiv that it names."""

_STATED_CATEGORIES: Final = f"""
SELECT paper_id, category.value AS category, max(place = 1 AND category.key = 0) AS is_primary
FROM (
  SELECT paper_id, categories, row_number() OVER (
    PARTITION BY paper_id ORDER BY arxiv_version DESC, updated_date DESC, categories
  ) AS place
  FROM paper_records WHERE categories IS NOT NULL
) AS stated, {_LIST.format("categories")} AS category
GROUP BY paper_id, category.value
"""

_KEPT_CATEGORIES: Final = "SELECT paper_id, category, is_primary FROM paper_categories"

_SAME_PAIR: Final = "{0}.paper_id = {1}.paper_id AND {0}.link_id = {1}.link_id"


def _pointers(condition: str) -> str:
    """The entries and records of which one pointer leads to a text that `condition` is true of, one row a pointer."""
    return " UNION ALL ".join(
        f"SELECT '{kind}', mention.{container}, mention.position, '{field}' FROM {table} AS mention "
        f"JOIN paper_variants AS kept ON kept.id = mention.{field}_variant_id WHERE {condition.format(field)}"
        for kind, table, container in (
            ("entry", "digest_entries", "digest_id"),
            ("record", "paper_records", "source_document_id"),
        )
        for field in ("title", "abstract", "authors")
    )


def _is_unused(field: str) -> str:
    """The condition that a kept text is one of `field` and no entry or record points to it."""
    pointers = (
        f"SELECT 1 FROM {table} WHERE {field}_variant_id = kept.id" for table in ("digest_entries", "paper_records")
    )
    return f"(kept.{field} IS NOT NULL " + "".join(f"AND NOT EXISTS ({one}) " for one in pointers) + ")"


CHECKS: Final[dict[str, tuple[str, str]]] = {
    # Documents, digests and what stands in them.
    "document without load": (
        "every document says when it was loaded",
        "SELECT id, name FROM source_documents WHERE id NOT IN (SELECT source_document_id FROM loads)",
    ),
    "not what was loaded": (
        "a document has as many entries, records and rejects as its load counted",
        """
        SELECT document.id, document.name FROM source_documents AS document
        JOIN (
          SELECT source_document_id, max(entry_count) AS entry_count, max(record_count) AS record_count,
            max(reject_count) AS reject_count
          FROM loads GROUP BY source_document_id
        ) AS loaded ON loaded.source_document_id = document.id
        WHERE (entry_count, record_count, reject_count) <> (
          (SELECT count(*) FROM digests JOIN digest_entries ON digest_entries.digest_id = digests.id
           WHERE digests.source_document_id = document.id),
          (SELECT count(*) FROM paper_records WHERE source_document_id = document.id),
          (SELECT count(*) FROM rejects WHERE source_document_id = document.id)
        )
        """,
    ),
    "digest without entries": (
        "every digest lists at least one paper",
        "SELECT id, name FROM digests WHERE id NOT IN (SELECT digest_id FROM digest_entries)",
    ),
    "gap in positions": (
        "the positions in a digest run from 1 without a gap",
        "SELECT digest_id, count(*), max(position) FROM digest_entries "
        "GROUP BY digest_id HAVING count(*) <> max(position)",
    ),
    "place outside the document": (
        "entries, records and rejects stand in the lines of their document, links in those of their entry or record, "
        "or, where a captured page lists its addresses apart from the entries, in those of the page",
        """
        SELECT 'entry', digest_id, position FROM digest_entries
        JOIN digests ON digests.id = digest_id JOIN source_documents AS document ON document.id = source_document_id
        WHERE line_end > document.line_count
        UNION ALL SELECT 'record', source_document_id, position FROM paper_records
        JOIN source_documents AS document ON document.id = source_document_id WHERE line_end > document.line_count
        UNION ALL SELECT 'reject', rejects.id, line_end FROM rejects
        JOIN source_documents AS document ON document.id = source_document_id WHERE line_end > document.line_count
        UNION ALL SELECT 'assertion', said.id, line FROM link_assertions AS said
        JOIN digest_entries AS entry ON entry.digest_id = said.digest_id AND entry.position = said.position
        JOIN source_documents AS document ON document.id = said.source_document_id
        WHERE entry.paper_id = said.paper_id AND line NOT BETWEEN line_start AND line_end
          AND NOT (document.format = 'captured page' AND line BETWEEN 1 AND document.line_count)
        UNION ALL SELECT 'assertion', said.id, line FROM link_assertions AS said
        JOIN paper_records AS record
          ON record.source_document_id = said.source_document_id AND record.position = said.position
        WHERE said.digest_id IS NULL AND record.paper_id = said.paper_id AND line NOT BETWEEN line_start AND line_end
        """,
    ),
    # Dates.
    "published after its digest": (
        "no digest stands for a day before the publication of a paper in it",
        """
        SELECT digests.name, papers.title, papers.publication_date FROM digest_entries
        JOIN digests ON digests.id = digest_id JOIN papers ON papers.id = paper_id
        WHERE papers.publication_date > coalesce(digests.digest_date, digests.latest_date)
        """,
    ),
    "open date without bounds": (
        "the evidence leaves every printed date at least one year",
        "SELECT name, printed_date FROM digests WHERE printed_date IS NOT NULL AND digest_date IS NULL "
        "AND (earliest_date IS NULL OR latest_date IS NULL)",
    ),
    "date unlike its bounds": (
        "a digest date that is known is the earliest and the latest day that is left",
        "SELECT name, digest_date FROM digests WHERE digest_date IS NOT NULL "
        "AND (earliest_date IS NOT digest_date OR latest_date IS NOT digest_date)",
    ),
    "repetition out of line": (
        "a digest repeats the first one of its kind with the same papers",
        f"SELECT digests.id, digests.name FROM digests JOIN ({_REPEATS}) AS found ON found.digest_id = digests.id "
        "WHERE found.repeats_digest_id IS NOT digests.repeats_digest_id",
    ),
    # Papers: who is who.
    "paper without mention": (
        "every paper stands in a digest or in a record",
        "SELECT id, title FROM papers WHERE id NOT IN (SELECT paper_id FROM digest_entries) "
        "AND id NOT IN (SELECT paper_id FROM paper_records)",
    ),
    "arXiv id of another paper": (
        "an entry or record that states an arXiv id is one of that paper",
        f"SELECT kind, container, position, mention.arxiv_id FROM ({_MENTIONS}) AS mention "
        "JOIN papers ON papers.id = paper_id WHERE mention.arxiv_id <> coalesce(papers.arxiv_id, '')",
    ),
    "arXiv id that nobody states": (
        "the arXiv id of a paper is stated by one of its entries or records",
        f"""
        SELECT papers.id, papers.arxiv_id FROM papers
        JOIN (SELECT paper_id, count(arxiv_id) AS stated_count FROM ({_MENTIONS}) GROUP BY paper_id) AS mentioned
          ON mentioned.paper_id = papers.id
        WHERE papers.arxiv_id IS NOT NULL AND stated_count = 0
        """,
    ),
    "title twice": (
        "no two papers without arXiv id have one title",
        "SELECT title_key, count(*) FROM papers WHERE arxiv_id IS NULL GROUP BY title_key HAVING count(*) > 1",
    ),
    "title that should be merged": (
        "a title alone is merged with the paper at arXiv of that title, where there is exactly one",
        f"""
        SELECT alone.id, alone.title FROM papers AS alone
        JOIN (SELECT title_key FROM ({_KNOWN_BY_TITLE}) GROUP BY title_key HAVING count(*) = 1) AS known
          ON known.title_key = alone.title_key
        WHERE alone.arxiv_id IS NULL
        """,
    ),
    "title that should be parted": (
        "a title alone is taken neither for one of several papers at arXiv of that title, nor for another title",
        f"""
        SELECT kind, container, position, papers.title FROM ({_MENTIONS}) AS mention
        JOIN papers ON papers.id = mention.paper_id
        LEFT JOIN paper_variants AS kept ON kept.id = mention.title_variant_id
        WHERE mention.arxiv_id IS NULL AND CASE WHEN papers.arxiv_id IS NULL
          THEN kept.title_key <> papers.title_key
          ELSE coalesce(kept.title_key, papers.title_key) IN (
            SELECT title_key FROM ({_KNOWN_BY_TITLE}) GROUP BY title_key HAVING count(*) > 1
          ) END
        """,
    ),
    # Papers: what they show, and what is kept beside it.
    "text not as given": (
        "a paper shows texts that its entries and records gave, and of each field one, where any was given",
        f"""
        SELECT papers.id, papers.title FROM papers
        JOIN (
          SELECT paper_id, max(title_variant_id IS NULL) AS gave_title,
            max(has_abstract) AS has_abstract, max(has_abstract AND abstract_variant_id IS NULL) AS gave_abstract,
            max(has_authors) AS has_authors, max(has_authors AND authors_variant_id IS NULL) AS gave_authors,
            max(abstract_variant_id IS NOT NULL AND NOT has_abstract) AS kept_without_abstract,
            max(authors_variant_id IS NOT NULL AND NOT has_authors) AS kept_without_authors
          FROM ({_MENTIONS}) GROUP BY paper_id
        ) AS given ON given.paper_id = papers.id
        WHERE NOT gave_title OR kept_without_abstract OR kept_without_authors
          OR (papers.abstract IS NOT NULL) <> has_abstract OR has_abstract <> gave_abstract
          OR (papers.authors IS NOT NULL) <> has_authors OR has_authors <> gave_authors
        """,
    ),
    "better text kept back": (
        "no text is kept beside a worse one that its paper shows",
        "SELECT kept.id, kept.paper_id FROM paper_variants AS kept JOIN papers ON papers.id = kept.paper_id WHERE "
        + " OR ".join(_BEATS.format(field) for field in ("title", "abstract", "authors")),
    ),
    "text kept twice": (
        "a text is kept once, and not beside the same one that its paper shows",
        """
        SELECT kept.paper_id FROM paper_variants AS kept JOIN papers ON papers.id = kept.paper_id
        WHERE kept.title = papers.title OR kept.abstract = papers.abstract OR kept.authors = papers.authors
        UNION SELECT paper_id FROM paper_variants GROUP BY paper_id
        HAVING count(title) > count(DISTINCT title) OR count(abstract) > count(DISTINCT abstract)
          OR count(authors) > count(DISTINCT authors)
        """,
    ),
    "text that nobody gave": (
        "every text kept beside those that papers show was given by an entry or record",
        "SELECT id, paper_id FROM paper_variants AS kept WHERE "
        + " OR ".join(_is_unused(field) for field in ("title", "abstract", "authors")),
    ),
    "text of another paper": (
        "no entry or record points to a text of another paper, or to one of another field",
        _pointers("kept.paper_id <> mention.paper_id OR kept.{0} IS NULL"),
    ),
    "list that is none": (
        "authors, categories and roles are kept as JSON arrays of texts",
        f"""
        SELECT 'paper', id FROM papers WHERE authors IS NOT NULL AND NOT {_IS_LIST.format("authors")}
        UNION ALL SELECT 'variant', id FROM paper_variants
        WHERE authors IS NOT NULL AND NOT {_IS_LIST.format("authors")}
        UNION ALL SELECT 'record of document ' || source_document_id, position FROM paper_records
        WHERE categories IS NOT NULL AND NOT {_IS_LIST.format("categories")}
        UNION ALL SELECT 'assertion', id FROM link_assertions WHERE NOT {_IS_LIST.format("roles")}
        """,
    ),
    "authors out of line": (
        "the authors of a paper stand in their table in the same order",
        f"""
        SELECT papers.id, papers.title FROM papers WHERE (authors IS NULL OR json_valid(authors)) AND (
          SELECT json_group_array(json_array(key + 1, value)) FROM {_LIST.format("papers.authors")}
        ) <> (
          SELECT json_group_array(json_array(position, name)) FROM (
            SELECT position, name FROM paper_authors JOIN authors ON authors.id = author_id
            WHERE paper_id = papers.id ORDER BY position
          )
        )
        """,
    ),
    "author without paper": (
        "every name in the table of authors is an author's of a paper",
        "SELECT id, name FROM authors WHERE id NOT IN (SELECT author_id FROM paper_authors)",
    ),
    "numbers that nobody states": (
        "author count and publication date of a paper are those that its entries and records state",
        f"""
        SELECT papers.id, papers.title FROM papers
        LEFT JOIN ({SUMMED_UP.format("true")}) AS stated ON stated.paper_id = papers.id
        WHERE papers.author_count IS NOT stated.author_count OR papers.publication_date IS NOT stated.publication_date
        """,
    ),
    "DOI out of line": (
        "the DOI of a paper is the one that its record of the latest version gives",
        """
        SELECT id, doi FROM papers WHERE doi IS NOT (
          SELECT doi FROM paper_records WHERE paper_id = papers.id AND doi IS NOT NULL
          ORDER BY arxiv_version DESC, updated_date DESC, doi LIMIT 1
        )
        """,
    ),
    "categories out of line": (
        "the categories of a paper are those of its records, the primary one that of the latest version",
        f"""
        SELECT paper_id, category FROM (SELECT * FROM ({_STATED_CATEGORIES}) EXCEPT {_KEPT_CATEGORIES})
        UNION SELECT paper_id, category FROM ({_KEPT_CATEGORIES} EXCEPT SELECT * FROM ({_STATED_CATEGORIES}))
        """,
    ),
    # Links.
    "link without paper": (
        "every link is one of a paper",
        "SELECT id, url FROM links WHERE id NOT IN (SELECT link_id FROM paper_links) "
        "AND id NOT IN (SELECT link_id FROM link_assertions)",
    ),
    "repository without link": (
        "every repository has its link, at the same address",
        "SELECT repositories.id, repositories.url FROM repositories "
        "LEFT JOIN links ON links.repository_id = repositories.id WHERE links.url IS NOT repositories.url",
    ),
    "assertion without entry": (
        "every assertion names the entry or record of its paper and document that it stands in",
        """
        SELECT id FROM link_assertions AS said WHERE NOT CASE WHEN digest_id IS NULL THEN EXISTS (
          SELECT 1 FROM paper_records AS record
          WHERE record.source_document_id = said.source_document_id AND record.position = said.position
            AND record.paper_id = said.paper_id
        ) ELSE EXISTS (
          SELECT 1 FROM digest_entries AS entry JOIN digests ON digests.id = entry.digest_id
          WHERE entry.digest_id = said.digest_id AND entry.position = said.position
            AND entry.paper_id = said.paper_id AND digests.source_document_id = said.source_document_id
        ) END
        """,
    ),
    "link without evidence": (
        "every link of a paper has an assertion, and every assertion its link",
        f"""
        SELECT paper_id, link_id FROM paper_links WHERE NOT EXISTS (
          SELECT 1 FROM link_assertions AS said WHERE {_SAME_PAIR.format("said", "paper_links")}
        )
        UNION SELECT paper_id, link_id FROM link_assertions AS said WHERE NOT EXISTS (
          SELECT 1 FROM paper_links WHERE {_SAME_PAIR.format("paper_links", "said")}
        )
        """,
    ),
    "link unlike its evidence": (
        "what is said of a paper's link is what its assertions say together",
        f"""
        SELECT paper_links.paper_id, paper_links.link_id FROM paper_links
        JOIN (
          SELECT paper_id, link_id, min(is_promised) AS is_promised, max(is_own) AS is_own
          FROM link_assertions GROUP BY paper_id, link_id
        ) AS said USING (paper_id, link_id)
        WHERE (paper_links.is_promised, paper_links.is_own) <> (said.is_promised, said.is_own)
        UNION SELECT paper_id, link_id FROM paper_link_roles AS kept
        WHERE role NOT IN (
          SELECT role.value FROM link_assertions AS said, {_LIST.format("said.roles")} AS role
          WHERE {_SAME_PAIR.format("said", "kept")}
        )
        AND EXISTS (SELECT 1 FROM link_assertions AS said WHERE {_SAME_PAIR.format("said", "kept")})
        AND EXISTS (SELECT 1 FROM paper_links WHERE {_SAME_PAIR.format("paper_links", "kept")})
        UNION SELECT paper_id, link_id FROM link_assertions AS said, {_LIST.format("said.roles")} AS role
        WHERE NOT EXISTS (
          SELECT 1 FROM paper_link_roles AS kept WHERE {_SAME_PAIR.format("kept", "said")} AND kept.role = role.value
        )
        AND EXISTS (SELECT 1 FROM paper_links WHERE {_SAME_PAIR.format("paper_links", "said")})
        """,
    ),
}
"""Name of the check -> the rule as a sentence, and the SQL that returns the rows that break it."""

CREATE VIEW check_arxiv_id_of_another_paper AS
SELECT kind, container, position, mention.arxiv_id FROM (
SELECT 'entry' AS kind, digest_id AS container, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM digest_entries
UNION ALL SELECT 'record', source_document_id, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM paper_records
) AS mention JOIN papers ON papers.id = paper_id WHERE mention.arxiv_id <> coalesce(papers.arxiv_id, '');

CREATE VIEW check_arxiv_id_that_nobody_states AS
SELECT papers.id, papers.arxiv_id FROM papers
        JOIN (SELECT paper_id, count(arxiv_id) AS stated_count FROM (
SELECT 'entry' AS kind, digest_id AS container, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM digest_entries
UNION ALL SELECT 'record', source_document_id, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM paper_records
) GROUP BY paper_id) AS mentioned
          ON mentioned.paper_id = papers.id
        WHERE papers.arxiv_id IS NOT NULL AND stated_count = 0;

CREATE VIEW check_assertion_without_entry AS
SELECT id FROM link_assertions AS said WHERE NOT CASE WHEN digest_id IS NULL THEN EXISTS (
  SELECT 1 FROM paper_records AS record
  WHERE record.source_document_id = said.source_document_id AND record.position = said.position
    AND record.paper_id = said.paper_id
) ELSE EXISTS (
  SELECT 1 FROM digest_entries AS entry JOIN digests ON digests.id = entry.digest_id
  WHERE entry.digest_id = said.digest_id AND entry.position = said.position
    AND entry.paper_id = said.paper_id AND digests.source_document_id = said.source_document_id
) END;

CREATE VIEW check_author_without_paper AS
SELECT id, name FROM authors WHERE id NOT IN (SELECT author_id FROM paper_authors);

CREATE VIEW check_authors_out_of_line AS
SELECT papers.id, papers.title FROM papers WHERE (authors IS NULL OR json_valid(authors)) AND (
  SELECT json_group_array(json_array(key + 1, value)) FROM json_each(iif(json_valid(papers.authors), papers.authors, '[]'))
) <> (
  SELECT json_group_array(json_array(position, name)) FROM (
    SELECT position, name FROM paper_authors JOIN authors ON authors.id = author_id
    WHERE paper_id = papers.id ORDER BY position
  )
);

CREATE VIEW check_better_text_kept_back AS
SELECT kept.id, kept.paper_id FROM paper_variants AS kept JOIN papers ON papers.id = kept.paper_id WHERE (iif(instr(kept.title, '\'), 0, length(kept.title)), papers.title) > (iif(instr(papers.title, '\'), 0, length(papers.title)), kept.title) OR (iif(instr(kept.abstract, '\'), 0, length(kept.abstract)), papers.abstract) > (iif(instr(papers.abstract, '\'), 0, length(papers.abstract)), kept.abstract) OR (iif(instr(kept.authors, '\'), 0, length(kept.authors)), papers.authors) > (iif(instr(papers.authors, '\'), 0, length(papers.authors)), kept.authors);

CREATE VIEW check_categories_out_of_line AS
SELECT paper_id, category FROM (SELECT * FROM (
SELECT paper_id, category.value AS category, max(place = 1 AND category.key = 0) AS is_primary
FROM (
  SELECT paper_id, categories, row_number() OVER (
    PARTITION BY paper_id ORDER BY arxiv_version DESC, updated_date DESC, categories
  ) AS place
  FROM paper_records WHERE categories IS NOT NULL
) AS stated, json_each(iif(json_valid(categories), categories, '[]')) AS category
GROUP BY paper_id, category.value
) EXCEPT SELECT paper_id, category, is_primary FROM paper_categories)
        UNION SELECT paper_id, category FROM (SELECT paper_id, category, is_primary FROM paper_categories EXCEPT SELECT * FROM (
SELECT paper_id, category.value AS category, max(place = 1 AND category.key = 0) AS is_primary
FROM (
  SELECT paper_id, categories, row_number() OVER (
    PARTITION BY paper_id ORDER BY arxiv_version DESC, updated_date DESC, categories
  ) AS place
  FROM paper_records WHERE categories IS NOT NULL
) AS stated, json_each(iif(json_valid(categories), categories, '[]')) AS category
GROUP BY paper_id, category.value
));

CREATE VIEW check_date_unlike_its_bounds AS
SELECT name, digest_date FROM digests WHERE digest_date IS NOT NULL AND (earliest_date IS NOT digest_date OR latest_date IS NOT digest_date);

CREATE VIEW check_derived_columns AS
SELECT id, title FROM papers
WHERE has_repository <> EXISTS (
  SELECT 1 FROM paper_links WHERE paper_id = papers.id
    AND (SELECT kind FROM links WHERE links.id = link_id) = 'repository'
)
OR digest_count <> (
  SELECT count(DISTINCT digest_id) FROM digest_entries JOIN digests ON digests.id = digest_id
  WHERE paper_id = papers.id AND repeats_digest_id IS NULL
)
OR first_digest_id IS NOT (
  SELECT digest.id FROM digests AS digest JOIN digest_entries AS entry ON entry.digest_id = digest.id
  WHERE entry.paper_id = papers.id AND digest.repeats_digest_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM digests AS other JOIN digest_entries AS other_entry ON other_entry.digest_id = other.id
    WHERE other_entry.paper_id = papers.id AND other.id <> digest.id AND other.repeats_digest_id IS NULL
      AND NOT coalesce(digest.latest_date <= other.earliest_date, 0)
  )
  ORDER BY digest.name ASC LIMIT 1
)
OR latest_digest_id IS NOT (
  SELECT digest.id FROM digests AS digest JOIN digest_entries AS entry ON entry.digest_id = digest.id
  WHERE entry.paper_id = papers.id AND digest.repeats_digest_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM digests AS other JOIN digest_entries AS other_entry ON other_entry.digest_id = other.id
    WHERE other_entry.paper_id = papers.id AND other.id <> digest.id AND other.repeats_digest_id IS NULL
      AND NOT coalesce(digest.earliest_date >= other.latest_date, 0)
  )
  ORDER BY digest.name DESC LIMIT 1
);

CREATE VIEW check_digest_without_entries AS
SELECT id, name FROM digests WHERE id NOT IN (SELECT digest_id FROM digest_entries);

CREATE VIEW check_document_without_load AS
SELECT id, name FROM source_documents WHERE id NOT IN (SELECT source_document_id FROM loads);

CREATE VIEW check_doi_out_of_line AS
SELECT id, doi FROM papers WHERE doi IS NOT (
  SELECT doi FROM paper_records WHERE paper_id = papers.id AND doi IS NOT NULL
  ORDER BY arxiv_version DESC, updated_date DESC, doi LIMIT 1
);

CREATE VIEW check_gap_in_positions AS
SELECT digest_id, count(*), max(position) FROM digest_entries GROUP BY digest_id HAVING count(*) <> max(position);

CREATE VIEW check_link_unlike_its_evidence AS
SELECT paper_links.paper_id, paper_links.link_id FROM paper_links
JOIN (
  SELECT paper_id, link_id, min(is_promised) AS is_promised, max(is_own) AS is_own
  FROM link_assertions GROUP BY paper_id, link_id
) AS said USING (paper_id, link_id)
WHERE (paper_links.is_promised, paper_links.is_own) <> (said.is_promised, said.is_own)
UNION SELECT paper_id, link_id FROM paper_link_roles AS kept
WHERE role NOT IN (
  SELECT role.value FROM link_assertions AS said, json_each(iif(json_valid(said.roles), said.roles, '[]')) AS role
  WHERE said.paper_id = kept.paper_id AND said.link_id = kept.link_id
)
AND EXISTS (SELECT 1 FROM link_assertions AS said WHERE said.paper_id = kept.paper_id AND said.link_id = kept.link_id)
AND EXISTS (SELECT 1 FROM paper_links WHERE paper_links.paper_id = kept.paper_id AND paper_links.link_id = kept.link_id)
UNION SELECT paper_id, link_id FROM link_assertions AS said, json_each(iif(json_valid(said.roles), said.roles, '[]')) AS role
WHERE NOT EXISTS (
  SELECT 1 FROM paper_link_roles AS kept WHERE kept.paper_id = said.paper_id AND kept.link_id = said.link_id AND kept.role = role.value
)
AND EXISTS (SELECT 1 FROM paper_links WHERE paper_links.paper_id = said.paper_id AND paper_links.link_id = said.link_id);

CREATE VIEW check_link_without_evidence AS
SELECT paper_id, link_id FROM paper_links WHERE NOT EXISTS (
  SELECT 1 FROM link_assertions AS said WHERE said.paper_id = paper_links.paper_id AND said.link_id = paper_links.link_id
)
UNION SELECT paper_id, link_id FROM link_assertions AS said WHERE NOT EXISTS (
  SELECT 1 FROM paper_links WHERE paper_links.paper_id = said.paper_id AND paper_links.link_id = said.link_id
);

CREATE VIEW check_link_without_paper AS
SELECT id, url FROM links WHERE id NOT IN (SELECT link_id FROM paper_links) AND id NOT IN (SELECT link_id FROM link_assertions);

CREATE VIEW check_list_that_is_none AS
SELECT 'paper', id FROM papers WHERE authors IS NOT NULL AND NOT 
CASE WHEN json_valid(authors) THEN json_type(authors) = 'array' AND NOT EXISTS (
  SELECT 1 FROM json_each(authors) WHERE type <> 'text' OR value = ''
) ELSE 0 END

        UNION ALL SELECT 'variant', id FROM paper_variants
        WHERE authors IS NOT NULL AND NOT 
CASE WHEN json_valid(authors) THEN json_type(authors) = 'array' AND NOT EXISTS (
  SELECT 1 FROM json_each(authors) WHERE type <> 'text' OR value = ''
) ELSE 0 END

        UNION ALL SELECT 'record of document ' || source_document_id, position FROM paper_records
        WHERE categories IS NOT NULL AND NOT 
CASE WHEN json_valid(categories) THEN json_type(categories) = 'array' AND NOT EXISTS (
  SELECT 1 FROM json_each(categories) WHERE type <> 'text' OR value = ''
) ELSE 0 END

        UNION ALL SELECT 'assertion', id FROM link_assertions WHERE NOT 
CASE WHEN json_valid(roles) THEN json_type(roles) = 'array' AND NOT EXISTS (
  SELECT 1 FROM json_each(roles) WHERE type <> 'text' OR value = ''
) ELSE 0 END;

CREATE VIEW check_not_what_was_loaded AS
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
);

CREATE VIEW check_numbers_that_nobody_states AS
SELECT papers.id, papers.title FROM papers
        LEFT JOIN (
SELECT paper_id, max(author_count) AS author_count, min(publication_date) AS publication_date
FROM (
  SELECT paper_id, author_count, publication_date FROM digest_entries WHERE true
  UNION ALL SELECT paper_id, author_count, publication_date FROM paper_records WHERE true
) AS mention GROUP BY paper_id
) AS stated ON stated.paper_id = papers.id
        WHERE papers.author_count IS NOT stated.author_count OR papers.publication_date IS NOT stated.publication_date;

CREATE VIEW check_open_date_without_bounds AS
SELECT name, printed_date FROM digests WHERE printed_date IS NOT NULL AND digest_date IS NULL AND (earliest_date IS NULL OR latest_date IS NULL);

CREATE VIEW check_paper_without_mention AS
SELECT id, title FROM papers WHERE id NOT IN (SELECT paper_id FROM digest_entries) AND id NOT IN (SELECT paper_id FROM paper_records);

CREATE VIEW check_place_outside_the_document AS
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
WHERE said.digest_id IS NULL AND record.paper_id = said.paper_id AND line NOT BETWEEN line_start AND line_end;

CREATE VIEW check_published_after_its_digest AS
SELECT digests.name, papers.title, papers.publication_date FROM digest_entries
JOIN digests ON digests.id = digest_id JOIN papers ON papers.id = paper_id
WHERE papers.publication_date > coalesce(digests.digest_date, digests.latest_date);

CREATE VIEW check_repetition_out_of_line AS
SELECT digests.id, digests.name FROM digests JOIN (
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
) AS found ON found.digest_id = digests.id WHERE found.repeats_digest_id IS NOT digests.repeats_digest_id;

CREATE VIEW check_repository_without_link AS
SELECT repositories.id, repositories.url FROM repositories LEFT JOIN links ON links.repository_id = repositories.id WHERE links.url IS NOT repositories.url;

CREATE VIEW check_text_kept_twice AS
SELECT kept.paper_id FROM paper_variants AS kept JOIN papers ON papers.id = kept.paper_id
WHERE kept.title = papers.title OR kept.abstract = papers.abstract OR kept.authors = papers.authors
UNION SELECT paper_id FROM paper_variants GROUP BY paper_id
HAVING count(title) > count(DISTINCT title) OR count(abstract) > count(DISTINCT abstract)
  OR count(authors) > count(DISTINCT authors);

CREATE VIEW check_text_not_as_given AS
SELECT papers.id, papers.title FROM papers
        JOIN (
          SELECT paper_id, max(title_variant_id IS NULL) AS gave_title,
            max(has_abstract) AS has_abstract, max(has_abstract AND abstract_variant_id IS NULL) AS gave_abstract,
            max(has_authors) AS has_authors, max(has_authors AND authors_variant_id IS NULL) AS gave_authors,
            max(abstract_variant_id IS NOT NULL AND NOT has_abstract) AS kept_without_abstract,
            max(authors_variant_id IS NOT NULL AND NOT has_authors) AS kept_without_authors
          FROM (
SELECT 'entry' AS kind, digest_id AS container, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM digest_entries
UNION ALL SELECT 'record', source_document_id, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM paper_records
) GROUP BY paper_id
        ) AS given ON given.paper_id = papers.id
        WHERE NOT gave_title OR kept_without_abstract OR kept_without_authors
          OR (papers.abstract IS NOT NULL) <> has_abstract OR has_abstract <> gave_abstract
          OR (papers.authors IS NOT NULL) <> has_authors OR has_authors <> gave_authors;

CREATE VIEW check_text_of_another_paper AS
SELECT 'entry', mention.digest_id, mention.position, 'title' FROM digest_entries AS mention JOIN paper_variants AS kept ON kept.id = mention.title_variant_id WHERE kept.paper_id <> mention.paper_id OR kept.title IS NULL UNION ALL SELECT 'entry', mention.digest_id, mention.position, 'abstract' FROM digest_entries AS mention JOIN paper_variants AS kept ON kept.id = mention.abstract_variant_id WHERE kept.paper_id <> mention.paper_id OR kept.abstract IS NULL UNION ALL SELECT 'entry', mention.digest_id, mention.position, 'authors' FROM digest_entries AS mention JOIN paper_variants AS kept ON kept.id = mention.authors_variant_id WHERE kept.paper_id <> mention.paper_id OR kept.authors IS NULL UNION ALL SELECT 'record', mention.source_document_id, mention.position, 'title' FROM paper_records AS mention JOIN paper_variants AS kept ON kept.id = mention.title_variant_id WHERE kept.paper_id <> mention.paper_id OR kept.title IS NULL UNION ALL SELECT 'record', mention.source_document_id, mention.position, 'abstract' FROM paper_records AS mention JOIN paper_variants AS kept ON kept.id = mention.abstract_variant_id WHERE kept.paper_id <> mention.paper_id OR kept.abstract IS NULL UNION ALL SELECT 'record', mention.source_document_id, mention.position, 'authors' FROM paper_records AS mention JOIN paper_variants AS kept ON kept.id = mention.authors_variant_id WHERE kept.paper_id <> mention.paper_id OR kept.authors IS NULL;

CREATE VIEW check_text_that_nobody_gave AS
SELECT id, paper_id FROM paper_variants AS kept WHERE (kept.title IS NOT NULL AND NOT EXISTS (SELECT 1 FROM digest_entries WHERE title_variant_id = kept.id) AND NOT EXISTS (SELECT 1 FROM paper_records WHERE title_variant_id = kept.id) ) OR (kept.abstract IS NOT NULL AND NOT EXISTS (SELECT 1 FROM digest_entries WHERE abstract_variant_id = kept.id) AND NOT EXISTS (SELECT 1 FROM paper_records WHERE abstract_variant_id = kept.id) ) OR (kept.authors IS NOT NULL AND NOT EXISTS (SELECT 1 FROM digest_entries WHERE authors_variant_id = kept.id) AND NOT EXISTS (SELECT 1 FROM paper_records WHERE authors_variant_id = kept.id) );

CREATE VIEW check_title_that_should_be_merged AS
SELECT alone.id, alone.title FROM papers AS alone
        JOIN (SELECT title_key FROM (
SELECT title_key, id FROM papers WHERE arxiv_id IS NOT NULL
UNION SELECT paper_variants.title_key, papers.id FROM paper_variants JOIN papers ON papers.id = paper_id
WHERE arxiv_id IS NOT NULL AND paper_variants.title_key IS NOT NULL
) GROUP BY title_key HAVING count(*) = 1) AS known
          ON known.title_key = alone.title_key
        WHERE alone.arxiv_id IS NULL;

CREATE VIEW check_title_that_should_be_parted AS
SELECT kind, container, position, papers.title FROM (
SELECT 'entry' AS kind, digest_id AS container, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM digest_entries
UNION ALL SELECT 'record', source_document_id, position, paper_id, arxiv_id, has_abstract, has_authors, title_variant_id, abstract_variant_id, authors_variant_id FROM paper_records
) AS mention
        JOIN papers ON papers.id = mention.paper_id
        LEFT JOIN paper_variants AS kept ON kept.id = mention.title_variant_id
        WHERE mention.arxiv_id IS NULL AND CASE WHEN papers.arxiv_id IS NULL
          THEN kept.title_key <> papers.title_key
          ELSE coalesce(kept.title_key, papers.title_key) IN (
            SELECT title_key FROM (
SELECT title_key, id FROM papers WHERE arxiv_id IS NOT NULL
UNION SELECT paper_variants.title_key, papers.id FROM paper_variants JOIN papers ON papers.id = paper_id
WHERE arxiv_id IS NOT NULL AND paper_variants.title_key IS NOT NULL
) GROUP BY title_key HAVING count(*) > 1
          ) END;

CREATE VIEW check_title_twice AS
SELECT title_key, count(*) FROM papers WHERE arxiv_id IS NULL GROUP BY title_key HAVING count(*) > 1;

CREATE TABLE authors (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_authors PRIMARY KEY (id),
    CONSTRAINT uq_authors_name UNIQUE (name),
    CONSTRAINT ck_authors_no_empty_text CHECK (name <> '')
) STRICT;

CREATE TABLE digest_entries (
    digest_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    upvote_count INTEGER,
    comment_count INTEGER,
    submitted_by TEXT,
    organization TEXT,
    printed_publication_date TEXT,
    arxiv_id TEXT,
    author_count INTEGER,
    publication_date TEXT,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    abstract_line INTEGER,
    has_abstract INTEGER DEFAULT 0 NOT NULL,
    has_authors INTEGER DEFAULT 0 NOT NULL,
    title_variant_id INTEGER,
    abstract_variant_id INTEGER,
    authors_variant_id INTEGER,
    CONSTRAINT pk_digest_entries PRIMARY KEY (digest_id, position),
    CONSTRAINT ck_digest_entries_abstract_line CHECK (abstract_line BETWEEN line_start AND line_end),
    CONSTRAINT ck_digest_entries_booleans CHECK (has_abstract IN (0, 1) AND has_authors IN (0, 1)),
    CONSTRAINT ck_digest_entries_counts CHECK (upvote_count >= 0 AND comment_count >= 0 AND author_count > 0),
    CONSTRAINT ck_digest_entries_iso_dates CHECK (publication_date IS date(publication_date, '+0 days')),
    CONSTRAINT ck_digest_entries_lines CHECK (line_start > 0 AND line_start <= line_end),
    CONSTRAINT ck_digest_entries_no_empty_text CHECK (submitted_by <> '' AND organization <> '' AND printed_publication_date <> '' AND arxiv_id <> ''),
    CONSTRAINT ck_digest_entries_position CHECK (position > 0),
    CONSTRAINT fk_digest_entries_abstract_variant_id_paper_variants FOREIGN KEY(abstract_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_digest_entries_authors_variant_id_paper_variants FOREIGN KEY(authors_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_digest_entries_digest_id_digests FOREIGN KEY(digest_id) REFERENCES digests (id),
    CONSTRAINT fk_digest_entries_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_digest_entries_title_variant_id_paper_variants FOREIGN KEY(title_variant_id) REFERENCES paper_variants (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE digests (
    id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT,
    curator TEXT,
    "query" TEXT,
    url TEXT,
    printed_date TEXT,
    digest_date TEXT,
    earliest_date TEXT,
    latest_date TEXT,
    date_basis TEXT NOT NULL,
    repeats_digest_id INTEGER,
    CONSTRAINT pk_digests PRIMARY KEY (id),
    CONSTRAINT uq_digests_name UNIQUE (name),
    CONSTRAINT ck_digests_bounds_in_order CHECK (earliest_date <= latest_date),
    CONSTRAINT ck_digests_date_basis CHECK (date_basis IN ('stated', 'stated by its entries', 'file name', 'given', 'single candidate', 'open')),
    CONSTRAINT ck_digests_date_within_bounds CHECK (digest_date BETWEEN earliest_date AND latest_date),
    CONSTRAINT ck_digests_iso_dates CHECK (digest_date IS date(digest_date, '+0 days') AND earliest_date IS date(earliest_date, '+0 days') AND latest_date IS date(latest_date, '+0 days')),
    CONSTRAINT ck_digests_kind CHECK (kind IN ('daily', 'weekly', 'monthly', 'trending', 'search', 'listing')),
    CONSTRAINT ck_digests_no_empty_text CHECK (name <> '' AND title <> '' AND curator <> '' AND query <> '' AND url <> '' AND printed_date <> ''),
    CONSTRAINT ck_digests_open_has_no_date CHECK ((date_basis = 'open') = (digest_date IS NULL)),
    CONSTRAINT fk_digests_repeats_digest_id_digests FOREIGN KEY(repeats_digest_id) REFERENCES digests (id),
    CONSTRAINT fk_digests_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT;

CREATE TABLE link_assertions (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    link_id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    digest_id INTEGER,
    position INTEGER NOT NULL,
    asserted_by TEXT NOT NULL,
    field TEXT,
    added_by TEXT,
    is_official INTEGER,
    is_mentioned_in_paper INTEGER,
    is_mentioned_in_repository INTEGER,
    framework TEXT,
    verbatim TEXT NOT NULL,
    sub_path TEXT,
    line INTEGER,
    char_start INTEGER,
    roles TEXT DEFAULT '[]' NOT NULL,
    is_promised INTEGER DEFAULT 0 NOT NULL,
    is_own INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_link_assertions PRIMARY KEY (id),
    CONSTRAINT ck_link_assertions_added_by CHECK (added_by IN ('user', 'admin', 'auto')),
    CONSTRAINT ck_link_assertions_asserted_by CHECK (asserted_by IN ('abstract', 'listing field', 'listing''s own search', 'published list')),
    CONSTRAINT ck_link_assertions_booleans CHECK (is_official IN (0, 1) AND is_mentioned_in_paper IN (0, 1) AND is_mentioned_in_repository IN (0, 1) AND is_promised IN (0, 1) AND is_own IN (0, 1)),
    CONSTRAINT ck_link_assertions_no_empty_text CHECK (verbatim <> '' AND sub_path <> '' AND field <> '' AND framework <> '' AND roles <> ''),
    CONSTRAINT ck_link_assertions_place CHECK (line > 0 AND char_start >= 0),
    CONSTRAINT ck_link_assertions_position CHECK (position > 0),
    CONSTRAINT fk_link_assertions_digest_id_digests FOREIGN KEY(digest_id) REFERENCES digests (id),
    CONSTRAINT fk_link_assertions_link_id_links FOREIGN KEY(link_id) REFERENCES links (id),
    CONSTRAINT fk_link_assertions_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_link_assertions_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT;

CREATE TABLE links (
    id INTEGER NOT NULL,
    url TEXT NOT NULL,
    url_key TEXT NOT NULL,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    repository_id INTEGER,
    CONSTRAINT pk_links PRIMARY KEY (id),
    CONSTRAINT uq_links_repository_id UNIQUE (repository_id),
    CONSTRAINT uq_links_url UNIQUE (url),
    CONSTRAINT uq_links_url_key UNIQUE (url_key),
    CONSTRAINT ck_links_kind CHECK (kind IN ('repository', 'model', 'dataset', 'space', 'project page', 'archive', 'shortener', 'gist', 'paper', 'other')),
    CONSTRAINT ck_links_no_empty_text CHECK (url <> '' AND url_key <> '' AND host <> ''),
    CONSTRAINT ck_links_repository CHECK ((kind = 'repository') = (repository_id IS NOT NULL)),
    CONSTRAINT fk_links_repository_id_repositories FOREIGN KEY(repository_id) REFERENCES repositories (id)
) STRICT;

CREATE TABLE loads (
    id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    loaded_at TEXT,
    as_of_date TEXT,
    catalogue_version TEXT,
    schema_revision TEXT,
    entry_count INTEGER NOT NULL,
    new_paper_count INTEGER,
    known_paper_count INTEGER,
    changed_paper_count INTEGER,
    link_count INTEGER,
    reject_count INTEGER NOT NULL,
    dated_digest_count INTEGER,
    record_count INTEGER DEFAULT 0 NOT NULL,
    merged_paper_count INTEGER,
    CONSTRAINT pk_loads PRIMARY KEY (id),
    CONSTRAINT fk_loads_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT;

CREATE TABLE paper_authors (
    paper_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    CONSTRAINT pk_paper_authors PRIMARY KEY (paper_id, position),
    CONSTRAINT ck_paper_authors_position CHECK (position > 0),
    CONSTRAINT fk_paper_authors_author_id_authors FOREIGN KEY(author_id) REFERENCES authors (id),
    CONSTRAINT fk_paper_authors_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE paper_categories (
    paper_id INTEGER NOT NULL,
    category TEXT NOT NULL,
    is_primary INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_paper_categories PRIMARY KEY (paper_id, category),
    CONSTRAINT ck_paper_categories_booleans CHECK (is_primary IN (0, 1)),
    CONSTRAINT ck_paper_categories_no_empty_text CHECK (category <> ''),
    CONSTRAINT fk_paper_categories_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE paper_link_roles (
    paper_id INTEGER NOT NULL,
    link_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT pk_paper_link_roles PRIMARY KEY (paper_id, link_id, role),
    CONSTRAINT ck_paper_link_roles_role CHECK (role IN ('code', 'data', 'model', 'project page', 'demo', 'video', 'benchmark', 'leaderboard', 'survey list', 'website', 'tools', 'other')),
    CONSTRAINT fk_paper_link_roles_paper_id_link_id_paper_links FOREIGN KEY(paper_id, link_id) REFERENCES paper_links (paper_id, link_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE paper_links (
    paper_id INTEGER NOT NULL,
    link_id INTEGER NOT NULL,
    is_promised INTEGER DEFAULT 0 NOT NULL,
    is_own INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_paper_links PRIMARY KEY (paper_id, link_id),
    CONSTRAINT ck_paper_links_booleans CHECK (is_promised IN (0, 1) AND is_own IN (0, 1)),
    CONSTRAINT fk_paper_links_link_id_links FOREIGN KEY(link_id) REFERENCES links (id),
    CONSTRAINT fk_paper_links_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE paper_records (
    source_document_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    arxiv_version INTEGER,
    updated_date TEXT,
    doi TEXT,
    categories TEXT,
    comment TEXT,
    arxiv_id TEXT,
    author_count INTEGER,
    publication_date TEXT,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    abstract_line INTEGER,
    has_abstract INTEGER DEFAULT 0 NOT NULL,
    has_authors INTEGER DEFAULT 0 NOT NULL,
    title_variant_id INTEGER,
    abstract_variant_id INTEGER,
    authors_variant_id INTEGER,
    CONSTRAINT pk_paper_records PRIMARY KEY (source_document_id, position),
    CONSTRAINT ck_paper_records_abstract_line CHECK (abstract_line BETWEEN line_start AND line_end),
    CONSTRAINT ck_paper_records_booleans CHECK (has_abstract IN (0, 1) AND has_authors IN (0, 1)),
    CONSTRAINT ck_paper_records_counts CHECK (arxiv_version > 0 AND author_count > 0),
    CONSTRAINT ck_paper_records_iso_dates CHECK (updated_date IS date(updated_date, '+0 days') AND publication_date IS date(publication_date, '+0 days')),
    CONSTRAINT ck_paper_records_lines CHECK (line_start > 0 AND line_start <= line_end),
    CONSTRAINT ck_paper_records_no_empty_text CHECK (doi <> '' AND categories <> '' AND comment <> '' AND arxiv_id <> ''),
    CONSTRAINT ck_paper_records_position CHECK (position > 0),
    CONSTRAINT fk_paper_records_abstract_variant_id_paper_variants FOREIGN KEY(abstract_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_paper_records_authors_variant_id_paper_variants FOREIGN KEY(authors_variant_id) REFERENCES paper_variants (id),
    CONSTRAINT fk_paper_records_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id),
    CONSTRAINT fk_paper_records_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id),
    CONSTRAINT fk_paper_records_title_variant_id_paper_variants FOREIGN KEY(title_variant_id) REFERENCES paper_variants (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE paper_variants (
    id INTEGER NOT NULL,
    paper_id INTEGER NOT NULL,
    title TEXT,
    title_key TEXT,
    abstract TEXT,
    authors TEXT,
    CONSTRAINT pk_paper_variants PRIMARY KEY (id),
    CONSTRAINT ck_paper_variants_holds_one_text CHECK ((title IS NOT NULL) + (abstract IS NOT NULL) + (authors IS NOT NULL) = 1),
    CONSTRAINT ck_paper_variants_no_empty_text CHECK (title <> '' AND title_key <> '' AND abstract <> '' AND authors <> ''),
    CONSTRAINT ck_paper_variants_title_has_key CHECK ((title IS NULL) = (title_key IS NULL)),
    CONSTRAINT fk_paper_variants_paper_id_papers FOREIGN KEY(paper_id) REFERENCES papers (id)
) STRICT;

CREATE TABLE papers (
    id INTEGER NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    abstract TEXT,
    arxiv_id TEXT,
    author_count INTEGER,
    publication_date TEXT,
    publication_year INTEGER,
    has_repository INTEGER DEFAULT 0 NOT NULL,
    digest_count INTEGER DEFAULT 0 NOT NULL,
    first_digest_id INTEGER,
    latest_digest_id INTEGER,
    authors TEXT CONSTRAINT ck_papers_authors CHECK (authors <> ''),
    doi TEXT CONSTRAINT ck_papers_doi CHECK (doi <> ''),
    recency INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(CAST(replace(publication_date, '-', '') AS INTEGER), 0) * 100000000 + id) VIRTUAL,
    CONSTRAINT pk_papers PRIMARY KEY (id),
    CONSTRAINT uq_papers_arxiv_id UNIQUE (arxiv_id),
    CONSTRAINT ck_papers_author_count CHECK (author_count > 0),
    CONSTRAINT ck_papers_booleans CHECK (has_repository IN (0, 1)),
    CONSTRAINT ck_papers_iso_dates CHECK (publication_date IS date(publication_date, '+0 days')),
    CONSTRAINT ck_papers_no_empty_text CHECK (title <> '' AND title_key <> '' AND abstract <> '' AND arxiv_id <> ''),
    CONSTRAINT ck_papers_publication_year CHECK (publication_year IS CAST(substr(publication_date, 1, 4) AS INTEGER)),
    CONSTRAINT fk_papers_first_digest_id_digests FOREIGN KEY(first_digest_id) REFERENCES digests (id),
    CONSTRAINT fk_papers_latest_digest_id_digests FOREIGN KEY(latest_digest_id) REFERENCES digests (id)
) STRICT;

CREATE TABLE rejects (
    id INTEGER NOT NULL,
    source_document_id INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_rejects PRIMARY KEY (id),
    CONSTRAINT ck_rejects_lines CHECK (line_start > 0 AND line_start <= line_end),
    CONSTRAINT ck_rejects_no_empty_text CHECK (text <> '' AND reason <> ''),
    CONSTRAINT fk_rejects_source_document_id_source_documents FOREIGN KEY(source_document_id) REFERENCES source_documents (id)
) STRICT;

CREATE TABLE releases (
    id INTEGER NOT NULL,
    catalogue_version TEXT NOT NULL,
    CONSTRAINT pk_releases PRIMARY KEY (id),
    CONSTRAINT ck_releases_no_empty_text CHECK (catalogue_version <> ''),
    CONSTRAINT ck_releases_one_row CHECK (id = 1)
) STRICT;

CREATE TABLE repositories (
    id INTEGER NOT NULL,
    host TEXT NOT NULL,
    owner TEXT COLLATE "NOCASE" NOT NULL,
    name TEXT COLLATE "NOCASE" NOT NULL,
    url TEXT NOT NULL,
    CONSTRAINT pk_repositories PRIMARY KEY (id),
    CONSTRAINT uq_repositories_owner_name_host UNIQUE (owner, name, host),
    CONSTRAINT ck_repositories_no_empty_text CHECK (host <> '' AND owner <> '' AND name <> '' AND url <> '')
) STRICT;

CREATE TABLE schema_comments (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    column_name TEXT,
    comment TEXT NOT NULL,
    CONSTRAINT pk_schema_comments PRIMARY KEY (name, position),
    CONSTRAINT ck_schema_comments_column_has_name CHECK ((position = 0) = (column_name IS NULL)),
    CONSTRAINT ck_schema_comments_no_empty_text CHECK (name <> '' AND column_name <> '' AND comment <> ''),
    CONSTRAINT ck_schema_comments_position CHECK (position >= 0)
) WITHOUT ROWID, STRICT;

CREATE TABLE source_documents (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    byte_count INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    format TEXT NOT NULL,
    is_complete INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_source_documents PRIMARY KEY (id),
    CONSTRAINT uq_source_documents_sha256 UNIQUE (sha256),
    CONSTRAINT ck_source_documents_booleans CHECK (is_complete IN (0, 1)),
    CONSTRAINT ck_source_documents_counts CHECK (byte_count > 0 AND line_count > 0),
    CONSTRAINT ck_source_documents_no_empty_text CHECK (name <> '' AND format <> ''),
    CONSTRAINT ck_source_documents_sha256 CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*')
) STRICT;

CREATE TABLE source_licences (
    format TEXT NOT NULL,
    licence TEXT,
    attribution TEXT NOT NULL,
    url TEXT,
    CONSTRAINT pk_source_licences PRIMARY KEY (format),
    CONSTRAINT ck_source_licences_no_empty_text CHECK (format <> '' AND licence <> '' AND attribution <> '' AND url <> '')
) WITHOUT ROWID, STRICT;

CREATE VIRTUAL TABLE "papers_fts" USING FTS5 (
    "abstract", "title",
    tokenize='porter unicode61 remove_diacritics 2',
    content="papers", content_rowid="id"
);

CREATE INDEX ix_digest_entries_abstract_variant_id ON digest_entries (abstract_variant_id) WHERE abstract_variant_id IS NOT NULL;

CREATE INDEX ix_digest_entries_authors_variant_id ON digest_entries (authors_variant_id) WHERE authors_variant_id IS NOT NULL;

CREATE INDEX ix_digest_entries_paper_id ON digest_entries (paper_id);

CREATE INDEX ix_digest_entries_title_variant_id ON digest_entries (title_variant_id) WHERE title_variant_id IS NOT NULL;

CREATE INDEX ix_digests_digest_date ON digests (digest_date);

CREATE INDEX ix_digests_repeats_digest_id ON digests (repeats_digest_id);

CREATE INDEX ix_digests_source_document_id ON digests (source_document_id);

CREATE INDEX ix_link_assertions_link_id ON link_assertions (link_id);

CREATE INDEX ix_link_assertions_paper_id_link_id ON link_assertions (paper_id, link_id);

CREATE INDEX ix_link_assertions_source_document_id_position ON link_assertions (source_document_id, position);

CREATE INDEX ix_links_host ON links (host);

CREATE INDEX ix_links_kind ON links (kind);

CREATE INDEX ix_loads_source_document_id ON loads (source_document_id);

CREATE INDEX ix_paper_authors_author_id ON paper_authors (author_id);

CREATE INDEX ix_paper_categories_category ON paper_categories (category);

CREATE INDEX ix_paper_link_roles_role ON paper_link_roles (role);

CREATE INDEX ix_paper_links_link_id ON paper_links (link_id);

CREATE INDEX ix_paper_records_abstract_variant_id ON paper_records (abstract_variant_id) WHERE abstract_variant_id IS NOT NULL;

CREATE INDEX ix_paper_records_authors_variant_id ON paper_records (authors_variant_id) WHERE authors_variant_id IS NOT NULL;

CREATE INDEX ix_paper_records_paper_id ON paper_records (paper_id);

CREATE INDEX ix_paper_records_title_variant_id ON paper_records (title_variant_id) WHERE title_variant_id IS NOT NULL;

CREATE INDEX ix_paper_variants_paper_id ON paper_variants (paper_id);

CREATE INDEX ix_paper_variants_title_key ON paper_variants (title_key);

CREATE INDEX ix_papers_digest_count_recency_has_repository_publication_year_latest_digest_id ON papers (digest_count, recency, has_repository, publication_year, latest_digest_id);

CREATE INDEX ix_papers_first_digest_id ON papers (first_digest_id);

CREATE INDEX ix_papers_has_repository_recency_publication_year_digest_count_latest_digest_id ON papers (has_repository, recency, publication_year, digest_count, latest_digest_id);

CREATE INDEX ix_papers_latest_digest_id ON papers (latest_digest_id);

CREATE INDEX ix_papers_publication_date ON papers (publication_date);

CREATE INDEX ix_papers_publication_year_recency_has_repository_digest_count_latest_digest_id ON papers (publication_year, recency, has_repository, digest_count, latest_digest_id);

CREATE INDEX ix_papers_recency ON papers (recency);

CREATE INDEX ix_rejects_source_document_id ON rejects (source_document_id);

CREATE INDEX ix_repositories_host ON repositories (host);

CREATE INDEX ix_source_documents_name ON source_documents (name);

CREATE UNIQUE INDEX ux_papers_title_key_arxiv_id ON papers (title_key, coalesce(arxiv_id, ''));

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

CREATE TRIGGER "papers_ad" AFTER DELETE ON "papers" BEGIN
  INSERT INTO "papers_fts" ("papers_fts", rowid, "title", "abstract")
  VALUES ('delete', old."id", old."title", old."abstract");
END;

CREATE TRIGGER "papers_ai" AFTER INSERT ON "papers" BEGIN
  INSERT INTO "papers_fts" (rowid, "title", "abstract") VALUES (new."id", new."title", new."abstract");
END;

CREATE TRIGGER "papers_au" AFTER UPDATE OF "id", "title", "abstract" ON "papers" BEGIN
  INSERT INTO "papers_fts" ("papers_fts", rowid, "title", "abstract")
  VALUES ('delete', old."id", old."title", old."abstract");
  INSERT INTO "papers_fts" (rowid, "title", "abstract") VALUES (new."id", new."title", new."abstract");
END;

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
    loaded_at TEXT NOT NULL,
    as_of_date TEXT NOT NULL,
    catalogue_version TEXT NOT NULL,
    schema_revision TEXT NOT NULL,
    entry_count INTEGER NOT NULL,
    new_paper_count INTEGER NOT NULL,
    known_paper_count INTEGER NOT NULL,
    changed_paper_count INTEGER NOT NULL,
    link_count INTEGER NOT NULL,
    reject_count INTEGER NOT NULL,
    dated_digest_count INTEGER NOT NULL,
    record_count INTEGER DEFAULT 0 NOT NULL,
    merged_paper_count INTEGER DEFAULT 0 NOT NULL,
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

CREATE TABLE repositories (
    id INTEGER NOT NULL,
    host TEXT NOT NULL,
    owner TEXT COLLATE "NOCASE" NOT NULL,
    name TEXT COLLATE "NOCASE" NOT NULL,
    url TEXT NOT NULL,
    CONSTRAINT pk_repositories PRIMARY KEY (id),
    CONSTRAINT uq_repositories_host_owner_name UNIQUE (host, owner, name),
    CONSTRAINT uq_repositories_url UNIQUE (url),
    CONSTRAINT ck_repositories_no_empty_text CHECK (host <> '' AND owner <> '' AND name <> '' AND url <> '')
) STRICT;

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

CREATE VIRTUAL TABLE "papers_fts" USING FTS5 (
    "title", "abstract",
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

CREATE INDEX ix_papers_title_key ON papers (title_key);

CREATE INDEX ix_rejects_source_document_id ON rejects (source_document_id);

CREATE INDEX ix_repositories_owner ON repositories (owner);

CREATE INDEX ix_source_documents_name ON source_documents (name);

CREATE UNIQUE INDEX ux_papers_title_key_without_arxiv_id ON papers (title_key) WHERE arxiv_id IS NULL;

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

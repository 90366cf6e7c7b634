select
  (select count(*) from papers) as papers,
  (select count(*) from papers where has_repository = 1) as with_code,
  (select count(*) from digests) as digests,
  (select count(*) from repositories) as repositories,
  (select count(*) from source_documents) as documents,
  (select max(loaded_at) from loads) as loaded_at,
  (select page_count * page_size from pragma_page_count(), pragma_page_size()) as byte_count,
  (select version_num from alembic_version) as schema_revision

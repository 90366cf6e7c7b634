select source_documents.id as document_id, source_documents.name as document, source_documents.format,
  mention.line_start, mention.line_end, mention.abstract_line, mention.has_authors, mention.author_count,
  mention.publication_date, mention.printed_publication_date, mention.arxiv_id, mention.arxiv_version,
  mention.updated_date, mention.submitted_by, mention.organization, mention.comment,
  mention.title_variant_id is not null as is_other_title,
  mention.abstract_variant_id is not null as is_other_abstract,
  mention.authors_variant_id is not null as are_other_authors
from (
  select digests.source_document_id, line_start, line_end, abstract_line, has_authors, author_count, publication_date,
    printed_publication_date, arxiv_id, null as arxiv_version, null as updated_date, submitted_by, organization,
    null as comment, title_variant_id, abstract_variant_id, authors_variant_id
  from digest_entries join digests on digests.id = digest_entries.digest_id
  where paper_id = :id
  union all
  select source_document_id, line_start, line_end, abstract_line, has_authors, author_count, publication_date,
    null, arxiv_id, arxiv_version, updated_date, null, null, comment,
    title_variant_id, abstract_variant_id, authors_variant_id
  from paper_records
  where paper_id = :id
) as mention
join source_documents on source_documents.id = mention.source_document_id
order by source_documents.name, mention.line_start
limit 100

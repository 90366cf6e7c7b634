select distinct paper_variants.id, paper_variants.title, paper_variants.abstract, paper_variants.authors,
  source_documents.id as document_id, source_documents.name as document
from paper_variants
  join (
    select paper_id, source_document_id, title_variant_id, abstract_variant_id, authors_variant_id
    from digest_entries join digests on digests.id = digest_entries.digest_id
    where paper_id = :id
    union all
    select paper_id, source_document_id, title_variant_id, abstract_variant_id, authors_variant_id
    from paper_records
    where paper_id = :id
  ) as mention
    on paper_variants.id in (mention.title_variant_id, mention.abstract_variant_id, mention.authors_variant_id)
  join source_documents on source_documents.id = mention.source_document_id
where paper_variants.paper_id = :id
order by paper_variants.id, source_documents.id
limit 100

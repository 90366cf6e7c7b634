select link_assertions.link_id, link_assertions.asserted_by, link_assertions.field, link_assertions.added_by,
  link_assertions.is_official, link_assertions.is_promised, link_assertions.is_own, link_assertions.verbatim,
  link_assertions.sub_path, link_assertions.line, links.url, source_documents.id as document_id,
  source_documents.name as document
from link_assertions
  join links on links.id = link_assertions.link_id
  join source_documents on source_documents.id = link_assertions.source_document_id
where link_assertions.paper_id = :id
order by link_assertions.id
limit 500

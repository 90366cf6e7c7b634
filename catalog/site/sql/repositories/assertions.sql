select link_assertions.paper_id, link_assertions.asserted_by, link_assertions.field, link_assertions.added_by,
  link_assertions.is_official, link_assertions.is_promised, link_assertions.verbatim, link_assertions.sub_path, link_assertions.line,
  source_documents.id as document_id, source_documents.name as document
from links
  join link_assertions on link_assertions.link_id = links.id
  join source_documents on source_documents.id = link_assertions.source_document_id
where links.repository_id = :id and link_assertions.paper_id in (
  select papers.id
  from links
    join paper_links on paper_links.link_id = links.id
    join papers on papers.id = paper_links.paper_id
  where links.repository_id = :id
  order by not paper_links.is_own, papers.recency desc
  limit 50
)
order by link_assertions.id
limit 300

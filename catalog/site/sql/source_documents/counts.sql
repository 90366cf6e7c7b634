select
  (select count(*) from paper_records where source_document_id = :id) as records,
  (select count(*) from link_assertions where source_document_id = :id) as assertions,
  (select count(*) from rejects where source_document_id = :id) as rejects

select source_documents.id, source_documents.name, source_documents.format, source_documents.line_count,
  source_documents.sha256,
  (select count(*) from rejects where rejects.source_document_id = source_documents.id) as reject_count,
  (select min(loads.as_of_date) from loads where loads.source_document_id = source_documents.id) as as_of_date
from digests join source_documents on source_documents.id = digests.source_document_id
where digests.id = :id

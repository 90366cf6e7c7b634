select loaded_at, as_of_date, catalogue_version, schema_revision, new_paper_count, known_paper_count, link_count
from loads where source_document_id = :id and loaded_at is not null order by id limit 20

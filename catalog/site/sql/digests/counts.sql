select count(*) as entries, sum(papers.has_repository) as with_code,
  sum(papers.first_digest_id is :id) as new, max(papers.publication_date) as newest_publication
from digest_entries join papers on papers.id = digest_entries.paper_id
where digest_entries.digest_id = :id

-- What is missing where
-- For each of the newest digests, how many of its entries lack something, and what could not be understood in its document.

with newest as materialized (
  select id, name, source_document_id, digest_date, earliest_date from digests
  order by coalesce(digest_date, earliest_date) desc, name desc
  limit 100
)
select newest.name as digest, count(*) as entries,
  sum(1 - digest_entries.has_abstract) as without_abstract,
  sum(digest_entries.publication_date is null) as without_publication_date,
  sum(digest_entries.author_count is null) as without_author_count,
  sum(1 - digest_entries.has_authors) as without_author_names,
  sum(digest_entries.arxiv_id is null) as without_arxiv_id,
  sum(digest_entries.upvote_count is null) as without_upvotes,
  (select count(*) from rejects where rejects.source_document_id = newest.source_document_id) as rejects,
  newest.id as digest_id
from newest
  join digest_entries on digest_entries.digest_id = newest.id
group by newest.id
order by coalesce(newest.digest_date, newest.earliest_date) desc, newest.name desc

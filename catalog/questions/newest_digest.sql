-- Newest digest
-- What the newest digest lists, in its order, among the digests whose date is known.

with newest as (
  select id, name, digest_date from digests
  where digest_date is not null and repeats_digest_id is null
  order by digest_date desc, name desc limit 1
)
select digest_entries.position, papers.title,
  case papers.first_digest_id when newest.id then 'new' end as note,
  digest_entries.upvote_count, digest_entries.comment_count,
  newest.name as digest, newest.digest_date, papers.id as paper_id, newest.id as digest_id
from newest
  join digest_entries on digest_entries.digest_id = newest.id
  join papers on papers.id = digest_entries.paper_id
order by digest_entries.position
limit 500

with newest as (
  select id from digests
  where digest_date is not null and repeats_digest_id is null
  order by digest_date desc, name desc limit 1
)
select digest_entries.position, digest_entries.upvote_count, papers.id, papers.title
from newest
  join digest_entries on digest_entries.digest_id = newest.id
  join papers on papers.id = digest_entries.paper_id
order by digest_entries.position
limit 8

-- Rank and upvotes over time
-- Each place of one paper in the digests, the earliest first; of the paper in most digests where none is given.

with chosen as (
  select id, title from papers
  where case when :paper = '' then digest_count > 0 else id = (
    select id from papers where arxiv_id = :paper
    union all
    select id from papers where id = cast(:paper as integer) and :paper not glob '*[^0-9]*'
    union all
    select id from papers where title_key = lower(replace(:paper, ' ', '')) or title = :paper
    limit 1
  ) end
  order by digest_count desc, id desc
  limit 1
)
select digests.name as digest, coalesce(digests.digest_date, digests.printed_date) as day,
  digest_entries.position,
  (select count(*) from digest_entries as every where every.digest_id = digests.id) as entry_count,
  digest_entries.upvote_count, digest_entries.comment_count,
  chosen.title, chosen.id as paper_id, digests.id as digest_id
from chosen
  join digest_entries on digest_entries.paper_id = chosen.id
  join digests on digests.id = digest_entries.digest_id
order by coalesce(digests.digest_date, digests.earliest_date), digests.name, digest_entries.position
limit 500

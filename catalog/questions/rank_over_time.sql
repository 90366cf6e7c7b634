-- Rank and upvotes over time
-- Each place of one paper in the digests, the earliest first; of the paper in most digests where none is given.

with named as materialized (
  select 1 as way, id from papers where arxiv_id = :paper
  union all
  select 2, id from papers where id = cast(:paper as integer) and cast(id as text) = :paper
  union all
  -- The search index finds the title; text that holds a character 0 would end the phrase early.
  select 3, rowid from papers_fts
  where papers_fts match
      case when instr(:paper, char(0)) then '""' else 'title : "' || replace(:paper, '"', '""') || '"' end
    and title = :paper collate nocase
), chosen as (
  select id, title from papers
  where id = case when :paper = ''
    then (select id from papers where digest_count > 0 order by digest_count desc, id desc limit 1)
    else (select id from named order by way, id limit 1) end
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

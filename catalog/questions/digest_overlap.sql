-- Digest overlap
-- The digests that share papers with one digest, those that share most first; with the newest that shares any where none is named.

with chosen as (
  select id, name from digests
  where case when :digest = ''
    then exists (
      select 1
      from digest_entries as here
        join digest_entries as there on there.paper_id = here.paper_id and there.digest_id <> here.digest_id
      where here.digest_id = digests.id)
    else name = :digest end
  order by coalesce(digest_date, earliest_date) desc, name desc limit 1
)
select digests.name as digest, coalesce(digests.digest_date, digests.printed_date) as day,
  count(distinct here.paper_id) as shared_papers,
  (select count(*) from digest_entries as every where every.digest_id = digests.id) as entry_count,
  chosen.name as shared_with, digests.id as digest_id
from chosen
  join digest_entries as here on here.digest_id = chosen.id
  join digest_entries as there on there.paper_id = here.paper_id and there.digest_id <> chosen.id
  join digests on digests.id = there.digest_id
group by digests.id
order by shared_papers desc, digests.name
limit 200

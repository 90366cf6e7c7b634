-- Digest overlap
-- The digests that share papers with one digest, those that share most first; with the newest where none is named.

with chosen as (
  select id, name from digests
  where case when :digest = '' then digest_date is not null and repeats_digest_id is null else name = :digest end
  order by digest_date desc, name desc limit 1
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

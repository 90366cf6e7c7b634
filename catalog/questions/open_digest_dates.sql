-- Open digest dates
-- Digests that print no year and whose papers leave several possible, with the days that bound each.

select digests.name as digest, digests.printed_date, digests.earliest_date, digests.latest_date,
  (select count(*) from digest_entries where digest_entries.digest_id = digests.id) as entry_count,
  digests.id as digest_id
from digests
where digests.digest_date is null
order by digests.name
limit 500

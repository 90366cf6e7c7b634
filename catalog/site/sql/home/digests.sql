select digests.id, digests.name, digests.digest_date, digests.printed_date, digests.earliest_date,
  digests.latest_date,
  (select count(*) from digest_entries where digest_entries.digest_id = digests.id) as entry_count
from digests
where digests.repeats_digest_id is null and (select count(*) from digests) <= 150
order by coalesce(digests.digest_date, digests.earliest_date), digests.name

select digests.id, digests.name, digests.digest_date, digests.printed_date, digests.earliest_date,
  digests.latest_date, sized.entry_count
from digests
  join (select digest_id, count(*) as entry_count from digest_entries group by digest_id) as sized
    on sized.digest_id = digests.id
where digests.repeats_digest_id is null
order by coalesce(digests.digest_date, digests.earliest_date), digests.name

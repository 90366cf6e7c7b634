select substr(digests.digest_date, 1, 7) || '-01' as month, count(*) as digest_count,
  1.0 * sum(sized.entry_count) / count(*) as mean_entry_count
from digests
  join (select digest_id, count(*) as entry_count from digest_entries group by digest_id) as sized
    on sized.digest_id = digests.id
where digests.repeats_digest_id is null and digests.digest_date is not null and (select count(*) from digests) > 150
group by month
order by month

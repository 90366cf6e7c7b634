select id, name, title, kind, curator, digest_date, printed_date, earliest_date, latest_date,
  (select count(*) from digest_entries where digest_entries.digest_id = digests.id) as entry_count
from digests
where digest_date is not null and repeats_digest_id is null
order by digest_date desc, name desc
limit 1

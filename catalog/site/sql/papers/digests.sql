select digests.id, digests.name, digests.digest_date, digests.printed_date, digests.earliest_date,
  digests.latest_date, digests.repeats_digest_id, digest_entries.position, digest_entries.upvote_count,
  digest_entries.comment_count,
  (select count(*) from digest_entries as every where every.digest_id = digests.id) as entry_count
from digest_entries join digests on digests.id = digest_entries.digest_id
where digest_entries.paper_id = :id
order by coalesce(digests.digest_date, digests.earliest_date) desc, digests.name, digest_entries.position
limit 100

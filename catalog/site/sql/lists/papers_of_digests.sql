select digest_entries.digest_id as of_id, count(*) as paper_count
from digest_entries
where digest_entries.digest_id in (select value from json_each(:ids))
group by digest_entries.digest_id

-- Recurring papers
-- Papers that more than one digest lists, those in most digests first, with their places.

with recurring as materialized (
  select id, title, digest_count from papers
  where digest_count > 1
  order by digest_count desc, id desc
  limit 200
)
select recurring.title, recurring.digest_count,
  (select group_concat(place, ', ')
   from (select digests.name || ' (' || digest_entries.position || ')' as place
         from digest_entries join digests on digests.id = digest_entries.digest_id
         where digest_entries.paper_id = recurring.id
         order by coalesce(digests.digest_date, digests.earliest_date), digests.name, digest_entries.position)
  ) as digests_and_positions,
  recurring.id as paper_id
from recurring
order by recurring.digest_count desc, recurring.id desc

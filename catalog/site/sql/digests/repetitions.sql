select 'repeats' as side, original.id, original.name
from digests join digests as original on original.id = digests.repeats_digest_id
where digests.id = :id
union all
select 'repeated by', id, name from digests where repeats_digest_id = :id
order by 1, 3
limit 20

-- From publication to digest
-- For each of the newest dated digests, how many days before it its papers were published: the fewest, the median, the most.

with newest as materialized (
  select id, name, digest_date from digests
  where digest_date is not null and repeats_digest_id is null
  order by digest_date desc, name desc
  limit 100
), listed as (
  select distinct newest.id, papers.id as paper_id,
    julianday(newest.digest_date) - julianday(papers.publication_date) as days
  from newest
    join digest_entries on digest_entries.digest_id = newest.id
    join papers on papers.id = digest_entries.paper_id
  where papers.publication_date is not null
), lags as (
  select id, days, row_number() over (partition by id order by days, paper_id) as place,
    count(*) over (partition by id) as papers
  from listed
)
select newest.name as digest, newest.digest_date, lags.papers,
  cast(min(lags.days) as integer) as fewest_days,
  avg(case when lags.place in ((lags.papers + 1) / 2, (lags.papers + 2) / 2) then lags.days end) as median_days,
  cast(max(lags.days) as integer) as most_days,
  newest.id as digest_id
from newest
  join lags on lags.id = newest.id
group by newest.id
order by newest.digest_date desc, newest.name desc

-- Papers with code
-- Papers and the repositories that they name, the latest published first; of one year where that is given.

with latest as materialized (
  select id from (
    select id from papers
    where :year = '' and has_repository = 1
    order by recency desc limit 200
  )
  union all
  select id from (
    select id from papers
    where publication_year = cast(:year as integer) and cast(publication_year as text) = :year and +has_repository = 1
    order by recency desc limit 200
  )
)
select papers.title, papers.publication_date,
  (select group_concat(name, ', ')
   from (select repositories.owner || '/' || repositories.name as name
         from paper_links
           join links on links.id = paper_links.link_id
           join repositories on repositories.id = links.repository_id
         where paper_links.paper_id = papers.id
         order by paper_links.link_id)) as repositories,
  papers.digest_count, papers.id as paper_id
from latest join papers on papers.id = latest.id
order by papers.recency desc
limit 200

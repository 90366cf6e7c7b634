-- By owner or repository
-- The papers that name the repositories of an owner, or one of them; of the owner of most where none is given.

with chosen as (
  select id, owner, name, url from repositories
  where owner = case when :owner = ''
    then (select owner from repositories group by owner order by count(*) desc, owner limit 1)
    else :owner end
    and (:repository = '' or name = :repository)
)
select chosen.owner || '/' || chosen.name as repository, papers.title, papers.publication_date,
  case paper_links.is_promised when 1 then 'promised' end as note,
  case paper_links.is_own when 0 then 'somebody else''s work' end as whose,
  chosen.id as repository_id, papers.id as paper_id
from chosen
  join links on links.repository_id = chosen.id
  join paper_links on paper_links.link_id = links.id
  join papers on papers.id = paper_links.paper_id
order by chosen.name, papers.publication_date desc, papers.id
limit 500

-- By owner or repository
-- The papers that name the repositories of an owner, or those of a name; of the owner of most where neither is given.

with chosen as materialized (
  select id, owner, name from repositories
  where owner = case
      when :owner <> '' then :owner
      when :repository = '' then (select owner from repositories group by owner order by count(*) desc, owner limit 1)
    end
    and (:repository = '' or name = :repository)
  union all
  select id, owner, name from repositories
  where :owner = '' and :repository <> '' and name = :repository
)
select chosen.owner || '/' || chosen.name as repository, papers.title, papers.publication_date,
  case paper_links.is_promised when 1 then 'promised' end as note,
  case paper_links.is_own when 0 then 'somebody else''s work' end as whose,
  chosen.id as repository_id, papers.id as paper_id
-- The order of joining is fixed, from the few repositories to their papers.
from chosen
  cross join links on links.repository_id = chosen.id
  cross join paper_links on paper_links.link_id = links.id
  cross join papers on papers.id = paper_links.paper_id
order by chosen.name, papers.publication_date desc, papers.id, chosen.id
limit 500

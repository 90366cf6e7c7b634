select links.id, links.url, links.kind, links.repository_id, repositories.owner, repositories.name,
  paper_links.is_promised, paper_links.is_own,
  (select count(*) from (select 1 from paper_links as every where every.link_id = links.id limit 100)) as paper_count
from paper_links
  join links on links.id = paper_links.link_id
  left join repositories on repositories.id = links.repository_id
where paper_links.paper_id = :id
order by links.kind <> 'repository', not paper_links.is_own, links.id
limit 100

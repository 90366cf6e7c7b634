-- Promised, not there
-- Links that every source only promises, those promised longest first.

select papers.title, papers.publication_date, links.url, links.kind, papers.id as paper_id, links.id as link_id
from paper_links
  join papers on papers.id = paper_links.paper_id
  join links on links.id = paper_links.link_id
where paper_links.is_promised = 1
order by papers.publication_date is null, papers.publication_date, papers.id, links.id
limit 200

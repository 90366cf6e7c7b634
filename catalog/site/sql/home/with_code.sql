select papers.id, papers.title, papers.publication_date,
  (select json_group_array(json_object('url', repositories.url, 'name', repositories.owner || '/' || repositories.name))
   from paper_links
     join links on links.id = paper_links.link_id
     join repositories on repositories.id = links.repository_id
   where paper_links.paper_id = papers.id and paper_links.is_promised = 0) as repositories
from papers
where papers.has_repository = 1
order by papers.recency desc
limit 8

select papers.id, papers.title, papers.publication_date,
  (select json_group_array(json_object(
     'url', repositories.url, 'owner', repositories.owner, 'name', repositories.name,
     'is_promised', paper_links.is_promised))
   from paper_links
     join links on links.id = paper_links.link_id
     join repositories on repositories.id = links.repository_id
   where paper_links.paper_id = papers.id) as repositories
from papers
where papers.has_repository = 1
order by papers.recency desc
limit 8

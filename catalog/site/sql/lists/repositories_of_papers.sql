select paper_links.paper_id as of_id, repositories.url, repositories.owner, repositories.name, paper_links.is_promised
from paper_links
  join links on links.id = paper_links.link_id
  join repositories on repositories.id = links.repository_id
where paper_links.paper_id in (select value from json_each(:ids))
order by paper_links.paper_id, repositories.id

select paper_links.paper_id, repositories.url, repositories.owner, repositories.name, paper_links.is_promised
from (select distinct paper_id from digest_entries where digest_id = :id order by position limit 300) as entry
  join paper_links on paper_links.paper_id = entry.paper_id
  join links on links.id = paper_links.link_id
  join repositories on repositories.id = links.repository_id
order by paper_links.paper_id, repositories.id

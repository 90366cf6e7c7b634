select links.repository_id as of_id, count(*) as paper_count, sum(paper_links.is_promised) as promised_count
from links join paper_links on paper_links.link_id = links.id
where links.repository_id in (select value from json_each(:ids))
group by links.repository_id

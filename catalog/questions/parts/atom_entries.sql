-- The papers of `newest` (their ids) as Atom entries, the last hundred by the day they came into a digest.

), dated as materialized (
  select newest.id,
    coalesce(
      (select min(coalesce(digests.digest_date, digests.earliest_date))
       from digest_entries join digests on digests.id = digest_entries.digest_id
       where digest_entries.paper_id = newest.id),
      (select publication_date from papers where papers.id = newest.id), '1970-01-01') || 'T00:00:00Z' as updated
  from newest
  order by updated desc, newest.id
  limit 100
)
select 'tag:paper-catalogue.invalid,2026:' || coalesce('arxiv/' || arxiv_id, 'title/' || title_key) as atom_id,
  printable(title) as atom_title, dated.updated as atom_updated,
  :_site_address || '/catalog/papers/' || papers.id as atom_link,
  printable(
    coalesce(
      (select group_concat(url, ' ')
       from (select links.url
             from paper_links join links on links.id = paper_links.link_id
             where paper_links.paper_id = papers.id and links.kind = 'repository'
             order by paper_links.link_id)) || char(10, 10),
      '') || coalesce(abstract, '')) as atom_content,
  printable(
    coalesce((select group_concat(value, ', ') from json_each(papers.authors)), 'Authors not named')
  ) as atom_author_name
from dated join papers on papers.id = dated.id
union all
select 'tag:paper-catalogue.invalid,2026:nothing', 'Nothing yet', '1970-01-01T00:00:00Z',
  :_site_address || '/', 'No paper answers to this feed so far.', 'Nobody'
where not exists (select 1 from dated)
order by atom_updated desc, atom_id
limit 100

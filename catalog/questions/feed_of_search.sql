-- Feed of a search
-- Atom entries of papers that have all the words, the newest hundred first, for feed readers.

with newest as materialized (
  select rowid as id from papers_fts where papers_fts match escape_fts(:words) order by rowid desc limit 1000
), entries as (
  select papers.id, papers.title, papers.title_key, papers.arxiv_id, papers.abstract,
    coalesce(
      (select min(coalesce(digests.digest_date, digests.earliest_date))
       from digest_entries join digests on digests.id = digest_entries.digest_id
       where digest_entries.paper_id = papers.id),
      papers.publication_date, '1970-01-01') || 'T00:00:00Z' as updated,
    (select group_concat(links.url, ' ')
     from paper_links join links on links.id = paper_links.link_id
     where paper_links.paper_id = papers.id and links.kind = 'repository') as repositories
  from newest join papers on papers.id = newest.id
  order by updated desc, papers.id
  limit 100
)
select 'tag:paper-catalogue.invalid,2026:' || coalesce('arxiv/' || arxiv_id, 'title/' || title_key) as atom_id,
  printable(title) as atom_title, updated as atom_updated,
  :_site_address || '/catalog/papers/' || id as atom_link,
  printable(coalesce(repositories || char(10, 10), '') || coalesce(abstract, '')) as atom_content
from entries
union all
select 'tag:paper-catalogue.invalid,2026:nothing', 'Nothing yet', '1970-01-01T00:00:00Z',
  :_site_address || '/', 'No paper answers to this feed so far.'
where not exists (select 1 from entries)
order by atom_updated desc, atom_id

-- Search
-- The papers that have all the words in title or abstract, the best match first.

-- Of words that stand in more than 5,000 papers only the 5,000 added last that have them in the title are ranked; under
-- a filter, and of a phrase in quotes, the 5,000 added last. Matched words stand between <b> and </b>.
with common as materialized (
  -- CASE, because AND would count the matches also where nobody needs to know.
  select case when :year = '' and :code = '' and not instr(:words, '"') then
    case when 5000 < (
      select count(*) from (select 1 from papers_fts where papers_fts match escape_fts(:words) limit 5001))
    then 50 = (
      select count(*)
      from (select 1 from papers_fts where papers_fts match 'title : (' || escape_fts(:words) || ')' limit 50)
    ) end end as is_common
), pool as materialized (
  select rowid as paper_id, bm25(papers_fts, 1.0, 10.0) as score
  from papers_fts
  where papers_fts match case (select is_common from common)
      when 1 then 'title : (' || escape_fts(:words) || ')' else escape_fts(:words) end
    and (:year = '' or +rowid in (
      select id from papers
      where publication_year = cast(:year as integer) and cast(publication_year as text) = :year
        and (:code = '' or has_repository = case :code when 'yes' then 1 when 'no' then 0 end)
    ))
    and (:code = '' or :year <> '' or exists (
      select 1 from papers where papers.id = papers_fts.rowid
        and has_repository = case :code when 'yes' then 1 when 'no' then 0 end
    ))
  order by rowid desc
  limit 5000
), ranked as materialized (
  select paper_id, score from pool
  order by score, paper_id
  limit case when :most glob '[1-9]*' then min(cast(:most as integer), 1000) else 50 end
)
select papers.title, papers.publication_date, papers.digest_count,
  (select group_concat(url, ' ')
   from (select links.url
         from paper_links join links on links.id = paper_links.link_id
         where paper_links.paper_id = papers.id and links.kind = 'repository'
         order by paper_links.link_id)) as repositories,
  highlight(papers_fts, 1, '<b>', '</b>') as marked_title,
  snippet(papers_fts, 0, '<b>', '</b>', '…', 32) as passage,
  papers.id as paper_id
from ranked
  join papers_fts on papers_fts.rowid = ranked.paper_id
  join papers on papers.id = ranked.paper_id
where papers_fts match escape_fts(:words)
order by ranked.score, papers.id

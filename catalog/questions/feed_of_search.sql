-- Feed of a search
-- Atom entries of papers that have all the words, the newest hundred first, for feed readers.

with newest as materialized (
  select rowid as id from papers_fts where papers_fts match escape_fts(:words) order by rowid desc limit 1000
-- then parts/atom_entries.sql

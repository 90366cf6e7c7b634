select * from (
  select 'earlier' as side, other.id, other.name, other.digest_date
  from digests as this join digests as other on other.digest_date < this.digest_date
  where this.id = :id and other.kind = this.kind
  order by other.digest_date desc, other.id desc limit 1)
union all
select * from (
  select 'later', other.id, other.name, other.digest_date
  from digests as this join digests as other on other.digest_date > this.digest_date
  where this.id = :id and other.kind = this.kind
  order by other.digest_date, other.id limit 1)

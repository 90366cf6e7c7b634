select other.id, other.owner, other.name
from repositories as this join repositories as other on other.owner = this.owner and other.host = this.host
where this.id = :id and other.id <> this.id
order by other.name
limit 30

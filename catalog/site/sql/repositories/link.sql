select id from links where repository_id = :id

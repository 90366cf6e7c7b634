"""Requests for what is not there, or in a way that nobody should: what a visitor asks, and which answers are right."""

from __future__ import annotations

from typing import Final

from tests.attacks import Attack

_PRIVATE_PATHS: Final = r"""
/-/databases
/-/databases.json
/-/threads.json
/-/versions.json
/-/plugins.json
/-/actor.json
/-/auth-token?token=x
/-/logout
/-/messages
/-/patterns
/-/permissions
/-/config.json
/-/create-token
/-/databases.csv
/_internal
/_internal/databases
/_internal/databases.json
/_internal/databases/catalog.json
/_internal.json?sql=select+*+from+databases
/_internal.db
/_memory
/_memory.json?sql=select+1
/:memory:
/:memory:.json?sql=select+1
/static/../plugins/limits.py
/static/%2e%2e/plugins/limits.py
/static/..%2fplugins/limits.py
/-/static/../app.py
/-/static/%2e%2e/app.py
/static//etc/passwd
/-/static//etc/passwd
/static/..\plugins\limits.py
/catalog.json?sql=select+*+from+pragma_database_list
/catalog.json?sql=select+load_extension('x')
/catalog/papers/1.blob?_blob_column=title
"""

_ODD_PATHS: Final = r"""
/catalog/papers?_next=made,up,token
/catalog/papers?_next=~FF~00
/catalog/papers?_next=$null,x
/catalog/papers?_sort=title&_next=%FF
/catalog/papers?_sort=nothing
/catalog/papers?_sort=id&_sort_desc=id
/catalog/papers?_size=-1
/catalog/papers?_size=99999999999999999999
/catalog/papers?_size=0
/catalog/papers?_size=1e3
/catalog/papers?_size=%C2%B2
/catalog/papers?_timelimit=x
/catalog/papers?_timelimit=-1
/catalog.json?sql=select+1&_timelimit=x
/catalog/papers?_ttl=%C2%B2
/catalog/papers?_facet_size=%C2%B2
/catalog/papers?_facet=nothing
/catalog/papers?_facet_array=id
/catalog/papers?_facet_date=title
/catalog/papers?_facet=_
/catalog/papers?_col=nothing
/catalog/papers?_nocol=id
/catalog/papers?_label=digest_id
/catalog/papers?_through=%7B
/catalog/papers?_through=%7B%22table%22%3A%22%5Cud800%22%7D
/catalog/papers?_fts_table=nothing&_search=x
/catalog/papers?_fts_pk=nothing&_search=x
/catalog/papers?_search_nothing=x
/catalog/papers?_search=%FF%FE
/catalog/papers?%FF=%FE
/catalog/papers?_where=)
/catalog/papers?nothing__exact=1
/catalog/papers?title__nothing=1
/catalog/papers?id__in=%5B1
/catalog/papers?id__in=1,x
/catalog/papers?authors__arraycontains=x
/catalog/papers?title__arraycontains=x
/catalog/papers?title__date=x
/catalog/papers?_filter_column=x
/catalog/papers?_filter_column_1=id&_filter_op_1=exact&_filter_value_1=%0d%0aX:y
/catalog/papers?_sort_by_desc=on
/catalog/papers.json?_shape=nothing
/catalog/papers.json?_shape=object
/catalog/papers.json?_json=title
/catalog.json?sql=select+1&_shape=arrayfirst
/catalog.json?sql=select+1+where+0&_shape=arrayfirst
/catalog.json?sql=select+1+as+a&_json=a
/catalog.json?sql=select+1e999&_json_infinity=1
/catalog.json?sql=select+:_cookie_x
/catalog.json?sql=select+:_now_epoch
/catalog.json?sql=select+:x
/catalog.json?sql=select+char(0)
/catalog.json?sql=%00
/catalog.json?sql=select+%00
/catalog.json?sql=;
/catalog.json?sql=select+1;select+2
/catalog.json?sql=explain+select+1
/catalog.blob?sql=select+1
/catalog.blob?sql=select+1+as+a&_blob_column=a
/catalog.blob?sql=select+1+where+0&_blob_column=1
/catalog.blob?sql=select+1+as+a&_blob_column=a&_blob_hash=x
/catalog.nothing
/catalog.jsono
/catalog/papers.nothing
/catalog/papers.jsono
/catalog/papers/x
/catalog/papers/1,2,3
/catalog/papers/99999999999999999999
/catalog/papers/~ZZ
/catalog/papers/%FF
/catalog/%00
/catalog/papers%00
/catalog/nothing
/catalog/papers_fts
/catalog/papers_fts_data
/catalog/sqlite_master
/catalog/papers/1.csv
/catalog/papers/1.csv?_stream=on
/catalog.csv
/catalog.csv?sql=nothing
/catalog.csv?sql=select+1&_stream=on&_next=x
/catalog/papers.csv?_trace=1&_size=1
/?_trace=1
/?_context=1
//evil.example/
//evil.example/%2e%2e
/\evil.example/
/catalog//
/catalog/papers/
/%0d%0aX-Evil:1
/catalog/papers/%0d%0aX-Evil:1/
/catalog/papers/1%0d%0a
/catalog?%0d%0aX-Evil:1
/.json
/.jsono
/favicon.ico
/robots.txt
/catalog.db?x
/catalog~2Edb
/nothing.db
/~00
/%
/%zz
/catalog/papers?_extra=_shape&_extras=1
/catalog/papers?_shape=array&_nl=on
/-/allow-debug?actor=%7B
/%2D/databases
/static/
/-/
/-/static/
/static
"""

PRIVATE: Final = tuple(Attack(path, path, frozenset({400, 403, 404, 503})) for path in _PRIVATE_PATHS.split())

ODD: Final = tuple(
    Attack(path, path, frozenset({200, 301, 302, 400, 403, 404, 503}))
    for path in (*_ODD_PATHS.split(), "/catalog/papers?_ttl=" + "9" * 3_000)
)

METHODS: Final = tuple(
    Attack(f"{method} {path}", path, frozenset({405}), method=method)
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
    for path in ("/catalog/papers", "/-/messages", "/-/logout", "/catalog.db")
)

LIGHT: Final = PRIVATE + ODD + METHODS

"""What sqlglot leaves as SQLite alone understands it, said in the way of other engines. Each rule changes a tree.

sqlglot spells names of functions and types, and the order of nulls. These rules add what depends on what SQLite means
by a statement: whole numbers are truth values and divide without remainder, a group gives any of its columns, an
aggregate follows the order of the rows below it, text that is no number casts to 0.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from typing import Final

from sqlglot import exp

Rule = Callable[[exp.Expr], None]

_INDEX: Final = "papers_fts"


def _forget_how_to_plan(tree: exp.Expr) -> None:
    """`MATERIALIZED` and the order of a CROSS JOIN with a condition are advice to SQLite's planner."""
    for shared in tree.find_all(exp.CTE):
        shared.set("materialized", None)
    for join in tree.find_all(exp.Join):
        if join.args.get("on") is not None and join.kind == "CROSS":
            join.set("kind", None)


def _find_titles_without_index(tree: exp.Expr) -> None:
    """Where a title is compared whole, the search index only finds it sooner: ask the table instead."""
    for match in list(tree.find_all(exp.Match)):
        asked = match.find_ancestor(exp.Select)
        if asked is None:
            continue
        where = asked.args["where"]
        others = [part for part in where.this.flatten() if part is not match]
        where.set("this", exp.and_(*others))
        for table in asked.find_all(exp.Table):
            if table.name == _INDEX:
                table.set("this", exp.to_identifier("papers"))
        for column in asked.find_all(exp.Column):
            if column.name == "rowid":
                column.set("this", exp.to_identifier("id"))


def _compare_without_case(tree: exp.Expr) -> None:
    """`COLLATE NOCASE` folds the 26 letters of ASCII and no other."""
    for collate in list(tree.find_all(exp.Collate)):
        comparison = collate.parent
        if not isinstance(comparison, exp.EQ) or collate.expression.name.lower() != "nocase":
            raise ValueError(f"no rule for {collate.sql('sqlite')}")
        collate.replace(collate.this)
        for side in (comparison.this, comparison.expression):
            side.replace(_folded(side.copy()))


def _folded(text: exp.Expr) -> exp.Expr:
    upper, lower = exp.Literal.string(string.ascii_uppercase), exp.Literal.string(string.ascii_lowercase)
    return exp.Anonymous(this="translate", expressions=[text, upper, lower])


def _order_inside_aggregates(tree: exp.Expr) -> None:
    """`group_concat` over rows in an order: other engines follow an order only where the aggregate names it."""
    for joined in list(tree.find_all(exp.GroupConcat)):
        below = _only_source(joined)
        if below is None or below.args.get("order") is None:
            continue
        keys = below.args["order"].expressions
        for number, key in enumerate(keys, start=1):
            below.select(exp.alias_(key.this.copy(), f"order_{number}"), copy=False)
            key.this.replace(exp.column(f"order_{number}"))
        below.set("order", None)
        # A text with a collation of its own and the separator are two types to Spark.
        joined.set("this", exp.Order(this=exp.cast(joined.this.copy(), "text"), expressions=keys))


def _only_source(joined: exp.Expr) -> exp.Select | None:
    """Return the SELECT that the one of `joined` reads from, where it is the only one."""
    asked = joined.find_ancestor(exp.Select)
    if asked is None or asked.args.get("joins") or asked.args.get("group"):
        return None
    source = asked.args["from_"].this
    return source.this if isinstance(source, exp.Subquery) and isinstance(source.this, exp.Select) else None


def _group_by_all_columns(tree: exp.Expr) -> None:
    """A group of rows with the same `id` gives any column of that row: other engines want each named."""
    for asked in tree.find_all(exp.Select):
        group = asked.args.get("group")
        if group is None:
            continue
        # A subquery gives the same for each row of the group.
        for part in asked.expressions:
            if isinstance(part.unalias(), exp.Subquery):
                part.unalias().replace(exp.AnyValue(this=part.unalias().copy()))
        named = {column.sql() for column in group.expressions}
        for column in _bare_columns(asked):
            if column.sql() not in named:
                named.add(column.sql())
                group.append("expressions", column.copy())


def _bare_columns(asked: exp.Select) -> Iterator[exp.Column]:
    """Yield the columns of `asked`'s own tables that it gives or orders by outside an aggregate."""
    tables = {source.alias_or_name for source in asked.find_all(exp.Table) if source.parent_select is asked}
    order = asked.args.get("order")
    for part in (*asked.expressions, *(order.expressions if order else ())):
        for column in part.find_all(exp.Column):
            aggregate = column.find_ancestor(exp.AggFunc)
            if column.table in tables and (aggregate is None or aggregate.parent_select is not asked):
                yield column


def _count_truth(tree: exp.Expr) -> None:
    """Truth is 1 in a sum, and a number that is not 0 is truth in a condition."""
    for total in tree.find_all(exp.Sum):
        if isinstance(total.this, exp.Predicate):
            total.this.replace(exp.cast(total.this.copy(), "int"))
    for condition in tree.find_all(exp.If):
        if isinstance(condition.this, exp.Min | exp.Max):
            condition.this.replace(condition.this.copy().neq(0))


def _count_exactly(tree: exp.Expr) -> None:
    """Whole numbers divide without remainder, numbers with a point are binary, text that is no number has no number."""
    for division in list(tree.find_all(exp.Div)):
        if all(literal.is_int for literal in division.find_all(exp.Literal)):
            division.replace(exp.IntDiv(this=division.this.copy(), expression=division.expression.copy()))
    for literal in list(tree.find_all(exp.Literal)):
        if literal.is_number and not literal.is_int:
            literal.replace(exp.cast(literal.copy(), "double"))
    for cast in list(tree.find_all(exp.Cast)):
        if isinstance(cast.this, exp.Placeholder) and cast.is_type("int"):
            cast.replace(exp.TryCast(this=cast.this.copy(), to=exp.DataType.build("bigint"), safe=True))


def _count_days(tree: exp.Expr) -> None:
    """`julianday` is only ever subtracted: any first day does."""
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.lower() == "julianday":
            first = exp.cast(exp.Literal.string("1970-01-01"), "date")
            days = exp.DateDiff(
                this=exp.cast(call.expressions[0].copy(), "date"), expression=first, unit=exp.var("DAY")
            )
            call.replace(exp.cast(days, "double"))


def _list_json(tree: exp.Expr) -> None:
    """The texts of a JSON list, joined: without a table of its elements."""
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.lower() != "json_each":
            continue
        asked = call.find_ancestor(exp.Subquery)
        joined = asked.find(exp.GroupConcat) if asked else None
        if asked is None or joined is None or joined.this.name != "value":
            raise ValueError(f"no rule for {call.sql('sqlite')}")
        texts = exp.Anonymous(this="texts_of_json", expressions=[call.expressions[0].copy()])
        asked.replace(exp.ArrayToString(this=texts, expression=joined.args["separator"].copy()))


def _spell_characters(tree: exp.Expr) -> None:
    """`char(10, 10)` is a text of two characters."""
    for call in list(tree.find_all(exp.Chr)):
        call.replace(exp.Literal.string("".join(chr(int(code.name)) for code in call.expressions)))


RULES: Final[tuple[Rule, ...]] = (
    _forget_how_to_plan,
    _find_titles_without_index,
    _compare_without_case,
    _order_inside_aggregates,
    _group_by_all_columns,
    _count_truth,
    _count_exactly,
    _count_days,
    _list_json,
    _spell_characters,
)

"""What lets the file explain itself: what its columns mean, the licences of its sources, and which release it is."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, Table

from catalog.models.columns import identifier, metadata, not_empty, number, textual

schema_comments = Table(
    "schema_comments",
    metadata,
    textual("name", "Name of the table, or of the view of a check", required=True),
    number("position", "Place of the column in the table, from 1; 0 for the table or view itself", required=True),
    textual("column_name", "Name of the column; null for the table or view itself"),
    textual("comment", "What it means; of a check the rule that the rows in its view break", required=True),
    PrimaryKeyConstraint("name", "position"),
    not_empty("name", "column_name", "comment"),
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("(position = 0) = (column_name IS NULL)", name="column_has_name"),
    comment="What every table, column and check means, so that the file explains itself",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

source_licences = Table(
    "source_licences",
    metadata,
    textual("format", "Form of the documents, as in `source_documents.format`", required=True),
    textual("licence", "Licence that the source states for them, by its SPDX identifier; null where it states none"),
    textual("attribution", "Whom to name, and what belongs to whom", required=True),
    textual("url", "Where the source or its terms are; null where documents of this form come from anywhere"),
    PrimaryKeyConstraint("format"),
    not_empty("format", "licence", "attribution", "url"),
    comment="Licence and attribution for each kind of source",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

releases = Table(
    "releases",
    metadata,
    identifier("Always 1"),
    textual("catalogue_version", "Version of the software that wrote the release", required=True),
    not_empty("catalogue_version"),
    CheckConstraint("id = 1", name="one_row"),
    comment="One row in a file that `catalog release` wrote; none in any other, and none after a load into it",
    sqlite_strict=True,
)

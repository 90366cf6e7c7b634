"""Links, the repositories that they lead to, and who says that a paper has them."""

from __future__ import annotations

from typing import get_args

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from catalog.links import LinkKind
from catalog.models.columns import (
    booleans,
    flag,
    identifier,
    metadata,
    not_empty,
    number,
    one_of,
    reference,
    textual,
)
from catalog.records import AddedBy, AssertedBy, LinkRole

ASSERTERS = get_args(AssertedBy)
ADDERS = get_args(AddedBy)
LINK_KINDS = get_args(LinkKind)
LINK_ROLES = get_args(LinkRole)

repositories = Table(
    "repositories",
    metadata,
    identifier(),
    textual("host", "Where the code lives, such as github.com, in lower case", required=True),
    Column(
        "owner",
        Text(collation="NOCASE"),
        nullable=False,
        comment="Account or group that owns it, in the case a source prints; several segments on GitLab",
    ),
    Column("name", Text(collation="NOCASE"), nullable=False, comment="Its name, in the case a source prints"),
    textual("url", "Address of the repository", required=True),
    # The owner first, so that it serves as the index of owners, too. The address is one where these are.
    UniqueConstraint("owner", "name", "host"),
    Index(None, "host"),
    not_empty("host", "owner", "name", "url"),
    comment="Where code lives: host, owner and name, one row whatever the case they are written in",
    sqlite_strict=True,
)

links = Table(
    "links",
    metadata,
    identifier(),
    textual("url", "Address in canonical form", required=True),
    textual("url_key", "The address folded where its target ignores case: what identifies a link", required=True),
    textual("host", "Host of the address, in lower case", required=True),
    textual("kind", "What the address leads to, told from the address alone", required=True),
    reference("repository_id", "repositories", "The repository it leads to; null for every other kind", required=False),
    UniqueConstraint("url"),
    UniqueConstraint("url_key"),
    UniqueConstraint("repository_id"),
    Index(None, "host"),
    Index(None, "kind"),
    not_empty("url", "url_key", "host"),
    one_of("kind", LINK_KINDS),
    CheckConstraint("(kind = 'repository') = (repository_id IS NOT NULL)", name="repository"),
    comment="Addresses that texts and fields offer, one row for each target",
    sqlite_strict=True,
)

paper_links = Table(
    "paper_links",
    metadata,
    reference("paper_id", "papers", "The paper"),
    reference("link_id", "links", "The link", index=True),
    flag("is_promised", "1 where every source only promises it (`will be released`)", default=0),
    flag("is_own", "0 where the words say that it is somebody else's work (`built on`), else 1", default=1),
    PrimaryKeyConstraint("paper_id", "link_id"),
    booleans("is_promised", "is_own"),
    comment="Derived: one row for each paper and link, whoever says it; the evidence is in `link_assertions`",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

paper_link_roles = Table(
    "paper_link_roles",
    metadata,
    number("paper_id", "The paper", required=True),
    number("link_id", "The link", required=True),
    textual("role", "What the sentence says is there", required=True),
    PrimaryKeyConstraint("paper_id", "link_id", "role"),
    ForeignKeyConstraint(["paper_id", "link_id"], ["paper_links.paper_id", "paper_links.link_id"]),
    Index(None, "role"),
    one_of("role", LINK_ROLES),
    comment="Derived: what a link is to a paper, as anybody says; often several roles",
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

link_assertions = Table(
    "link_assertions",
    metadata,
    identifier(),
    reference("paper_id", "papers", "The paper"),
    reference("link_id", "links", "The link", index=True),
    reference("source_document_id", "source_documents", "The document that says so"),
    reference("digest_id", "digests", "The digest in it; null where the paper stands outside of any", required=False),
    number("position", "Place of the entry in the digest, or of the record in the document", required=True),
    textual("asserted_by", "Who says that the paper has the link", required=True),
    textual(
        "field",
        "Field in which the address stands, as the source calls it, such as `githubRepo`; null in running text",
    ),
    textual(
        "added_by",
        "Who filled that field, as the listing says (`githubRepoAddedBy`): user, admin or auto; null where it does not",
    ),
    number("is_official", "1 where a published list calls the code official, 0 where not; null elsewhere"),
    number(
        "is_mentioned_in_paper",
        "1 where a published list says that the paper names the code (`mentioned_in_paper`), 0 where not; "
        "null elsewhere",
    ),
    number(
        "is_mentioned_in_repository",
        "1 where a published list says that the code names the paper (`mentioned_in_github`), 0 where not; "
        "null elsewhere",
    ),
    textual("framework", "Framework of the code, as a published list says; null where none is"),
    textual("verbatim", "The address as it stands, damage included", required=True),
    textual(
        "sub_path", "What follows the canonical address, such as a folder of a shared repository; null where nothing"
    ),
    number("line", "Line of the document where it stands; null where the source has no lines"),
    number(
        "char_start",
        "Characters of that line before it, counted in code points; null where the source has no such place",
    ),
    textual(
        "roles",
        "What the words say is there, as a JSON array; `[]` where they do not say. In rows from before revision 0004 "
        "what all words about paper and link say together",
        required=True,
        server_default=text("'[]'"),
    ),
    flag("is_promised", "1 where the words only promise it (`will be released`)", default=0),
    flag("is_own", "0 where the words say that it is somebody else's work (`built on`), else 1", default=1),
    Index(None, "paper_id", "link_id"),
    Index(None, "source_document_id", "position"),
    not_empty("verbatim", "sub_path", "field", "framework", "roles"),
    one_of("asserted_by", ASSERTERS),
    one_of("added_by", ADDERS),
    CheckConstraint("line > 0 AND char_start >= 0", name="place"),
    CheckConstraint("position > 0", name="position"),
    booleans("is_official", "is_mentioned_in_paper", "is_mentioned_in_repository", "is_promised", "is_own"),
    comment="The evidence: who says that a paper has a link, in which words, and where",
    sqlite_strict=True,
)

"""The scope guard looks at the finished query: every way round the scope's condition raises (DETAILS 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from peewee import JOIN, SQL, Case, Cast, ModelAlias, Table, Window, fn

from portal.base.config import Config
from portal.base.database import database, transaction
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.firm import Firm
from portal.models.link import Link, LinkFetch
from portal.models.record import ScopeMissing, opened
from portal.models.staff import Staff
from portal.models.stored_file import StoredFile
from portal.policies import scope as scopes
from portal.policies.scope import ClientScope, Scope
from tests.personas import World

Query = Callable[[Scope, World], Any]


@pytest.fixture
def scope(instance: Config, world: World) -> Iterator[Scope]:
    with opened(found := Scope(world.firm)):
        yield found


def naked(model: Any) -> Any:
    return model.select(model.id)


READS: dict[str, Query] = {
    "no condition": lambda s, w: naked(Client),
    "an own condition instead": lambda s, w: naked(Client).where(Client.firm == w.firm),
    "a row by its id": lambda s, w: Client.select().where(Client.id == w.lindner),
    "or instead of and": lambda s, w: s.of(Client).orwhere(Client.id > 0),
    "or inside": lambda s, w: naked(Client).where(s.condition(Client) | (Client.id > 0)),
    "negated": lambda s, w: naked(Client).where(~s.condition(Client)),
    "in having only": lambda s, w: naked(Client).group_by(Client.id).having(s.condition(Client)),
    "of another table": lambda s, w: naked(Client).where(s.condition(Document)),
    "inner join": lambda s, w: s.of(Document).join(Client, on=(Document.client == Client.id)),
    "outer join": lambda s, w: s.of(Document).join(Client, JOIN.LEFT_OUTER, on=(Document.client == Client.id)),
    "left side held in the ON of an outer join": lambda s, w: naked(Document).join(
        Client, JOIN.LEFT_OUTER, on=(Document.client == Client.id) & s.condition(Document) & s.condition(Client)
    ),
    "right side held in the ON of a right join": lambda s, w: s.of(Document).join(
        Client, JOIN.RIGHT_OUTER, on=(Document.client == Client.id) & s.condition(Client)
    ),
    "two sources": lambda s, w: s.of(Document).from_(Document, Client),
    "alias": lambda s, w: ModelAlias(Client, "c").select(),
    "alias with the condition of its model": lambda s, w: (
        (c := ModelAlias(Client, "c")).select(c.id).where(s.condition(Client))
    ),
    "sub-select in where": lambda s, w: s.of(Document).where(Document.client.in_(naked(Client))),
    "sub-select in a comparison": lambda s, w: s.of(Document).where(Document.client == naked(Client).limit(1)),
    "sub-select in exists": lambda s, w: s.of(Document).where(fn.EXISTS(naked(Client))),
    "sub-select in not exists": lambda s, w: s.of(Document).where(~fn.EXISTS(naked(Client))),
    "sub-select in a column": lambda s, w: s.of(Document, Document.id, naked(Client).limit(1).alias("x")),
    "sub-select in order": lambda s, w: s.of(Document).order_by(naked(Client).limit(1)),
    "sub-select in group": lambda s, w: s.of(Document, fn.COUNT(Document.id)).group_by(naked(Client).limit(1)),
    "sub-select in having": lambda s, w: s.of(Document).group_by(Document.id).having(Document.id.in_(naked(Client))),
    "sub-select in limit": lambda s, w: s.of(Document).limit(naked(Client).limit(1)),
    "sub-select in offset": lambda s, w: s.of(Document).limit(1).offset(naked(Client).limit(1)),
    "sub-select in a function": lambda s, w: s.of(Document, fn.COALESCE(Document.payable, naked(Client).limit(1))),
    "sub-select in a filter": lambda s, w: s.of(Document, fn.COUNT(Document.id).filter(Document.id.in_(naked(Client)))),
    "sub-select in a cast": lambda s, w: s.of(Document, Cast(naked(Client).limit(1), "text")),
    "sub-select in a case": lambda s, w: s.of(Document, Case(None, [(Document.id > 0, naked(Client).limit(1))], 0)),
    "sub-select in a case's predicate": lambda s, w: s.of(Document, Case(naked(Client).limit(1), [(1, 1)], 0)),
    "sub-select in a window": lambda s, w: s.of(Document, fn.ROW_NUMBER().over(partition_by=[naked(Client).limit(1)])),
    "sub-select in a named window": lambda s, w: s.of(Document, fn.ROW_NUMBER().over(window=_window())).window(
        _window()
    ),
    "sub-select in the ON of a join": lambda s, w: s.join(s.of(Document), Client, Client.id.in_(naked(Link))),
    "sub-select as source": lambda s, w: s.of(Document).from_(naked(Client).alias("x")),
    "sub-select two deep": lambda s, w: s.of(Document).where(
        Document.client.in_(s.of(Client, Client.id).where(Client.id.in_(naked(Membership))))
    ),
    "union, left": lambda s, w: naked(Client) | s.of(Client, Client.id),
    "union, right": lambda s, w: s.of(Client, Client.id) | naked(Client),
    "except": lambda s, w: s.of(Client, Client.id) - naked(Client),
    "order of a union": lambda s, w: (s.of(Client, Client.id) | s.of(Client, Client.id)).order_by(
        naked(Document).limit(1)
    ),
    "CTE": lambda s, w: s.of(Document).with_cte(naked(Client).cte("c")),
    "CTE of a union": lambda s, w: s.of(Document).with_cte((s.of(Client, Client.id) | naked(Client)).cte("c")),
    "CTE in a sub-select": lambda s, w: s.of(Document).where(
        Document.client.in_(s.of(Client, Client.id).with_cte(naked(Link).cte("c")))
    ),
    "a bare table": lambda s, w: s.of(Document).from_(Document, Table("client")),
    "text in a condition": lambda s, w: s.of(Document).where(SQL("id in (select id from client)")),
    "text in a column": lambda s, w: s.of(Document, SQL("(select name from client limit 1)")),
}


def _window() -> Window:
    return Window(partition_by=[naked(Client).limit(1)], alias="w")


@pytest.mark.parametrize("name", READS)
def test_a_read_without_the_condition_raises(scope: Scope, world: World, name: str) -> None:
    with pytest.raises(ScopeMissing):
        list(READS[name](scope, world).tuples())


WRITES: dict[str, Query] = {
    "update": lambda s, w: Client.update(name="x"),
    "update with an own condition": lambda s, w: Client.update(name="x").where(Client.firm == w.firm),
    "update by or": lambda s, w: s.update(Client, name="x").orwhere(Client.id > 0),
    "update from a sub-select": lambda s, w: s.update(Client, name=Firm.select(Firm.name).limit(1)),
    "update from another table": lambda s, w: s.update(Document, title=Client.name).from_(Client),
    "update where a sub-select": lambda s, w: s.update(Client, name="x").where(Client.id.in_(naked(Document))),
    "update returning": lambda s, w: s.update(Client, name="x").returning(naked(Firm).limit(1)),
    "a row moved to another firm": lambda s, w: s.update(Client, firm=w.other_firm),
    "delete": lambda s, w: Client.delete(),
    "delete by or": lambda s, w: s.delete(Client).orwhere(Client.id > 0),
    "delete where a sub-select": lambda s, w: s.delete(Client).where(Client.id.in_(naked(Document))),
    "insert for another firm": lambda s, w: LinkFetch.insert(firm=w.other_firm, link=w.lindner_link, hour=0),
    "insert for no firm": lambda s, w: LinkFetch.insert(link=w.lindner_link, hour=0),
    "insert of many, one foreign": lambda s, w: LinkFetch.insert_many(
        [{"firm": w.firm, "link": 1, "hour": 0}, {"firm": w.other_firm, "link": 1, "hour": 1}]
    ),
    "insert of unnamed values": lambda s, w: LinkFetch.insert_many([(w.firm, 1, 0)], fields=[LinkFetch.firm]),
    "insert from a select": lambda s, w: LinkFetch.insert_from(s.of(Link, Link.firm, Link.id), [LinkFetch.firm]),
    "insert with a sub-select": lambda s, w: LinkFetch.insert(firm=w.firm, link=naked(Link).limit(1), hour=0),
    "insert in the place of another's row": lambda s, w: Link.replace(firm=w.firm, client=w.lindner),
    "insert that changes another's row": lambda s, w: StoredFile.insert(firm=w.firm, name="x").on_conflict(
        conflict_target=[StoredFile.id], update={StoredFile.name: "x"}
    ),
    "insert that moves the row in the way": lambda s, w: LinkFetch.insert(
        firm=w.firm, link=w.lindner_link, hour=0
    ).on_conflict(conflict_target=[LinkFetch.link], update={LinkFetch.firm: w.other_firm}),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_without_the_condition_raises(scope: Scope, world: World, name: str) -> None:
    with pytest.raises(ScopeMissing), transaction():
        WRITES[name](scope, world).execute()


OTHER_WAYS: dict[str, Callable[[World], Any]] = {
    "save": lambda w: Client(id=w.lindner, firm=w.firm, name="x").save(),
    "get_by_id": lambda w: Client.get_by_id(w.lindner),
    "get": lambda w: Client.get(Client.id == w.lindner),
    "get_or_none": lambda w: Client.get_or_none(Client.id == w.lindner),
    "create": lambda w: Client.create(firm=w.other_firm, name="x"),
    "delete_instance": lambda w: Client(id=w.lindner).delete_instance(),
    "raw": lambda w: list(Client.raw("select * from client")),
    "alias": lambda w: Client.alias("c"),
    "truncate": lambda w: Client.truncate_table(),
    "text": lambda w: database.execute_sql("select * from client"),
    "text in quotes": lambda w: database.execute_sql('SELECT * FROM "Client"'),
}


@pytest.mark.parametrize("name", OTHER_WAYS)
def test_peewee_has_no_other_way(scope: Scope, world: World, name: str) -> None:
    with pytest.raises(RuntimeError):
        OTHER_WAYS[name](world)
    assert scope.by_id(Client, world.lindner).name == "Hausverwaltung Lindner"


def test_without_a_scope_nothing_runs(instance: Config, world: World) -> None:
    with pytest.raises(ScopeMissing):
        list(Client.select().where(Client.id == world.lindner))
    with pytest.raises(ScopeMissing):
        Client.insert(firm=world.firm, name="x").execute()
    with pytest.raises(ScopeMissing):
        Scope(world.firm).by_id(Client, world.lindner)


def test_a_query_of_one_scope_does_not_run_in_another(scope: Scope, world: World) -> None:
    query = scope.of(Client)
    assert len(list(query.clone())) > 1
    with opened(Scope(world.other_firm)), pytest.raises(ScopeMissing):
        list(query.clone())
    with opened(ClientScope(world.firm, world.lindner)), pytest.raises(ScopeMissing):
        list(query.clone())


def test_a_text_approved_once_does_not_approve_another_firm(scope: Scope, world: World) -> None:
    assert {c.number for c in scope.of(Client)} >= {"K-1042", "K-1043"}
    with opened(other := Scope(world.other_firm)):
        assert {c.firm_id for c in other.of(Client)} == {world.other_firm}


def test_a_clients_scope_inserts_for_this_client_only(instance: Config, world: World) -> None:
    with opened(ClientScope(world.firm, world.lindner)) as _, pytest.raises(ScopeMissing):
        Document.insert(firm=world.firm, client=world.thode, kind="offer", number="x").execute()


def test_what_the_guard_lets_through_is_right(scope: Scope, world: World) -> None:
    inviter = scope.alias(Client, "inviter")
    query = scope.of(Document, Document.id, Client.name, inviter.name)
    query = scope.join(query, Client, Document.client == Client.id)
    query = scope.join(query, inviter, Client.id == inviter.id, src=Client, outer=True)
    query = query.where(Document.client.in_(scope.of(Client, Client.id).where(Client.id == world.lindner)))
    assert {row[0] for row in query.tuples()} == {
        world.offer, world.small_offer, world.invoice, world.report, world.draft,
    }  # fmt: skip
    both = scope.of(Client, Client.id).where(Client.id == world.lindner) | scope.of(Staff, Staff.id)
    assert (world.lindner,) in list(both.tuples())
    numbered = scope.of(Contact, Contact.id).cte("numbered")
    assert list(scope.of(Client).with_cte(numbered).where(Client.id.in_(scope.of(Membership, Membership.client))))
    scope.add_all(LinkFetch, [{"link": world.lindner_link, "hour": 0}, {"link": world.lindner_link, "hour": 1}])
    assert len(list(scope.of(LinkFetch))) == 2


def test_the_instances_own_work_is_not_guarded(instance: Config, world: World) -> None:
    with scopes.instance("a test") as whole:
        assert {c.firm_id for c in whole.of(Client)} == {world.firm, world.other_firm}
        assert list(Client.select().where(Client.id == world.other_client))

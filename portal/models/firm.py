"""The firm: the tenant. Everything belongs to exactly one; its settings stand in its row."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BooleanField, EnclosedNodeList, Entity, ForeignKeyField, NodeList, TextField

from portal.base.text import uid
from portal.models.record import InstantField, IntegerField, TenantRecord

SECRET_LINK, PASSWORD = "secret_link", "password"
LOGIN_TYPES = (SECRET_LINK, PASSWORD)
# whose contacts get access by themselves (B5): all clients', those made from now on, nobody's
ALL, FUTURE, NOBODY = "all", "future", "nobody"
DEFAULT_ACCESS = (ALL, FUTURE, NOBODY)


class Firm(TenantRecord):
    """A firm with its settings. `code_limit` in cents; `link_days` null = links never expire; `colour` is #rrggbb."""

    uid = TextField(default=uid, unique=True)
    slug = TextField(unique=True)
    name = TextField()
    created_at = InstantField()
    is_demo = BooleanField(default=False)
    # firm
    street = TextField(default="")
    postcode = TextField(default="")
    city = TextField(default="")
    country = TextField(default="DE")
    phone = TextField(default="")
    hours = TextField(default="")
    email = TextField(default="")
    vat_id = TextField(default="")
    imprint_url = TextField(default="")
    privacy_url = TextField(default="")
    time_zone = TextField(default="Europe/Berlin")
    language = TextField(default="de")
    # bank
    account_holder = TextField(default="")
    iban = TextField(default="")
    bic = TextField(default="")
    # look
    colour = TextField(default="#3d4a5c")
    background = TextField(default="plain")
    logo = TextField(null=True)
    # links
    login_type = TextField(default=SECRET_LINK)
    link_comment = BooleanField(default=True)
    link_decide = BooleanField(default=True)
    link_days = IntegerField(default=365, null=True)
    code_limit = IntegerField(default=100_000, null=True)
    persons_accept = BooleanField(default=False)
    # who gets in by themselves (B5)
    default_access = TextField(default=FUTURE)
    # team
    advisers_see_all = BooleanField(default=True)

    class Meta:
        table_name = "firm"

    @property
    def address_lines(self) -> list[str]:
        return [line for line in (self.street, f"{self.postcode} {self.city}".strip()) if line]

    @property
    def grants_login(self) -> bool:
        """Whether a new contact gets login by itself (B5)."""
        return bool(self.default_access != NOBODY)

    @property
    def can_be_paid(self) -> bool:
        return bool(self.iban)


class Ref(ForeignKeyField):
    """A reference that never loads by itself; between tenant tables it carries the firm: (firm_id, x_id)."""

    def __init__(self, model: Any, *, null: bool = False, index: bool = True) -> None:
        super().__init__(model, null=null, index=index, lazy_load=False, backref="+")

    def foreign_key_constraint(self, explicit_name: bool = False) -> Any:
        if self.rel_model is Firm:
            return super().foreign_key_constraint(explicit_name)
        ours = EnclosedNodeList((Entity("firm_id"), Entity(self.column_name)))
        theirs = EnclosedNodeList((Entity("firm_id"), Entity("id")))
        return NodeList((SQL("FOREIGN KEY"), ours, SQL("REFERENCES"), self.rel_model, theirs))


class FirmRecord(TenantRecord):
    """A row of a firm. Others of the firm refer to it by (firm_id, id)."""

    firm = Ref(Firm, index=False)

    class Meta:
        constraints = [SQL('UNIQUE ("firm_id", "id")')]

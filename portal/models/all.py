"""All tables, so that importing this module makes them known."""

from __future__ import annotations

from portal.models.api_token import ApiToken
from portal.models.audit_entry import AuditEntry, AuditText
from portal.models.client import Client
from portal.models.client_import import ClientImport, ColumnChoice, ImportRow
from portal.models.contact import Contact, Membership
from portal.models.decision import OfferDecision, StepUpCode
from portal.models.document import Comment, Document, DocumentVersion, PagePicture, Payment
from portal.models.figures import KeptFigures
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.instance import Notice, RateCount
from portal.models.link import Link, LinkFetch, Opening
from portal.models.outbox import OutboxMail
from portal.models.record import Record
from portal.models.run import Run, RunRow
from portal.models.sign_in import SignIn
from portal.models.staff import Assignment, Staff
from portal.models.stored_file import StoredFile
from portal.models.terms import FirmText, Terms
from portal.models.ticket import Ticket

TABLES: tuple[type[Record], ...] = (
    Firm, Identity, Client, Staff, Assignment, Contact, Membership, StoredFile, Document, DocumentVersion,
    PagePicture, Payment, Comment, SignIn, Link, LinkFetch, Opening, Ticket, OfferDecision, StepUpCode, Terms,
    FirmText, OutboxMail, AuditEntry, AuditText, ApiToken, RateCount, Notice,
    KeptFigures,
    Run, RunRow, ClientImport, ImportRow, ColumnChoice,
)  # fmt: skip

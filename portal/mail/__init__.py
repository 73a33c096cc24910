"""Floor 4: turns outbox rows into messages and sends them; one function per kind of e-mail.

Operations queue with `models.outbox.enqueue(kind, subject, to, key=, language=, client_id=, ...)` in their own
transaction. `subject` holds row ids (`id`, not `uid`) and never a token: tokens are made at sending. `to` is the
stored address of the recipient at that moment, `language` the recipient's.

=================== ============== ================================== ==================================================
kind                to             subject                            key; more
=================== ============== ================================== ==================================================
invite              staff          ticket, by (staff or null)         ticket id; not_after = ticket.expires_at
reset               staff, contact ticket, or {} with the typed       ticket id, or a random uid for {}; not_after = the
                                   address as `to`                    ticket's end (30 minutes)
password_changed    staff, contact staff, or contact                  identity id and the instant
access              contact        client, contact, link, by (staff   a random uid: each "send access" is one mail
                                   or null), message (text or "")
invitation          contact        contact, by (staff or null),       unique for the act; not_after = the ticket's end,
                                   colleague (contact or null),       or 7 days
                                   message, ticket (or null); or      a random uid; not_after = now + 1 day
                                   contact alone: asked for anew
document            contact        client, contact, link, document    document id and version; not_before = now + 2 min
digest              contact        client, contact, link, document     kind, and the key it would have had; not_before =
                                   or comment                         7:00 at the firm. In place of `document` and
                                                                      `comment_to_client` for who wants one mail a day
new_link            contact        client, contact, link;             link id and the hour; not_after = now + 1 day
                                   or asked (a link), to nobody yet   link id and the minute
code                contact        client, contact, code              code id; not_after = code.expires_at
decision            staff          staff, decision                    decision id, its state and staff id
decision_receipt    contact        client, contact, decision,         decision id and its state
                                   link (or null)
comment_to_client   contact        client, contact, link, comment     comment id; not_before = now + 10 min
comment_to_staff    staff          staff, comment                     comment id and staff id; not_before = now + 10 min
address             the typed one  ticket, contact                    ticket id; not_after = ticket.expires_at
address_moved       contact's old  contact                            contact id and the instant
address_changed     contact's old  contact, ticket, by (staff or      ticket id
                                   null)
colleague_invited   staff          staff, client, by (contact),       a random uid and staff id
                                   membership (or null), outcome,
                                   name, email (as typed)
links_exported      staff          staff, by (staff or null), count   a random uid
audit_head          staff          staff, number, hash                made by the worker itself, once a week
=================== ============== ================================== ==================================================

- `document`, `comment_to_client` and `digest` are news: queued by `operations.news` as the membership's `mail` says,
  dropped when it says *none* meanwhile, with a way to choose in the foot and in List-Unsubscribe.
- Always give `client_id` for what speaks of one client: archiving and erasing find their mails by it.
- `document`, `comment_to_client` and `comment_to_staff` are queued one row for each document or comment. The rows of
  one kind, recipient and client that wait when the first is due become one mail (DETAILS 10: later ones join it).
- `link` is the contact's newest live portal link, made by the operation when there is none (DETAILS 3). Renewed
  meanwhile, its successor goes into the mail; revoked without one, the mail is dropped.
- `reset` with {}: the form queues the same row for any address; the worker looks whose it is, makes the ticket and
  mails the stored address, or drops the row (TRUST, Sessions). Nobody learns from the answer who has an account.
- `invitation` names all clients that are open to the contact when it is sent, those under *secret link* with that
  client's own link. With `contact` alone somebody asked for a new one, as with `asked` for a new link: the worker
  decides as above, queues a mail of its own and drops the row.
- A mail is dropped when its subject was cancelled meanwhile: ticket used or cancelled, staff member deactivated, link
  revoked, document withdrawn or cancelled, code used, client archived or its portal access off, membership ended or its
  login off, its notify off (not for what a person asked for: access, new_link, code), the address no longer the
  contact's, or changed by staff and not confirmed yet (for all that lets somebody in). A receipt is sent whatever the
  toggles say, then without an address.
"""

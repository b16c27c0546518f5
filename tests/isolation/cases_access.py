"""How the functions of `access` and of `limits` are called."""

from dataclasses import replace

from fintrack.access.acceptance import preview_invitation
from fintrack.access.api_tokens import api_tokens, create_api_token, revoke_api_token
from fintrack.access.invitations import (
    Terms,
    invitations,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from fintrack.access.join_requests import admit, join_requests, turn_down
from fintrack.access.memberships import (
    change_flags,
    change_role,
    hand_over_account,
    heirs,
    leave_tenant,
    may_manage,
    members,
    note_visit,
    remove_member,
    require_below,
    resume_member,
    suspend_member,
)
from fintrack.access.ownership import (
    accept_ownership,
    offer_ownership,
    ownership_offers,
    withdraw_offer,
)
from fintrack.access.sharing import (
    ShareLevel,
    account_shares,
    account_sights,
    share_account,
    shared_balances,
    show_account,
    unshare_account,
)
from fintrack.access.sight import see_as, seeable_members
from fintrack.access.tenants import (
    change_settings,
    close_tenant,
    enter_tenant,
    remove_sample,
    tenant_settings,
)
from fintrack.access.webhooks import (
    Happening,
    create_webhook,
    delete_webhook,
    deliveries,
    webhooks,
)
from fintrack.context import Flag, Role, TenantContext
from fintrack.limits import allowances, import_megabytes, require_import_size
from tests.isolation.functions import Case, Function, Slot
from tests.isolation.ledgers import Ledger

OWNER, ADMIN, MEMBER, VIEWER = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER
READ = ShareLevel.READ


def _invited(me: TenantContext, own: Ledger, terms: Terms) -> object:
    return preview_invitation(invite_member(me, f"{own.name('x')[2:]}@example.net", VIEWER, terms))


def _below(me: TenantContext, _own: Ledger) -> object:
    require_below(me, VIEWER)
    return me.slug


def _small(me: TenantContext, _own: Ledger) -> object:
    require_import_size(me, 1)
    return me.slug


def _guest(own: Ledger) -> TenantContext:
    """Return a member who may leave and is invited again."""
    own.new("member")
    return enter_tenant(own.book.guest, own.owner.slug)


def _settled(me: TenantContext, own: Ledger) -> object:
    old = tenant_settings(own.owner)
    return change_settings(me, replace(old, name=own.name("Rivera"), fiscal_year_start=4))


ACCESS: dict[Function, Case] = {
    create_api_token: Case(
        VIEWER, call=lambda me, own: create_api_token(me, own.name("Script"), []), flag=Flag.API
    ),
    api_tokens: Case(VIEWER, call=lambda me, own: api_tokens(me), flag=Flag.API),
    create_webhook: Case(
        ADMIN,
        call=lambda me, own: create_webhook(
            me, "https://example.org/told", [Happening.MEMBER_LEFT]
        )[0],
    ),
    webhooks: Case(ADMIN, call=lambda me, own: webhooks(me)),
    delete_webhook: Case(
        ADMIN,
        {"webhook_id": Slot("webhook", lambda me, own, it: delete_webhook(me, it))},
    ),
    deliveries: Case(
        ADMIN, {"webhook_id": Slot("webhook", lambda me, own, it: deliveries(me, it))}
    ),
    revoke_api_token: Case(
        VIEWER,
        {"token_id": Slot("token", lambda me, own, it: revoke_api_token(me, it))},
        flag=Flag.API,
    ),
    invite_member: Case(
        ADMIN,
        {
            "terms.shares": Slot(
                "private account",
                lambda me, own, it: _invited(me, own, Terms(shares={it: READ})),
            )
        },
    ),
    resend_invitation: Case(
        ADMIN,
        {
            "invitation_id": Slot(
                "invitation",
                lambda me, own, it: preview_invitation(resend_invitation(me, it)),
            )
        },
    ),
    invitations: Case(ADMIN, call=lambda me, own: invitations(me)),
    revoke_invitation: Case(
        ADMIN,
        {"invitation_id": Slot("invitation", lambda me, own, it: revoke_invitation(me, it))},
    ),
    join_requests: Case(ADMIN, call=lambda me, own: join_requests(me)),
    admit: Case(ADMIN, {"user_id": Slot("asker", lambda me, own, it: admit(me, it, VIEWER))}),
    turn_down: Case(ADMIN, {"user_id": Slot("asker", lambda me, own, it: turn_down(me, it))}),
    members: Case(VIEWER, call=lambda me, own: members(me)),
    heirs: Case(
        VIEWER, {"leaver_id": Slot("keeper", lambda me, own, it: tuple(heirs(me, it).items()))}
    ),
    may_manage: Case(VIEWER, call=lambda me, own: may_manage(me, VIEWER)),
    require_below: Case(VIEWER, call=_below),
    change_role: Case(
        ADMIN, {"user_id": Slot("member", lambda me, own, it: change_role(me, it, VIEWER))}
    ),
    suspend_member: Case(
        ADMIN, {"user_id": Slot("member", lambda me, own, it: suspend_member(me, it))}
    ),
    resume_member: Case(
        ADMIN, {"user_id": Slot("member", lambda me, own, it: resume_member(me, it))}
    ),
    change_flags: Case(
        ADMIN,
        {"user_id": Slot("member", lambda me, own, it: change_flags(me, it, [Flag.EXPORT]))},
    ),
    note_visit: Case(VIEWER, call=lambda me, own: note_visit(me)),
    remove_member: Case(
        ADMIN,
        {
            "user_id": Slot("member", lambda me, own, it: remove_member(me, it)),
            "heir_id": Slot("keeper", lambda me, own, it: remove_member(me, own.new("member"), it)),
        },
    ),
    # Who could leave would be missing for the other cases; test_members.py leaves for real.
    leave_tenant: Case(
        VIEWER,
        {"heir_id": Slot("keeper", lambda me, own, it: leave_tenant(_guest(own), it))},
        call=lambda me, own: leave_tenant(me),
        is_refused=True,
    ),
    hand_over_account: Case(
        MEMBER,
        {
            "account_id": Slot(
                "account",
                lambda me, own, it: hand_over_account(me, it, own.book.keeper.user_id),
            ),
            "heir_id": Slot(
                "keeper", lambda me, own, it: hand_over_account(me, own.new("account"), it)
            ),
        },
    ),
    offer_ownership: Case(
        OWNER, {"user_id": Slot("keeper", lambda me, own, it: offer_ownership(me, it))}
    ),
    ownership_offers: Case(VIEWER, call=lambda me, own: ownership_offers(me)),
    # Nobody offers Cleo what she has; test_ownership.py accepts for real.
    accept_ownership: Case(VIEWER, call=lambda me, own: accept_ownership(me), is_refused=True),
    withdraw_offer: Case(
        VIEWER, {"user_id": Slot("offer", lambda me, own, it: withdraw_offer(me, it))}
    ),
    share_account: Case(
        MEMBER,
        {
            "account_id": Slot(
                "private account",
                lambda me, own, it: share_account(me, it, own.book.keeper.user_id, READ),
            ),
            "user_id": Slot(
                "member",
                lambda me, own, it: share_account(me, own.new("private account"), it, READ),
            ),
        },
    ),
    show_account: Case(
        MEMBER,
        {
            "account_id": Slot(
                "private account",
                lambda me, own, it: show_account(me, it, {own.book.keeper.user_id: READ}),
            ),
            "people": Slot(
                "member",
                lambda me, own, it: show_account(me, own.new("private account"), {it: READ}),
            ),
        },
    ),
    account_sights: Case(VIEWER, call=lambda me, own: account_sights(me)),
    # Only Gil gives balances in these books; test_private_accounts.py gives them for real.
    shared_balances: Case(VIEWER, call=lambda me, own: shared_balances(me)),
    seeable_members: Case(ADMIN, call=lambda me, own: seeable_members(me)),
    see_as: Case(ADMIN, {"user_id": Slot("keeper", lambda me, own, it: see_as(me, it))}),
    unshare_account: Case(
        MEMBER,
        {
            "account_id": Slot(
                "private account",
                lambda me, own, it: unshare_account(me, it, own.book.keeper.user_id),
            ),
            "user_id": Slot(
                "keeper", lambda me, own, it: unshare_account(me, own.new("private account"), it)
            ),
        },
    ),
    account_shares: Case(
        VIEWER,
        {"account_id": Slot("private account", lambda me, own, it: account_shares(me, it))},
    ),
    tenant_settings: Case(VIEWER, call=lambda me, own: tenant_settings(me)),
    change_settings: Case(ADMIN, call=_settled),
    # A right name would end what the other cases work on; test_tenants.py closes for real.
    close_tenant: Case(
        OWNER, call=lambda me, own: close_tenant(me, "another name"), is_refused=True
    ),
    allowances: Case(VIEWER, call=lambda me, own: tuple(allowances(me).items())),
    import_megabytes: Case(VIEWER, call=lambda me, own: import_megabytes(me)),
    require_import_size: Case(VIEWER, call=_small),
    remove_sample: Case(OWNER, call=lambda me, own: remove_sample(me), is_refused=True),
}

"""Events as sentences: what somebody did, after the name of who did it."""

WHO = "{who}"
WORDS = {
    "account.exported": "exported an account",
    "account.handed_over": "handed over an account",
    "account.shared": f"shared an account with {WHO}",
    "account.shown": "changed who sees an account",
    "account.unshared": f"shares an account with {WHO} no longer",
    "attachment.added": "attached a file",
    "attachment.removed": "removed an attachment",
    "attachment.restored": "put an attachment back",
    "book.brought": "brought a whole book",
    "book.exported": "took the whole book along",
    "book.restored": "restored a whole book",
    "change_set.undone": "undid a change",
    "import.committed": "imported",
    "import.undone": "undid an import",
    "invitation.declined": "declined an invitation",
    "invitation.refused": f"turned {WHO} down",
    "invitation.requested": "asked to join",
    "invitation.resent": "sent an invitation again",
    "invitation.revoked": "revoked an invitation",
    "journal.exported": "exported a journal",
    "mapping.remembered": "chose how the columns of files are read",
    "member.admitted": f"let {WHO} in",
    "member.erased": "left, and had the account erased",
    "member.flags_changed": f"changed what {WHO} may do",
    "member.invited": "invited somebody",
    "member.joined": "joined",
    "member.left": "left",
    "member.removed": f"removed {WHO}",
    "member.resumed": f"let {WHO} in again",
    "member.role_changed": f"changed the role of {WHO}",
    "member.suspended": f"suspended {WHO}",
    "ownership.accepted": "accepted the ownership",
    "ownership.offer_withdrawn": f"took back the offer of ownership to {WHO}",
    "ownership.offered": f"offered the ownership to {WHO}",
    "pivot.changed": "changed a pivot",
    "pivot.removed": "removed a pivot",
    "pivot.saved": "saved a pivot",
    "recurring.changed": "changed what recurs",
    "recurring.created": "planned what recurs",
    "recurring.deleted": "planned something no longer",
    "recurring.recorded": "recorded what recurs",
    "sample.filled": "filled the sample",
    "table.exported": "exported a table",
    "tenant.closed": "closed the tenant",
    "tenant.created": "founded the tenant",
    "tenant.limit_changed": "changed a limit of the tenant",
    "tenant.reopened": "opened the tenant again",
    "tenant.resumed": "opened the tenant again",
    "tenant.settings_changed": "changed the settings",
    "tenant.suspended": "suspended the tenant",
    "tenant.totals_rebuilt": "rebuilt the totals",
    "token.created": "made an API token",
    "token.revoked": "revoked an API token",
    "transaction.matched": "found a transaction in a bank’s file",
    "transaction.unmatched": "undid that a bank’s file has a transaction",
    "transfer.found": "imported the other side of a transfer",
}


def event_words(action: str, who: str) -> str:
    """Return an action as a sentence says it, `who` being the person that it was about.

    `tag.renamed`, which is not among the words, is "renamed tag".
    """
    noun, _, verb = action.partition(".")
    return WORDS.get(action, f"{verb} {noun}".replace("_", " ")).replace(WHO, who)

"""Questions over the ledger, answered as frames."""

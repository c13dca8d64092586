"""Usage that programs send as it happens: read, checked, journaled and moved into the ledger."""

"""The department's side: reads a list of documents, checks it, seals, packs, sends, and keeps the receipts."""

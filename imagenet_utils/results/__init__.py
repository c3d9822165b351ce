"""What a run leaves behind: images, ledger, reports, summary."""

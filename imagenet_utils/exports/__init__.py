"""Results in the formats that trainers read: a kind is a row in EXPORTS."""

"""What the user types and reads: options, help, messages, signals, exit codes."""

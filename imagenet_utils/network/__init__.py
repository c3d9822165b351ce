"""URLs to bytes: transfers, the windows of hosts, what is next, how many at once."""

"""Tars, on this disk or on the web: their members, and where each of them lies."""

"""The contact sheet in a real browser; `tests/browser/run` begins."""

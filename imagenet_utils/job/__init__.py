"""A run from its plan to its end: decide, execute, write down."""

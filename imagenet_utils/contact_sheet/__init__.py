"""A page to look at a result: `report.html`, and what it shows beside it."""

"""What is shown of categories and their URLs without anything being made: rows, and their forms."""

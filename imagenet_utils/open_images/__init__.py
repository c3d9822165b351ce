"""What is particular to Open Images: its versions, its metadata, its classes and their tree."""

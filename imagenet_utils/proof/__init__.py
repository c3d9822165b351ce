"""When bytes count as a picture."""

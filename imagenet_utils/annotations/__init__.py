"""Bounding boxes: read from the user's archives, fitted to pictures, written beside them."""

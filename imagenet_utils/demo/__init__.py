"""An origin full of the ills of the web, and a small ImageNet to fetch from it."""

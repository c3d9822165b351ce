"""Lists of image URLs in any form, and the index that makes them quick."""

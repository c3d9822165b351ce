"""Where the work is done: processes, and the life of an image within them."""

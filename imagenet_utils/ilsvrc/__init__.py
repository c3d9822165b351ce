"""What is particular to ILSVRC: its devkit, its two ways of numbering, its archives and trees."""

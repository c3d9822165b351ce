"""Which categories there are, and which are marked: catalogue, labels, ncodes.csv."""

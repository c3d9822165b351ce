"""What stands in a run's way on this machine, found before the run, each with its cure."""

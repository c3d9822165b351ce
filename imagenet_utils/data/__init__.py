"""What comes packed with the program, and the programs that pack it; NOTICE has the licences."""

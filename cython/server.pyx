# Workers and the master, as Python starts them.

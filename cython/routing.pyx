# Rules, maps and their adapters.

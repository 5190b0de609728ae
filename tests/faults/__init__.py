"""What servers do when things go wrong under load: measured for cruet, and for others beside it."""

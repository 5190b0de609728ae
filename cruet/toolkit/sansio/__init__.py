"""What requests and responses know without doing I/O."""

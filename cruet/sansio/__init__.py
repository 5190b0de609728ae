"""What applications and blueprints are without doing any input or output."""

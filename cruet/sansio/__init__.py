"""The parts of applications and blueprints that do no I/O."""

"""What Flask's most used extensions show first in their READMEs, run under `cruet drop-in`."""

"""A Flask-compatible web framework, its HTTP toolkit and its server in one package."""

try:
    import cruet._cruet  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "cruet._cruet":
        raise
    raise ImportError(
        "cruet's extension module is not built. In a clone run `./dev serve` or `./dev test`, "
        "or see the README for the line that installs it."
    ) from None

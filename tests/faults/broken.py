"""An application that does not load."""

import no_such_module_anywhere  # type: ignore[import-not-found]  # noqa: F401

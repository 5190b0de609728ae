"""What a server can be told: one table, and everything that follows from it.

Each section is a dataclass in a module of its own (:mod:`.sockets`, :mod:`.processes`, …), each of
its fields one setting, written with a function of :mod:`.table` that takes default, help, unit,
bounds and the reason for the default. A new setting is one such field. From the fields come the
options of ``cruet run``, the ``CRUET_…`` variables, the names and checks of the config file,
``--print-config``, ``docs/settings.md`` (``python tools/settings_page.py`` writes it anew) and what
a worker gets. :class:`cruet.server.options.ServerOptions` is all the sections in one.
"""

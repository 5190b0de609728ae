# Context-local storage and proxies.

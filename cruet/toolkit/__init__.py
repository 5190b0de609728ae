"""The HTTP toolkit under the framework: requests, responses, routing, headers, testing."""

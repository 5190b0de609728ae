"""Matching URLs to endpoints and building URLs from them."""

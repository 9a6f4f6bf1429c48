"""Searching what packets, streams and messages carry."""

"""Tests of the built-in RouterOS world."""

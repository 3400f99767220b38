"""Tests of the conversation with the router, against a small working model of one."""

"""What a row keeps of the export it was read from beside its properties; never shown by the API.

The line it begins on is kept so as well, as ``wanwatch.core.survey.LINE``.
"""

SET_BY = ".set-by"
"""How an export names a row it did not add: ``name`` for its name, the console's words that stand
for it, or empty for settings."""
WORDS = ".words"
"""The bare words of a row that are no switches, as the console takes them."""

"""Which WANs a router has, and how traffic reaches them: decided from one survey, nothing guessed."""

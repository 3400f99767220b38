"""What is known of each line: from samples to states, each with its evidence, and what would change it."""

"""What is wrong with a router's PCC set-up: checks that read a survey and raise findings."""

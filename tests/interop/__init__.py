"""Public clients of RouterOS read the built-in router as they read any."""

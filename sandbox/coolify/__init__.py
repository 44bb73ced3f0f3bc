"""The simulated Coolify 4.3.11."""

"""Player accounts: registration, login and sessions; personal data lives in the vault of this room and nowhere else."""

"""Every price that was published, kept for as long as configured."""

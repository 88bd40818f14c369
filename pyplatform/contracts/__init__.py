"""The messages domains publish and accept, one module a domain: all a domain may import of another."""

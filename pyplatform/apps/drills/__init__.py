"""Drills: the wallet under load loses its processes and servers, and every acknowledged command is accounted for."""

"""What a Python developer imports: `from pyplatform.core import odds, feeds, wallet`."""

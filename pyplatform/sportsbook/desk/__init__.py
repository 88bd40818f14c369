"""The traders' desk: commands recorded before they take effect, questions, and their HTTP."""

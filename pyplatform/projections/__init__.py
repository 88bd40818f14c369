"""Read models in Valkey: written only by what is newer, applied exactly once, rebuilt from the record at will."""

from pyplatform.projections.effects import Effects
from pyplatform.projections.inbox import Batch, Inbox, Outcome, Position
from pyplatform.projections.models import ReadModels

__all__ = ["Batch", "Effects", "Inbox", "Outcome", "Position", "ReadModels"]

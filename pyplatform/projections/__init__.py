"""Read models in Valkey and in tables: applied exactly once, and rebuilt from the record at will."""

from pyplatform.projections.effects import Effects
from pyplatform.projections.inbox import Batch, Inbox, Outcome, Position
from pyplatform.projections.models import ReadModels
from pyplatform.projections.tables import TableInbox, read_position

__all__ = ["Batch", "Effects", "Inbox", "Outcome", "Position", "ReadModels", "TableInbox", "read_position"]

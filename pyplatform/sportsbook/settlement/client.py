"""The way to the desk of settlement, and its records."""

import asyncpg

from pyplatform.bus import Bus, LeaseClient
from pyplatform.contracts.sportsbook.settlement import locate_subject, staff_subject
from pyplatform.sportsbook.desk.client import ANSWER_S, DeskClient
from pyplatform.sportsbook.settlement.record import SettlementRecord
from pyplatform.sportsbook.settlement.runs import SettlementRuns


class SettlementClient(DeskClient):
    """Commands go to the process that leads settlement; what is on record is read where it stands."""

    def __init__(self, bus: Bus, pool: asyncpg.Pool) -> None:
        super().__init__(bus, ())
        self._owners = [LeaseClient(bus, locate_subject(), staff_subject, ANSWER_S)]
        self.record = SettlementRecord(pool)
        self.runs = SettlementRuns(pool)

"""Whose token is it: a player's or a member of staff's. Each has sessions of its own."""

from pyplatform.contracts.pam import Session, StaffSession
from pyplatform.pam.service import Accounts
from pyplatform.pam.staff import TOKEN_PREFIX, Staff


class Callers:
    """`contracts.pam.SessionPort` over both."""

    def __init__(self, accounts: Accounts, staff: Staff) -> None:
        self._accounts, self._staff = accounts, staff

    async def resolve(self, tenant: str, token: str) -> Session | StaffSession | None:
        """Session of `token` within `tenant`, or None if it is unknown, expired or another tenant's."""
        if token.startswith(TOKEN_PREFIX):
            return await self._staff.resolve(tenant, token)
        return await self._accounts.resolve(tenant, token)

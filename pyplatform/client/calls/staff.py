"""Operations on staff; written by `make client`, change the API instead."""

from urllib.parse import quote

from pyplatform.client.call import Call
from pyplatform.client.types.staff import (
    MemberList,
    MemberView,
    Myself,
    NewMember,
    OpenedStaffSession,
    RoleChange,
    StaffCredentials,
)


def sign_in(body: StaffCredentials) -> Call[OpenedStaffSession]:
    """Sign in as staff; the member's other session ends.

    A wrong password and an unknown name get the same answer; too many attempts are told when to come back.
    """
    return Call("POST", "/v1/staff/sessions", OpenedStaffSession, body=body)


def sign_out() -> Call[None]:
    """Sign out: the token is dead at once."""
    return Call("DELETE", "/v1/staff/sessions/current", type(None))


def whoami() -> Call[Myself]:
    """Read who is signed in, and with which roles."""
    return Call("GET", "/v1/staff/me", Myself)


def list_staff() -> Call[MemberList]:
    """List the tenant's staff."""
    return Call("GET", "/v1/staff", MemberList)


def add_staff(body: NewMember) -> Call[MemberView]:
    """Add a member of staff. 409 `name_taken`: names are never used again."""
    return Call("POST", "/v1/staff", MemberView, body=body)


def set_staff_roles(staff_id: str, body: RoleChange) -> Call[MemberView]:
    """Replace a member's roles; the member must sign in again. 409 `own_roles`: nobody's own."""
    return Call("PUT", f"/v1/staff/{quote(staff_id, safe='')}/roles", MemberView, body=body)

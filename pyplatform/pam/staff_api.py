"""HTTP of staff: sign in and out; an admin adds members and gives roles."""

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.pam import Role
from pyplatform.http.app import App
from pyplatform.http.message import Request
from pyplatform.http.problems import Problem
from pyplatform.kernel import ids
from pyplatform.kernel.time import Moment
from pyplatform.pam.answers import origin_of, problem_of
from pyplatform.pam.model import MAX_PASSWORD, Refused
from pyplatform.pam.staff import ROLES, Staff
from pyplatform.pam.staff_store import Member

Name = Annotated[str, Meta(min_length=2, max_length=64, description="name the member signs in by")]
Password = Annotated[
    str, Meta(max_length=MAX_PASSWORD, description="15 characters or more, not easy to guess")
]
Roles = Annotated[
    list[Annotated[str, Meta(max_length=16)]],
    Meta(max_length=len(ROLES), description=f"any of {', '.join(ROLES)}; none of them lets in nowhere"),
]
_UNKNOWN: Final = "there is no such member of staff"


class StaffCredentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to sign in."""

    name: Name
    password: Password


class OpenedStaffSession(msgspec.Struct, frozen=True):
    """A new session. The token is told once; it dies when idle too long and at `expires_at` at the latest."""

    token: str
    staff_id: str
    roles: list[Role]
    expires_at: Moment
    idle_minutes: int


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member to be added."""

    name: Name
    password: Password
    roles: Roles


class RoleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The roles a member has from now on."""

    roles: Roles


class MemberView(msgspec.Struct, frozen=True):
    """A member of the tenant's staff."""

    staff_id: str
    name: str
    roles: list[Role]
    added_at: Moment


class MemberList(msgspec.Struct, frozen=True):
    """The tenant's staff, by name."""

    members: list[MemberView]


class Myself(msgspec.Struct, frozen=True):
    """Who is signed in."""

    staff_id: str
    roles: list[Role]


def routes(app: App, staff: Staff) -> None:
    """Add signing in and out, and the administration of members."""
    _add_sessions(app, staff)
    _add_members(app, staff)


def _add_sessions(app: App, staff: Staff) -> None:
    @app.post("/v1/staff/sessions", status=201, errors=(401, 429))
    async def sign_in(request: Request, body: StaffCredentials) -> OpenedStaffSession:
        """Sign in as staff; the member's other session ends.

        A wrong password and an unknown name get the same answer; too many attempts are told when to come back.
        """
        result = await staff.sign_in(request.tenant, body.name, body.password, origin_of(request))
        if isinstance(result, Refused):
            raise problem_of(result)
        expires = datetime.fromtimestamp(result.session.expires_at // 1_000_000_000, UTC)
        member, roles = ids.text(result.session.staff), sorted(result.session.roles)
        return OpenedStaffSession(result.token, member, roles, expires, staff.config.staff_idle_minutes)

    @app.delete("/v1/staff/sessions/current", status=204, auth=ROLES)
    async def sign_out(request: Request) -> None:
        """Sign out: the token is dead at once."""
        await staff.sign_out(request.staff, origin_of(request))

    @app.get("/v1/staff/me", auth=ROLES)
    async def whoami(request: Request) -> Myself:
        """Read who is signed in, and with which roles."""
        return Myself(ids.text(request.staff.staff), sorted(request.staff.roles))


def _add_members(app: App, staff: Staff) -> None:
    @app.get("/v1/staff", auth="admin")
    async def list_staff(request: Request) -> MemberList:
        """List the tenant's staff."""
        return MemberList([_view(member) for member in await staff.members(request.tenant)])

    @app.post("/v1/staff", status=201, auth="admin", errors=(409,))
    async def add_staff(request: Request, body: NewMember) -> MemberView:
        """Add a member of staff. 409 `name_taken`: names are never used again."""
        result = await staff.add(
            request.tenant, body.name, body.roles, body.password, request.staff.actor, origin_of(request)
        )
        if isinstance(result, Refused):
            raise problem_of(result)
        return _view(result)

    @app.put("/v1/staff/{staff_id}/roles", auth="admin", errors=(409,))
    async def set_staff_roles(request: Request, staff_id: str, body: RoleChange) -> MemberView:
        """Replace a member's roles; the member must sign in again. 409 `own_roles`: nobody's own."""
        try:
            member = ids.parse(staff_id)
        except ValueError:
            raise Problem(404, "unknown_staff", _UNKNOWN, field="staff_id") from None
        result = await staff.set_roles(
            request.tenant, member, body.roles, request.staff.actor, origin_of(request)
        )
        if isinstance(result, Refused):
            raise problem_of(result)
        return _view(result)


def _view(member: Member) -> MemberView:
    return MemberView(ids.text(member.staff), member.name, sorted(member.roles), member.added_at)

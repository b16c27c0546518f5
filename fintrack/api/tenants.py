"""Who I am, my tenants, and the settings of the one that the token is for."""

from fastapi import APIRouter

from fintrack.access.tenants import my_tenants
from fintrack.api.actors import Person
from fintrack.api.sign_in import Me, told, user_told

router = APIRouter(tags=["tenants"])


@router.get("/me")
def me(session: Person) -> Me:
    """Return who I am and where I am a member."""
    return Me(user=user_told(session), memberships=[told(each) for each in my_tenants(session)])

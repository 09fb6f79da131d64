"""The org's settings that its administrator changes in Setup."""

from pydantic import BaseModel


class Settings(BaseModel):
    administrator: bool = False
    """Ripen's user has the profile System Administrator, and so all rights."""
    permission_set: bool = True
    """Our permission set is assigned, which needs the permission set licence "Salesforce API Integration"."""
    fields: dict[str, bool] = {}
    """More fields that another permission set lets Ripen's user read, by "Lead.Industry", and whether also edit."""

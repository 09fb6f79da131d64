"""capture.poll: read what has changed in Salesforce since the last poll.

Woken through SQS (Poll) every five minutes: for the `poll#members` row it reads members of campaigns (_members.py), for
`poll#opportunities` opportunities (_opportunities.py), for `poll#opt-outs#…` opt-outs (_people.py).
"""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from capture import _members, _opportunities, _people
from ripen.adapters.batch import batch_processor
from ripen.adapters.clock import ApplicationClock
from ripen.adapters.salesforce.gate import CallGate
from ripen.adapters.salesforce.members import SalesforceMembers
from ripen.adapters.salesforce.opportunities import SalesforceOpportunities
from ripen.adapters.salesforce.people import SalesforcePeople
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table, keys
from ripen.crm.incoming.membership import MemberPoll

logger = Logger()
batch = batch_processor()
table = Table(os.environ["TABLE"])
clock = ApplicationClock(table, moves="CLOCK_MOVES" in os.environ)
secrets, connections = Secrets(os.environ["SECRET"]), Secrets(os.environ["CONNECTIONS"])
salesforce = SalesforceMembers(connections, CallGate(table, clock))
deals = SalesforceOpportunities(connections, CallGate(table, clock))
people = SalesforcePeople(connections, CallGate(table, clock))

_RESERVE_MILLIS = 60_000
"""Time for the page that is being read."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event, record_handler, batch, context)


def record_handler(record: SQSRecord, lambda_context: LambdaContext) -> None:
    key, has_time, own_key = keys.parse(record.body), partial(_has_time, lambda_context), secrets.key("address")
    if key == keys.OPPORTUNITIES:
        opportunities = _opportunities.Dependencies(table=table, clock=clock, crm=deals, address_key=own_key)
        return _opportunities.poll_opportunities(opportunities, has_time)
    if key.pk == keys.OLD_OPT_OUTS.pk:
        return _people.replace_old_poll(table, clock.now())
    if object := _people.object_of(key):
        changed = _people.Dependencies(table=table, clock=clock, crm=people)
        return _people.poll_people(object, changed, has_time)
    keys.typed(key, MemberPoll)
    members = _members.Dependencies(table=table, clock=clock, crm=salesforce, address_key=own_key)
    return _members.poll_members(members, has_time)


def _has_time(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() > _RESERVE_MILLIS

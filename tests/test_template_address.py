"""The public address in the template: routes, limits, logs, the domain, and who hears of trouble."""

import json
import re

from ripen.adapters.edge import ADDRESS_HEADER, KEY_HEADER
from tests.support.stack_template import (
    FUNCTIONS,
    PROJECT,
    RESOURCES,
    TEMPLATE,
    file_of,
    of_type,
    source_of,
    variables_read,
)
from tests.test_template import ROUTES

API = RESOURCES["Api"]["Properties"]


def test_routes_that_lose_something_when_they_are_refused_take_more_and_beacons_less() -> None:
    usual, limits = API["DefaultRouteSettings"]["ThrottlingRateLimit"], API["RouteSettings"]
    assert set(limits) <= ROUTES
    more = {route for route, limit in limits.items() if limit["ThrottlingRateLimit"] > usual}
    less = {route for route, limit in limits.items() if limit["ThrottlingRateLimit"] < usual}
    assert more == {route for route in ROUTES if re.search("^(POST /forms|(GET|HEAD) /c|.* /unsubscribe)/", route)}
    assert less == {"POST /track"}
    assert all(each["ThrottlingBurstLimit"] >= each["ThrottlingRateLimit"] for each in limits.values())


def test_links_to_the_apis_own_address_go_on_working_beside_the_domain() -> None:
    assert "DisableExecuteApiEndpoint" not in API
    assert RESOURCES["ApiAtDomain"]["Properties"]["ApiId"] == {"Ref": "Api"}


def test_access_log_holds_no_personal_data() -> None:
    logged = re.findall(r"\$context\.([A-Za-z.]+)", API["AccessLogSettings"]["Format"])
    assert {"routeKey", "status", "responseLatency", "integrationErrorMessage"} <= set(logged)
    assert not {name for name in logged if re.search("ip|path|agent|query|identity|authorizer|domain", name, re.I)}


def test_access_log_is_json_and_its_filter_counts_throttled_requests() -> None:
    line = API["AccessLogSettings"]["Format"].replace("$context.status", "429")
    assert json.loads(line)["status"] == 429
    [counted] = of_type("AWS::Logs::MetricFilter").values()
    assert counted["FilterPattern"] == "{ $.status = 429 }"
    watched = RESOURCES["ApiThrottles"]["Properties"]
    [made] = counted["MetricTransformations"]
    assert (made["MetricNamespace"], made["MetricName"]) == (watched["Namespace"], watched["MetricName"])


def test_expressions_of_alarms_name_their_metrics() -> None:
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        metrics = alarm.get("Metrics", [])
        named = {word for each in metrics for word in re.findall(r"\b[a-z]\w*\b", each.get("Expression", ""))}
        assert named <= {each["Id"] for each in metrics}
        assert len([each for each in metrics if each["ReturnData"]]) == bool(metrics)


def test_trouble_that_costs_leads_or_mails_has_an_alarm() -> None:
    watched = {
        metric["MetricStat"]["Metric"]["MetricName"]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        for metric in alarm.get("Metrics", [])
        if "MetricStat" in metric
    } | {str(alarm.get("MetricName")) for alarm in of_type("AWS::CloudWatch::Alarm").values()}
    assert watched >= {
        *("4xx", "5xx", "ThrottledRequests", "Throttles", "ApproximateAgeOfOldestMessage"),
        *("ReadThrottleEvents", "WriteThrottleEvents", "MailBacklog", "MailHeld", "Unavailable"),
    }


def test_domain_and_budget_are_off_until_a_parameter_names_them() -> None:
    assert {TEMPLATE["Parameters"][name]["Default"] for name in ("Domain", "BudgetMail", "EdgeFirewall")} == {""}
    conditional = {name: found["Condition"] for name, found in RESOURCES.items() if "Condition" in found}
    assert {name: conditional.get(name) for name in ("ApiDomain", "ApiAtDomain", "EdgeOfApi", "MonthlyBudget")} == {
        "ApiDomain": "ServesDirectly",
        "ApiAtDomain": "ServesDirectly",
        "EdgeOfApi": "ServesAtTheEdge",
        "MonthlyBudget": "HasBudget",
    }


def test_links_begin_with_the_domain_where_there_is_one() -> None:
    condition, own, _ = TEMPLATE["Outputs"]["ApiUrl"]["Value"]["Fn::If"]
    assert (condition, own["Fn::Sub"]) == ("HasDomain", "https://${Domain}")


def test_functions_that_look_at_the_address_of_a_visitor_know_the_key_of_the_edge() -> None:
    looking = {name for name in FUNCTIONS if re.search(r"\brequest\.address\b", source_of(name))}
    knowing = {name for name in FUNCTIONS if "EDGE_KEY" in variables_read(file_of(name))}
    assert looking == knowing == {"CaptureForm", "CaptureLink", "NurturePreferences"}


def test_edge_writes_the_address_of_the_visitor_and_a_secret_into_the_headers_that_functions_read() -> None:
    edge = RESOURCES["EdgeOfApi"]["Properties"]["DistributionConfig"]
    [origin] = edge["Origins"]
    [secret] = origin["OriginCustomHeaders"]
    assert secret["HeaderName"] == KEY_HEADER
    assert secret["HeaderValue"] == {"Fn::Sub": "{{resolve:secretsmanager:${EdgeKey}:SecretString:key}}"}
    assert RESOURCES["EdgeKey"]["Properties"]["GenerateSecretString"]["GenerateStringKey"] == "key"
    [function] = edge["DefaultCacheBehavior"]["FunctionAssociations"]
    assert function["EventType"] == "viewer-request"
    code = RESOURCES["EdgeViewer"]["Properties"]["FunctionCode"]
    assert f"headers['{ADDRESS_HEADER}'] = {{value: event.viewer.ip}}" in code
    all_but_the_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert edge["DefaultCacheBehavior"]["OriginRequestPolicyId"] == all_but_the_host


def test_edge_caches_nothing_but_the_script() -> None:
    edge = RESOURCES["EdgeOfApi"]["Properties"]["DistributionConfig"]
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert edge["DefaultCacheBehavior"]["CachePolicyId"] == disabled
    assert [each["PathPattern"] for each in edge["CacheBehaviors"]] == ["/ripen.js", "/favicon.ico"]
    assert "cache-control" in (PROJECT / "functions/capture/track.py").read_text()

"""A Salesforce org that lives on one machine: enough of its API to build and test against."""

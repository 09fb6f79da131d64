"""A Salesforce org on one machine: as much of its API as Ripen needs to build and test against."""

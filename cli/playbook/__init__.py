"""The playbook: the marketer's files, checked, compiled and published."""

from cli.playbook.compile import check_playbook, compile_playbook
from cli.playbook.problem import Broken, Problem
from cli.playbook.publish import publish

__all__ = ["Broken", "Problem", "check_playbook", "compile_playbook", "publish"]

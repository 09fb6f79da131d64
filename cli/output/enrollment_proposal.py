"""Show an enrollment by hand before it is confirmed: the journey, its leads, the refused ones, and the first mail."""

from rich.console import Console
from rich.markup import escape

from cli.output.language import language, say
from ripen.operations.journeys.enrollment_proposal import Proposal
from ripen.operations.phrases import reason
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import Folder, title_and_name

_SHOWN = 10


def show_proposal(proposal: Proposal, bundle: Bundle, segment: str, screen: Console) -> None:
    """Show who would be enrolled; `segment` is "" for a list of addresses."""

    def called(folder: Folder, name: str) -> str:
        return escape(title_and_name(bundle, folder, name).in_language(language()))

    journey, leads = called("journeys", proposal.journey.name), proposal.leads
    whose = called("segments", segment) if segment else ""
    of = say(f" (segment {whose}, as of now)", f"（セグメント {whose}、現在の人数）") if segment else ""
    count = "1 lead" if leads == 1 else f"{leads} leads"
    screen.print(say(f"[bold]{journey}[/]: {count}{of}", f"[bold]{journey}[/]: {leads} 人{of}"))
    if proposal.in_it:
        screen.print(say(f"  in it already: {proposal.in_it}", f"  すでに途中にいる人: {proposal.in_it} 人"))
    for why, number in proposal.refused.most_common():
        said = reason(why, language())
        screen.print(say(f"  the journey refuses {number}: {said}", f"  開始しない人: {number} 人（{said}）"))
    if proposal.journey.who:
        screen.print(
            say(
                "  the journey's `who` is checked when each lead enters",
                "  対象者（who）かどうかは、開始するときに一人ずつ判定します",
            )
        )
    if proposal.unknown:
        listed = escape(", ".join(proposal.unknown[:_SHOWN]))
        screen.print(
            say(
                f"  addresses that belong to no lead ({len(proposal.unknown)}): {listed}",
                f"  該当する見込み客がいないアドレス（{len(proposal.unknown)} 件）: {listed}",
            )
        )
    if mail := proposal.first_mail:
        screen.print(say(f"  first mail: {called('emails', mail)}", f"  最初のメール: {called('emails', mail)}"))
    else:
        screen.print(say("  the journey sends no mail", "  このシナリオはメールを送りません"))

"""From the files to the bundle that the functions read."""

from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec.structs import replace

from cli.playbook import contents, mailing, mjml, references, trial
from cli.playbook.folder import Folder, MailEntry, PageEntry, load
from cli.playbook.models import FormFile, JourneyFile, On, RipenFile, ScoringFile, StepPart, Tests, ThresholdPart
from cli.playbook.phrases import seconds
from cli.playbook.problem import Broken, Problem
from ripen import bundle, graph
from ripen.activity import Kind
from ripen.bundle import Bundle
from ripen.clause import Condition

_DAY = 86400


def compile_playbook(folder: Path) -> Bundle:
    """The bundle of a playbook's folder, its hash that of all its content. Raises Broken with everything that is wrong."""
    files = load(folder)
    ripen, scoring = files.ripen, files.scoring
    problems: list[Problem] = list(files.problems)
    if ripen is None or scoring is None:
        raise Broken(problems)
    problems += references.unfitting(files, ripen, scoring)
    problems += contents.unsound(files, scoring, ripen.model.locales)
    if problems:
        raise Broken(problems)
    compiled = _bundle(files, ripen.model, scoring.model)
    failed = list(trial.failures(compiled, files))
    if failed:
        raise Broken(failed)
    content = msgspec.json.encode(compiled, order="deterministic")
    return replace(compiled, hash=sha256(content).hexdigest()[:32])


def _bundle(files: Folder, ripen: RipenFile, scoring: ScoringFile) -> Bundle:
    locales = ripen.locales
    return Bundle(
        brand=_brand(ripen),
        sync=bundle.SyncRule(
            when=_conditions(ripen.sync.when),
            unless=_conditions(ripen.sync.unless),
            lead_source=ripen.sync.lead_source,
        ),
        policy=bundle.Policy(per_week=ripen.policy.per_week),
        scoring=_scoring(scoring, locales),
        tracking=_tracking(ripen),
        forms={name: _form(name, entry.model, locales) for name, entry in files.forms.items()},
        pages={name: _page(name, versions) for name, versions in files.pages.items()},
        emails={name: _email(name, entry, locales) for name, entry in files.emails.items()},
        journeys={name: _journey(name, entry.model) for name, entry in files.journeys.items()},
        segments={
            name: bundle.Segment(name=name, when=_conditions(entry.model.when))
            for name, entry in files.segments.items()
        },
    )


def _brand(ripen: RipenFile) -> bundle.Brand:
    locales, sender = ripen.locales, ripen.sender
    return bundle.Brand(
        name=ripen.brand.name.by_locale(locales),
        sender_name=sender.name.by_locale(locales),
        sender=sender.address,
        reply_to=sender.reply_to,
        postal_address=sender.postal_address.by_locale(locales),
        contact=sender.contact.by_locale(locales),
        privacy_url=ripen.brand.privacy_url,
        locales=locales,
        default_locale=locales[0],
        time_zone=ripen.time_zone,
        accent=ripen.brand.accent,
    )


def _tracking(ripen: RipenFile) -> bundle.Tracking | None:
    tracking = ripen.tracking
    if tracking is None:
        return None
    return bundle.Tracking(sites=tracking.sites, consent=tracking.consent, pages=tracking.pages)


def _conditions(tests: tuple[Tests, ...]) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            field=field,
            any_of=asked.any_of,
            contains=asked.contains,
            at_least=asked.at_least,
            present=asked.present,
        )
        for test in tests
        for field, asked in test.items()
    )


def _form(name: str, form: FormFile, locales: tuple[str, ...]) -> bundle.Form:
    consent = form.consent
    return bundle.Form(
        name=name,
        title=form.title.by_locale(locales),
        submit=form.submit.by_locale(locales),
        fields=tuple(
            bundle.FormField(
                name=field.name,
                type=field.type,
                label=field.label.by_locale(locales),
                required=field.required,
                autocomplete=field.autocomplete,
                placeholder=field.placeholder.by_locale(locales),
                options=tuple(option.by_locale(locales) for option in field.options),
                max_length=field.max_length,
            )
            for field in form.fields
        ),
        consent=bundle.Consent(purpose=consent.purpose, version=consent.version, text=consent.text.by_locale(locales))
        if consent
        else None,
        honeypot=form.honeypot,
        thank_you=form.thank_you,
        origins=form.origins,
        sources={source: {"form_id": mapped.form_id} | mapped.fields for source, mapped in form.sources.items()},
        mapping=form.mapping,
    )


def _page(name: str, versions: dict[str, PageEntry]) -> bundle.Page:
    return bundle.Page(
        name=name,
        source={locale: page.source.text for locale, page in versions.items()},
        title={locale: page.model.title for locale, page in versions.items()},
        form=next((page.model.form for page in versions.values() if page.model.form), ""),
    )


def _email(name: str, entry: MailEntry, locales: tuple[str, ...]) -> bundle.Email:
    model = entry.model
    subjects, preheaders = model.subject.by_locale(locales), model.preheader.by_locale(locales)
    mails = {}
    for locale in locales:
        html, links = mailing.numbered(mjml.compiled(entry.bodies[locale]))
        text = entry.texts[locale].text if locale in entry.texts else mailing.text_of(html)
        mails[locale] = bundle.Mail(
            subject=subjects[locale], html=html, text=text, preheader=preheaders[locale], links=links
        )
    return bundle.Email(
        name=name,
        mail_class=model.mail_class,
        locales=mails,
        sender_name=model.sender_name.by_locale(locales) if model.sender_name else {},
    )


def _journey(name: str, journey: JourneyFile) -> graph.Journey:
    ids = [step.name for step in journey.steps]
    again = journey.enrol.again
    return graph.Journey(
        name=name,
        enrol=(graph.OnActivity(kind=Kind.FORM_SUBMITTED, subject=journey.enrol.on.form),),
        again=graph.Again() if again is None else graph.Again(how="after", seconds=again),
        first=ids[0],
        steps=tuple(map(_step, journey.steps, [*ids[1:], graph.END])),
        goal=Condition(field="rank", any_of=_from(journey.goal["rank"])) if journey.goal else None,
    )


def _from(rank: str) -> tuple[str, ...]:
    return ("warm", "hot") if rank == "warm" else ("hot",)


def _step(step: StepPart, next: str) -> graph.Step:
    if step.send:
        return graph.SendStep(id=step.name, email=step.send, next=next)
    return graph.WaitStep(id=step.name, until=_until(step.wait), next=next)


def _until(phrase: str) -> graph.Until:
    length = seconds(phrase)
    return graph.Until(days=length // _DAY) if length % _DAY == 0 else graph.Until(seconds=length)


def _scoring(scoring: ScoringFile, locales: tuple[str, ...]) -> bundle.Scoring:
    return bundle.Scoring(
        half_life_days=scoring.half_life / _DAY,
        warm=_threshold(scoring.warm),
        hot=_threshold(scoring.hot),
        fit_cap=scoring.fit_cap,
        engagement_cap=scoring.engagement_cap,
        engagement=tuple(
            bundle.EngagementRule(
                code=rule.code,
                kind=_kind(rule.on)[0],
                subject=_kind(rule.on)[1],
                points=rule.points,
                cap=rule.cap,
                words=rule.words.by_locale(locales),
            )
            for rule in scoring.engagement
        ),
        fit=tuple(
            bundle.FitRule(
                code=rule.code, when=_conditions(rule.when), points=rule.points, words=rule.words.by_locale(locales)
            )
            for rule in scoring.fit
        ),
    )


def _threshold(part: ThresholdPart) -> bundle.Threshold:
    return bundle.Threshold(enter=part.enter, leave=part.leave)


def _kind(on: On) -> tuple[Kind, str]:
    kind, subject = next(
        (kind, subject)
        for kind, subject in (
            (Kind.FORM_SUBMITTED, on.form),
            (Kind.PAGE_VIEWED, on.page),
            (Kind.LINK_CLICKED, on.click),
            (Kind.PAGE_READ, on.read),
            (Kind.FILE_DOWNLOADED, on.download),
        )
        if subject
    )
    return kind, "" if subject == "any" else subject

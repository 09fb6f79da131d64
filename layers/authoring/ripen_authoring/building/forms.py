"""Build forms and pages."""

from ripen.playbook import bundle
from ripen_authoring.files.folder import PageEntry
from ripen_authoring.models.forms import FormFile


def form(name: str, written: FormFile, locales: tuple[str, ...]) -> bundle.Form:
    consent = written.consent
    return bundle.Form(
        name=name,
        title=written.title.by_locale(locales),
        submit=written.submit.by_locale(locales),
        fields=tuple(
            bundle.FormField(
                name=field.name,
                type=field.type,
                label=field.label.by_locale(locales),
                required=field.required,
                autocomplete=field.autocomplete,
                placeholder=field.placeholder.by_locale(locales),
                options=tuple(option.label.by_locale(locales) for option in field.options),
                values=tuple(option.kept(locales) for option in field.options),
                max_length=field.max_length,
                entry=field.entry,
            )
            for field in written.fields
        ),
        consent=bundle.Consent(purpose=consent.purpose, version=consent.version, text=consent.text.by_locale(locales))
        if consent
        else None,
        opt_in=written.opt_in,
        hand_off=written.hand_off,
        honeypot=written.honeypot,
        thank_you=written.thank_you,
        origins=written.origins,
        sources={source: {"form_id": mapped.form_id} | mapped.fields for source, mapped in written.sources.items()},
        mapping=written.mapping,
    )


def page(name: str, versions: dict[str, PageEntry]) -> bundle.Page:
    return bundle.Page(
        name=name,
        source={locale: page.source.text for locale, page in versions.items()},
        title={locale: page.model.title for locale, page in versions.items()},
        form=next((page.model.form for page in versions.values() if page.model.form), ""),
    )

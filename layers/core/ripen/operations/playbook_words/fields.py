"""The names of a lead's fields, and the values that are codes, in words."""

from ripen.operations.state_words import WORDS
from ripen.playbook.bundle import Bundle
from ripen.words import Words

_FIELDS = {
    "email": Words("e-mail address", "メールアドレス"),
    "domain": Words("domain of the address", "アドレスのドメイン"),
    "email_kind": Words("kind of address", "アドレスの種類"),
    "last_name": Words("last name", "姓"),
    "first_name": Words("first name", "名"),
    "company": Words("company", "会社名"),
    "department": Words("department", "部署"),
    "job_title": Words("job title", "役職"),
    "phone": Words("phone number", "電話番号"),
    "locale": Words("language", "言語"),
    "country": Words("country", "国"),
    "tags": Words("tags", "タグ"),
    "stage": Words("stage", "ステージ"),
    "status": Words("status", "状況"),
    "owner": Words("owner", "担当者"),
    "amount": Words("amount", "金額"),
    "fit": Words("fit", "適合度"),
    "engagement": Words("engagement", "関心度"),
    "total": Words("score", "スコア"),
    "rank": Words("rank", "ランク"),
    "grade": Words("grade", "グレード"),
    "level": Words("level", "レベル"),
    "disqualified": Words("the reason for disqualification", "対象外の理由"),
}
_KINDS = {
    "company": Words("a company's", "会社のアドレス"),
    "free": Words("free mail", "フリーメール"),
    "role": Words("shared", "共用アドレス"),
}
_ENTRY, _ANSWERS, _RANK = "entry.", "answers.", "rank."


def field_words(field: str, bundle: Bundle) -> Words:
    """Return the name of the field: its label in a form, if it is one of the company's own fields."""
    if known := _FIELDS.get(field):
        return known
    if field.startswith(_RANK):
        model = field.removeprefix(_RANK)
        return Words(f"rank in the model “{model}”", f"モデル「{model}」でのランク")
    if field.startswith(_ENTRY):
        label = field_words(field.removeprefix(_ENTRY), bundle)
        return Words(f"{label.en} of this entry", f"今回の{label.ja}")
    if field.startswith(_ANSWERS):
        name = field.removeprefix(_ANSWERS)
        return Words(f"answer {name}", f"応答 {name}")
    labels = (each.label for form in bundle.forms.values() for each in form.fields if each.name == field)
    texts = next(labels, {})
    first = texts.get(bundle.brand.default_locale) or next(iter(texts.values()), field)
    return Words(texts.get("en") or first, texts.get("ja") or first)


def value_words(field: str, value: str) -> Words:
    """Return the value in words if it is a code, else as it is."""
    if field == "email_kind" and value in _KINDS:
        return _KINDS[value]
    is_rank = field == "rank" or field.startswith(_RANK)
    return WORDS[value] if is_rank and value in WORDS else Words(value, value)

"""The pages that every installation has, in Japanese and English, with the brand's name and colour."""

from typing import Literal

from ripen.capture.pages import brand_variables
from ripen.lead.unsubscription import REASONS
from ripen.playbook.bundle import Brand
from ripen.playbook.template import render_html
from ripen.words import Words

BuiltinPage = Literal[
    "home",
    "not-found",
    "bad-link",
    "unsubscribe",
    "unsubscribed",
    "still-unsubscribed",
    "reason-noted",
    "resubscribed",
    "confirm",
    "confirmed",
    "thanks",
    "invalid",
]

_ASKS = Words("Would you tell us why? (optional)", "よろしければ理由をお聞かせください（任意）")
_SENDS_REASON = Words("Send", "送信する")
_BY_MISTAKE = Words("Did you unsubscribe by mistake?", "誤って停止した場合")
_UNDOES = Words("Subscribe again", "配信を再開する")

_WORDS: dict[BuiltinPage, dict[str, tuple[str, str, str]]] = {
    "home": {
        "ja": (
            "ここにはページがありません",
            "お探しのページは、メールや案内に書かれたアドレスからお開きください。ご用件は、下記の連絡先で承ります。",
            "",
        ),
        "en": (
            "There is no page here",
            "Please open the address that our mail or notice gave you. For anything else, the contact below will help.",
            "",
        ),
    },
    "not-found": {
        "ja": (
            "ページが見つかりません",
            "お探しのページは移動または削除されたか、アドレスが間違っている可能性があります。",
            "",
        ),
        "en": ("Page not found", "The page may have moved or been removed, or the address may be mistyped.", ""),
    },
    "bad-link": {
        "ja": (
            "このリンクは使えません",
            "リンクが途中で切れているか、有効ではありません。メールのリンクをもう一度開くか、リンク全体をコピーしてアドレス欄に貼り付けてください。",
            "",
        ),
        "en": (
            "This link does not work",
            "It was cut short or is not valid. Please open it from the mail again, or copy the whole link into the "
            "address bar.",
            "",
        ),
    },
    "unsubscribe": {
        "ja": (
            "メールの配信を停止しますか？",
            "停止すると、今後ご案内のメールをお送りしません。資料請求の控えなど、お客様のお手続きに関するメールは届くことがあります。",
            "配信を停止する",
        ),
        "en": (
            "Stop receiving our mails?",
            "You will get no more news from us. Mails about something you ask us for, such as a document you request, "
            "may still reach you.",
            "Unsubscribe",
        ),
    },
    "unsubscribed": {
        "ja": (
            "配信を停止しました",
            "今後、ご案内のメールはお送りしません。これまでお読みいただき、ありがとうございました。",
            "",
        ),
        "en": ("You are unsubscribed", "You will get no more news from us. Thank you for reading.", ""),
    },
    "still-unsubscribed": {
        "ja": ("配信は停止しています", "このメールアドレスには、ご案内のメールをお送りしていません。", ""),
        "en": ("You are unsubscribed", "We send no news to your address.", ""),
    },
    "reason-noted": {
        "ja": (
            "ご回答ありがとうございました",
            "いただいた理由は、今後の改善に役立てます。配信は停止しています。",
            "",
        ),
        "en": ("Thank you for telling us", "Your answer helps us to do better. You stay unsubscribed.", ""),
    },
    "resubscribed": {
        "ja": (
            "配信を再開しました",
            "今後のご案内を、再びお送りします。停止したいときは、メールの下のリンクからいつでも停止できます。",
            "",
        ),
        "en": (
            "You are subscribed again",
            "You will get our news again. You can stop it at any time by the link at the end of each mail.",
            "",
        ),
    },
    "confirm": {
        "ja": (
            "ご案内メールを受け取りますか？",
            "ボタンを押すと、このメールアドレスにご案内をお送りします。いつでも停止できます。",
            "受け取る",
        ),
        "en": (
            "Receive our news?",
            "Press the button, and we will send news to your address. You can stop it at any time.",
            "Receive news",
        ),
    },
    "confirmed": {
        "ja": ("確認しました", "ありがとうございます。これからご案内をお送りします。", ""),
        "en": ("Thank you", "Your address is confirmed, and we will send you our news.", ""),
    },
    "thanks": {
        "ja": ("送信しました", "ありがとうございます。内容を確かに受け付けました。", ""),
        "en": ("Thank you", "We have received what you sent.", ""),
    },
    "invalid": {
        "ja": ("送信できませんでした", "入力内容をご確認のうえ、前のページに戻ってもう一度お試しください。", ""),
        "en": ("We could not take that", "Please go back, check what you entered and try again.", ""),
    },
}

_SHELL = """<!doctype html>
<html lang="{{ locale }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{ title }} | {{ brand.name }}</title>
<style>
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:#f4f6f6;color:#1c2a2e;
font:16px/1.8 system-ui,-apple-system,
"Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP","Noto Sans JP",Meiryo,sans-serif}
main{flex:1;width:100%;max-width:36rem;margin:0 auto;padding:clamp(2rem,12vh,8rem) 1.25rem 3rem}
.brand{display:flex;align-items:center;gap:.6rem;margin:0 0 1.5rem;font-weight:700;letter-spacing:.02em}
.brand::before{content:"";width:.85rem;height:.85rem;border-radius:50% 50% 50% 0;
background:{{ brand.accent }};transform:rotate(-45deg)}
.card{background:#fff;border:1px solid #dfe5e5;border-radius:16px;padding:clamp(1.5rem,5vw,2.75rem);
box-shadow:0 12px 32px rgba(20,50,50,.07)}
h1{margin:0 0 1rem;font-size:clamp(1.35rem,4.5vw,1.7rem);line-height:1.4;text-wrap:balance;word-break:auto-phrase}
p{margin:0 0 1rem}
.card :last-child{margin-bottom:0}
.error{padding:.75rem 1rem;border-left:4px solid #b42318;background:#fef3f2;color:#7a271a;border-radius:0 8px 8px 0}
button{width:100%;margin-top:.75rem;padding:.95rem 1.5rem;border:0;border-radius:10px;
background:{{ brand.accent }};color:#fff;font:inherit;font-weight:700;cursor:pointer}
button:hover{filter:brightness(.92)}
button.quiet{background:none;color:#1c2a2e;border:1px solid #8b9a9e;font-weight:400}
form.undo{margin-top:2rem;text-align:center;font-size:.9rem}
form.undo button{width:auto;margin:0;padding:.5rem;background:none;color:#1c2a2e;font-weight:400;
text-decoration:underline}
fieldset{margin:1.5rem 0 0;padding:1.25rem 0 0;border:0;border-top:1px solid #dfe5e5}
legend{padding:0;float:left;width:100%;margin-bottom:.5rem;font-weight:700}
label{display:flex;gap:.6rem;align-items:center;clear:both;min-height:2.25rem}
input[type=radio]{width:1.15rem;height:1.15rem;margin:0;accent-color:{{ brand.accent }}}
button:focus-visible{outline:3px solid #1c2a2e;outline-offset:3px}
footer{max-width:36rem;width:100%;margin:0 auto;padding:0 1.25rem 2rem;color:#55656a;font-size:.85rem;line-height:1.7}
</style>
</head>
<body>
<main>
<p class="brand">{{ brand.name }}</p>
<div class="card">
<h1>{{ title }}</h1>
{% if error != "" %}<p class="error" role="alert">{{ error }}</p>
{% endif %}<p>{{ text }}</p>
{% if button != "" %}<form method="post">
{% if one_click %}<input type="hidden" name="List-Unsubscribe" value="One-Click">
{% endif %}<button type="submit">{{ button }}</button>
</form>
{% endif %}{% if reasons.size > 0 %}<form method="post">
<fieldset><legend>{{ asks }}</legend>
{% for reason in reasons %}<label>
<input type="radio" name="reason" value="{{ reason.value }}" required>{{ reason.text }}</label>
{% endfor %}</fieldset>
<button type="submit" class="quiet">{{ sends_reason }}</button>
</form>
{% endif %}{% if undoes != "" %}<form method="post" class="undo">
{{ by_mistake }} <button type="submit" name="action" value="undo">{{ undoes }}</button>
</form>
{% endif %}</div>
</main>
<footer>{{ brand.legal_name }}<br>{{ brand.postal_address }}<br>{{ brand.contact }}</footer>
</body>
</html>
"""


def builtin_page(name: BuiltinPage, locale: str, brand: Brand, *, error: str = "", undoable: bool = False) -> str:
    """Render one of the pages that every installation has. No page shows the reader's address.

    "invalid" takes `error`, the error in a submission. "unsubscribe" and "confirm" show a button that posts to the
    page's own address; "unsubscribed" asks why. `undoable` offers to take the unsubscription back.
    """
    words = _WORDS[name]
    spoken = next(known for known in (locale, brand.default_locale, "en") if known in words)
    title, text, button = words[spoken]
    asked = REASONS if name == "unsubscribed" else {}
    return render_html(
        _SHELL,
        {
            "locale": spoken,
            "title": title,
            "text": text,
            "button": button,
            "one_click": name == "unsubscribe",
            "error": error,
            "asks": _ASKS.in_language(spoken),
            "reasons": [
                {"value": str(reason), "text": _capital(asked[reason].in_language(spoken))} for reason in asked
            ],
            "sends_reason": _SENDS_REASON.in_language(spoken),
            "by_mistake": _BY_MISTAKE.in_language(spoken),
            "undoes": _UNDOES.in_language(spoken) if undoable else "",
            "brand": brand_variables(brand, spoken),
        },
    )


def _capital(text: str) -> str:
    """Return an answer as it begins a line; `ripen why` has it in brackets."""
    return text[:1].upper() + text[1:]

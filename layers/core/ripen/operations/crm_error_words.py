"""What Salesforce's errors mean, and what an administrator does about each.

Source: Salesforce, SOAP API Developer Guide, "Status Codes" (StatusCode).
"""

from ripen.cause import Cause
from ripen.crm.crm_errors import (
    BAD_KEY,
    FEW_CALLS_LEFT,
    LOGIN_REFUSED,
    MERGED,
    NO_ANSWER,
    NO_COMPOSITE,
    NO_LOGIN_ANSWER,
    NOT_CONNECTED,
    NOT_IN_CRM,
    TOKEN_REFUSED,
    cause,
)
from ripen.crm.upsert import CONVERTED, DELETED
from ripen.words import Words

_RIGHTS = Words(
    "Assign the permission set Ripen_Integration to the app's user, and share the records with it.",
    "アプリの実行ユーザーに権限セット Ripen_Integration を割り当て、レコードを共有してください。",
)
_PACKAGE = Words(
    "Deploy the package and assign its permission set: infra/salesforce/README.md. ripen doctor names the field.",
    "パッケージを配備し、権限セットを割り当ててください: infra/salesforce/README.md。項目名を見る: ripen doctor",
)
_NO_RIGHT = Words("the app's user may not write the record", "アプリの実行ユーザーにレコードを書き込む権限がない")
_NO_FIELD = Words(
    "a field or an object is missing or not visible to the app's user",
    "項目やオブジェクトが存在しないか、アプリの実行ユーザーに見えない",
)

MEANINGS: dict[str, tuple[Words, Words]] = {
    "STORAGE_LIMIT_EXCEEDED": (
        Words("Salesforce's data storage is full", "Salesforce のデータストレージの空きがない"),
        Words(
            "Free storage or buy more: Setup → Storage Usage.",
            "空きを作るか、容量を追加してください: 設定 → ストレージの使用状況。",
        ),
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        Words("a validation rule refuses the values", "入力規則が値を受け付けない"),
        Words(
            "Change the rule, or make it pass the app's user: Setup → Object Manager → Validation Rules.",
            "規則を直すか、アプリの実行ユーザーを除外してください: 設定 → オブジェクトマネージャー → 入力規則。",
        ),
    ),
    "REQUIRED_FIELD_MISSING": (
        Words("a required field has no value", "必須項目に値がない"),
        Words(
            "Fill the field by sync.fields in ripen.yaml, make it optional, or give it a default value.",
            "ripen.yaml の sync.fields で値を入れるか、必須を外すか、デフォルト値を設定してください。",
        ),
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        Words("a restricted picklist does not have the value", "制限付き選択リストに値がない"),
        Words(
            "Map the lead's value to one of the picklist by `values` of sync.fields in ripen.yaml, and publish. Or add"
            " the value to the picklist (and to the record type).",
            "ripen.yaml の sync.fields の `values` で選択リストの値に対応付けて公開するか、"
            "選択リスト（とレコードタイプ）に値を追加してください。",
        ),
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (
        Words("a flow failed", "フローが失敗した"),
        Words(
            "Correct the flow: Setup → Paused And Failed Flow Interviews shows the element.",
            "フローを直してください: 設定 →「一時停止および失敗したフローインタビュー」で失敗した要素が分かります。",
        ),
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        Words("an Apex trigger failed", "Apex トリガーが失敗した"),
        Words(
            "Correct the trigger that the message names: Setup → Apex Triggers.",
            "メッセージにあるトリガーを直してください: 設定 → Apex トリガー。",
        ),
    ),
    "UNABLE_TO_LOCK_ROW": (
        Words("another program keeps the record locked", "ほかの処理がレコードをロックしている"),
        Words(
            "See which job or integration updates the same records at the same time.",
            "同じレコードを同時に更新しているジョブや連携を確かめてください。",
        ),
    ),
    "DUPLICATES_DETECTED": (
        Words("a duplicate rule blocks the record", "重複ルールがレコードをブロックしている"),
        Words(
            "Let the rule allow and report such records, or merge the duplicates: Setup → Duplicate Rules.",
            "ルールを「許可」と「レポート」に変えるか、重複を統合してください: 設定 → 重複ルール。",
        ),
    ),
    "INSUFFICIENT_ACCESS_OR_READONLY": (_NO_RIGHT, _RIGHTS),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (_NO_RIGHT, _RIGHTS),
    "INVALID_FIELD": (_NO_FIELD, _PACKAGE),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (_NO_FIELD, _PACKAGE),
    "INVALID_TYPE": (_NO_FIELD, _PACKAGE),
    MERGED: (
        Words(
            "sales merged its record with that of an older lead, which writes it",
            "営業がレコードを先にあった見込み客のものと統合した（書き込むのはその見込み客）",
        ),
        Words(
            "Compare the two leads: ripen lead EMAIL. If they are one person, leave it so:"
            " ripen crm errors --ignore EMAIL. If not, create a lead with the second address in Salesforce.",
            "2 人を見比べてください: ripen lead EMAIL。同じ人なら、このままにします: ripen crm errors --ignore EMAIL。"
            "別の人なら、2 人目のメールアドレスで Salesforce にレコードを作ってください。",
        ),
    ),
    "INACTIVE_OWNER_OR_USER": (
        Words("the owner of the record is no longer active", "レコードの担当者が無効なユーザーになっている"),
        Words(
            "Give the record to an active user.",
            "レコードの担当者（Salesforce の「所有者」）を有効なユーザーに変えてください。",
        ),
    ),
    "INVALID_EMAIL_ADDRESS": (
        Words("Salesforce does not accept the e-mail address", "Salesforce がメールアドレスを受け付けない"),
        Words(
            "Correct the lead's address, or ignore the lead.", "アドレスを直すか、この見込み客を対象外にしてください。"
        ),
    ),
    "STRING_TOO_LONG": (
        Words("a value is longer than its field", "値が項目の長さを超えている"),
        Words("Lengthen the field in Salesforce.", "Salesforce の項目の長さを広げてください。"),
    ),
    "REQUEST_LIMIT_EXCEEDED": (
        Words("the day's API calls are used up", "本日の API の上限に達した"),
        Words(
            "See who uses the calls: Setup → API Usage.", "API の使用状況を確かめてください: 設定 → API の使用状況。"
        ),
    ),
}
"""What each code means, and what to do."""
OWN_WORDS: dict[str, Words] = {
    "last_name": Words("the last name is missing", "姓が未入力"),
    "company": Words("the company name is missing", "会社名が未入力"),
    DELETED: Words(DELETED, "Salesforce で削除された"),
    CONVERTED: Words(CONVERTED, "Salesforce で変換済みで、取引先責任者を参照できない"),
    FEW_CALLS_LEFT: Words(FEW_CALLS_LEFT, "本日の API の残りが少ない"),
    NOT_CONNECTED: Words(NOT_CONNECTED, "Salesforce に接続していない"),
    NO_ANSWER: Words(NO_ANSWER, "Salesforce から応答がない"),
    NO_LOGIN_ANSWER: Words(NO_LOGIN_ANSWER, "Salesforce のログインから応答がない"),
    NO_COMPOSITE: Words(NO_COMPOSITE, "Salesforce の応答を読み取れない"),
    LOGIN_REFUSED: Words(LOGIN_REFUSED, "Salesforce がログインを拒否している"),
    TOKEN_REFUSED: Words(TOKEN_REFUSED, "Salesforce が発行したばかりのトークンを拒否している"),
    BAD_KEY: Words(BAD_KEY, "Salesforce 用の秘密鍵を読み取れない"),
    NOT_IN_CRM: Words(NOT_IN_CRM, "Salesforce にまだレコードがない"),
    "not admitted by sync.when": Words("not admitted by sync.when", "sync.when の条件に合わない"),
    "kept out by sync.unless": Words("kept out by sync.unless", "sync.unless の条件に当てはまる"),
}
"""Our own reasons why a lead is not written."""
_UNKNOWN = Words(
    "Read Salesforce's message. docs/operations.md says how to find the cause.",
    "Salesforce のメッセージを確かめてください。原因の調べ方: docs/operations.md",
)


_NEXT_STEPS = {
    Cause.OUTAGE: Words(
        "Nothing to do here. Does Salesforce have an outage? status.salesforce.com",
        "対応は不要です。Salesforce の障害情報: status.salesforce.com",
    ),
    Cause.LIMIT: Words(
        "Nothing to do here. See who uses the calls: Setup → API Usage.",
        "対応は不要です。API の使用状況: 設定 → API の使用状況。",
    ),
    Cause.CREDENTIALS: Words(
        "In Salesforce, see whether the External Client App and its user are active. Renew its secret or certificate,"
        ' and put the new values into the secret Connections under "salesforce": docs/salesforce-setup.md.',
        "Salesforce で外部クライアントアプリケーションと実行ユーザーが有効かを確かめてください。シークレットか証明書を"
        '更新し、新しい値を Connections の "salesforce" に入れてください: docs/salesforce-setup.ja.md。',
    ),
    Cause.BEHIND: Words(
        "See why the lead has no record: ripen crm errors",
        "レコードがない理由を見る: ripen crm errors",
    ),
    Cause.RIGHTS: _RIGHTS,
    Cause.REFUSED: _UNKNOWN,
}
_CONNECT = Words(
    'Create the External Client App, and put its values into the secret Connections under "salesforce":'
    " docs/salesforce-setup.md.",
    "外部クライアントアプリケーションを作成し、その値をシークレット Connections の"
    ' "salesforce" に入れてください: docs/salesforce-setup.ja.md。',
)


def meaning(code: str) -> Words | None:
    """Return what the code means; None for a code without words of ours."""
    if code in MEANINGS:
        return MEANINGS[code][0]
    is_outage = cause(code) is Cause.OUTAGE and code not in OWN_WORDS
    return Words("Salesforce does not answer", "Salesforce が応答しない") if is_outage else None


def next_step(code: str) -> Words:
    """Return what an administrator does about the code."""
    if code in MEANINGS:
        return MEANINGS[code][1]
    return _CONNECT if code == NOT_CONNECTED else _NEXT_STEPS[cause(code)]

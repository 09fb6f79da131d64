"""The words of the pages in English and Japanese. Labels of our own fields come from the Salesforce package."""

from xml.etree.ElementTree import parse

from sandbox.salesforce.schema import PACKAGE, Field

_METADATA = "{http://soap.sforce.com/2006/04/metadata}"
_JAPANESE = {
    "Leads": "リード",
    "Contacts": "取引先責任者",
    "Tasks": "ToDo",
    "Lead": "リード",
    "Contact": "取引先責任者",
    "Task": "ToDo",
    "Account": "取引先",
    "User": "ユーザ",
    "Group": "グループ",
    "Full Name": "氏名",
    "First Name": "名",
    "Last Name": "姓",
    "Company": "会社名",
    "Account ID": "取引先",
    "Title": "役職",
    "Department": "部署",
    "Email": "メール",
    "Phone": "電話",
    "Business Phone": "電話",
    "Mobile Phone": "携帯",
    "Status": "状況",
    "Lead Source": "リードソース",
    "Owner ID": "所有者",
    "Subject": "件名",
    "Name ID": "名前",
    "Related To ID": "関連先",
    "Priority": "優先度",
    "Description": "説明",
    "Contact Description": "説明",
    "Due Date Only": "期日",
    "Created Date": "作成日時",
    "Last Modified Date": "最終更新日時",
    "Created By ID": "作成者",
    "Last Modified By ID": "最終更新者",
    "Converted": "取引開始済み",
    "Closed": "完了",
    "Details": "詳細",
    "System": "システム情報",
    "Nothing here yet.": "まだありません。",
    "A local stand-in for Salesforce": "Salesforce のローカル代替環境",
    "There is no such record.": "このレコードは見つかりません。",
    "It may have been deleted, or the data of the local cloud was reset.": (
        "削除されたか、ローカル環境のデータが初期化された可能性があります。"
    ),
    "Back to the lists": "一覧に戻る",
    "No tasks.": "ToDo はありません。",
    "Open - Not Contacted": "未対応",
    "Working - Contacted": "対応中",
    "Closed - Converted": "取引開始済み",
    "Closed - Not Converted": "不成立",
    "Not Started": "未着手",
    "In Progress": "進行中",
    "Completed": "完了",
    "High": "高",
    "Normal": "中",
    "Low": "低",
    "Yes": "はい",
    "No": "いいえ",
    "Hot": "ホット",
    "Warm": "ウォーム",
    "Cold": "コールド",
}


class Words:
    """The words in one language, "en" or "ja"."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, text: str) -> str:
        return _JAPANESE.get(text, text) if self.language == "ja" else text

    def label(self, object: str, field: Field) -> str:
        if self.language == "ja" and field.custom:
            return _OURS.get((object, field.name), field.label)
        return self.say(field.label).removesuffix(" ID")


def _ours() -> dict[tuple[str, str], str]:
    found = {}
    for path in PACKAGE.glob("japanese/**/*.fieldTranslation-meta.xml"):
        root = parse(path).getroot()  # noqa: S314
        object = path.parent.name.removesuffix("-ja").replace("Activity", "Task")
        found[object, str(root.findtext(_METADATA + "name"))] = str(root.findtext(_METADATA + "label"))
    return found


_OURS = _ours()

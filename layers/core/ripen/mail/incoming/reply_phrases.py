"""The phrases of replies in ten languages: absence notes, questions, requests, refusals, and people who left.

No phrase proves anything: reply_author.py weighs them.
"""

import re

from ripen.lead.text import folded

_SUBJECT = re.compile(
    r"自動(?:返信|応答|配信|回答)|不在(?:通知|の?お知らせ|応答|連絡|のご連絡)|休暇(?:中|のお知らせ)|"
    r"受付(?:完了|いたしました)|配信不能|"
    r"auto(?:matic|mated)?[ -]?(?:reply|response|respond)|out of (?:the )?office|"
    r"away from (?:the|my) office|on vacation|"
    r"undeliver|delivery (?:status|failure|has failed)|returned mail|mail delivery failed|failure notice|"
    r"abwesenheit|automatische antwort|nicht im (?:büro|haus)|"
    r"réponse automatique|absen(?:ce|t) du bureau|message d'absence|"
    r"respuesta automática|fuera de (?:la )?oficina|resposta automática|fora do escritório|"
    r"risposta automatica|fuori (?:ufficio|sede)|assen(?:za|te) dall'ufficio|"
    r"automatisch(?:e)? (?:antwoord|bericht)|afwezig|niet op kantoor|"
    r"自动(?:回复|答复|回信)|自動(?:回覆|回復)|不在办公室|休假(?:中|通知)|"
    r"자동 ?(?:응답|회신)|부재 ?중"
)
_TOPIC = re.compile(
    r"設定|機能|仕組み|einricht|einstell|set ?up|setting|feature|tool|configur|réglage|instell|impost|设置|設置|功能|"
    r"怎么|설정|기능"
)
"""Words of a person who writes about automatic replies."""
_BODY = re.compile(
    r"(?:この|本)メール(?:は|には)[^。\n]{0,20}自動(?:返信|応答|配信|送信|的に)|"
    r"自動(?:返信|応答)(?:メール)?(?:です|にて|で送信|機能)|"
    r"(?:不在に(?:して|しており|いたし)|不在の?ため|休暇(?:を(?:いただいて|頂いて|取得)|中のため)|休業(?:とさせて|いたし|期間))|"
    r"(?:i am|i'm|i will be) (?:currently )?"
    r"(?:out of (?:the )?office|away from|on (?:annual |parental |maternity |sick )?leave|on vacation)|"
    r"this is an automat(?:ed|ic)|with (?:limited|no) access to (?:my )?e-?mail|"
    r"ich bin .{0,60}(?:abwesend|nicht erreichbar|nicht im (?:büro|haus)|im urlaub)|"
    r"automatisch (?:generiert|erstellt)|"
    r"je (?:suis|serai) (?:actuellement |en ce moment )?(?:absente?|en (?:congés?|vacances|déplacement))|"
    r"(?:estoy|estaré) (?:[^.\n]{0,20} )?(?:fuera de la oficina|de vacaciones|ausente)|mensaje automático|"
    r"(?:estou|estarei) (?:[^.\n]{0,20} )?(?:fora do escritório|de férias|ausente)|mensagem automática|"
    r"(?:sono|sarò) (?:[^.\n]{0,20} )?(?:fuori (?:ufficio|sede)|assente|in ferie|in vacanza)|messaggio automatico|"
    r"ik ben (?:[^.\n]{0,40} )?(?:afwezig|(?:met|op) vakantie|niet (?:op kantoor|bereikbaar|aanwezig))|"
    r"automatisch (?:bericht|gegenereerd|verzonden)|"
    r"(?:本|这)(?:邮件|郵件)(?:为|为系统|是)?自动|我(?:正在|目前)?(?:休假|出差|不在办公室)|目前不在办公室|"
    r"(?:휴가|출장|부재) ?(?:중(?:입니다|이오니|이므로)|으로 인해)|자동으로 (?:발송|전송)"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>]{1,2000}")
_QUESTION = re.compile(
    r"[?¿]|(?:ます|でしょう|です|ません)か(?:[。、\s]|$)|教えて|吗(?:[。,\s]|$)|(?:까요|나요|습니까|주시겠)"
)
_REQUEST = re.compile(
    r"(?:見積|資料|カタログ|価格表?|提案|打ち?合わせ|デモ|契約書?)[^。\n]{0,20}"
    r"(?:お願い|ください|下さい|いただけ|いただき|頂け|頂き|希望|欲しい|ほしい)|"
    r"(?:今日|本日中|明日|今週|来週|今月|至急)[^。\n]{0,20}(?:お願い|ください|下さい)|"
    r"(?:配信|送信|メール|連絡)[^。\n]{0,12}(?:停止|中止|止めて|やめて|不要|解除|お断り|控え)|(?:登録|リスト)[^。\n]{0,12}(?:解除|削除|外して)|"
    r"興味(?:は|が)?(?:あり|ござい)ません|"
    r"stop (?:writing|sending|mailing|e-?mailing|contacting|this|it\b)|please stop|unsubscribe|"
    r"(?:remove|delete) (?:me|us|my)|take (?:me|us) off|"
    r"(?:do not|don't) (?:want|send|write|e-?mail|mail|contact (?:me|us))|"
    r"no (?:more|further) (?:e-?)?mails|not interested|opt (?:me )?out|"
    r"(?:call|ring|phone|send|e-?mail|show|give) (?:me|us)\b|"
    r"(?:i|we) (?:need|want|accept|would like (?!to thank))|i'd like|"
    r"(?:an?|your|the) (?:offer|quote|quotation|demo)\b|interested in|"
    r"(?:rufen|schicken|senden|schreiben|geben) sie (?:mich|mir|uns)|(?:angebot|vertrag|preisliste)|"
    r"aus (?:dem|ihrem|der) (?:verteiler|liste)|abmelden|abbestell|kein interesse|"
    r"keine (?:weiteren )?(?:e-?mails|mails|newsletter)|nicht mehr (?:anschreiben|kontaktieren)|"
    r"(?:rappelez|appelez|envoyez|écrivez|retirez|supprimez)-(?:moi|nous)|désabonn|désinscri|retirer de|plus recevoir|"
    r"pas intéressé|devis|"
    r"ll[aá]m(?:e|en)(?:me|nos)|(?:env[ií]|mánd)(?:e|en)(?:me|nos)\b|d[eé](?:n)?(?:me)? de baja|darme de baja|"
    r"no (?:me |nos )?(?:escriba|envíe|mande|interesa)|no (?:quiero|deseo)|presupuesto|"
    r"ligue(?:m)?(?:-me| para mim)|me ligue|(?:envi|mand)(?:e|em)-(?:me|nos)\b|me envie|"
    r"(?:retir|remov|descadastr)[a-zéãç]{1,6}-?me|"
    r"remova|não (?:quero|desejo|tenho interesse|envie)|orçamento|"
    r"mi (?:chiami|richiami|mandi|invii|tolga|cancelli)|(?:chiama|invia|manda|toglie|cancella)temi|disiscri|"
    r"non (?:voglio|desidero|mi interessa|scriva)|preventivo|"
    r"bel(?:t u)? (?:me|mij)|stuur(?:t u)? (?:me|mij|ons)|afmeld|uitschrij|verwijder|offerte|"
    r"geen (?:e-?mails|mails|nieuwsbrief|interesse)|"
    r"报价|報價|退订|退訂|取消订阅|(?:不要|别)再|不感兴趣|(?:请|請)[^。\n]{0,12}(?:打电话|来电|发给|发来|删除)|"
    r"견적|수신 ?거부|(?:전화|연락|보내)[^.\n]{0,4}(?:주세요|주십시오|부탁)|보내지|그만|삭제해|관심 ?없"
)
_LEFT = re.compile(
    r"退職(?:いた|致|し|され|となり)|退社(?:いたしました|致しました|しました)|(?:異動|転出|転籍)(?:いた|致|し(?:ま|て)|と?なり|により|に伴い)|"
    r"(?:この|本|当該)(?:メール)?アドレスは[^。\n]{0,30}(?:使用|利用|受信)[^。\n]{0,10}(?:して(?:い|お)り?ません|できません|停止|終了)|"
    r"no longer (?:with|at|works?|working|employed|an employee|in use|monitored)|"
    r"(?:has|have) left (?:the |our )?(?:company|organi[sz]ation|firm)|"
    r"(?:nicht mehr|ausgeschieden)[^.\n]{0,40}(?:tätig|unternehmen|beschäftigt)|aus dem unternehmen ausgeschieden|"
    r"(?:a|ai) quitté (?:la société|l'entreprise)|ne (?:travaille|fait) plus|"
    r"ya no (?:trabaj|form)|(?:já )?não (?:trabalh[ao]|faz|faço) mais|já não trabalh|"
    r"non (?:lavor[ao]|fa|faccio) più|"
    r"(?:niet (?:meer|langer) (?:werkzaam|in dienst)|werkt? (?:hier )?niet (?:meer|langer))|"
    r"已(?:经)?(?:离职|離職)|(?:퇴사|퇴직)"
)
_ANSWER = re.compile(r"(?:re|aw|antw|sv|res|rif|r|回复|回覆|答复|답장|rv) ?(?:\[\d+\])?:")


def is_answer(subject: str) -> bool:
    """Return whether the subject says that the mail answers another one."""
    return _ANSWER.match(folded(subject)) is not None


def is_automatic_subject(subject: str) -> bool:
    """Return whether the subject is that of an automatic mail.

    A subject that only quotes ours ("Re: 自動返信…") is none, nor one about automatic mails (自動返信の設定). What
    follows a colon or a bracket is our own subject.
    """
    words = folded(subject)
    found = _SUBJECT.search(words)
    if found is None or is_answer(subject):
        return False
    return _TOPIC.search(re.split(r"[:】\])」]", words[found.end() :], maxsplit=1)[0]) is None


def is_absence(text: str) -> bool:
    """Return whether the text is that of an absence note or of another automatic mail."""
    return _BODY.search(folded(text)) is not None


def has_question(text: str) -> bool:
    """Return whether the text asks something. The "?" of a URL is no question."""
    return _QUESTION.search(_URL.sub(" ", folded(text))) is not None


def has_request(subject: str, text: str) -> bool:
    """Return whether the words ask for something, or refuse further mails. A subject that quotes ours is left out."""
    own = "" if is_answer(subject) or is_automatic_subject(subject) else subject
    return _REQUEST.search(folded(f"{own}\n{text}")) is not None


def says_left(text: str) -> bool:
    """Return whether the text says that a person has left, or that an address is no longer in use."""
    return _LEFT.search(folded(text)) is not None

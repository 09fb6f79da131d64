"""Every command: its name, its topic, where it is, and how its help begins."""

from ripen.words import Words

COMMANDS = {
    "status": (
        "cli.commands.cloud:status",
        Words(
            "Show whether mail goes out, what is due, overdue or held, and where the parts of the local cloud are.",
            "配信の状態、期限の来た処理と遅れている処理、保留中のメール、ローカルクラウドの各画面の場所を表示します。",
        ),
    ),
    "down": (
        "cli.commands.cloud:down",
        Words(
            "Stop the local cloud; its data stays for the next `make up`.",
            "ローカルクラウドを停止します。データは次の `make up` まで残ります。",
        ),
    ),
    "lead": (
        "cli.commands.lead:lead",
        Words(
            "Show one lead: profile, score and reasons, journeys, mails, alerts, and every decision with its reason.",
            "見込み客 1 人を表示します: プロフィール、スコアと理由、シナリオ、メール、通知、判断とその理由。",
        ),
    ),
    "score": (
        "cli.commands.score:score",
        Words(
            "Show how one lead's score came about, rule by rule: the activities behind it, and what changes when.",
            "見込み客 1 人のスコアの内訳をルールごとに表示します: もとになった行動と、次に変わる時期。",
        ),
    ),
    "route": (
        "cli.commands.route:route",
        Words(
            "Show who in sales would get a lead now, by which rule of routing.yaml, and why.",
            "見込み客を今引き渡すと誰が担当になるかを、routing.yaml のルールと理由とともに表示します。",
        ),
    ),
    "account": (
        "cli.commands.account:account",
        Words(
            "Show a company: its people, what their scores add up to, and who of a buying committee is among them.",
            "会社 1 社を表示します: 所属する見込み客、合計スコア、購買に関わる役割の揃い具合。",
        ),
    ),
    "leads": (
        "cli.commands.leads:leads",
        Words(
            "List leads with their rank and score: those with the latest activity first.",
            "見込み客をランクとスコアとともに一覧します。最近行動した人から順に表示します。",
        ),
    ),
    "segments": (
        "cli.commands.segments:segments",
        Words(
            "List the segments of the live playbook, and how many leads are in each.",
            "公開中のセグメントと、それぞれの人数を一覧します。",
        ),
    ),
    "segment": (
        "cli.commands.segments:segment",
        Words(
            "Show a live segment before anything is sent to it: what it asks of a lead, how many leads are in it,"
            " and a few of them.",
            "公開中のセグメントを、送信の前に確認します: 条件、人数、含まれる見込み客の例。",
        ),
    ),
    "journeys": (
        "cli.commands.journeys:journeys",
        Words(
            "List the journeys, and how many people are on the way, finished, or reached the goal.",
            "シナリオと、途中の人数、最後まで進んだ人数、目標に到達した人数を一覧します。",
        ),
    ),
    "campaigns": (
        "cli.commands.campaigns:campaigns",
        Words(
            "List the campaigns of the live playbook with their states and dates.",
            "公開中のキャンペーンを、状態と日時とともに一覧します。",
        ),
    ),
    "mailbox": (
        "cli.commands.read:mailbox",
        Words(
            "List the mails that the local cloud has sent, newest last.",
            "ローカルクラウドが送ったメールを、新しいものを下にして一覧します。",
        ),
    ),
    "slack": (
        "cli.commands.read:slack",
        Words(
            "List the cards in the local Slack's sales channel, oldest first.",
            "ローカルの Slack の営業チャンネルにあるカードを、古い順に一覧します。",
        ),
    ),
    "crm": (
        "cli.commands.crm:crm",
        Words(
            "Query Salesforce, show what the sync would write, and list the leads that do not reach it.",
            "Salesforce への問い合わせ、同期で書き込む内容の試算、Salesforce に書き込めない見込み客の一覧。",
        ),
    ),
    "clock": (
        "cli.commands.time:clock",
        Words("Move the local cloud's clock forward.", "ローカルクラウドの時計を進めます。"),
    ),
    "stop": ("cli.commands.sending:stop", Words("Stop all sending.", "すべての配信を停止します。")),
    "resume": ("cli.commands.sending:resume", Words("Resume sending.", "配信を再開します。")),
    "restore": (
        "cli.commands.restore:restore",
        Words(
            "Prepare a table that was restored from a backup: stop sending, and copy refusals and sent mails to it.",
            "バックアップから復元したテーブルを準備します: 配信を止め、配信の拒否と送信済みのメールを書き写します。",
        ),
    ),
    "warm-up": (
        "cli.commands.warm_up:app",
        Words(
            "Warm up a new sender: marketing mail to each mailbox provider grows day by day.",
            "新しい送信者のウォームアップ: メールサービスごとに、マーケティングメールを日ごとに増やします。",
        ),
    ),
    "shadow": (
        "cli.commands.shadow:app",
        Words(
            "Shadow mode: decide everything, send and write nothing.",
            "シャドーモード: 判断だけを行い、送信も書き込みもしません。",
        ),
    ),
    "doctor": (
        "cli.commands.doctor:doctor",
        Words(
            "Check every prerequisite: its state, its owner, and the next step.",
            "前提条件をすべて確認します: 状態、担当、次にすること。",
        ),
    ),
    "reclassify": (
        "cli.commands.verdicts:reclassify",
        Words(
            "Judge again by the current rules whether a person or a machine made each click of a lead.",
            "見込み客のクリックが人によるものか機械によるものかを、現在の規則で判定し直します。",
        ),
    ),
    "check": (
        "cli.commands.playbook:check",
        Words("Check the playbook: every mistake in one run.", "プレイブックを確認します。"),
    ),
    "campaign": (
        "cli.commands.campaign:app",
        Words(
            "Schedule a campaign, look at it, pause, stop, resume or resend it, and list its recipients.",
            "キャンペーンの予約、状況の確認、一時停止、中止、再開、再送、受信者の一覧。",
        ),
    ),
    "enrol": (
        "cli.commands.enrol:enrol",
        Words("Enrol leads in a journey.", "見込み客をシナリオに登録します。"),
    ),
    "why": (
        "cli.commands.why:why",
        Words(
            "Explain what happened to one lead: each mail that was sent or not, each point, each write to Salesforce.",
            "見込み客 1 人に起きたことを説明します: 送った／送らなかったメール、スコアの点、Salesforce への書き込み。",
        ),
    ),
    "held": (
        "cli.commands.held:held",
        Words(
            "List the mails that are held, with the reason: their outcome is not known, or they could not be sent.",
            "保留中のメールを、その理由とともに一覧します（結果が分からないもの、送れなかったもの）。",
        ),
    ),
    "unsuppress": (
        "cli.commands.unsuppress:unsuppress",
        Words(
            "Let mail go to an address again that bounced by mistake, in Ripen and in SES.",
            "誤って不達とされたアドレスへの配信を、Ripen と SES の両方で再開できるようにします。",
        ),
    ),
    "quarantine": (
        "cli.commands.quarantine:quarantine",
        Words(
            "List the submissions of forms that are in quarantine, and release or drop them.",
            "隔離中のフォーム送信を一覧し、受け付けるか破棄します。",
        ),
    ),
    "retention": (
        "cli.commands.retention:retention",
        Words(
            "Show which rows expire, in which month, and what other periods would change.",
            "どの行がどの月に削除されるか、期間を変えるとどうなるかを表示します。",
        ),
    ),
    "redrive": (
        "cli.commands.redrive:redrive",
        Words(
            "Move the messages in the dead-letter queues back to their queues.",
            "デッドレターキューのメッセージを元のキューに戻します。",
        ),
    ),
    "new": (
        "cli.commands.new:app",
        Words(
            "Make new files for the playbook: complete, in each language, ready for your words.",
            "プレイブックに新しいファイルを作ります。各言語の文面まで入った、書き換えればよい状態のものです。",
        ),
    ),
    "plan": (
        "cli.commands.plan:plan",
        Words("Compare the playbook with the live one.", "公開中のプレイブックと比べます。"),
    ),
    "backtest": (
        "cli.commands.backtest:backtest",
        Words(
            "Back-test a scoring file: replay what was recorded, and compare with what sales made of the leads.",
            "スコアのファイルのバックテスト: 記録された行動を当時のとおりに再現し、営業の結果と比べます。",
        ),
    ),
    "rollback": (
        "cli.commands.rollback:rollback",
        Words("Restore the previous playbook.", "前のプレイブックにもどします。"),
    ),
    "preview": (
        "cli.commands.preview:preview",
        Words("Show a mail as this person would get it.", "この人に届くとおりにメールを表示します。"),
    ),
    "journey": (
        "cli.commands.journey:journey",
        Words("Show a live journey as a picture.", "公開中のシナリオを図で表示します。"),
    ),
    "simulate": (
        "cli.commands.simulate:simulate",
        Words("Simulate a journey for one invented lead.", "架空の見込み客 1 人でシナリオをシミュレーションします。"),
    ),
    "secret": (
        "cli.commands.secret:app",
        Words(
            "Print a key that you share with other systems, or rotate a key.",
            "ほかのシステムと共有する鍵の出力と、鍵の更新。",
        ),
    ),
    "schema": (
        "cli.commands.schema:schema",
        Words("Write the JSON Schema of each kind of file.", "ファイルの種類ごとに JSON Schema を書き出します。"),
    ),
    "pull": (
        "cli.commands.pull:pull",
        Words(
            "Write the files of the live playbook into a new folder.",
            "公開中のプレイブックのファイルを、新しいフォルダーに書き出します。",
        ),
    ),
    "publish": (
        "cli.commands.playbook:publish",
        Words(
            "Check the playbook, store it under the hash of its content, and make it live.",
            "プレイブックを確認し、内容のハッシュを名前として保存して、公開します。",
        ),
    ),
}
"""Where each command is, to be imported when it is called, and how its help begins."""

TOPICS = {
    Words("Before a playbook is live", "プレイブックを公開する前"): (
        *("check", "new", "schema", "preview", "simulate", "plan", "backtest", "publish", "rollback", "pull"),
    ),
    Words("Campaigns and journeys", "キャンペーンとシナリオ"): (
        *("segments", "segment", "campaigns", "campaign", "journeys", "journey", "enrol"),
    ),
    Words("Leads", "見込み客"): ("leads", "lead", "account", "route", "score", "why", "reclassify"),
    Words("Every day", "日々の運用"): (
        *("status", "doctor", "warm-up", "shadow", "stop", "resume", "restore", "held", "crm", "unsuppress"),
        *("quarantine", "retention", "redrive", "secret"),
    ),
    Words("The local cloud", "ローカルクラウド"): ("clock", "mailbox", "slack", "down"),
}
"""The commands by topic, in the order of `ripen --help` and docs/tools.md."""

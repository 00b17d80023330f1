//! Folders where mail is put so that nobody sees it, by the names that Exchange and Outlook give
//! them. A rule shows the name in the mailbox's language, so every name is asked in every language.

use super::words::{folded, is_blank};

/// What kind of hiding place a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hiding {
    /// Feeds and conversation history: folders that people never open.
    NeverOpened,
    /// Calendar, notes, synchronisation issues, outbox: no place for mail.
    NotForMail,
    /// Junk mail: seldom looked into, emptied by itself.
    Junk,
    /// Deleted items: emptied by itself.
    Deleted,
    /// The archive: where tidy people put things too.
    Archive,
}

/// Names, folded: English, Swedish, German, French, Spanish, Italian, Dutch, Danish, Norwegian,
/// Finnish, Polish, Portuguese (Brazil and Portugal), Czech, Hungarian, Turkish, Russian, Japanese,
/// Chinese, Korean. Older and newer releases differ, so a language may have several.
const NAMES: &[(Hiding, &[&str])] = &[
    (
        Hiding::NeverOpened,
        &[
            // feeds, beside every name with "RSS" in it as a word of its own
            "rss feeds",
            "rss subscriptions",
            "rss-feeds",
            "rss-feed",
            "rss-flöden",
            "rss-prenumerationer",
            "rss-abonnements",
            "flux rss",
            "fuentes rss",
            "suscripciones de rss",
            "suscripciones rss",
            "feed rss",
            "sottoscrizioni rss",
            "rss-feeder",
            "rss-abonnementer",
            "rss-kilder",
            "rss-syötteet",
            "rss-tilaukset",
            "źródła rss",
            "kanały informacyjne rss",
            "subskrypcje rss",
            "feeds rss",
            "feeds de rss",
            "assinaturas de rss",
            "subscrições de rss",
            "kanály rss",
            "informační kanály rss",
            "odběry rss",
            "rss-hírcsatornák",
            "rss-előfizetések",
            "rss akişlari",
            "rss abonelikleri",
            "rss-каналы",
            "rss-подписки",
            "rss フィード",
            "rss 源",
            "rss 订阅",
            "rss 摘要",
            "rss 피드",
            // conversation history
            "conversation history",
            "konversationshistorik",
            "tidigare konversationer",
            "aufgezeichnete unterhaltungen",
            "unterhaltungsverlauf",
            "historique des conversations",
            "historique de conversation",
            "historial de conversaciones",
            "historial de conversación",
            "cronologia conversazioni",
            "cronologia conversazione",
            "gespreksgeschiedenis",
            "gesprekgeschiedenis",
            "samtaleoversigt",
            "samtalehistorik",
            "samtalelogg",
            "samtalehistorikk",
            "keskusteluhistoria",
            "historia konwersacji",
            "historia rozmów",
            "histórico de conversa",
            "histórico de conversas",
            "histórico de conversações",
            "histórico de conversação",
            "historie konverzací",
            "historie konverzace",
            "beszélgetési előzmények",
            "beszélgetések előzményei",
            "konuşma geçmişi",
            "журнал бесед",
            "история бесед",
            "会話の履歴",
            "会話履歴",
            "对话历史记录",
            "会话历史记录",
            "交談記錄",
            "對話記錄",
            "대화 내용",
            "대화 기록",
        ],
    ),
    (
        Hiding::NotForMail,
        &[
            "calendar",
            "kalender",
            "calendrier",
            "calendario",
            "agenda",
            "kalenteri",
            "kalendarz",
            "calendário",
            "kalendář",
            "naptár",
            "takvim",
            "календарь",
            "予定表",
            "日历",
            "行事曆",
            "일정",
            "notes",
            "anteckningar",
            "notizen",
            "notas",
            "note",
            "notities",
            "noter",
            "notater",
            "muistilaput",
            "notatki",
            "anotações",
            "poznámky",
            "feljegyzések",
            "notlar",
            "заметки",
            "メモ",
            "便笺",
            "记事",
            "備忘",
            "메모",
            "sync issues",
            "synkroniseringsfel",
            "synkroniseringsproblem",
            "synchronisierungsprobleme",
            "problèmes de synchronisation",
            "problemas de sincronización",
            "problemi di sincronizzazione",
            "synchronisatieproblemen",
            "synkroniseringsproblemer",
            "synkronointiongelmat",
            "problemy z synchronizacją",
            "problemas de sincronização",
            "problémy se synchronizací",
            "szinkronizálási problémák",
            "eşitleme sorunlari",
            "ошибки синхронизации",
            "同期の失敗",
            "同步问题",
            "同步處理問題",
            "동기화 문제",
            "conflicts",
            "konflikter",
            "konflikte",
            "conflits",
            "conflictos",
            "conflitti",
            "conflicten",
            "ristiriidat",
            "konflikty",
            "conflitos",
            "ütközések",
            "çakişmalar",
            "конфликты",
            "競合",
            "冲突",
            "local failures",
            "lokala fel",
            "lokale fehler",
            "défaillances locales",
            "errores locales",
            "errori locali",
            "server failures",
            "serverfel",
            "serverfehler",
            "défaillances du serveur",
            "errores de servidor",
            "errori del server",
            "journal",
            "dagbok",
            "diario",
            "logboek",
            "kladde",
            "päiväkirja",
            "dziennik",
            "diário",
            "deník",
            "napló",
            "günlük",
            "дневник",
            "履歴",
            "日记",
            "outbox",
            "utkorgen",
            "utkorg",
            "postausgang",
            "boîte d'envoi",
            "bandeja de salida",
            "posta in uscita",
            "postvak uit",
            "udbakke",
            "utboks",
            "lähtevät",
            "skrzynka nadawcza",
            "caixa de saída",
            "pošta k odeslání",
            "postázandó üzenetek",
            "giden kutusu",
            "исходящие",
            "送信トレイ",
            "发件箱",
            "寄件匣",
            "clutter",
            "oviktigt",
            "courrier pêle-mêle",
        ],
    ),
    (
        Hiding::Junk,
        &[
            "junk email",
            "junk e-mail",
            "junk mail",
            "junk",
            "skräppost",
            "skräp-e-post",
            "junk-e-mail",
            "spamverdacht",
            "courrier indésirable",
            "correo no deseado",
            "correo electrónico no deseado",
            "posta indesiderata",
            "ongewenste e-mail",
            "uønsket mail",
            "uønsket e-mail",
            "uønsket post",
            "uønsket e-post",
            "søppelpost",
            "roskaposti",
            "wiadomości-śmieci",
            "wiadomości śmieci",
            "lixo eletrônico",
            "lixo eletrónico",
            "correio não solicitado",
            "e-mail de lixo",
            "nevyžádaná pošta",
            "nevyžádaný e-mail",
            "levélszemét",
            "gereksiz e-posta",
            "önemsiz e-posta",
            "нежелательная почта",
            "迷惑メール",
            "垃圾邮件",
            "垃圾郵件",
            "정크 메일",
            "정크 전자 메일",
        ],
    ),
    (
        Hiding::Deleted,
        &[
            "deleted items",
            "trash",
            "borttaget",
            "borttagna objekt",
            "gelöschte elemente",
            "gelöschte objekte",
            "éléments supprimés",
            "elementos eliminados",
            "posta eliminata",
            "verwijderde items",
            "slettet post",
            "slettede elementer",
            "poistetut",
            "poistetut kohteet",
            "elementy usunięte",
            "itens excluídos",
            "itens eliminados",
            "odstraněná pošta",
            "törölt elemek",
            "silinmiş öğeler",
            "удаленные",
            "удаленные элементы",
            "削除済みアイテム",
            "已删除邮件",
            "已删除的项目",
            "已刪除的項目",
            "刪除的郵件",
            "지운 편지함",
        ],
    ),
    (
        Hiding::Archive,
        &[
            "archive",
            "arkiv",
            "arkivera",
            "archiv",
            "archivio",
            "archivo",
            "archivar",
            "archief",
            "archiveren",
            "arkisto",
            "arkistoi",
            "archiwum",
            "arquivo",
            "arquivo morto",
            "arquivar",
            "arquivamento",
            "archivum",
            "archívum",
            "arşiv",
            "архив",
            "アーカイブ",
            "存档",
            "封存",
            "보관",
            "보관함",
        ],
    ),
];

/// What kind of hiding place `folder` is: a name, or a path whose last part counts.
pub(super) fn hiding_place(folder: &str) -> Option<Hiding> {
    let name = last_part(folder);
    if is_blank(name) {
        // A folder named "." or with nothing that can be seen is made to be overlooked.
        return (!folder.is_empty()).then_some(Hiding::NeverOpened);
    }
    let name = folded(name);
    let listed = NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(hiding, _)| *hiding);
    listed.or_else(|| is_feeds(&name).then_some(Hiding::NeverOpened))
}

/// The name of a folder out of `mailbox:\path\name`, `path/name` or `name`.
pub(super) fn last_part(folder: &str) -> &str {
    let path = folder.trim();
    let path = path.trim_end_matches(['\\', '/']);
    path.rsplit(['\\', '/']).next().unwrap_or(path).trim()
}

/// Whether a short name holds "rss" as a word of its own, whatever the language of the rest.
fn is_feeds(name: &str) -> bool {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.len() <= 3
        && words.iter().any(|word| {
            word.strip_prefix("rss")
                .or_else(|| word.strip_suffix("rss"))
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Folder names as mailboxes in these languages show them.
    #[test]
    fn every_listed_name_is_found_in_any_spelling() {
        for (hiding, names) in NAMES {
            for name in *names {
                let upper = name.to_uppercase();
                for spelt in [(*name).to_owned(), format!("  {name} "), format!("anna@contoso.com:\\Inkorg\\{name}"), upper] {
                    assert_eq!(hiding_place(&spelt), Some(*hiding), "{spelt}");
                }
            }
        }
    }

    #[test]
    fn names_are_folded_and_listed_once() {
        let mut all: Vec<&str> = NAMES.iter().flat_map(|(_, names)| *names).copied().collect();
        for name in &all {
            assert_eq!(folded(name), *name);
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "a name stands twice");
    }

    #[test]
    fn feeds_are_known_in_languages_that_are_not_listed() {
        for name in ["RSS-kanalai", "Canale RSS", "RSSフィード", "RSS源", "rss"] {
            assert_eq!(hiding_place(name), Some(Hiding::NeverOpened), "{name}");
        }
    }

    #[test]
    fn folders_named_nothing_are_hiding_places() {
        for name in [".", "..", "\u{a0}", "Inkorg\\\u{200b}", "Inbox/---"] {
            assert_eq!(hiding_place(name), Some(Hiding::NeverOpened), "{name:?}");
        }
    }

    #[test]
    fn a_users_own_folders_are_not() {
        for name in [
            "Kunder",
            "Newsletter",
            "Projekt X",
            "IT",
            "Kvitton",
            "HR",
            "Inbox\\Archive 2024",
            "Arkiv 2023",
            "Crssw",
            "Cross",
            "RSSB kunder",
            "Calendar invites",
            "Inkorg",
            "Archive\\Kunder",
            "Junk Email Reports",
            "Notes from board",
            "税務",
            "RSSelskapet",
        ] {
            assert_eq!(hiding_place(name), None, "{name}");
        }
    }
}

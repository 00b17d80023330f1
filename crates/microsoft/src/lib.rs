//! Microsoft Entra ID through Graph, mailboxes through the Exchange admin endpoint.

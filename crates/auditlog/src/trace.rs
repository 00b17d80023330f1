//! Message traces in four forms: the reporting web service's JSON, the cmdlet's CSV, and the two
//! reports that the admin center makes for longer times (Microsoft, "Message trace in the modern
//! Exchange admin center").
//!
//! One event is one message to one recipient: a report row that names several becomes several.

use crate::draft::Draft;
use crate::event::{Kind, Outcome};
use crate::json::Value;
use crate::text::{Form, Text};
use crate::time;

/// Reads members of a trace and gives each event in it.
pub fn read<'a>(all: impl Iterator<Item = (&'a [u8], Value<'a>)>, take: &mut dyn FnMut(Draft<'a>)) -> bool {
    let mut read = Reading::default();
    all.for_each(|(key, value)| read.take(key, value.text()));
    read.finish(take)
}

/// A column's or member's name without what forms differ in: case, blanks, underscores, "UTC".
pub fn plain_name(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    letters.strip_suffix("utc").unwrap_or(&letters).to_owned()
}

#[derive(Debug, Default)]
struct Reading<'a> {
    received: Text<'a>,
    sender: Text<'a>,
    recipient: Text<'a>,
    subject: Text<'a>,
    status: Text<'a>,
    recipients: Text<'a>,
    from_ip: Text<'a>,
    original_ip: Text<'a>,
    to_ip: Text<'a>,
    size: Text<'a>,
    message_id: Text<'a>,
    trace_id: Text<'a>,
    event: Text<'a>,
    directionality: Text<'a>,
}

impl<'a> Reading<'a> {
    fn take(&mut self, key: &[u8], text: Text<'a>) {
        let name = plain_name(&String::from_utf8_lossy(key));
        let place = match name.as_str() {
            "received" | "origintimestamp" | "datetime" | "date" | "receivedtime" => &mut self.received,
            "senderaddress" | "sender" => &mut self.sender,
            "recipientaddress" | "recipient" => &mut self.recipient,
            "subject" | "messagesubject" => &mut self.subject,
            "status" | "deliverystatus" => &mut self.status,
            "recipientstatus" => &mut self.recipients,
            "fromip" | "clientip" => &mut self.from_ip,
            "originalclientip" => &mut self.original_ip,
            "toip" | "serverip" => &mut self.to_ip,
            "size" | "totalbytes" | "messagesize" => &mut self.size,
            "messageid" => &mut self.message_id,
            "messagetraceid" | "networkmessageid" => &mut self.trace_id,
            "eventid" => &mut self.event,
            "directionality" => &mut self.directionality,
            _ => return,
        };
        *place = text;
    }

    fn finish(&self, take: &mut dyn FnMut(Draft<'a>)) -> bool {
        let time = time::read(self.received.decode().as_bytes());
        if time.is_none() || (self.recipient.is_empty() && self.recipients.is_empty()) {
            return false;
        }
        if !self.recipient.is_empty() {
            for recipient in self.recipient.bytes.split(|sign| *sign == b';').filter(|one| !one.trim_ascii().is_empty()) {
                let recipient = Text::new(recipient.trim_ascii(), self.recipient.form);
                take(self.event(time, recipient, self.status.or(self.event).or(self.recipients)));
            }
            return true;
        }
        // "a@x##Receive, Deliver;b@y##Receive, Fail"
        for one in self.recipients.bytes.split(|sign| *sign == b';').filter(|one| !one.trim_ascii().is_empty()) {
            let at = memchr::memmem::find(one, b"##").unwrap_or(one.len());
            let text = |bytes: &'a [u8]| Text::new(bytes.trim_ascii(), self.recipients.form);
            take(self.event(time, text(&one[..at]), text(one.get(at + 2..).unwrap_or_default())));
        }
        true
    }

    fn event(&self, time: Option<time::Read>, recipient: Text<'a>, status: Text<'a>) -> Draft<'a> {
        let mut draft = Draft {
            kind: Kind::Trace,
            time,
            id: self.trace_id.or(self.message_id),
            id_more: [recipient, self.event],
            operation: Text::new(b"MessageTrace", Form::Plain),
            workload: Text::new(b"Exchange", Form::Plain),
            actor: self.sender,
            target: recipient,
            detail: status,
            outcome: outcome(status),
            single: Some([self.message_id, self.subject, Text::default(), self.size]),
            ..Draft::default()
        };
        draft.take_address(self.original_ip);
        draft.take_address(self.from_ip);
        if !self.to_ip.is_empty() {
            draft.beside.push((Text::new(b"ToIP", Form::Plain), self.to_ip));
        }
        if !self.directionality.is_empty() {
            draft.beside.push((Text::new(b"Directionality", Form::Plain), self.directionality));
        }
        draft
    }
}

/// The last word of a status says how it ended.
fn outcome(status: Text<'_>) -> Outcome {
    let said = status.decode().to_ascii_lowercase();
    match said.rsplit(',').next().unwrap_or_default().trim() {
        "delivered" | "deliver" | "send" | "expanded" | "expand" => Outcome::Succeeded,
        "failed" | "fail" | "quarantined" | "filteredasspam" => Outcome::Failed,
        _ => Outcome::Unknown,
    }
}

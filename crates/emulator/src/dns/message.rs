//! Messages, byte by byte (RFC 1035, section 4; RFC 6891 for the size that a client takes).
//!
//! Invariant: what cannot be read is no question, and no question is answered by a panic.

use super::zone::Data;

/// A question, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What answers have to repeat.
    pub id: u16,
    /// The client asks the server to ask others.
    pub recursion: bool,
    /// The name, in the letters in which it was asked.
    pub name: String,
    /// The type of record.
    pub of: u16,
    /// The largest answer that the client takes by UDP.
    pub size: usize,
    /// The client speaks of sizes at all.
    pub extended: bool,
}

/// `TXT`.
pub const TEXT: u16 = 16;
/// `CNAME`.
pub const ALIAS: u16 = 5;
const OPT: u16 = 41;
const NAME_SERVER: u16 = 2;
const START_OF_AUTHORITY: u16 = 6;
const INTERNET: u16 = 1;
/// The largest answer by UDP to a client that says nothing.
const SIZE: usize = 512;
const SECONDS: u32 = 300;

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Well.
    Fine = 0,
    /// The server has failed.
    Servfail = 2,
    /// There is no such name.
    NoName = 3,
    /// Another kind of question than those that are answered here.
    NotImplemented = 4,
    /// The server will not.
    Refused = 5,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, number: usize) -> Option<&'a [u8]> {
        let part = self.bytes.get(self.at..self.at.checked_add(number)?)?;
        self.at += number;
        Some(part)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// A name; a question has no reason to shorten one.
    fn name(&mut self) -> Option<String> {
        let mut labels = Vec::new();
        loop {
            let length = usize::from(self.byte()?);
            match length {
                0 => return Some(labels.join(".")),
                1..=63 => labels.push(String::from_utf8(self.take(length)?.to_vec()).ok()?),
                _ => return None,
            }
        }
    }
}

/// Reads a question; none where it is not one.
pub fn read(bytes: &[u8]) -> Option<Question> {
    let mut reader = Reader { bytes, at: 0 };
    let (id, flags) = (reader.short()?, reader.short()?);
    let counts = [reader.short()?, reader.short()?, reader.short()?, reader.short()?];
    let is_query = flags & 0xf800 == 0;
    if !is_query || counts[0] != 1 {
        return None;
    }
    let (name, of, class) = (reader.name()?, reader.short()?, reader.short()?);
    let mut question = Question { id, recursion: flags & 0x0100 != 0, name, of, size: SIZE, extended: false };
    if class != INTERNET {
        return None;
    }
    for _ in 0..counts[3] {
        let (_, kind, size) = (reader.name()?, reader.short()?, reader.short()?);
        reader.take(4)?;
        let length = usize::from(reader.short()?);
        reader.take(length)?;
        if kind == OPT {
            question.size = usize::from(size).max(SIZE);
            question.extended = true;
        }
    }
    Some(question)
}

/// An answer under construction.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What it repeats.
    pub id: u16,
    /// The name that it says it is about.
    pub name: String,
    /// How it is answered.
    pub code: Code,
    /// It was cut.
    pub cut: bool,
    /// Records of the answer, each with its name.
    pub answers: Vec<(String, Data)>,
    /// Where it says that there is no more: the zone that the server speaks for, or servers that may know.
    pub authority: Authority,
    /// Records that nobody asked for.
    pub additional: Vec<(String, Data)>,
}

/// What an answer says about who knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Nothing.
    Silent,
    /// This server speaks for the zone (a start of authority): what is not here is nowhere.
    Here,
    /// Others may know.
    Others,
}

impl Reply {
    /// An answer without records.
    pub fn to(question: &Question, code: Code) -> Self {
        let name = question.name.clone();
        let authority = Authority::Silent;
        Self { id: question.id, name, code, cut: false, answers: Vec::new(), authority, additional: Vec::new() }
    }

    /// As bytes.
    pub fn bytes(&self, question: &Question) -> Vec<u8> {
        let mut out = Vec::new();
        let recursion = if question.recursion { 0x0180 } else { 0x0080 };
        let cut = if self.cut { 0x0200 } else { 0 };
        let authority = u16::from(self.authority != Authority::Silent);
        let count = |all: &[(String, Data)]| u16::try_from(all.len()).unwrap_or(u16::MAX);
        let extra = count(&self.additional).saturating_add(u16::from(question.extended));
        for word in [self.id, 0x8000 | recursion | cut | self.code as u16, 1, count(&self.answers), authority, extra] {
            out.extend(word.to_be_bytes());
        }
        put_name(&mut out, &self.name);
        for word in [question.of, INTERNET] {
            out.extend(word.to_be_bytes());
        }
        for (name, data) in &self.answers {
            put_record(&mut out, name, data);
        }
        self.put_authority(&mut out);
        for (name, data) in &self.additional {
            put_record(&mut out, name, data);
        }
        if question.extended {
            // The root, the type, the size that this side takes, no flags, no options.
            out.push(0);
            out.extend(OPT.to_be_bytes());
            out.extend(4096_u16.to_be_bytes());
            out.extend([0; 6]);
        }
        out
    }

    fn put_authority(&self, out: &mut Vec<u8>) {
        let (kind, data) = match self.authority {
            Authority::Silent => return,
            Authority::Others => (NAME_SERVER, named("ns.example.")),
            Authority::Here => {
                let mut data = [named("ns.example."), named("hostmaster.example.")].concat();
                data.extend([1_u32, 3600, 600, 86400, SECONDS].into_iter().flat_map(u32::to_be_bytes));
                (START_OF_AUTHORITY, data)
            }
        };
        let zone = self.name.rsplit_once('.').map_or(self.name.as_str(), |(rest, _)| {
            let keep = rest.rfind('.').map_or(0, |at| at + 1);
            self.name.get(keep..).unwrap_or_default()
        });
        put(out, zone, kind, &data);
    }
}

fn named(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    put_name(&mut out, name);
    out
}

fn put_name(out: &mut Vec<u8>, name: &str) {
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let label = label.as_bytes().get(..63).unwrap_or(label.as_bytes());
        out.push(u8::try_from(label.len()).unwrap_or(63));
        out.extend(label);
    }
    out.push(0);
}

fn put(out: &mut Vec<u8>, name: &str, kind: u16, data: &[u8]) {
    put_name(out, name);
    out.extend(kind.to_be_bytes());
    out.extend(INTERNET.to_be_bytes());
    out.extend(SECONDS.to_be_bytes());
    out.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend(data);
}

fn put_record(out: &mut Vec<u8>, name: &str, data: &Data) {
    match data {
        Data::Alias(to) => put(out, name, ALIAS, &named(to)),
        Data::Text(parts) => {
            let mut all = Vec::new();
            for part in parts.iter().flat_map(|part| part.chunks(255)) {
                all.push(u8::try_from(part.len()).unwrap_or(255));
                all.extend(part);
            }
            put(out, name, TEXT, &all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Vec<u8> {
        let mut bytes = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1];
        put_name(&mut bytes, "Contoso.com");
        bytes.extend([0, 16, 0, 1]);
        bytes.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_question_is_read() {
        let question = read(&asked()).unwrap();
        let wanted = Question { id: 0x1234, recursion: true, name: "Contoso.com".to_owned(), of: 16, size: 1232, extended: true };
        assert_eq!(question, wanted);
    }

    #[test]
    fn what_is_no_question_is_none() {
        for cut in 0..asked().len() {
            assert_eq!(read(&asked()[..cut]), None, "{cut} bytes");
        }
        let mut answer = asked();
        answer[2] |= 0x80;
        assert_eq!(read(&answer), None, "an answer is no question");
        let mut pointer = asked();
        pointer[12] = 0xc0;
        assert_eq!(read(&pointer), None);
    }

    #[test]
    fn an_answer_has_each_record_in_parts() {
        let question = read(&asked()).unwrap();
        let mut reply = Reply::to(&question, Code::Fine);
        reply.answers = vec![("contoso.com".to_owned(), Data::Text(vec![vec![b'a'; 300]]))];
        let bytes = reply.bytes(&question);
        assert_eq!(bytes[..8], [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1]);
        let at = bytes.windows(2).position(|two| two == [255, b'a']).unwrap();
        assert_eq!(bytes[at - 2..at], 302_u16.to_be_bytes(), "the length of two parts with their lengths");
        assert_eq!(bytes[at + 256], 45);
    }
}
